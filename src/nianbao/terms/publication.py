"""Publications: reports as kinds, their sections, tables and charts, figures bound by indicator."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.terms.passage import Passage
from nianbao.terms.span import ALWAYS, Span


@dataclass(frozen=True)
class Column:
    """A column of a table; values are divided by `scale` and printed with `decimals`."""

    zh: str
    indicator: str = ""
    decimals: int = 0
    scale: int = 1


@dataclass(frozen=True)
class Row:
    """A declared row of a table with `rows = "indicator"`: one binding per column, empty for an empty cell.

    `sums` says that the row is the sum of as many rows below it, or above it if it is negative. Decimals and scale are
    those of the columns where the row has none of its own.
    """

    zh: str
    indicators: tuple[str, ...]
    sums: int = 0
    decimals: int | None = None
    scale: int | None = None


@dataclass(frozen=True)
class Selection:
    """Which units of a level have a row or a bar, and in which order: all, as in the roster, where nothing is said.

    Those `within` a unit; by the values of the indicator `sort`, the highest first unless `is_rising`; the first `top`.
    """

    within: str = ""
    sort: str = ""
    is_rising: bool = False
    top: int = 0


EVERY_UNIT = Selection()


@dataclass(frozen=True)
class Table:
    """A table of a section: a row per unit of a level or per counted unit, declared row, target or year.

    The four columns of a table of targets are what was planned and reached, what became of it, and who set it. A table
    of years has the last so many `years`, this one included.
    """

    title: str
    rows: str
    columns: tuple[Column, ...]
    unit: str = ""
    total: str = ""
    note: str = ""
    rows_of: tuple[Row, ...] = ()
    selection: Selection = EVERY_UNIT
    years: int = 0


@dataclass(frozen=True)
class Chart:
    """A chart of a section, named by its kind; `rows` says whose values they are, where there is one for each unit.

    `whole` is what the value of all together is called, where it is drawn beside theirs; `decimals` are those that
    values are said with, as in the table beside it: else whole numbers where all are whole, or two.
    """

    kind: str
    title: str
    indicators: tuple[str, ...]
    against: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unit: str = ""
    scale: int = 1
    rows: str = ""
    selection: Selection = EVERY_UNIT
    whole: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Section:
    """A section of a publication; level 0 is a part title, 1 and 2 are headings, 3 runs into its paragraph.

    It stands in the reports of the years of `span`; where its publication numbers headings, it `is_numbered`.
    """

    id: str
    title: str
    level: int
    paragraphs: tuple[Passage, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    span: Span = ALWAYS
    is_numbered: bool = True


IN_DIGITS, IN_CHARACTERS, ABOVE = "{1}", "{一}", "{above}"
"""What a pattern holds in the place of a running number, and of the number of the heading above."""


@dataclass(frozen=True)
class Numbering:
    """How a publication numbers: a pattern for the headings of each level, for tables and for charts.

    A level whose pattern is empty has no numbers.
    """

    headings: tuple[str, ...] = ("", "", "", "")
    tables: str = f"表{IN_DIGITS}"
    charts: str = f"图{IN_DIGITS}"


@dataclass(frozen=True)
class Head:
    """The red head of a bulletin (通报、简报): its name, and who compiles it.

    The number of the issue runs on from year to year and is the office's to give: it writes it into a block.
    """

    name: str
    compiler: str
    issue_block: str = ""


@dataclass(frozen=True)
class Tail:
    """The tail lines (版记): who prints it, who gets it and who gets a copy."""

    printed_by: str
    sent_to: str = ""
    copied_to: str = ""


@dataclass(frozen=True)
class Issue:
    """One issue (一期) of a bulletin a year: the publications that it binds, in their order, under one number.

    The first of them bears the red head, in which the office writes the number; the last bears the tail lines.
    """

    publications: tuple[str, ...]
    head: Head
    tail: Tail | None = None

    @property
    def leader(self) -> str:
        """The publication that bears the red head."""
        return self.publications[0]

    def head_of(self, publication: str) -> Head | None:
        """The red head, for the publication that bears it."""
        return self.head if publication == self.leader else None

    def tail_of(self, publication: str) -> Tail | None:
        """The tail lines, for the publication that bears them."""
        return self.tail if publication == self.publications[-1] else None


ANNEXES = ("figures", "sources", "revisions")
"""The annexes that there are, in their order."""
MOST_KEY_FIGURES = 10
PRINTED_ANNEXES = ("revisions",)
"""Those that are printed unless a publication says otherwise: nobody prints the trail of an audit."""


@dataclass(frozen=True)
class Publication:
    """A report as a kind: `work_report`, `audit_report`.

    What a unit explained becomes a footnote where the unit holds at least `footnotes_from` per cent of the figure.
    `key_figures` are the indicators of its page of key figures 一页纸, at most ten; without any there is no such page.
    """

    code: str
    zh: str
    en: str
    issuer: str
    title: str
    style: str
    sections: tuple[Section, ...]
    footnotes_from: int | None = None
    issue: Issue | None = None
    annexes: tuple[str, ...] = PRINTED_ANNEXES
    key_figures: tuple[str, ...] = ()
    numbering: Numbering = Numbering()
