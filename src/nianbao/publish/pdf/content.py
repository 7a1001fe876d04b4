"""The blocks of a report as plain data for the template, and the texts in them by style."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from nianbao.publish import charts
from nianbao.publish.plain import plain, text_width
from nianbao.publish.typeset.block import (
    Block,
    Caption,
    Contents,
    Entry,
    Grid,
    Note,
    Picture,
    Piece,
    RedHead,
    Strong,
    TailLines,
    TypesetLine,
)
from nianbao.publish.typeset.ends import name_size
from nianbao.publish.typeset.grid import fit_head, kept_rows
from nianbao.terms.document import PrintedFigure

Data = dict[str, Any]

_SIZE = re.compile(
    r'<svg[^>]* width="([\d.]+)"[^>]* height="([\d.]+)"|<svg[^>]* height="([\d.]+)"[^>]* width="([\d.]+)"'
)
PICTURE_WIDTH, PICTURE_HEIGHT = 115, 155
TYPE_WIDTH = 442.2
PADDING = 8
"""Points: the type area, and the margins left and right in a cell."""


def content_of(block: Block) -> Data:
    """One block as data."""
    match block:
        case TypesetLine():
            return _line(block)
        case Caption():
            return {"kind": "caption", "style": block.style, "text": plain(f"{block.label.text}　{block.text}")}
        case Grid():
            return _grid(block)
        case Picture():
            return _picture(block)
        case Contents():
            entries = [[_TOC.get(style, "TOC1"), plain(said)] for style, said in block.entries]
            return {"kind": "contents", "line": block.line, "entries": entries}
        case RedHead():
            said = {"name": block.name, "issue": block.issue.text, "compiler": block.compiler, "day": block.day}
            return {"kind": "head", "size": name_size(block.name)} | {key: plain(text) for key, text in said.items()}
        case TailLines():
            receivers = [[plain(label), plain(names)] for label, names in block.receivers]
            return {"kind": "tail", "receivers": receivers, "by": plain(block.printed_by), "day": plain(block.day)}


_UNBROKEN = 24
"""Half-width characters of a figure that is kept on one line with its unit; its lines are ragged, not stretched."""

_TOC = {"Heading2": "TOC2"}


def texts_by_style(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Every text that is shown, with the style that it is in."""
    for block in blocks:
        data = content_of(block) if not isinstance(block, Picture) else {}
        match block:
            case TypesetLine():
                yield block.style, "".join(text for _, text in data["pieces"])
            case Caption():
                yield block.style, f"{block.label.text}　{block.text}"
            case Grid():
                yield data["letters"] + "Head", "".join(itertools.chain.from_iterable(data["heads"]))
                yield data["letters"] + "Text", "".join(p[1] for row in data["rows"] for cell in row for p in cell[1])
            case Contents():
                yield from (("TOC1", text) for _, text in block.entries)
            case RedHead():
                yield "RedName", data["name"]
                yield "IssueNumber", data["issue"] + data["compiler"] + data["day"]
            case TailLines():
                yield "TailLine", "".join(itertools.chain(*data["receivers"])) + data["by"] + data["day"]
            case Picture():
                yield "Heading1", charts.in_words(block.chart)


def _line(line: TypesetLine) -> Data:
    pieces = [_piece(piece) for piece in line.pieces if piece]
    return {
        "kind": "line", "style": line.style, "pieces": pieces, "heading": line.is_heading, "page": line.new_page,
        "sticky": line.keeps_next, "ragged": any(kind == "whole" for kind, _ in pieces),
    }  # fmt: skip


def _piece(piece: Piece) -> list[str]:
    """A piece of text and what it is."""
    if isinstance(piece, str):
        return ["text", plain(piece)]
    kind = "strong" if isinstance(piece, Strong) else "note" if isinstance(piece, Note) else "text"
    if isinstance(piece, PrintedFigure) and text_width(piece.text) <= _UNBROKEN:
        kind = "whole"
    return [kind, plain(piece.text)]


def _grid(grid: Grid) -> Data:
    size = 10.5 if grid.is_small else 12
    shares = [TYPE_WIDTH * width / sum(grid.widths) for width in grid.widths]
    heads = [fit_head(plain(h), (s - PADDING) / size * 2) for h, s in zip(grid.heads, shares, strict=True)]
    return {
        "kind": "table",
        "letters": "Small" if grid.is_small else "Table",
        "widths": list(grid.widths),
        "heads": heads,
        "rows": [[_cell(entry) for entry in row] + [[False, []]] * (len(heads) - len(row)) for row in grid.rows],
        "whole": bool(kept_rows(grid)),
        "sticky": grid.keeps_next and bool(kept_rows(grid)),  # a long table would be moved to the next page whole
    }


def _cell(entry: Entry) -> list[Any]:
    """Whether it is a number, and its pieces."""
    said = "；".join(text for text, _ in entry.pieces)
    pieces = [["strong" if entry.is_bold else "text", plain(said)]] if said else []
    return [entry.is_number, pieces + [["note", plain(note.text)] for note in entry.notes]]


def _picture(picture: Picture) -> Data:
    """A chart as SVG, as large as the sheet allows."""
    svg = charts.to_svg(picture.chart)
    found = _SIZE.search(svg)
    sides = [float(side) for side in found.groups() if side] if found else [PICTURE_WIDTH, PICTURE_WIDTH]
    width, height = sides if found is None or found[1] else sides[::-1]
    scale = min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    return {"kind": "picture", "svg": svg, "width": width * scale, "words": plain(charts.in_words(picture.chart))}
