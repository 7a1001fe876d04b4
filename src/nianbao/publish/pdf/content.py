"""The blocks of a report as plain data for the template, and the texts in them by style."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from nianbao.publish import charts
from nianbao.publish.plain import in_numbers, plain
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
    SetTable,
    Strong,
    TailLines,
    TypesetLine,
)
from nianbao.publish.typeset.ends import name_size
from nianbao.publish.typeset.grid import fit_head
from nianbao.terms.document import PrintedFigure

Data = dict[str, Any]

_SIDES = {side: re.compile(rf' {side}="([\d.]+)"') for side in ("width", "height")}
TYPE_WIDTH = 442.2
PADDING = 8
"""Points: the type area, and the margins left and right in a cell."""


def content_of(block: Block) -> Data:
    """One block as data."""
    match block:
        case TypesetLine():
            return _line(block)
        case SetTable():
            caption = _caption(block.caption) if block.caption else ""
            grids, notes = [_grid(grid) for grid in block.grids], [plain(note) for note in block.notes]
            return {"kind": "table", "caption": caption, "grids": grids, "notes": notes or [""]}
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


_NAMED = re.compile(r"([表图]\d[\d-]*)")
"""A table or chart by its number, which stays on one line as a number with its unit does."""

_TOC = {"Heading2": "TOC2"}


def texts_by_style(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Every text that is shown, with the style that it is in."""
    for block in blocks:
        data = content_of(block) if not isinstance(block, Picture) else {}
        match block:
            case TypesetLine():
                yield block.style, "".join(text for _, text in data["pieces"])
            case SetTable():
                yield "Caption", data["caption"]
                yield "TableNote", "".join(data["notes"])
                for grid in data["grids"]:
                    yield "TableUnit", grid["over"]
                    yield grid["letters"] + "Head", "".join(grid["heads"])
                    yield grid["letters"] + "Text", "".join(p[1] for row in grid["rows"] for c in row for p in c[1])
            case Contents():
                yield from (("TOC1", text) for _, text in block.entries)
            case RedHead():
                yield "RedName", data["name"]
                yield "IssueNumber", data["issue"] + data["compiler"] + data["day"]
            case TailLines():
                yield "TailLine", "".join(itertools.chain(*data["receivers"])) + data["by"] + data["day"]
            case Picture():
                yield "FigureCaption", _caption(block.caption)
                yield "Heading1", charts.in_words(block.chart)


def _line(line: TypesetLine) -> Data:
    pieces = [said for piece in line.pieces if piece for said in _pieces(piece)]
    return {
        "kind": "line", "style": line.style, "pieces": pieces, "heading": line.is_heading, "page": line.new_page,
        "sticky": line.keeps_next, "ragged": any(kind == "whole" for kind, _ in pieces),
    }  # fmt: skip


def _pieces(piece: Piece) -> Iterator[list[str]]:
    """A piece of text and what it is; a number with its unit is a piece of its own, and so is 表1."""
    if isinstance(piece, PrintedFigure | str):
        said = in_numbers(plain(piece.text)) if isinstance(piece, PrintedFigure) else _NAMED.split(plain(piece))
        yield from (["whole" if number % 2 else "text", part] for number, part in enumerate(said) if part)
    else:
        yield [
            "strong" if isinstance(piece, Strong) else "note" if isinstance(piece, Note) else "text",
            plain(piece.text),
        ]


def _caption(caption: Caption) -> str:
    return plain(f"{caption.label.text}　{caption.text}")


def _grid(grid: Grid) -> Data:
    size = 10.5 if grid.is_small else 12
    shares = [TYPE_WIDTH * width / sum(grid.widths) for width in grid.widths]
    heads = [fit_head(plain(h), (s - PADDING) / size * 2) for h, s in zip(grid.heads, shares, strict=True)]
    return {
        "over": plain(grid.over),
        "letters": "Small" if grid.is_small else "Table",
        "widths": list(grid.widths),
        "heads": heads,
        "rows": [[_cell(entry) for entry in row] + [[False, []]] * (len(heads) - len(row)) for row in grid.rows],
    }


def _cell(entry: Entry) -> list[Any]:
    """Whether it is a number, and its pieces."""
    said = "；".join(text for text, _ in entry.pieces)
    return [entry.is_number, [["strong" if entry.is_bold else "text", plain(said)]] if said else []]


def _picture(picture: Picture) -> Data:
    """A chart as SVG and its size."""
    svg = charts.to_svg(picture.chart)
    tag = svg[: svg.index(">")]
    width, height = (float(side[1]) for side in (_SIDES["width"].search(tag), _SIDES["height"].search(tag)) if side)
    return {
        "kind": "picture", "svg": svg, "width": charts.on_paper(width, height)[0],
        "words": plain(charts.in_words(picture.chart)), "caption": _caption(picture.caption),
    }  # fmt: skip
