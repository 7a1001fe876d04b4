"""The words on a workbook that its writer and its reader must agree on."""

from __future__ import annotations

import re

COVER_SHEET = "封面"
CODES_SHEET = "代码表"
GUIDE_SHEET = "填报须知"
ANSWER_SHEET = "审核结果"

COVER_LABELS = {
    "unit_code": "填报单位代码",
    "unit_name": "填报单位名称",
    "period": "报告期",
    "status": "报送类型",
    "basis": "统计口径",
    "money_unit": "金额单位",
    "filler": "填表人",
    "reviewer": "审核人",
    "filled_on": "填报日期",
    "edition": "报表版本",
}
"""What the cover asks, in this order: the label stands in column B, its value beside it in column C."""

STATUSES = FIRST, CORRECTION, SUPPLEMENT = ("初报", "更正", "补报")
BASES = {"period": "本期", "cumulative": "累计"}
MONEY_UNITS = {"元": 1, "万元": 10_000}
YES, NO = "是", "否"
NOT_APPLICABLE = ("无", "-")

TABLE_NO_LABEL = "表　　号："
ISSUER_LABEL = "制定机关："
UNIT_LABEL = "填报单位："
PERIOD_LABEL = "报告期："
MEASURE_LABEL = "计量单位："
APPROVAL_NO_LABEL = "批准文号："
VALID_UNTIL_LABEL = "有效期至："
EDITION_LABEL = "报表版本："
"""Each of these begins a cell and is followed by its value in the same cell: `报告期：2021年第四季度`."""

INDICATOR_HEADER = ("序号", "指标名称", "计量单位", "代码", "数值")
"""The value of a line stands in the cell right of its 代码."""

LEDGER_NUMBER = "序号"
"""Heads the first column of a ledger: a running number, never a field.

A ledger has its titles in one row, their units of measure (if any) in the next and their 代码 right above the records.
"""

RUNNING = "续"
"""Begins the running number of a record that we filled in as far as it runs on from the last submission that counts."""

EARLIER = ("上期", "上年同期", "本年前期累计")
"""Head the columns of what counts already of a line, right of its value: ours to print, never read."""

SELF_CHECK = "自查"
PASSES, FAILS = "✓", "✗"
"""Heads the column right of the answers, and begins what our formulas say there: never data of a sender."""

FAILING_HEADING = "自查未通过的行（每个分表列出序号在前的{most}处，全部见各行的“自查”栏，封面有总数）："

NOTE_LABEL = "说明："
"""Stands alone in column A under the last part; what the unit explains is in the cell right of it."""

NOTES_HEADING = "填报说明："
SIGNATURES = ("单位负责人：", "填表人：", "审核人：", "报出日期：")
"""They stand in one cell below the note; the first begins it."""

ANSWER_HEADER = ("序号", "严重程度", "表", "单元格", "填报值", "应为", "意见", "说明")
"""Heads the findings on the sheet 审核结果 of a workbook that we send back; the sender explains in the last column."""

ANSWER_KEY, ANSWER_PATTERN = "问题键", "原底色"
"""Head two hidden columns beside it: which finding a row is about, and how its cell was filled before we marked it."""

EDITION_PROPERTY = "报表版本"
"""The custom document property that repeats the edition."""

_CHINESE_DIGITS = "一二三四五六七八九十"
_FIELD_CODE = re.compile(r"([A-Z]+\d+)-(\d{2,})")
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_SHEET_NAME_LENGTH = 31


def field_code(form_code: str, line: int) -> str:
    """The code 代码 printed beside a field: `A01-01`."""
    return f"{form_code}-{line:02d}"


def parse_field_code(text: str) -> tuple[str, int] | None:
    """The form code and line of a 代码 cell, or None for any other text."""
    match = _FIELD_CODE.fullmatch(text.strip())
    return (match[1], int(match[2])) if match else None


def part_heading(number: int, zh: str) -> str:
    """What stands above a part in column A where a sheet has several: `（二）所辖县级情况`."""
    return f"（{_CHINESE_DIGITS[number - 1]}）{zh}"


def sheet_name(form_code: str, zh: str) -> str:
    """The name of a form's sheet: `A01 送温暖和困难职工帮扶`, as long as a sheet name may be."""
    title = _FORBIDDEN_IN_SHEET_NAME.sub("", zh).removesuffix("情况表").removesuffix("表")
    return f"{form_code} {title}"[:_SHEET_NAME_LENGTH]


def earlier_title(number: int, zh: str) -> str:
    """What heads the column of an earlier value of a ledger's field: ours to print, as those of `EARLIER` are."""
    return f"{EARLIER[number]}\n{zh}"


def option_label(codes: str, code: str, zh: str) -> str:
    """What a code cell shows for a code: its Chinese label; an account keeps its code in front, as in the books."""
    return f"{code} {zh}" if codes == "accounts" else zh
