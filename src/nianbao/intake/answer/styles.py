"""The styles part: cells filled by severity, filled again as they were, and the looks of the sheet 审核结果."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from nianbao.intake.answer.package import MAIN, Element, UnknownPackage, parse
from nianbao.intake.blank.style import MARKS
from nianbao.terms.finding import Severity

FILLS = {severity: f"FF{colour}" for severity, colour in MARKS.items()}

_FONT = "宋体"
_LINE = "FFBFBFBF"
_OPEN_FILL = "FFFFFBE6"
_HEAD_FILL = "FFF2F2F2"
_PATTERN_TAGS = {f"{{{MAIN}}}fgColor", f"{{{MAIN}}}bgColor"}
_MAX_PATTERN = 400

# font size, bold, colour · fill · border · horizontal, vertical · unlocked
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"size": 16, "bold": True},
    "outcome": {"size": 12, "bold": True},
    "guidance": {"size": 10, "color": "FF595959"},
    "header": {"bold": True, "fill": _HEAD_FILL, "border": True, "across": "center"},
    "text": {"border": True},
    "centred": {"border": True, "across": "center"},
    "link": {"border": True, "across": "center", "color": "FF1F4E79", "underline": True},
    "open": {"border": True, "fill": _OPEN_FILL, "unlocked": True},
    "closed": {"border": True, "fill": _HEAD_FILL, "color": "FF595959"},
    **{
        severity.value: {"border": True, "fill": fill, "across": "center", "bold": True}
        for severity, fill in FILLS.items()
    },
}


class Styles:
    """The cell formats of a workbook; formats are only ever added."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._formats = root.find(f"{{{MAIN}}}cellXfs")
        self._fills = root.find(f"{{{MAIN}}}fills")
        if self._formats is None or self._fills is None or len(self._formats) == 0:
            raise UnknownPackage("no cell formats")
        self._made: dict[tuple[int | str, str], int] = {}
        self._fill_ids: dict[str, int] = {}

    def filled(self, style: int, severity: Severity) -> int:
        """A style like another, but filled with the colour of a severity."""
        return self._like(style, _solid(FILLS[severity]))

    def restored(self, style: int, pattern: str) -> int:
        """A style like another, but with the fill that `pattern_of` told; an unusable pattern means no fill."""
        return self._like(style, _usable(pattern))

    def pattern_of(self, style: int) -> str:
        """How a style fills its cells, as the XML of its pattern."""
        pattern = self._pattern(style)
        if pattern is None:
            return ""
        bare = copy.deepcopy(pattern)
        etree.cleanup_namespaces(bare)
        text: str = etree.tostring(bare, encoding="unicode", with_tail=False)
        return text if len(text) <= _MAX_PATTERN else ""

    def is_marked(self, style: int) -> bool:
        """Whether a style fills its cells with one of our colours."""
        pattern = self._pattern(style)
        colour = pattern.find(f"{{{MAIN}}}fgColor") if pattern is not None else None
        return colour is not None and colour.get("rgb", "").upper() in FILLS.values()

    def look(self, name: str) -> int:
        """The style of one of our own looks."""
        key = (name, "")
        if key not in self._made:
            self._made[key] = self._add_look(LOOKS[name])
        return self._made[key]

    def _pattern(self, style: int) -> Element | None:
        if not 0 <= style < len(self._formats):
            return None
        fill_id = int(self._formats[style].get("fillId", 0))
        return self._fills[fill_id].find(f"{{{MAIN}}}patternFill") if fill_id < len(self._fills) else None

    def _like(self, style: int, pattern: str) -> int:
        key = (style, pattern)
        if key not in self._made:
            origin = self._formats[style if 0 <= style < len(self._formats) else 0]
            twin = copy.deepcopy(origin)
            twin.set("fillId", str(self._fill(pattern)))
            twin.set("applyFill", "1")
            self._made[key] = self._append(self._formats, twin)
        return self._made[key]

    def _fill(self, pattern: str) -> int:
        if pattern not in self._fill_ids:
            fill = etree.Element(f"{{{MAIN}}}fill")
            fill.append(parse(pattern.encode()))
            self._fill_ids[pattern] = self._append(self._fills, fill)
        return self._fill_ids[pattern]

    def _add_look(self, look: dict[str, Any]) -> int:
        font = self._section("fonts", self._font(look))
        border = self._section("borders", _border(bool(look.get("border"))))
        fill = self._fill(_solid(look["fill"])) if "fill" in look else 0
        # quotePrefix: a text that is edited stays a text, even one that begins like a formula.
        style = etree.Element(
            f"{{{MAIN}}}xf", numFmtId="49", fontId=str(font), fillId=str(fill), borderId=str(border), xfId="0",
            quotePrefix="1", applyNumberFormat="1", applyFont="1", applyFill="1", applyBorder="1", applyAlignment="1",
            applyProtection="1",
        )  # fmt: skip
        alignment = etree.SubElement(style, f"{{{MAIN}}}alignment", horizontal=look.get("across", "left"))
        alignment.attrib.update({"vertical": "center", "wrapText": "1"})
        if look.get("border") and "across" not in look:
            alignment.set("indent", "1")
        etree.SubElement(style, f"{{{MAIN}}}protection", locked="0" if look.get("unlocked") else "1")
        return self._append(self._formats, style)

    def _font(self, look: dict[str, Any]) -> Element:
        font = etree.Element(f"{{{MAIN}}}font")
        if look.get("bold"):
            etree.SubElement(font, f"{{{MAIN}}}b")
        if look.get("underline"):
            etree.SubElement(font, f"{{{MAIN}}}u")
        etree.SubElement(font, f"{{{MAIN}}}sz", val=str(look.get("size", 11)))
        etree.SubElement(font, f"{{{MAIN}}}color", rgb=look.get("color", "FF000000"))
        etree.SubElement(font, f"{{{MAIN}}}name", val=_FONT)
        etree.SubElement(font, f"{{{MAIN}}}charset", val="134")
        return font

    def _section(self, name: str, item: Element) -> int:
        section = self._root.find(f"{{{MAIN}}}{name}")
        if section is None:
            raise UnknownPackage(f"no {name}")
        return self._append(section, item)

    @staticmethod
    def _append(section: Element, item: Element) -> int:
        section.append(item)
        section.set("count", str(len(section)))
        return len(section) - 1


def _solid(colour: str) -> str:
    colours = f'<fgColor rgb="{colour}"/><bgColor indexed="64"/>'
    return f'<patternFill xmlns="{MAIN}" patternType="solid">{colours}</patternFill>'


def _usable(pattern: str) -> str:
    """A pattern that came back from outside, if it is one and nothing else."""
    nothing = f'<patternFill xmlns="{MAIN}" patternType="none"/>'
    try:
        root = parse(pattern.encode()) if 0 < len(pattern) <= _MAX_PATTERN else None
    except UnknownPackage:
        return nothing
    if (
        root is None
        or root.tag != f"{{{MAIN}}}patternFill"
        or any(item.tag not in _PATTERN_TAGS or len(item) for item in root)
    ):
        return nothing
    return pattern


def _border(visible: bool) -> Element:
    border = etree.Element(f"{{{MAIN}}}border")
    for side in ("left", "right", "top", "bottom", "diagonal"):
        edge = etree.SubElement(border, f"{{{MAIN}}}{side}")
        if visible and side != "diagonal":
            edge.set("style", "thin")
            etree.SubElement(edge, f"{{{MAIN}}}color", rgb=_LINE)
    return border
