"""Deviations of the text: title, levels, running text, annexes; style and words say what a paragraph is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nianbao.review.layout import standard
from nianbao.review.layout.block import MeasuredBlock, Piece
from nianbao.review.layout.measure import Measured
from nianbao.review.layout.standard import Departure

_LEVELS = (
    (re.compile(r"[\s　]*[一二三四五六七八九十]+、"), "heading 1"),
    (re.compile(r"[\s　]*[（(][一二三四五六七八九十]+[）)]"), "heading 2"),
    (re.compile(r"[\s　]{0,2}(?:\d{1,2}[.．](?!\d)|[（(]\d{1,2}[）)])"), ""),
)
_RULES = (
    (standard.LEVEL_1, "黑体"),
    (standard.LEVEL_2, "楷体"),
    (standard.LEVEL_3, "仿宋"),
    (standard.BODY_FONT, "仿宋"),
)
_BODY = 3
_MARK = re.compile(r"附件\s*\d*\s*[：:]?")
_ASIDE = re.compile(
    r"[\s　]*(?:注\d*[：:]|[表图]\s*\d+|[〔\[].*[〕\]]$|[（(]?(?:计量)?单位[：:]|资料来源|抄送|分送|主送|.*印发$"
    r"|\d{4}年\d{1,2}月\d{1,2}日$)"
)
_ASIDE_STYLE = re.compile(r"caption|toc|footnote|endnote|header|footer|subtitle")
_HEADING_STYLE = re.compile(r"heading [12]$|篇题$")
_ITEM = re.compile(r"[\s　]*\d{1,2}[.．]")
_LIST = re.compile(r"[\s　]*附件[：:]")
_TITLE_FROM = 18
_RUNNING = {"both", "left", "distribute"}


def running_text(measured: Measured) -> list[MeasuredBlock]:
    """The paragraphs that are running text or a numbered heading in it."""
    marks = _annex_parts(measured)
    title = title_of(measured)
    end = title.number if title else 0
    has_head = any(_is_red(block) for block in measured.blocks if block.number < end)
    return [
        block
        for block in measured.blocks
        if block.align in _RUNNING
        and not (has_head and block.number < end)
        and block is not title
        and block.number not in marks
        and not _ASIDE_STYLE.match(block.style)
        and not _ASIDE.match(block.text)
        and not _is_red(block)
    ]


def check_texts(measured: Measured, running: Sequence[MeasuredBlock]) -> Iterator[Departure]:
    """Title, running text, annexes, and that every font is named."""
    yield from _checktitle_of(measured)
    for block in (*measured.blocks, *measured.asides):
        if unnamed := [piece.text for piece in block.pieces if piece.text.strip() and not piece.font]:
            yield Departure(standard.FONT_NAMED, block.where, f"“{unnamed[0].strip()[:8]}”没有指明中文字体")
    before: MeasuredBlock | None = None
    for block in running:
        yield from _check_running(block)
        if not _is_indented(block, before):
            yield Departure(standard.BODY_INDENT, block.where, f"首行空{_first(block):.1f}字")
        before = block
    yield from _check_annexes(measured)


def _checktitle_of(measured: Measured) -> Iterator[Departure]:
    """The title of the document."""
    title = title_of(measured)
    if title is None:
        yield Departure(standard.TITLE, "全文", "没有找到标题")
        return
    yield from _wrong_font(title, title.pieces, standard.TITLE_FONT, "小标宋")
    yield from _wrong_size(title, standard.TITLE_SIZE, standard.SIZE_2)
    if title.align != "center":
        yield Departure(standard.TITLE_CENTRED, title.where, "标题未居中")


def title_of(measured: Measured) -> MeasuredBlock | None:
    """The first paragraph in the style of titles; without one, the first large centred one before the annexes."""
    styled = [block for block in measured.blocks if block.style == "title" and block.main.text.strip()]
    large = (
        block
        for block in measured.blocks
        if block.align == "center" and block.main.size >= _TITLE_FROM and not _is_red(block)
    )
    return styled[0] if styled else next(large, None)


def _check_running(block: MeasuredBlock) -> Iterator[Departure]:
    """The fonts and sizes of a paragraph; a heading that opens it goes to its first full stop."""
    level = _level(block)
    rule, family = _RULES[level]
    heading, rest = _divided(block.pieces) if level < _BODY else (block.pieces, ())
    yield from _wrong_font(block, heading, rule, family)
    yield from _wrong_font(block, rest, standard.BODY_FONT, "仿宋")
    yield from _wrong_size(block, standard.BODY_SIZE, standard.SIZE_3)


def _level(block: MeasuredBlock) -> int:
    """Which level a paragraph opens, by its number, else by its style."""
    for level, (number, _) in enumerate(_LEVELS):
        if number.match(block.text):
            return level
    return next((level for level, (_, style) in enumerate(_LEVELS) if style and style == block.style), _BODY)


def _divided(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces up to the first full stop and those after it; one that is on both sides counts to neither."""
    for place, piece in enumerate(pieces):
        if "。" in piece.text:
            is_shared = bool(piece.text.partition("。")[2].strip()) and place > 0
            return tuple(pieces[: place + (not is_shared)]), tuple(pieces[place + 1 :])
    return tuple(pieces), ()


def _wrong_font(
    block: MeasuredBlock, pieces: Sequence[Piece], rule: standard.LayoutRule, family: str
) -> Iterator[Departure]:
    """The first font that is named and wrong."""
    for piece in pieces:
        if piece.is_chinese and piece.font and not standard.is_of(family, piece.font):
            yield Departure(rule, block.where, f"“{piece.text.strip()[:8]}”用{piece.font}")
            return


def _wrong_size(block: MeasuredBlock, rule: standard.LayoutRule, size: float) -> Iterator[Departure]:
    """The first size that is wrong."""
    if wrong := [piece.size for piece in block.pieces if piece.text.strip() and piece.size != size]:
        yield Departure(rule, block.where, f"{wrong[0]:g}磅")


def _first(block: MeasuredBlock) -> float:
    """The indent of the first line, with blanks typed before it."""
    return block.first + block.left + len(block.text) - len(block.text.lstrip("　"))


def _is_indented(block: MeasuredBlock, before: MeasuredBlock | None) -> bool:
    """Whether a paragraph is indented as it should; the addressee and the list of annexes have indents of their own."""
    is_addressee = before is None and block.text.rstrip().endswith(("：", ":"))
    follows_list = before is not None and any(start.match(before.text) for start in (_LIST, _ITEM))
    is_listed = follows_list and bool(_ITEM.match(block.text)) and _first(block) > standard.FIRST_INDENT
    is_right = abs(_first(block) - standard.FIRST_INDENT) <= standard.INDENT_TOLERANCE
    return is_right or is_addressee or is_listed


def _annex_parts(measured: Measured) -> set[int]:
    """The numbers of the paragraphs that say 附件 over an annex, and of the titles after them."""
    pairs = zip(measured.blocks, [*measured.blocks[1:], None], strict=True)
    marked = [(block, after) for block, after in pairs if _MARK.fullmatch(block.text.strip())]
    return {each.number for pair in marked for each in pair if each is not None}


def _check_annexes(measured: Measured) -> Iterator[Departure]:
    """Every annex: on a new page, with its mark in the corner, its title centred."""
    for block, after in zip(measured.blocks, [*measured.blocks[1:], None], strict=True):
        if not _MARK.fullmatch(block.text.strip()):
            continue
        if not block.starts_page:
            yield Departure(standard.ANNEX_PAGE, block.where, "附件没有另起一页")
        yield from _wrong_font(block, block.pieces, standard.ANNEX_FONT, "黑体")
        yield from _wrong_size(block, standard.ANNEX_FONT, standard.SIZE_3)
        if block.align not in _RUNNING or abs(_first(block)) > standard.INDENT_TOLERANCE:
            yield Departure(standard.ANNEX_PLACE, block.where, "“附件”没有顶格居左")
        if after is not None and after.align != "center":
            yield Departure(standard.ANNEX_TITLE, after.where, "附件标题未居中")


def _is_red(block: MeasuredBlock) -> bool:
    """Whether a paragraph belongs to a red head."""
    return block.has_red_line or any(piece.is_red for piece in block.pieces)


def check_contents(measured: Measured) -> Iterator[Departure]:
    """Whether a document of many headings has a table of contents, and whether that names what there is."""
    headings = [block for block in measured.blocks if _HEADING_STYLE.match(block.style)]
    if measured.contents is None:
        if len(headings) >= standard.MANY_HEADINGS:
            yield Departure(standard.CONTENTS, "全文", f"有{len(headings)}个标题，没有目录")
        return
    titles = {_squeezed(block.text) for block in measured.blocks if not block.style.startswith("toc")}
    listed = {_squeezed(entry) for entry in measured.contents}
    for entry in measured.contents:
        if _squeezed(entry) not in titles:
            yield Departure(standard.CONTENTS, "目录", f"“{entry[:12]}”不是文中的标题")
    for block in headings:
        if _squeezed(block.text) not in listed:
            yield Departure(standard.CONTENTS, block.where, "标题不在目录中")


def _squeezed(text: str) -> str:
    return "".join(text.split())
