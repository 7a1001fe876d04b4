"""Cell comments: their texts in one part, their boxes in a drawing of the old kind, both beside the sender's own."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

from lxml import etree

from nianbao.intake.answer.cells import Cells, position
from nianbao.intake.answer.job import SIGN
from nianbao.intake.answer.package import MAIN, RELATIONS, Element, UnknownPackage, WorkbookPackage, plain, serialise

_AUTHOR = "审核"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML = "urn:schemas-microsoft-com:vml"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
_BEHIND = (
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
)
_BOX_WIDTH = 330
_LINE_HEIGHT = 17
_LETTERS_A_LINE = 50
_COLUMN_WIDTH = 64
_SHAPES_A_SHEET = 1024

_EMPTY_DRAWING = f"""<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{{number}}"/></o:shapelayout>
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>"""
_SHAPE = f"""<v:shape xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}" id="_x0000_s{{number}}"
 type="#_x0000_t202" style="position:absolute;visibility:hidden;z-index:{{order}}"
 fillcolor="#ffffe1" o:insetmode="auto">
<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{{anchor}}</x:Anchor>
<x:AutoFill>False</x:AutoFill><x:Row>{{row}}</x:Row><x:Column>{{column}}</x:Column></x:ClientData></v:shape>"""
_SHAPE_NUMBER = re.compile(rb'id="_x0000_s(\d+)"')


def comment_on(package: WorkbookPackage, part: str, cells: Cells, texts: Mapping[str, str]) -> None:
    """Give cells of a worksheet part our comments, in place of those we wrote in an earlier answer.

    A cell that the sender has commented on keeps that text, with ours below it.
    """
    existing = [name for _, name in package.related(part, "comments") if name in package]
    if not texts and not existing:
        return
    comments = package.tree(existing[0]) if existing else None
    if comments is None:
        name = package.free_name("xl/comments{}.xml")
        comments = etree.Element(f"{{{MAIN}}}comments", nsmap={None: MAIN})
        package.put_tree(name, comments)
        package.declare(name, _COMMENTS_TYPE)
        package.relate(part, "comments", name)
    authors, entries = _section(comments, "authors"), _section(comments, "commentList")
    gone = _take_away(entries)
    old = {entry.get("ref"): entry for entry in entries}
    new = []
    for address, text in texts.items():
        if address in old:
            _add_run(_text_of(old[address]), f"\n\n{text}")
        else:
            entries.append(_comment(address, text, _author_id(authors)))
            new.append(address)
    _draw(package, part, cells, gone, {address: texts[address] for address in new})


def _section(comments: Element, name: str) -> Element:
    found = comments.find(f"{{{MAIN}}}{name}")
    return found if found is not None else etree.SubElement(comments, f"{{{MAIN}}}{name}")


def _take_away(entries: Element) -> set[str]:
    """Remove what we wrote before; returns the cells that have no comment any more."""
    gone = set()
    for entry in list(entries):
        text = "".join(entry.itertext(f"{{{MAIN}}}t"))
        if SIGN not in text:
            continue
        own = text[: text.index(SIGN)].rstrip()
        if own:
            holder = _text_of(entry)
            holder.clear()
            _add_run(holder, own)
        else:
            entries.remove(entry)
            gone.add(entry.get("ref"))
    return gone


def _comment(address: str, text: str, author: int) -> Element:
    entry = etree.Element(f"{{{MAIN}}}comment", ref=address, authorId=str(author))
    head, _, rest = text.partition("\n")
    holder = etree.SubElement(entry, f"{{{MAIN}}}text")
    _add_run(holder, head + "\n", bold=True)
    _add_run(holder, rest)
    return entry


def _text_of(entry: Element) -> Element:
    holder = entry.find(f"{{{MAIN}}}text")
    return holder if holder is not None else etree.SubElement(entry, f"{{{MAIN}}}text")


def _add_run(holder: Element, text: str, bold: bool = False) -> None:
    run = etree.SubElement(holder, f"{{{MAIN}}}r")
    look = etree.SubElement(run, f"{{{MAIN}}}rPr")
    if bold:
        etree.SubElement(look, f"{{{MAIN}}}b")
    etree.SubElement(look, f"{{{MAIN}}}sz", val="9")
    etree.SubElement(look, f"{{{MAIN}}}color", rgb="FF000000")
    etree.SubElement(look, f"{{{MAIN}}}rFont", val="宋体")
    etree.SubElement(look, f"{{{MAIN}}}charset", val="134")
    item = etree.SubElement(run, f"{{{MAIN}}}t")
    item.text = plain(text)
    item.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _author_id(authors: Element) -> int:
    for number, author in enumerate(authors):
        if author.text == _AUTHOR:
            return number
    etree.SubElement(authors, f"{{{MAIN}}}author").text = _AUTHOR
    return len(authors) - 1


def _draw(package: WorkbookPackage, part: str, cells: Cells, gone: Collection[str], texts: Mapping[str, str]) -> None:
    """Take away the boxes of the comments that are gone and draw those of the new ones."""
    sheet = package.tree(part)
    reference = sheet.find(f"{{{MAIN}}}legacyDrawing")
    known = dict(package.related(part, "vmlDrawing"))
    name = known.get(reference.get(f"{{{RELATIONS}}}id")) if reference is not None else None
    if name is None or name not in package:
        name = package.free_name("xl/drawings/vmlDrawing{}.vml")
        number = int(re.sub(r"\D", "", name))
        package.put(name, _EMPTY_DRAWING.format(number=number).encode())
        package.declare_extension("vml", _DRAWING_TYPE)
        if reference is not None:
            sheet.remove(reference)
        _refer(sheet, package.relate(part, "vmlDrawing", name))
    content = package.read(name)
    # Drawings of the old kind are not always well-formed, as browsers of their time did not mind.
    root = etree.fromstring(content, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    if root is None:
        raise UnknownPackage("no drawing")
    places = {place for address in gone if (place := position(address))}
    for shape in list(root.iter(f"{{{_VML}}}shape")):
        if _place_of(shape) in places:
            shape.getparent().remove(shape)
    taken = [int(number) for number in _SHAPE_NUMBER.findall(content)]
    first = max(taken, default=_SHAPES_A_SHEET * int(re.sub(r"\D", "", name) or 1)) + 1
    geometry = _Geometry(sheet, cells)
    for order, (address, text) in enumerate(texts.items()):
        place = position(address)
        if place is not None:
            row, column = place
            shape = _SHAPE.format(
                number=first + order,
                order=order + 1,
                row=row - 1,
                column=column - 1,
                anchor=geometry.anchor(row, column, text),
            )
            root.append(etree.fromstring(shape))
    package.put(name, serialise(root))


def _refer(sheet: Element, relation: str) -> None:
    reference = etree.Element(f"{{{MAIN}}}legacyDrawing")
    reference.set(f"{{{RELATIONS}}}id", relation)
    for index, child in enumerate(sheet):
        if isinstance(child.tag, str) and etree.QName(child).localname in _BEHIND:
            sheet.insert(index, reference)
            return
    sheet.append(reference)


def _place_of(shape: Element) -> tuple[int, int] | None:
    row, column = (
        shape.findtext(f"{{{_EXCEL}}}ClientData/{{{_EXCEL}}}{name}", "").strip() for name in ("Row", "Column")
    )
    return (int(row) + 1, int(column) + 1) if row.isdigit() and column.isdigit() else None


class _Geometry:
    """Where a box stands beside its cell: right of it, as wide as a column of text and as high as its lines."""

    def __init__(self, sheet: Element, cells: Cells) -> None:
        self._cells = cells
        self._widths: list[tuple[int, int, float]] = [
            (int(item.get("min", 0)), int(item.get("max", 0)), float(item.get("width", 9)))
            for item in sheet.iterfind(f"{{{MAIN}}}cols/{{{MAIN}}}col")
        ]
        usual: Any = sheet.find(f"{{{MAIN}}}sheetFormatPr")
        self._row_height = float(usual.get("defaultRowHeight", 15)) if usual is not None else 15.0

    def anchor(self, row: int, column: int, text: str) -> str:
        """The eight numbers of a box: left, top, right, bottom, each as cell and pixels into it."""
        top = max(row - 2, 0)
        right, right_offset = self._walk(column, 15 + _BOX_WIDTH, self._width_of)
        bottom, bottom_offset = self._walk(top, 10 + _height(text), self._height_of)
        return f"{column}, 15, {top}, 10, {right}, {right_offset}, {bottom}, {bottom_offset}"

    @staticmethod
    def _walk(index: int, distance: float, size_of: Callable[[int], float]) -> tuple[int, int]:
        while (size := size_of(index)) < distance:
            distance -= size
            index += 1
        return index, int(distance)

    def _width_of(self, index: int) -> float:
        for first, last, width in self._widths:
            if first <= index + 1 <= last:
                return max(width * 7 + 5, 1)
        return _COLUMN_WIDTH

    def _height_of(self, index: int) -> float:
        return max(self._cells.height_of_row(index + 1, self._row_height) * 4 / 3, 1)


def _height(text: str) -> int:
    return _LINE_HEIGHT * (1 + sum(max(1, math.ceil(_letters(line) / _LETTERS_A_LINE)) for line in text.split("\n")))


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
