"""What GB/T 9704-2012 says, as far as a Word file shows it: sizes in points, lengths in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["must", "should"]

PAPER = (210.0, 297.0)
MARGINS = {"上": 37.0, "左": 28.0, "右": 26.0, "下": 35.0}
LANDSCAPE_MARGINS = (
    {"上": 28.0, "左": 35.0, "右": 37.0, "下": 26.0},
    {"上": 26.0, "左": 37.0, "右": 35.0, "下": 28.0},
)
"""The sheet turned: the head of a wide table at the binding side (odd pages) or at the cut side (even pages)."""

TOLERANCE = 1.05
"""A millimetre, and what rounding to twips adds."""
PAPER_TOLERANCE = 0.5
LINES, CHARACTERS = 22, 28
SIZE_2, SIZE_3, SIZE_4 = 22.0, 16.0, 14.0
TABLE_SIZES = (12.0, 10.5)
NAME_TOP, NAME_TOLERANCE = 35.0, 3.0
"""From the top of the type area to the name of a red head, in millimetres."""
THICK, THIN, LINE_TOLERANCE = 0.99, 0.71, 0.26
"""0.35 and 0.25 mm in points; Word draws half, three quarters and one point."""
MANY_HEADINGS = 12
"""From so many headings on a document is easier to read with a table of contents."""
FIRST_INDENT, INDENT_TOLERANCE = 2.0, 0.15
NUMBER_INDENT, NUMBER_INDENT_TOLERANCE = 1.0, 0.25
NUMBER_DISTANCES = (18.0, 26.0)
"""Between the edge of the sheet and the foot of the page number, so that it stands about 7 mm under the type area."""

FAMILIES = {
    "仿宋": ("仿宋", "FangSong", "方正仿宋", "华文仿宋"),
    "楷体": ("楷体", "KaiTi", "方正楷体", "华文楷体"),
    "黑体": ("黑体", "SimHei", "方正黑体"),
    "小标宋": ("方正小标宋", "小标宋", "FZXiaoBiaoSong", "文星标宋"),
    "宋体": ("宋体", "SimSun", "方正书宋"),
}
"""How the names of the fonts of a family begin."""


@dataclass(frozen=True)
class LayoutRule:
    """One thing the standard says; `must` where it leaves no choice, `should` where it says 一般 or leaves it open."""

    id: str
    says: str
    severity: Severity = "must"


@dataclass(frozen=True)
class Departure:
    """Something that is not as the standard says, in one place."""

    rule: LayoutRule
    where: str
    what: str


PAGE_SIZE = LayoutRule("page-size", "A4纸，210毫米×297毫米")
PAGE_MARGINS = LayoutRule("page-margins", "天头37±1毫米，订口28±1毫米，版心156毫米×225毫米（右26、下35）")
LANDSCAPE = LayoutRule("landscape-margins", "A4横排：版心不变，单页表头在订口一边，双页在切口一边", "should")
PAGE_GRID = LayoutRule("page-grid", "一般每面排22行，每行排28个字，并撑满版心", "should")
FONT_NAMED = LayoutRule("font-named", "中文字体逐一指明，不随主题或系统而变")
BODY_FONT = LayoutRule("body-font", "正文用仿宋体")
BODY_SIZE = LayoutRule("body-size", "正文和各层标题用3号字（16磅）")
BODY_INDENT = LayoutRule("body-indent", "每个自然段左空二字")
LEVEL_1 = LayoutRule("level-1-font", "第一层（一、）用黑体")
LEVEL_2 = LayoutRule("level-2-font", "第二层（（一））用楷体")
LEVEL_3 = LayoutRule("level-3-font", "第三层（1.）和第四层（（1））用仿宋体")
TITLE = LayoutRule("title", "标题居中排布于正文之上")
TITLE_FONT = LayoutRule("title-font", "标题用小标宋体")
TITLE_SIZE = LayoutRule("title-size", "标题用2号字（22磅）")
TITLE_CENTRED = LayoutRule("title-centred", "标题居中")
NUMBER = LayoutRule("page-number", "每面有页码")
NUMBER_DASHES = LayoutRule("page-number-dashes", "页码左右各放一条一字线")
NUMBER_SIZE = LayoutRule("page-number-size", "页码用4号字（14磅）")
NUMBER_FONT = LayoutRule("page-number-font", "页码用半角宋体阿拉伯数字")
NUMBER_SIDE = LayoutRule("page-number-side", "单页码居右，双页码居左")
NUMBER_IN = LayoutRule("page-number-indent", "单页码居右空一字，双页码居左空一字", "should")
NUMBER_PLACE = LayoutRule("page-number-place", "页码在版心下边缘之下7毫米", "should")
TABLE_UNIT = LayoutRule("table-unit", "计量单位注在表的右上方")
TABLE_NUMBERS = LayoutRule("table-numbers", "表中数字右对齐")
TABLE_SIZE = LayoutRule("table-size", "表中文字用小四号或五号（12或10.5磅）", "should")
TABLE_WIDTH = LayoutRule("table-width", "表不宽于版心", "should")
ANNEX_PAGE = LayoutRule("annex-page", "附件另面编排")
ANNEX_FONT = LayoutRule("annex-font", "“附件”二字和顺序号用3号黑体")
ANNEX_PLACE = LayoutRule("annex-place", "“附件”二字顶格编排在版心左上角")
ANNEX_TITLE = LayoutRule("annex-title", "附件标题居中", "should")

NAME_FONT = LayoutRule("head-name-font", "发文机关标志推荐用小标宋体，红色", "should")
NAME_CENTRED = LayoutRule("head-name-centred", "发文机关标志居中")
NAME_PLACE = LayoutRule("head-name-place", "发文机关标志上边缘至版心上边缘35毫米")
ISSUE = LayoutRule("head-number", "发文字号或期号在发文机关标志之下，用3号仿宋体，居中")
RED_LINE = LayoutRule("head-line", "红头之下有红色分隔线，与版心等宽")
TITLE_PLACE = LayoutRule("title-place", "标题在红色分隔线下空二行", "should")
TAIL = LayoutRule("tail", "红头文件末尾有版记")
TAIL_FONT = LayoutRule("tail-font", "抄送（分送）机关和印发机关用4号仿宋体（14磅）")
TAIL_LINES = LayoutRule("tail-lines", "版记首末分隔线0.35毫米，中间的0.25毫米")
TAIL_LAST = LayoutRule("tail-last", "版记在全文最后")
PRINTED = LayoutRule("tail-printed", "印发机关和印发日期一行编排，日期后加“印发”")
CONTENTS = LayoutRule("contents", "标题多的文件有目录，目录与标题一致", "should")
EMBEDDED = LayoutRule("font-embedded", "PDF嵌入所用的全部字体")
PDF_FONT = LayoutRule("pdf-font", "正文仿宋、一级标题黑体、二级标题楷体、大标题小标宋，页码宋体", "should")

LATIN = ("Times", "Liberation Serif", "LiberationSerif", "Nimbus Roman", "NimbusRoman", "Libertinus")
"""How the names of fonts begin that only digits and Latin letters are set in."""


def is_of(family: str, font: str) -> bool:
    """Whether a font is one of a family."""
    return font.lower().startswith(tuple(name.lower() for name in FAMILIES[family]))


def is_standard(font: str) -> bool:
    """Whether a font is one that the standard names, or one for Latin letters, of which it says nothing."""
    return font.startswith(LATIN) or any(is_of(family, font) for family in FAMILIES)
