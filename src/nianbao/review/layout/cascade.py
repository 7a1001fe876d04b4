"""The effective properties of a paragraph or run: defaults, styles and their ancestors, then what it says itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

Properties = dict[str, dict[str, str]]
"""Attributes by element, both without namespace: {"spacing": {"line": "580"}}."""

_THEMES = {"ascii": "asciiTheme", "hAnsi": "hAnsiTheme", "eastAsia": "eastAsiaTheme", "cs": "cstheme"}
_SYNONYMS = {"start": "left", "end": "right", "startChars": "leftChars", "endChars": "rightChars"}
_OPPOSITES = {"firstLine": "hanging", "firstLineChars": "hangingChars"}
_OPPOSITE = _OPPOSITES | {hanging: first for first, hanging in _OPPOSITES.items()}


class Cascade:
    """The styles of a document; numbering and conditional formats of tables are not followed."""

    def __init__(self, styles: BaseOxmlElement) -> None:
        self._styles = {str(style.get(qn("w:styleId"))): style for style in styles.findall(qn("w:style"))}
        self._defaults = {
            str(style.get(qn("w:type"))): key
            for key, style in self._styles.items()
            if style.get(qn("w:default")) in {"1", "true", "on"}
        }
        self._document = {
            kind: styles.find(f"{qn('w:docDefaults')}/{qn(f'w:{kind}Default')}/{qn(f'w:{kind}')}")
            for kind in ("pPr", "rPr")
        }

    def paragraph(self, paragraph: BaseOxmlElement) -> Properties:
        """The properties of a paragraph."""
        own = paragraph.find(qn("w:pPr"))
        style = self._of(_said(own, "pStyle"), "paragraph")
        return _laid([self._document["pPr"], *self._from_styles(style, "pPr"), own])

    def run(self, run: BaseOxmlElement, paragraph: BaseOxmlElement, table_style: str = "") -> Properties:
        """The properties of a run in a paragraph, which may stand in a table of a style."""
        own = run.find(qn("w:rPr"))
        style = self._of(_said(paragraph.find(qn("w:pPr")), "pStyle"), "paragraph")
        layers = [self._document["rPr"]]
        for each in (table_style, style, _said(own, "rStyle")):
            layers.extend(self._from_styles(each, "rPr"))
        return _laid([*layers, own])

    def borders(self, paragraph: BaseOxmlElement) -> dict[str, tuple[str, float]]:
        """The lines around a paragraph, its own or those of its style: by side the colour, and weight with distance."""
        own = paragraph.find(qn("w:pPr"))
        style = self._of(_said(own, "pStyle"), "paragraph")
        drawn: dict[str, tuple[str, float]] = {}
        for layer in (*self._from_styles(style, "pPr"), own):
            lines = None if layer is None else layer.find(qn("w:pBdr"))
            for line in () if lines is None else lines:
                depth = float(line.get(qn("w:sz"), "0")) / 8 + float(line.get(qn("w:space"), "0"))
                is_drawn = line.get(qn("w:val")) not in {"nil", "none"}
                drawn[_local(line.tag)] = (line.get(qn("w:color"), "auto"), depth) if is_drawn else ("", 0)
        return drawn

    def style_name(self, paragraph: BaseOxmlElement) -> str:
        """The name of a paragraph's style, in lower case."""
        style = self._styles.get(self._of(_said(paragraph.find(qn("w:pPr")), "pStyle"), "paragraph"))
        return "" if style is None else _said(style, "name").lower()

    def _of(self, style: str, kind: str) -> str:
        """A style, or the default one where none or an unknown one is named."""
        return style if style in self._styles else self._defaults.get(kind, "")

    def _from_styles(self, style: str, kind: str) -> Iterable[BaseOxmlElement | None]:
        """What a style and its ancestors say, the oldest first."""
        chain: list[str] = []
        while style in self._styles and style not in chain:
            chain.append(style)
            style = _said(self._styles[style], "basedOn")
        return [self._styles[each].find(qn(f"w:{kind}")) for each in reversed(chain)]


def _said(element: BaseOxmlElement | None, name: str) -> str:
    """The value of a child, or nothing."""
    child = None if element is None else element.find(qn(f"w:{name}"))
    return "" if child is None else str(child.get(qn("w:val"), ""))


def _laid(layers: Iterable[BaseOxmlElement | None]) -> Properties:
    """Layers of properties one over the other."""
    laid: Properties = {}
    for layer in layers:
        for name, said in _children(layer):
            laid[name] = _over(name, laid.get(name, {}), said)
    return laid


def _children(element: BaseOxmlElement | None) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements in one, with their attributes."""
    for child in () if element is None else element.iterchildren("{*}*"):
        yield _local(child.tag), {_local(key): str(value) for key, value in child.attrib.items()}


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _over(name: str, old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """An element laid over the same one of an older layer: what is said anew holds, the rest stays."""
    if name == "rFonts":
        old = {key: value for key, value in old.items() if key not in {_THEMES.get(script) for script in new}}
    if name == "ind":
        new = {_SYNONYMS.get(key, key): value for key, value in new.items()}
        old = {key: value for key, value in old.items() if _OPPOSITE.get(key) not in new}
    return {**old, **new}


def is_on(properties: Properties, name: str, default: bool = False) -> bool:
    """Whether a property that is on or off is on."""
    if name not in properties:
        return default
    return properties[name].get("val", "1") not in {"0", "false", "off"}


def font_of(properties: Properties, script: str) -> str:
    """The font of a script, where it is named; a font of the theme is not."""
    fonts = properties.get("rFonts", {})
    return "" if _THEMES[script] in fonts else fonts.get(script, "")


def number_of(properties: Properties, name: str, attribute: str = "val") -> float | None:
    """A number, where it is said."""
    try:
        return float(properties.get(name, {})[attribute])
    except (KeyError, ValueError):
        return None
