"""The styles, fonts and settings of the Word document as XML, in place of those that the library brings."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from nianbao.publish.typeset.look import ALTERNATIVES, FANGSONG, LATIN, LINE, LOOKS, NOTE_MARK, RUN_IN, TABLE, Look

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SINGLE = 12
"""Single spacing, as the height of a line."""
TYPE_WIDTH = 8844
"""156 mm in twips."""
RULE_BELOW = 5
"""With half the space between lines 4 mm from the letters to the rule under them."""

_NEVER_LAST = "$([{£¥·‘“〈《「『【〔〖〝﹙﹛＄（．［｛￡￥"
"""What Word by itself leaves at no end of a line of Chinese."""
_NEVER_FIRST = "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠"
"""What it lets no line begin with."""
_BEFORE_A_UNIT = "0123456789万亿"
"""So a number stays with its unit, without a character in the text that whoever copies a figure would carry along."""

_COMPATIBILITY = {
    "compatibilityMode": 15,
    "overrideTableStyleFontSizeAndJustification": 1,
    "enableOpenTypeFeatures": 1,
    "doNotFlipMirrorIndents": 1,
}


def styles_xml() -> str:
    """All styles: no theme fonts, an East Asian font in every one."""
    language = _tag("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    return _root(
        "styles",
        _tag(
            "docDefaults",
            _tag("rPrDefault", _tag("rPr", _fonts(FANGSONG, LATIN), *_size(16), language)),
            _tag("pPrDefault"),
        ),
        *map(_paragraph_style, LOOKS),
        _style("character", "DefaultParagraphFont", "Default Paragraph Font", _tag("semiHidden"), default=1),
        _style("numbering", "NoList", "No List", _tag("semiHidden"), default=1),
        _run_in_style(),
        _note_mark_style(),
        *_table_styles(),
    )


def fonts_xml() -> str:
    """The table of fonts: for each official one what to take where it is missing."""
    chinese = (
        _tag("font", _tag("altName", val=others), _tag("charset", val="86"), _tag("family", val="auto"), name=name)
        for name, others in ALTERNATIVES.items()
    )
    latin = _tag("font", _tag("charset", val="00"), _tag("family", val="roman"), name=LATIN)
    return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + _root("fonts", *chinese, latin)


def settings_xml() -> str:
    """The settings: page numbers left and right, Chinese line breaking, the layout of current versions of Word.

    Only content controls may be filled in; there is no password, so whoever must can lift the protection.
    """
    uri = "http://schemas.microsoft.com/office/word"
    compatibility = (_tag("compatSetting", name=name, uri=uri, val=value) for name, value in _COMPATIBILITY.items())
    return _root(
        "settings",
        _tag("zoom", percent=100),
        _tag("documentProtection", edit="forms", enforcement=1),
        _tag("defaultTabStop", val=420),
        _tag("evenAndOddHeaders"),
        _tag("drawingGridVerticalSpacing", val=290),
        _tag("characterSpacingControl", val="compressPunctuation"),
        _tag("noLineBreaksAfter", lang="zh-CN", val=_NEVER_LAST + _BEFORE_A_UNIT),
        _tag("noLineBreaksBefore", lang="zh-CN", val=_NEVER_FIRST),
        _tag("footnotePr", _tag("footnote", id=-1), _tag("footnote", id=0)),
        _tag("compat", _tag("useFELayout"), *compatibility),
        _tag("themeFontLang", val="en-US", eastAsia="zh-CN"),
        _tag("decimalSymbol", val="."),
        _tag("listSeparator", val=","),
    )


def _tag(name: str, /, *children: str, **attributes: object) -> str:
    """An element of WordprocessingML."""
    written = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<w:{name}{written}>{''.join(children)}</w:{name}>"


def _root(name: str, *children: str) -> str:
    """The outermost element of a part."""
    return f'<w:{name} xmlns:w="{_NAMESPACE}">{"".join(children)}</w:{name}>'


def _twips(points: float) -> int:
    """Points in twentieths."""
    return round(points * 20)


def _fonts(east_asian: str, latin: str) -> str:
    """The fonts of a style, for every script, so that none is taken from a theme."""
    return _tag("rFonts", hint="eastAsia", ascii=latin, hAnsi=latin, eastAsia=east_asian, cs=LATIN)


def _size(points: float) -> tuple[str, str]:
    """The size of the letters, in half points."""
    return _tag("sz", val=round(points * 2)), _tag("szCs", val=round(points * 2))


def _style(kind: str, style_id: str, name: str, /, *children: str, **attributes: object) -> str:
    """A style of any kind; those that Word knows by name are its own, others are marked as custom."""
    return _tag("style", _tag("name", val=name), *children, type=kind, styleId=style_id, **attributes)


def _paragraph_style(look: Look) -> str:
    """One paragraph style."""
    if look.id == "Normal":
        inherits, attributes = [], {"default": 1}
    else:
        inherits, attributes = [_tag("basedOn", val="Normal")], {} if look.is_built_in else {"customStyle": 1}
    follows = [_tag("next", val="BodyText")] if look.keep_next else []
    paragraph = [*_flow(look), _spacing(look), *_indent(look), _tag("jc", val=look.align)]
    if look.outline is not None:
        paragraph.append(_tag("outlineLvl", val=look.outline))
    colour = [_tag("color", val=look.colour)] if look.colour else []
    tracking = _tag("spacing", val=_twips(look.tracking))
    letters = [_fonts(look.font, look.latin), *colour, tracking, _tag("kern", val=0), *_size(look.size)]
    return _style(
        "paragraph",
        look.id,
        look.name,
        *inherits,
        *follows,
        _tag("qFormat"),
        _tag("pPr", *paragraph),
        _tag("rPr", *letters),
        **attributes,
    )


def _flow(look: Look) -> list[str]:
    """How a paragraph keeps with its neighbours and to the grid, and the box around it."""
    written = [_tag("keepNext")] if look.keep_next else []
    if look.line != LINE:
        written.append(_tag("keepLines"))
    if look.new_page:
        written.append(_tag("pageBreakBefore"))
    written.append(_tag("widowControl", val=0))
    if look.boxed:
        side = {"val": "single", "sz": 6, "space": 4, "color": look.colour}
        written.append(_tag("pBdr", *(_tag(name, **side) for name in ("top", "left", "bottom", "right"))))
    if look.underline:
        written.append(_tag("pBdr", _tag("bottom", val="single", sz=18, space=RULE_BELOW, color=look.underline)))
    if look.tab:
        written.append(_tag("tabs", _tag("tab", val="right", leader=look.tab, pos=TYPE_WIDTH)))
    written += [_tag("autoSpaceDE", val=0), _tag("autoSpaceDN", val=0)]
    if look.line != LINE:
        written.append(_tag("snapToGrid", val=0))
    return written


def _spacing(look: Look) -> str:
    """Space around the paragraph and the height of its lines."""
    line, rule = (_twips(look.line), "exact") if look.line else (_twips(SINGLE), "auto")
    return _tag("spacing", before=_twips(look.before), after=_twips(look.after), line=line, lineRule=rule)


def _indent(look: Look) -> list[str]:
    """Indents in characters, and in twips for programs that do not know characters."""
    sides = {
        "left": look.left_chars,
        "right": look.right_chars,
        "firstLine": look.first_chars,
        "hanging": look.hanging_chars,
    }
    indents: dict[str, object] = {}
    for side, characters in sides.items():
        if characters:
            indents |= {f"{side}Chars": 100 * characters, side: _twips(look.size * characters)}
    return [_tag("ind", **indents)] if indents else []


def _run_in_style() -> str:
    """The heading that opens a paragraph (一是……): a character style, so that the paragraph stays one."""
    inherits = _tag("basedOn", val="DefaultParagraphFont")
    letters = _tag("rPr", _fonts(FANGSONG, LATIN), _tag("b"))
    return _style("character", "RunIn", RUN_IN, inherits, _tag("qFormat"), letters, customStyle=1)


def _note_mark_style() -> str:
    """The mark of a footnote."""
    raised = _tag("rPr", _fonts(FANGSONG, LATIN), _tag("vertAlign", val="superscript"))
    return _style("character", "NoteMark", NOTE_MARK, _tag("basedOn", val="DefaultParagraphFont"), raised)


def _table_styles() -> tuple[str, str]:
    """The table without lines, and the statistical table with thin ones."""
    margins = (_tag(side, w=80, type="dxa") for side in ("left", "right"))
    bare = _tag("tblPr", _tag("tblInd", w=0, type="dxa"), _tag("tblCellMar", *margins))
    line = {"val": "single", "sz": 4, "space": 0, "color": "000000"}
    borders = (_tag(side, **line) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    return (
        _style("table", "TableNormal", "Normal Table", _tag("semiHidden"), bare, default=1),
        _style(
            "table",
            "Statistics",
            TABLE,
            _tag("basedOn", val="TableNormal"),
            _tag("qFormat"),
            _tag("rPr", _fonts(FANGSONG, LATIN)),
            _tag("tblPr", _tag("jc", val="center"), _tag("tblBorders", *borders)),
            _tag("tcPr", _tag("vAlign", val="center")),
            customStyle=1,
        ),
    )
