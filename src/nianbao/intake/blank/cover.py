"""The cover of a workbook: who reports for when, and which forms are inside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from xlsxwriter.utility import quote_sheetname, xl_range
from xlsxwriter.worksheet import Worksheet

from nianbao.intake.blank.form_sheet import DueForm
from nianbao.intake.blank.limits import MONEY_SCALE_NAME, MONEY_UNIT_NAME
from nianbao.intake.blank.page import BlankBook, Page
from nianbao.intake.blank.self_check import Counted
from nianbao.intake.blank.style import text_height
from nianbao.terms.form import FieldType
from nianbao.terms.workbook_words import (
    BASES,
    COVER_LABELS,
    COVER_SHEET,
    FAILS,
    MONEY_UNITS,
    PASSES,
    SELF_CHECK,
    STATUSES,
)

_WIDTHS = [3.0, 14.0, 34.0, 16.0, 12.0, 13.0, 10.0]
_VALUE_COLUMN, _FAILING_COLUMN, _BLANK_COLUMN = 2, 5, 6
_CONTENTS_BELOW = 4
"""So many rows below the line of the self-check the first form of the contents stands."""

_TITLE = "统计报表"
_CHOICES = {"status": STATUSES, "basis": tuple(BASES.values()), "money_unit": tuple(MONEY_UNITS)}
_TYPED = ("filler", "reviewer", "filled_on")
_HINTS = {
    "status": "首次报送选“初报”，改错选“更正”，补送漏报的选“补报”。",
    "basis": "各数只含本期选“本期”，从年初累计选“累计”。",
    "money_unit": "全册各表的金额都用这一单位。",
    "filled_on": "如 2021-05-20",
}


def write_cover(
    book: BlankBook, sheet: Worksheet, sheets: Mapping[str, DueForm], counted: Mapping[str, Counted]
) -> None:
    """Write the cover; `sheets` are the forms inside by the names of their sheets, `counted` what is told of each."""
    page = Page(book, sheet, list(_WIDTHS))
    sheet.set_row(0, 30)
    page.row = 1
    page.line(book.project.federation.zh + _TITLE, "cover_title", 40)
    page.line(book.period.zh, "cover_period", 28)
    page.row += 1
    for key, label in COVER_LABELS.items():
        _write_answer(page, key, label)
    _write_self_check(page, list(counted.values()))
    page.row += 1
    _write_contents(page, sheets, counted)
    page.finish(f"{book.unit.zh}　{book.period.zh}")


def _write_answer(page: Page, key: str, label: str) -> None:
    sheet, row, answer = page.sheet, page.row, page.book.cover[key]
    hint = _HINTS.get(key, "")
    sheet.set_row(row, max(24, text_height(hint, page.width(3, page.last), 9)))
    page.put(1, label, "header")
    if key in _CHOICES:
        page.put(_VALUE_COLUMN, answer, "entry")
        sheet.data_validation(row, _VALUE_COLUMN, row, _VALUE_COLUMN, _choice(label, _CHOICES[key]))
        page.wait_at(row, _VALUE_COLUMN)
    elif key == "filled_on":
        _write_day(page, answer)
    else:
        page.put(_VALUE_COLUMN, answer, "entry" if key in _TYPED else "centred")
    if hint:
        page.merge(3, page.last, hint, "hint")
    if key == "money_unit":
        _name_money(page)
    page.row += 1


def _choice(label: str, choices: tuple[str, ...]) -> dict[str, object]:
    return {
        "validate": "list",
        "source": list(choices),
        "error_title": "请核对",
        "error_message": f"“{label}”请从列表中选择：{'、'.join(choices)}。",
    }


def _write_day(page: Page, answer: str) -> None:
    try:
        day = dt.date.fromisoformat(answer)
        page.sheet.write_datetime(page.row, _VALUE_COLUMN, day, page.styles[FieldType.DATE])
    except ValueError:
        # Empty, or a day as a careless clerk would write it.
        page.put(_VALUE_COLUMN, answer, FieldType.DATE)


def _name_money(page: Page) -> None:
    """Name the chosen money unit, so that the sheets inside print it and scale their limits by it."""
    cell = f"'{COVER_SHEET}'!$C${page.row + 1}"
    scales = "".join(f'IF({cell}="{unit}",{scale},' for unit, scale in MONEY_UNITS.items())
    page.book.workbook.define_name(MONEY_UNIT_NAME, f"={cell}")
    page.book.workbook.define_name(MONEY_SCALE_NAME, f"={scales}1{')' * len(MONEY_UNITS)}")


def _write_self_check(page: Page, counted: Sequence[Counted]) -> None:
    """Say how many comparisons fail and how many lines are blank in all: the sums of two columns of the contents."""
    first = page.row + _CONTENTS_BELOW
    failing, blank = (
        f"SUM({xl_range(first, column, first + len(counted) - 1, column)})"
        for column in (_FAILING_COLUMN, _BLANK_COLUMN)
    )
    page.sheet.set_row(page.row, 24)
    page.put(1, SELF_CHECK, "header")
    left = f'"还有 "&{blank}&" 格必填未填"'
    failed = f'"{FAILS} "&{failing}&" 项未通过"&IF({blank}=0,"","，"&{left})'
    said = f'=IF({failing}>0,{failed},IF({blank}>0,{left},"{PASSES} 没有未通过的项"))'
    # Of a blank nothing fails; of one that is filled in, the program that opens it says so.
    blank_now = sum(each.blank_now for each in counted)
    of_blank = f"还有 {blank_now} 格必填未填" if blank_now else f"{PASSES} 没有未通过的项"
    known = "" if page.book.filled.forms else of_blank
    page.sheet.write_formula(page.row, _VALUE_COLUMN, said, page.styles["centred"], known)
    failing_look = {"type": "text", "criteria": "begins with", "value": FAILS, "format": page.styles["failed"]}
    page.sheet.conditional_format(page.row, _VALUE_COLUMN, page.row, _VALUE_COLUMN, failing_look)
    page.merge(3, page.last, f"各表的“{SELF_CHECK}”栏写明哪里不符；数字属实的，在该表的“说明”中写明原因。", "hint")
    page.row += 1


def _write_contents(page: Page, sheets: Mapping[str, DueForm], counted: Mapping[str, Counted]) -> None:
    """The forms inside, each linked to its sheet, with the days until when it is due and what is counted of it."""
    page.sheet.set_row(page.row, 24)
    page.merge(1, page.last, "本册报表", "heading")
    page.row += 1
    page.sheet.set_row(page.row, 22)
    for column, title in enumerate(("表号", "报表名称", "报告期", "报送截止", SELF_CHECK, "必填未填"), start=1):
        page.put(column, title, "header")
    page.row += 1
    for name, (form, period, _) in sheets.items():
        page.sheet.set_row(page.row, 22)
        page.put(1, form.table_no, "centred")
        page.sheet.write_url(page.row, 2, f"internal:{quote_sheetname(name)}!A1", page.styles["link"], form.zh)
        page.put(3, period.zh, "centred")
        page.sheet.write_datetime(
            page.row, 4, page.book.project.deadline(form, period, page.book.unit).due_on, page.styles["day"]
        )
        told = counted[name]
        _write_count(page, _FAILING_COLUMN, told.failing, "failing_count", 0)
        _write_count(page, _BLANK_COLUMN, told.blank, "blank_count", told.blank_now)
        page.row += 1


def _write_count(page: Page, column: int, formula: str, style: str, known: int) -> None:
    if formula:
        page.sheet.write_array_formula(*(page.row, column) * 2, f"{{={formula}}}", page.styles[style], known)
    else:
        page.put(column, "—", "centred")
