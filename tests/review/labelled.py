"""Drafts with labelled claims, written by somebody who had seen the figures and not the checker; how well it does.

`python -m tests.review.labelled` prints precision and recall of what it calls wrong, and every claim it got wrong.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import docx

from nianbao.catalog import Project, load_project
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import passages
from nianbao.review.draft.verdicts import CheckedDraft
from nianbao.review.draft.word_file import WordFile
from nianbao.statistics.figures import Figures

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = Path(__file__).with_name("claims")
YEAR = 2022
MARK = re.compile(r"\[(?P<mark>[+-])(?P<said>.+?)(?P=mark)\]")


@dataclass(frozen=True)
class Labelled:
    """A claim of a draft: its paragraph, where it stands there, and whether the figures bear it out."""

    paragraph: int
    start: int
    end: int
    said: str
    is_true: bool


@dataclass
class Tally:
    """How a draft's claims were judged: wrong ones found and missed, and right ones that were called wrong."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    claims: int = 0

    @property
    def precision(self) -> float:
        """The share of what was called wrong that is wrong."""
        return len(self.found) / (len(self.found) + len(self.false_alarms))

    @property
    def recall(self) -> float:
        """The share of the wrong claims that were called wrong."""
        return len(self.found) / (len(self.found) + len(self.missed))


def names() -> list[str]:
    """The labelled drafts."""
    return sorted(path.stem for path in CLAIMS.glob("*.txt"))


def write_draft(name: str, path: Path) -> list[Labelled]:
    """Write a labelled draft as a Word document without its labels; returns them."""
    word, labels, number, table = docx.Document(), [], 0, None
    for line in (CLAIMS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")] if line.startswith("|") else None
        for text in cells or [line.removeprefix("表：")]:
            labels += _labels(number, text)
            number += 1
        if cells is None:
            word.add_paragraph(_bare(line.removeprefix("表：")))
            table = None
        elif table is None:
            table = word.add_table(rows=0, cols=len(cells))
        if cells is not None and table is not None:
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                cell.text = _bare(text)
    word.save(str(path))
    return labels


def figures_of_sample(project: Project) -> Figures:
    """The figures of the sample years 2021 and 2022 for the province and its prefectures."""
    values: dict[tuple[str, int], dict[str, Decimal]] = {}
    with (CLAIMS / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values.setdefault((row["indicator"], int(row["year"])), {})[row["scope"]] = Decimal(row["value"])
    return Figures(project, values, {}, frozenset())


def tally(project: Project, figures: Figures, name: str, folder: Path) -> Tally:
    """Check a labelled draft."""
    labels = write_draft(name, folder / f"{name}.docx")
    paragraphs = WordFile(folder / f"{name}.docx").paragraphs
    checked, read = prove(paragraphs, figures, YEAR), passages(paragraphs, project, YEAR)
    flagged = [each for each in checked if any(verdict.is_deviation for verdict in each.verdicts)]
    result = Tally(claims=len(labels))
    places = {id(each): _place(read[each.passage], each) for each in checked}
    for label in labels:
        here = [
            each for each in flagged if _is_at(label, places[id(each)]) or _says_it(paragraphs, label, places[id(each)])
        ]
        if not label.is_true:
            (result.found if here else result.missed).append(_line(paragraphs, label))
        if not any(_is_at(label, places[id(each)]) for each in checked if each.key):
            result.unknown.append(_line(paragraphs, label))
    for each in flagged:
        place = places[id(each)]
        if not any(
            not label.is_true and (_is_at(label, place) or _says_it(paragraphs, label, place)) for label in labels
        ):
            result.false_alarms.append(f"{each.number.text} | {'；'.join(each.reasons)} | {each.sentence}")
    return result


def _labels(paragraph: int, text: str) -> Iterator[Labelled]:
    shift = 0
    for match in MARK.finditer(text):
        start = match.start() - shift
        yield Labelled(paragraph, start, start + len(match["said"]), match["said"], match["mark"] == "+")
        shift += len(match[0]) - len(match["said"])


def _bare(text: str) -> str:
    return MARK.sub(lambda match: match["said"], text)


def _place(passage: object, one: CheckedDraft) -> tuple[int, int, int]:
    """Paragraph, start and end of a checked number."""
    starts = passage.starts  # type: ignore[attr-defined]
    inside = max(place for place, start in enumerate(starts) if start <= one.number.start)
    first = passage.first + inside  # type: ignore[attr-defined]
    return first, one.number.start - starts[inside], one.number.end - starts[inside]


def _is_at(label: Labelled, place: tuple[int, int, int]) -> bool:
    paragraph, start, end = place
    return label.paragraph == paragraph and label.start < end and start < label.end


def _says_it(paragraphs: list, label: Labelled, place: tuple[int, int, int]) -> bool:  # type: ignore[type-arg]
    """Whether a label stands on the word that a number of the same clause goes with: its direction, or whose it is."""
    paragraph, start, end = place
    if label.is_true or label.paragraph != paragraph or re.search(r"\d", label.said):
        return False
    text = paragraphs[paragraph].text
    between = text[label.end : start] if label.end <= start else text[end : label.start]
    return not re.search("[，。；、：]", between)


def _line(paragraphs: list, label: Labelled) -> str:  # type: ignore[type-arg]
    text = paragraphs[label.paragraph].text
    return f"{label.said} | {text[max(label.start - 24, 0) : label.end + 10]}"


if __name__ == "__main__":
    import sys
    import tempfile

    own = load_project(ROOT)
    known = figures_of_sample(own)
    totals = Tally()
    for each_name in sys.argv[1:] or names():
        with tempfile.TemporaryDirectory() as scratch:
            one = tally(own, known, each_name, Path(scratch))
        print(f"{each_name}: {one.claims} claims, precision {one.precision:.2f}, recall {one.recall:.2f}")
        for kind in ("missed", "false_alarms", "unknown"):
            for line in getattr(one, kind):
                print(f"    {kind}: {line}")
            getattr(totals, kind).extend(getattr(one, kind))
        totals.found.extend(one.found)
    print(f"all: precision {totals.precision:.3f}, recall {totals.recall:.3f}, without a row {len(totals.unknown)}")
