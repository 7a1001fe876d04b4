"""Texts whose figures are known, the model bulletin and two drafts in other words; how well the draft checker does.

`python -m tests.review.marked` prints precision and recall, and what was missed or mistaken.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.review.draft.binding import Binder
from nianbao.review.draft.numbers import NumberFinder
from nianbao.review.draft.profiles import read_vocabulary
from nianbao.review.draft.reading import bare, passages, read_text
from nianbao.review.draft.words import read_words
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
YEAR = 2021
DRAFTS = ("paraphrase", "another_draft")
MARK = re.compile(r"\{(?P<indicator>\w+)\|(?P<printed>[^}]+)\}")


@dataclass(frozen=True)
class Mark:
    """A figure in a text: where it stands, which indicator it is, and an id to tell it by."""

    start: int
    end: int
    indicator: str
    id: str


@dataclass(frozen=True)
class Bindings:
    """How the numbers of a text were bound: what was right, and what was not."""

    right: list[str]
    wrong: list[str]
    again: list[str]
    missed: list[str]

    @property
    def precision(self) -> float:
        """The share of right ones among all bindings; what is said again elsewhere counts as wrong."""
        return len(self.right) / (len(self.right) + len(self.wrong) + len(self.again))

    @property
    def recall(self) -> float:
        """The share of the marked figures that were found and bound right."""
        found = set(self.right)
        return len(found) / (len(found) + len(self.missed))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a golden file."""
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bulletin_rows() -> list[dict[str, str]]:
    """Which indicator each printed figure of the bulletin is."""
    with (ROOT / "reference" / "bulletin_2022_03.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bulletin(project: Project) -> tuple[str, list[Mark]]:
    """The text of the bulletin with its figures: each printed form at its next place in its section."""
    text = (GOLDEN / "bulletin_2022_03.txt").read_text(encoding="utf-8")
    places = [place for place, character in enumerate(text) if not character.isspace() and character != "*"]
    packed = "".join(text[place] for place in places).translate(str.maketrans("()", "（）"))
    titles = {
        (publication.code, section.id): bare(section.title.format(year=YEAR, prev_year=YEAR - 1, next_year=YEAR + 1))
        for publication in project.publications.values()
        for section in publication.sections
    }
    printed = {row["figure_id"]: row["printed"].replace(" ", "") for row in rows("figures.csv")}
    marks, taken, at, section, start = [], set(), 0, ("", ""), 0
    for row in bulletin_rows():
        if (row["publication"], row["section"]) != section:
            section = (row["publication"], row["section"])
            at = start = max(packed.find(titles[section]), 0) if titles[section] else at
        wanted, figure = printed[row["bulletin_id"]], row["bulletin_id"]
        here = [place for place in _places(packed, wanted) if place not in taken or figure == "wr21_open_affairs_rate"]
        place = next(place for least in (at, start, 0) for place in here if place >= least or least == 0)
        if figure == "wr21_open_affairs_rate":  # one printed number says this rate and the one before
            place = max(taken)
        taken.add(place)
        at = max(at, place)
        end = places[place + len(wanted) - 1] + 1
        marks.append(Mark(places[place], end, row["indicator"], figure))
    return text, marks


def _places(text: str, wanted: str) -> list[int]:
    """Where a printed form stands as a number of its own."""
    alone = r"(?<![\d.,])" if wanted[0].isdigit() else ""
    return [match.start() for match in re.finditer(alone + re.escape(wanted), text)]


def draft(name: str) -> tuple[str, list[Mark]]:
    """A draft in other words and with other numbers, its figures marked by hand."""
    marked = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    marks, shift = [], 0
    for match in MARK.finditer(marked):
        start = match.start() - shift
        marks.append(Mark(start, start + len(match["printed"]), match["indicator"], f"{start} {match['printed']}"))
        shift += len(match[0]) - len(match["printed"])
    return MARK.sub(lambda match: match["printed"], marked), marks


def bind(project: Project, text: str, marks: list[Mark]) -> Bindings:
    """Bind the numbers of a text by its words alone, without any value, and compare with its marks."""
    vocabulary = read_vocabulary(project)
    finder, binder = NumberFinder(read_words(project), vocabulary.units), Binder(vocabulary)
    right, wrong, again = [], [], []
    known = {mark.indicator for mark in marks}
    for passage in passages(read_text(text), project, YEAR):
        numbers = finder.find(passage.text)
        places = list(_places_in(text, passage.first, passage.starts, passage.text))
        for number, ranked in zip(numbers, binder.bind(passage.text, numbers, passage.place), strict=True):
            bound = ranked.best
            start, end = places[number.start], places[number.end - 1] + 1
            here = {mark.indicator: mark.id for mark in marks if mark.start < end and start < mark.end}
            for name in [bound.indicator_id] if bound else []:
                said = f"{number.text} → {name}"
                if name in here:
                    right.append(here[name])
                else:
                    (again if not here and name in known else wrong).append(said)
    return Bindings(right, wrong, again, [mark.id for mark in marks if mark.id not in right])


def _places_in(text: str, first: int, starts: tuple[int, ...], passage: str) -> Iterator[int]:
    """Where the characters of a passage stand in the text."""
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\n]*\S[^\n]*", text)]
    ends = (*starts[1:], len(passage))
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        at, _ = lines[first + number]
        for character in passage[start:end]:
            at = text.index(character, at)
            yield at
            at += 1


def golden_figures(project: Project) -> Figures:
    """Figures with a value for which the bulletin's print of each is true."""
    inside = {row["figure_id"]: _inside(row) for row in rows("figure_map.csv")}
    values = {(row["indicator"], int(row["period"])): {ALL: inside[row["bulletin_id"]]} for row in bulletin_rows()}
    return Figures(project, values, {}, frozenset())


def _inside(row: dict[str, str]) -> Decimal:
    low, high = row["truth_min"], row["truth_max"]
    return (Decimal(low) + Decimal(high)) / 2 if high else Decimal(low)


if __name__ == "__main__":
    own = load_project(ROOT)
    for title, (text_, marks_) in (("model bulletin", bulletin(own)), *((name, draft(name)) for name in DRAFTS)):
        found = bind(own, text_, marks_)
        print(f"{title}: {len(marks_)} figures, precision {found.precision:.3f}, recall {found.recall:.3f}")
        print(f"  wrong: {found.wrong}\n  said again elsewhere: {found.again}\n  missed: {found.missed}")
