"""What stands on paper, one under the other: text, tables, pictures, and what opens and closes the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nianbao.terms.document import Label, PrintedBlock, PrintedChart, PrintedFigure, PrintedText, ToWrite


@dataclass(frozen=True)
class Strong:
    """A heading that opens its paragraph."""

    text: str


@dataclass(frozen=True)
class Note:
    """A footnote, with its mark where it stands."""

    text: str


Piece = str | Strong | Note | PrintedFigure | PrintedText | PrintedBlock | ToWrite


@dataclass(frozen=True)
class TypesetLine:
    """A paragraph in a style; `is_heading` ones are in the table of contents, `block_id` ones the office's own."""

    style: str
    pieces: tuple[Piece, ...]
    is_heading: bool = False
    new_page: bool = False
    keeps_next: bool = False
    block_id: str = ""

    @property
    def text(self) -> str:
        """Its words, without footnotes."""
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces if not is_note(piece))


@dataclass(frozen=True)
class Caption:
    """A caption with its number: 表1　……."""

    label: Label
    text: str


@dataclass(frozen=True)
class Entry:
    """What stands in a cell of any table: a text, or figures in their own words; numbers stand at the right."""

    text: str
    is_number: bool = False
    is_bold: bool = False
    figures: Sequence[PrintedFigure] = ()

    @property
    def pieces(self) -> list[tuple[str, PrintedFigure | None]]:
        """What is printed, each piece with the figure it is; a text beside a figure stands for its own."""
        if self.text:
            return [(self.text, self.figures[0] if self.figures else None)]
        return [(figure.text, figure) for figure in self.figures]


@dataclass(frozen=True)
class Grid:
    """The lines of a table: heads, rows, relative widths of the columns; what stands over them at the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    widths: Sequence[float]
    is_small: bool = False
    over: str = ""


@dataclass(frozen=True)
class SetTable:
    """A table with all that belongs to it; one too wide for the sheet goes on in further grids."""

    caption: Caption | None
    grids: tuple[Grid, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart and its caption."""

    chart: PrintedChart
    caption: Caption


@dataclass(frozen=True)
class Contents:
    """The table of contents: style and text of every heading; its lines are so many points high."""

    entries: tuple[tuple[str, str], ...]
    line: float


@dataclass(frozen=True)
class RedHead:
    """The head of a bulletin: its name in red, the issue, and over the red line who compiles it and the day."""

    name: str
    issue: TypesetLine
    compiler: str
    day: str


@dataclass(frozen=True)
class TailLines:
    """The foot of the last page: who gets it (each with its label), who prints it and when."""

    receivers: tuple[tuple[str, str], ...]
    printed_by: str
    day: str


Block = TypesetLine | SetTable | Picture | Contents | RedHead | TailLines


def is_note(piece: Piece) -> bool:
    """Whether a piece is a footnote."""
    return isinstance(piece, Note)


def notes_in(block: Block) -> int:
    """How many footnotes a block has."""
    return sum(map(is_note, block.pieces)) if isinstance(block, TypesetLine) else 0
