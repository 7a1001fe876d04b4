"""Deviations of the tables: unit of measure, numbers, letters, width."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nianbao.review.layout import standard
from nianbao.review.layout.block import MeasuredBlock
from nianbao.review.layout.measure import Measured, MeasuredTable
from nianbao.review.layout.standard import Departure

_NUMBER = re.compile(r"[-+－−]?\d[\d,，]*(?:\.\d+)?[%％]?")
_NOTHING = {"", "—", "——", "-", "－", "/", "…"}
_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_QUANTITY = re.compile(r"序号|编号|代码|年[度份]|电话")
_UNIT_LINE = re.compile(r"[\s　]*[（(]?(?:计量)?单位[：:]")
_UNIT_IN_HEAD = re.compile(r"（[^（）]+）|\([^()]+\)|[%％]|单位")
_NEAR = 3
"""So many paragraphs above a table may hold its unit."""


def check_tables(measured: Measured) -> Iterator[Departure]:
    """All tables that hold text."""
    for table in measured.tables:
        if not any(blocks for row in table.rows for _, blocks in row):
            continue
        where = f"表{table.number}“{_text(next(blocks for row in table.rows for _, blocks in row if blocks))}…”"
        yield from _letters(table, where)
        sheet = measured.sheets[table.section]
        room = sheet.width - sheet.margins["左"] - sheet.margins["右"]
        if not sheet.is_landscape:  # where the margins take of the type area, that is what deviates
            room = max(room, standard.PAPER[0] - standard.MARGINS["左"] - standard.MARGINS["右"])
        if table.width > room + standard.TOLERANCE:
            yield Departure(standard.TABLE_WIDTH, where, f"宽{table.width:.0f}毫米，版心宽{room:.0f}毫米")
        if columns := _quantities(table):
            yield from _unit(table, where)
            yield from _numbers(table, columns, where)


def _letters(table: MeasuredTable, where: str) -> Iterator[Departure]:
    """Fonts and sizes in the cells."""
    pieces = [piece for row in table.rows for _, blocks in row for block in blocks for piece in block.pieces]
    pieces = [piece for piece in pieces if piece.text.strip()]
    if unnamed := [piece for piece in pieces if not piece.font]:
        yield Departure(standard.FONT_NAMED, where, f"“{unnamed[0].text.strip()[:8]}”没有指明中文字体")
    if wrong := [piece for piece in pieces if piece.size not in standard.TABLE_SIZES]:
        yield Departure(standard.TABLE_SIZE, where, f"“{wrong[0].text.strip()[:8]}”{wrong[0].size:g}磅")


def _quantities(table: MeasuredTable) -> list[int]:
    """The columns with nothing but numbers under their head, other than years and running numbers."""
    heads = {column: _text(blocks) for column, blocks in table.rows[0]}
    columns: dict[int, list[str]] = {}
    for row in table.rows[1:]:
        for column, blocks in row:
            columns.setdefault(column, []).append(_text(blocks))
    return [
        column
        for column, texts in columns.items()
        if not _NO_QUANTITY.search(heads.get(column, ""))
        and (said := [text for text in texts if text not in _NOTHING])
        and all(_NUMBER.fullmatch(text) for text in said)
        and not all(_YEAR.fullmatch(text) for text in said)
    ]


def _unit(table: MeasuredTable, where: str) -> Iterator[Departure]:
    """The unit of measure: over the table at the right, or else in a head or in the label of every row."""
    lines = [block for block in table.before[-_NEAR:] if _UNIT_LINE.match(block.text)]
    heads = [_text(blocks) for _, blocks in table.rows[0]]
    labels = [_text(row[0][1]) for row in table.rows[1:] if row]
    is_said = any(map(_UNIT_IN_HEAD.search, heads)) or all(map(_UNIT_IN_HEAD.search, labels))
    if lines and lines[-1].align != "right":
        yield Departure(standard.TABLE_UNIT, where, f"“{lines[-1].text.strip()}”没有居右")
    elif not lines and not is_said:
        yield Departure(standard.TABLE_UNIT, where, "没有注明计量单位")


def _numbers(table: MeasuredTable, columns: list[int], where: str) -> Iterator[Departure]:
    """Numbers that do not stand at the right."""
    wrong = [
        (number, column)
        for number, row in enumerate(table.rows[1:], start=2)
        for column, blocks in row
        if column in columns
        and any(_NUMBER.fullmatch(block.text.strip()) and block.align != "right" for block in blocks)
    ]
    if wrong:
        row, column = wrong[0]
        yield Departure(standard.TABLE_NUMBERS, where, f"第{row}行第{column + 1}列等{len(wrong)}格的数字没有右对齐")


def _text(blocks: tuple[MeasuredBlock, ...]) -> str:
    """The text of a cell on one line."""
    return " ".join(" ".join(block.text for block in blocks).split())
