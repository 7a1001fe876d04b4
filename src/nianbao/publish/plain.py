"""What the writers of office files print in the same words: safe text, exact values, editions, lists of figures."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nianbao.clock import ZONE
from nianbao.terms.document import Document, PrintedFigure, PrintedSection, Revision
from nianbao.terms.figure import Coverage
from nianbao.terms.release import Correction

DIGITS = 4
"""An exact value is shown with at most this many decimals."""

MONEY = "元"

NO_CAUSE = "—"

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RELEASE = re.compile(r"r(\d+)")


def plain(text: str) -> str:
    """The text without the characters that XML cannot hold; all others stay as they are."""
    return _NOT_IN_XML.sub("", text)


def text_width(text: str) -> int:
    """The width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


_NUMBER = re.compile(r"(\d[\d,.]*%?(?:[\u4e00-\u9fff]{1,6}(?![\u4e00-\u9fff])|[万亿]?))")


def in_numbers(text: str) -> list[str]:
    """The wording of a figure in parts: every second one is a number with its unit, which stays on one line."""
    return _NUMBER.split(text)


def exact(value: Decimal) -> Decimal:
    """The value as it is shown exactly: rounded half up once, without trailing zeros."""
    places = min(max(0, -int(value.normalize().as_tuple().exponent)), DIGITS)
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact_text(value: Decimal | None, unit: str = "") -> str:
    """The exact value with separators, money to the fen, or a dash where there is no data."""
    if value is None:
        return "—"
    shown = exact(value)
    decimals = max(-int(shown.as_tuple().exponent), 2 if unit == MONEY else 0)
    return f"{shown:,.{decimals}f}"


def coverage_text(coverage: Coverage) -> str:
    """How many of the units that owe the form have reported it: 52/53; nothing when nobody owes it."""
    return f"{coverage.reported}/{coverage.expected}" if coverage.expected else ""


def edition_zh(edition: str) -> str:
    """An edition as a reader says it: 草稿, 第2版."""
    number = edition_number(edition)
    return f"第{number}版" if number else "草稿"


def edition_number(edition: str) -> int:
    """The number of a release; none for a draft."""
    release = _RELEASE.fullmatch(edition)
    return int(release[1]) if release else 0


def day_zh(moment: dt.date) -> str:
    """A day as it is printed: 2022年2月18日."""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def edition_line(document: Document) -> str:
    """Which edition it is and up to when its data reach."""
    return f"{edition_zh(document.edition)}　数据截至{day_zh(document.as_of)}"


def universal(moment: dt.datetime) -> dt.datetime:
    """The moment in UTC, without zone, as document properties hold it; a moment without zone is local."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return aware.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)


def holds_zh(revision: Revision) -> str:
    """Whether what was printed before is still true, as a table of revisions says it."""
    return {True: "仍成立", False: "不再成立", None: "—"}[revision.before_holds]


def numbered_causes(revisions: Iterable[Revision]) -> dict[Correction, int]:
    """The submissions behind revisions, each with the number of its note."""
    found = dict.fromkeys(cause for each in revisions for cause in each.because)
    return {cause: number for number, cause in enumerate(found, start=1)}


def cause_notes(revisions: Sequence[Revision]) -> tuple[str, ...]:
    """A note for each submission behind revisions, and what is said of those behind which there is none."""
    notes = tuple(
        f"注{number}：{each.zh}（{each.submissions}）。" for each, number in numbered_causes(revisions).items()
    )
    is_declared = any(not each.because for each in revisions)
    return (*notes, f"注：缘由为“{NO_CAUSE}”的，报送未变，口径或版式有变。") if is_declared else notes


def section_titles(document: Document) -> dict[str, str]:
    """The heading of every section by its id; one without is named after that over it, or its id."""
    titles: dict[str, str] = {}
    above: list[PrintedSection] = []
    for section in document.sections:
        above = [each for each in above if each.level < section.level]
        titles[section.id] = section.title or (above[-1].title if above else section.id)
        above += [section] if section.title else []
    return titles


def revision_places(document: Document) -> list[str]:
    """Where each revision stands: the heading of its section, and whether in the text or in which table of it."""
    titles, sections = section_titles(document), {each.id: each for each in document.sections}
    return [
        titles.get(each.section, each.section) + _place_in(sections.get(each.section), each)
        for each in document.revisions
    ]


def _place_in(section: PrintedSection | None, revision: Revision) -> str:
    """The text or the table in which a section prints a revised figure; nothing of what it prints no longer."""
    printed = (revision.key, revision.after.partition("（")[0])
    if section is None:
        return ""
    for table in section.tables:
        if any(printed == (cell.figure.key, cell.text) for _, cells in table.rows for cell in cells if cell.figure):
            return f"（{table.label.text or table.title}）"
    said = (piece for paragraph in section.paragraphs for piece in paragraph if isinstance(piece, PrintedFigure))
    return "（正文）" if any(printed == (each.key, each.text) for each in said) else ""


def figure_name(figure: PrintedFigure) -> str:
    """What a figure is called: its indicator and year."""
    return f"{figure.zh}（{figure.year}年）"


WHOLE = "全部单位"


@dataclass(frozen=True)
class ListingLine:
    """One figure of the list: the figures that print it, differing in their wording only, and whose it is."""

    figures: tuple[PrintedFigure, ...]
    unit: str = ""

    @property
    def first(self) -> PrintedFigure:
        """The figure as it is printed first."""
        return self.figures[0]


def unit_names(document: Document) -> dict[str, str]:
    """The names of the units that contribute to any figure."""
    return {each.unit_code: each.zh for trace in document.traces.values() for each in trace.by_unit}


def lines_by_figure(document: Document) -> list[ListingLine]:
    """A line per figure of the whole federation; the parts of single units stand in the tables."""
    return [line for line in _lines(document, lambda figure: (figure.key, figure.scope)) if not line.unit]


def lines_by_section(document: Document) -> list[ListingLine]:
    """A line per figure and section, those of single units too."""
    return _lines(document, lambda figure: (figure.key, figure.scope, figure.section))


def _lines(document: Document, sort_of: Callable[[PrintedFigure], Hashable]) -> list[ListingLine]:
    """The figures together that are of a sort, in the order in which they are printed first; each wording once."""
    names = unit_names(document)
    sorts: dict[Hashable, dict[str, PrintedFigure]] = {}
    for figure in document.figures:
        sorts.setdefault(sort_of(figure), {}).setdefault(figure.text, figure)
    lines = (tuple(wordings.values()) for wordings in sorts.values())
    return [ListingLine(figures, names.get(figures[0].scope, "")) for figures in lines]
