"""The cells of a worksheet part: which style they have, and giving them another."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Iterator

from lxml import etree

from nianbao.intake.answer.package import MAIN, Element

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def position(address: str) -> tuple[int, int] | None:
    """Row and column, both from 1, of an address like `E7`; None when it is none."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


class Cells:
    """The rows and cells of one worksheet, found by their addresses."""

    def __init__(self, sheet: Element) -> None:
        self._sheet = sheet
        data = sheet.find(f"{{{MAIN}}}sheetData")
        self._data = data if data is not None else etree.SubElement(sheet, f"{{{MAIN}}}sheetData")
        self._rows = {number: row for row, number in _numbered(self._data, _row_number)}
        self._numbers = sorted(self._rows)
        self._merged = [
            area
            for item in sheet.iterfind(f"{{{MAIN}}}mergeCells/{{{MAIN}}}mergeCell")
            if (area := _area(item.get("ref", "")))
        ]

    def shown_at(self, address: str) -> str:
        """The cell that is seen at an address: of a merged area the first."""
        row, column = position(address) or (0, 0)
        for first, (top, left), (bottom, right) in self._merged:
            if top <= row <= bottom and left <= column <= right:
                return first
        return address

    def style(self, address: str) -> int:
        """The style of a cell, or the one it would have."""
        place = position(address)
        cell = self._find(address)
        if cell is not None:
            return int(cell.get("s", 0))
        return self._inherited(*place) if place else 0

    def restyle(self, address: str, style: int) -> None:
        """Give a cell another style; a cell that is not there yet is made."""
        cell = self._find(address)
        if cell is None:
            cell = self._make(address)
        if cell is not None:
            cell.set("s", str(style))

    def height_of_row(self, number: int, default: float) -> float:
        """The height of a row in points."""
        row = self._rows.get(number)
        return float(row.get("ht", default)) if row is not None else default

    def _find(self, address: str) -> Element | None:
        place = position(address)
        row = self._rows.get(place[0]) if place else None
        if place is None or row is None:
            return None
        return next((cell for cell, column in _numbered(row, _column_number) if column == place[1]), None)

    def _make(self, address: str) -> Element | None:
        place = position(address)
        if place is None:
            return None
        number, column = place
        style = self._inherited(number, column)
        row = self._rows.get(number)
        if row is None:
            row = etree.Element(f"{{{MAIN}}}row", r=str(number))
            insort(self._numbers, number)
            self._data.insert(self._numbers.index(number), row)
            self._rows[number] = row
        row.attrib.pop("spans", None)
        before = sum(found < column for _, found in _numbered(row, _column_number))
        cell = etree.Element(f"{{{MAIN}}}c", r=address, s=str(style))
        row.insert(before, cell)
        return cell

    def _inherited(self, number: int, column: int) -> int:
        row = self._rows.get(number)
        if row is not None and row.get("s") is not None:
            return int(row.get("s"))
        for item in self._sheet.iterfind(f"{{{MAIN}}}cols/{{{MAIN}}}col"):
            if int(item.get("min", 0)) <= column <= int(item.get("max", 0)):
                return int(item.get("style", 0))
        return 0


def _area(reference: str) -> tuple[str, tuple[int, int], tuple[int, int]] | None:
    first, _, last = reference.partition(":")
    corners = position(first), position(last)
    return (first, corners[0], corners[1]) if corners[0] and corners[1] else None


def _numbered(parent: Element, number_of: Callable[[Element], int | None]) -> Iterator[tuple[Element, int]]:
    """Rows or cells with their numbers; one that does not say follows the one before."""
    number = 0
    for item in parent.iterchildren(tag=etree.Element):
        number = number_of(item) or number + 1
        yield item, number


def _row_number(row: Element) -> int | None:
    said = row.get("r")
    return int(said) if said else None


def _column_number(cell: Element) -> int | None:
    place = position(cell.get("r", ""))
    return place[1] if place else None
