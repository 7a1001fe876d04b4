"""A composed report: sections with every figure resolved, ready for any writer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from nianbao.terms.background import Background
from nianbao.terms.figure import Claim, Coverage, TracedCell
from nianbao.terms.publication import PRINTED_ANNEXES, Head, Tail
from nianbao.terms.release import Correction, Release
from nianbao.terms.reported import ReportedText


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as it stands in the text: its key (`warmth_funds-2021`), exact value and printed wording.

    `true_for` is the interval of the values of which the text is true, `(120000,130000)`, "" where there is none.
    `missing_share_of_last_year` is the share, between 0 and 1, of last year's total that the missing units held, None
    where that is not known; `claim` tells whether what the text says would survive the worst case (None: nothing is
    claimed), and `doubt` why it might not.
    """

    key: str
    indicator_id: str
    zh: str
    year: int
    scope: str
    section: str
    value: Decimal | None
    unit: str
    text: str
    wording: str
    coverage: Coverage
    definition: str
    bulletin_id: str = ""
    true_for: str = ""
    missing_share_of_last_year: Decimal | None = None
    claim: Claim | None = None
    doubt: str = ""


@dataclass(frozen=True)
class PrintedText(ReportedText):
    """What a unit reported in words, to the letter, where it is printed.

    `key` is the id it carries in every format (`text-audit_problems-1`); `said_on` is the day on which it arrived.
    """

    key: str
    zh: str
    section: str

    @property
    def source_zh(self) -> str:
        """Who said it, when and where, in one line."""
        return f"{self.unit_zh} {self.said_on.isoformat()} 报送，{self.sheet} {self.cell}"


@dataclass(frozen=True)
class PrintedBlock:
    """What the office wrote itself in a place that is declared for it; `by` and `written_on` say who and when."""

    key: str
    block_id: str
    section: str
    text: str
    by: str
    written_on: dt.date
    is_centred: bool = False


@dataclass(frozen=True)
class ToWrite:
    """A gap of a draft: what a person has still to say there."""

    text: str
    is_required: bool
    block_id: str = ""
    is_centred: bool = False


@dataclass(frozen=True)
class OpenPassage:
    """A declared text or office block that nobody has written: a release leaves it out, and waits for a required one.

    `text_id` is that of a declared text, `block_id` that of a block, the other is empty.
    """

    zh: str
    section: str
    is_required: bool
    text_id: str = ""
    block_id: str = ""


Piece = str | PrintedFigure | PrintedText | PrintedBlock | ToWrite
Paragraph = tuple[Piece, ...]
"""Pieces of running text, figures, reported texts and office blocks, in order."""


@dataclass(frozen=True)
class TableCell:
    """A cell of a table: what is printed, the exact value in the table's unit, and the figure behind it.

    Words, as an outcome is, stand at the left and not where numbers do.
    """

    text: str
    value: Decimal | None = None
    figure: PrintedFigure | None = None
    decimals: int = 0
    is_words: bool = False


@dataclass(frozen=True)
class RowSum:
    """A row of a table that adds up the rows from `first` to before `stop`, in the columns that can be added at all."""

    row: int
    first: int
    stop: int
    columns: frozenset[int]


class Label(NamedTuple):
    """The number of a table or chart with what stands around it: 表, 1 and nothing; 表3-, 1 and nothing."""

    lead: str = ""
    number: str = ""
    tail: str = ""

    @property
    def text(self) -> str:
        """As it is printed."""
        return "".join(self)


UNNUMBERED = Label()
TOTAL = "合计"
"""How the label of a row of totals ends."""


@dataclass(frozen=True)
class PrintedTable:
    """A table: column heads (the first is over the row labels), labelled rows, an optional last row of totals.

    `sums` says which rows add up others; with units that are not shown, a total can be more than they come to.
    """

    title: str
    unit: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[TableCell, ...]], ...]
    has_total: bool = False
    note: str = ""
    sums: tuple[RowSum, ...] = ()
    label: Label = UNNUMBERED

    @property
    def totals(self) -> frozenset[int]:
        """The rows that are totals of others, also where not all of those are shown (支出合计)."""
        last = {len(self.rows) - 1} if self.has_total and self.rows else set()
        named = {number for number, (label, _) in enumerate(self.rows) if label.endswith(TOTAL)}
        return frozenset({each.row for each in self.sums} | last | named)

    @property
    def indicators(self) -> tuple[str, ...]:
        """What its cells are values of."""
        figures = (cell.figure for _, cells in self.rows for cell in cells if cell.figure)
        return tuple(dict.fromkeys(figure.indicator_id for figure in figures))


@dataclass(frozen=True)
class ChartPoint:
    """One bar or slice: label, series name ("" when there is one), value in the chart's unit.

    `text` is what is printed of it where that is not the value alone; `place` row and column on a map of tiles.
    """

    label: str
    series: str
    value: Decimal
    text: str = ""
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class PrintedChart:
    """A chart: its kind, title, unit, points; and of what.

    `finding` says what is seen, from the same points; `whole` is what all of them together have, where it is drawn.
    """

    kind: str
    title: str
    unit: str
    points: tuple[ChartPoint, ...]
    indicators: tuple[str, ...] = ()
    finding: str = ""
    whole: ChartPoint | None = None
    label: Label = UNNUMBERED


@dataclass(frozen=True)
class Footnote:
    """What is said about a figure, by its key, where it is printed."""

    figure: str
    text: str


@dataclass(frozen=True)
class PrintedSection:
    """A section with its text, tables and charts.

    `coverage_notes` say who has not reported, `footnotes` what units explained, each at a figure; `signer_notes` what
    to look at before a draft is signed.
    """

    id: str
    title: str
    level: int
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[PrintedTable, ...]
    charts: tuple[PrintedChart, ...]
    coverage_notes: tuple[Footnote, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    signer_notes: tuple[str, ...] = ()

    def after(self, number: int) -> tuple[PrintedTable | PrintedChart, ...]:
        """The tables, then the charts, that belong behind a paragraph: the last one that says a figure of theirs.

        What no paragraph speaks of stands behind the last of them.
        """
        shown: tuple[PrintedTable | PrintedChart, ...] = (*self.tables, *self.charts)
        return tuple(each for each in shown if self._place(each) == number)

    def in_reading_order(self) -> PrintedSection:
        """The section with its tables and its charts in the order in which they are met, so that numbers run on."""
        tables, charts = sorted(self.tables, key=self._place), sorted(self.charts, key=self._place)
        return replace(self, tables=tuple(tables), charts=tuple(charts))

    def _place(self, shown: PrintedTable | PrintedChart) -> int:
        """The number of the paragraph; a chart does not come before the table of the same values."""
        places = [
            number
            for number, paragraph in enumerate(self.paragraphs)
            if any(isinstance(piece, PrintedFigure) and piece.indicator_id in shown.indicators for piece in paragraph)
        ]
        if isinstance(shown, PrintedChart):
            places += [self._place(each) for each in self.tables if set(each.indicators) & set(shown.indicators)]
        return max(places, default=max(len(self.paragraphs) - 1, 0))


@dataclass(frozen=True)
class UnitValue:
    """What one unit contributes to a figure."""

    unit_code: str
    zh: str
    value: Decimal | None


@dataclass(frozen=True)
class TracedOperand:
    """What a figure is computed from: another figure, and what it takes of that.

    `periods` are those that it takes, where years are held against each other of which not all can be compared;
    `is_part` says that it takes something else than the whole: of some periods, or of comparable units alone.
    """

    key: str
    value: Decimal | None
    periods: tuple[str, ...] = ()
    is_part: bool = False


@dataclass(frozen=True)
class Trace:
    """Where a figure comes from: what it is computed from, values by unit, cells.

    `adds_up` says that the value over all units is the sum of the values by unit. Of the draft of a night, which lists
    the first units and no cells, `units` and `counted` say how many of each there are; else they are None.
    """

    key: str
    operands: tuple[TracedOperand, ...]
    by_unit: tuple[UnitValue, ...]
    cells: tuple[TracedCell, ...]
    adds_up: bool = False
    units: int | None = None
    counted: int | None = None


class Revision(NamedTuple):
    """A figure that is printed otherwise than in the release before; `section` is where.

    `before_holds`: whether what was printed before is true of the value now, None where that cannot be told;
    the exact values are those of then and now. `because` are the submissions that it follows from.
    """

    zh: str
    year: int
    section: str
    before: str
    after: str
    before_holds: bool | None = None
    key: str = ""
    old_value: Decimal | None = None
    new_value: Decimal | None = None
    because: tuple[Correction, ...] = ()

    @property
    def because_zh(self) -> str:
        """Whose submissions it follows from, with their ids; what was declared otherwise, where no submission was."""
        return "；".join(f"{each.zh}（{each.submissions}）" for each in self.because) or "口径或版式有变"


DRAFT = "draft"
"""The edition that every night writes anew."""


@dataclass(frozen=True)
class Document:
    """One edition of a publication for a year, ready to be written as HTML, PDF, DOCX or XLSX.

    `edition` is `draft` or `r1`, `r2`…; `notices` are printed on top (the sample data says that it is synthetic);
    `unfinished` says on every page of a year that is not over which periods it is made of; `revisions` compares with
    the release before. A draft has no day of issue yet. `bulletin` names that which it is bound in, `issue` the number
    that the office gave it; `head` and `tail` are those of the first and of the last report of an issue. `background`
    is what the pages tell besides the figures. What `is_whole` comes in all formats, with every unit and cell behind
    each figure; the draft of a night is its pages and lists, and counts what it does not list. `open_passages` are
    those that nobody has written.
    """

    publication: str
    zh: str
    title: str
    issuer: str
    style: str
    year: int
    edition: str
    as_of: dt.datetime
    sections: tuple[PrintedSection, ...]
    figures: tuple[PrintedFigure, ...]
    traces: dict[str, Trace]
    notices: tuple[str, ...] = ()
    unfinished: str = ""
    open_passages: tuple[OpenPassage, ...] = ()
    revisions: tuple[Revision, ...] = ()
    issued_on: dt.date | None = None
    bulletin: str = ""
    head: Head | None = None
    tail: Tail | None = None
    issue: PrintedBlock | ToWrite | None = None
    annexes: tuple[str, ...] = PRINTED_ANNEXES
    background: Background = field(default_factory=Background)
    is_whole: bool = True

    @property
    def texts(self) -> tuple[PrintedText, ...]:
        """What is quoted, in reading order."""
        return tuple(piece for piece in self._pieces() if isinstance(piece, PrintedText))

    @property
    def blocks(self) -> tuple[PrintedBlock, ...]:
        """What the office wrote itself, in reading order."""
        return tuple(piece for piece in self._pieces() if isinstance(piece, PrintedBlock))

    def _pieces(self) -> Iterator[Piece]:
        return (p for section in self.sections for paragraph in section.paragraphs for p in paragraph)


@dataclass(frozen=True)
class Impact:
    """A figure, phrase or quoted text of a release that would be printed otherwise once a workbook has come in.

    `revision` holds what the release prints and what would be printed; `change` is by how much the value would move
    against today's, None where there is none on one side, `percent` the same in per cent of today's.
    """

    release: Release
    revision: Revision
    change: Decimal | None
    percent: Decimal | None
    is_material: bool
