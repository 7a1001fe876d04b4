"""The styles on paper: what GB/T 9704 prescribes, in Word under names the office can go on editing with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FANGSONG, KAITI, HEITI, XIAOBIAOSONG, SONGTI = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"
LINE = 29
RED_NAME_BELOW = 99.2
"""35 mm from the top of the type area to the name of a bulletin."""
BODY_SIZE = 16
RED = "C00000"
HEAD_RED = "FF3333"
"""The red of a red head: 80 parts yellow, 80 parts magenta."""
GREY = "595959"

ALTERNATIVES = {
    FANGSONG: "仿宋;FangSong",
    KAITI: "楷体;KaiTi",
    HEITI: "SimHei",
    XIAOBIAOSONG: "华文中宋;STZhongsong",
    SONGTI: "SimSun",
}
"""The fonts to take where the official ones are not installed."""


@dataclass(frozen=True)
class Look:
    """A paragraph style: sizes and spaces in points, indents in characters; no `line` is as high as it needs."""

    id: str
    name: str
    font: str = FANGSONG
    size: float = BODY_SIZE
    align: Literal["both", "left", "center", "right"] = "both"
    line: float | None = LINE
    before: float = 0
    after: float = 0
    first_chars: int = 0
    hanging_chars: int = 0
    left_chars: int = 0
    right_chars: int = 0
    colour: str = ""
    outline: int | None = None
    keep_next: bool = False
    new_page: bool = False
    boxed: bool = False
    tab: Literal["", "none", "dot"] = ""
    underline: str = ""

    @property
    def tracking(self) -> float:
        """Points between letters: a trifle less in running text, so that a line of 156 mm holds 28 of them."""
        return -0.25 if self.size == BODY_SIZE else 0

    @property
    def is_built_in(self) -> bool:
        """Whether Word itself knows the style by this name (and translates it); the others are the project's own."""
        return self.name.isascii()

    @property
    def latin(self) -> str:
        """The font of digits and Latin letters: Times beside the faces of running text, else the same face."""
        return LATIN if self.font in (FANGSONG, KAITI) else self.font


LOOKS = (
    Look("Normal", "Normal"),
    Look("RedName", "红头", XIAOBIAOSONG, 40, "center", 48, before=RED_NAME_BELOW, colour=HEAD_RED),
    Look("IssueNumber", "期号", align="center"),
    Look("IssueLine", "编发", align="left", tab="none", underline=HEAD_RED),
    Look("Title", "Title", XIAOBIAOSONG, 22, "center", 36, before=LINE, after=10, keep_next=True),
    Look("Subtitle", "Subtitle", KAITI, 16, "center"),
    Look("ContentsTitle", "TOC Heading", HEITI, 16, "center", before=10, keep_next=True),
    Look("TOC1", "toc 1", size=14, align="left", line=20, tab="dot"),
    Look("TOC2", "toc 2", size=14, align="left", line=20, left_chars=2, tab="dot"),
    Look("PartTitle", "篇题", XIAOBIAOSONG, 18, "center", before=LINE, after=10, outline=0, keep_next=True),
    Look("Heading1", "heading 1", HEITI, first_chars=2, outline=0, keep_next=True),
    Look("Heading2", "heading 2", KAITI, first_chars=2, outline=1, keep_next=True),
    Look("BodyText", "Body Text", align="left", first_chars=2),
    Look("Caption", "caption", HEITI, 12, "center", 18, before=10, after=2, keep_next=True),
    Look("FigureCaption", "图题", HEITI, 12, "center", 18, before=2, after=10),
    Look("TableUnit", "计量单位", size=10.5, align="right", line=16, keep_next=True),
    Look("TableHead", "表头", HEITI, 12, "center", 16, before=1, after=1),
    Look("TableText", "表格文字", size=12, align="left", line=16, before=1, after=1),
    Look("TableNumber", "表格数字", size=12, align="right", line=16, before=1, after=1),
    Look("SmallHead", "附表表头", HEITI, 10.5, "center", 14, before=1, after=1),
    Look("SmallText", "附表文字", size=10.5, align="left", line=14, before=1, after=1),
    Look("SmallNumber", "附表数字", size=10.5, align="right", line=14, before=1, after=1),
    Look("TableNote", "表注", size=10.5, align="left", line=16, before=2, after=8),
    Look("Picture", "图片", align="center", line=None, before=6, keep_next=True),
    Look("Coverage", "覆盖说明", size=12, align="left", line=20, left_chars=2, colour=GREY),
    Look("Notice", "提示", KAITI, 12, "center", 20, colour=RED, boxed=True),
    Look("AnnexMark", "附件标记", HEITI, align="left", keep_next=True, new_page=True),
    Look("AnnexTitle", "附件题", XIAOBIAOSONG, 22, "center", 36, before=10, after=10, outline=0, keep_next=True),
    Look("FootnoteText", "footnote text", size=10.5, align="left", line=14),
    Look("TailLine", "版记", size=14, align="left", line=24, left_chars=4, hanging_chars=3, right_chars=1),
    Look("AfterTail", "版记后", size=1, align="left", line=1),
    Look("OddPage", "页码 单页", SONGTI, 14, "right", None, right_chars=1),
    Look("EvenPage", "页码 双页", SONGTI, 14, "left", None, left_chars=1),
)

RUN_IN = "段首题"
NOTE_MARK = "footnote reference"
TABLE = "统计表"

BY_ID = {look.id: look for look in LOOKS}
