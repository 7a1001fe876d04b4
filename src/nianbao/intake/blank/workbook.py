"""Puts the workbook of one unit and period together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from xlsxwriter import Workbook

from nianbao.catalog import Project
from nianbao.intake.blank.cover import write_cover
from nianbao.intake.blank.form_sheet import DueForm, write_form
from nianbao.intake.blank.guide import write_guide
from nianbao.intake.blank.limits import limits_by_column
from nianbao.intake.blank.options import Options
from nianbao.intake.blank.page import BlankBook
from nianbao.intake.blank.style import TEXT_FONT, BlankStyles
from nianbao.terms.filled import Filled, HeldBefore
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import COVER_SHEET, EDITION_PROPERTY, GUIDE_SHEET, sheet_name

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(
    path: Path,
    project: Project,
    unit: Unit,
    period: Period,
    filled: Filled | None = None,
    before: HeldBefore | None = None,
) -> None:
    """Write the blank workbook of a unit for a period, or with `filled` the same one as a clerk has typed into it.

    `before` is what the office holds already. The same input gives the same bytes.
    """
    filled = filled or Filled({})
    dues = [due for due in project.due_forms(unit, period) if not filled.only or due[0].code in filled.forms]
    # The library writes into the properties it is given, so each workbook gets its own.
    workbook = Workbook(str(path), {**_OPTIONS, "default_format_properties": dict(TEXT_FONT)})
    book = BlankBook(
        workbook=workbook,
        project=project,
        unit=unit,
        period=period,
        edition=max((form.edition_in(own_period) for form, own_period, _ in dues), default=""),
        filled=filled,
        styles=BlankStyles(workbook),
        options=Options(project, unit, period),
        limits=limits_by_column(project.rules),
        comparisons=tuple(rule for rule in project.rules if rule.comparisons),
        before=before or HeldBefore(),
    )
    _write_properties(book)
    sheets = _name_sheets(dues)
    cover, guide = workbook.add_worksheet(COVER_SHEET), workbook.add_worksheet(GUIDE_SHEET)
    counted = {name: write_form(book, workbook.add_worksheet(name), due) for name, due in sheets.items()}
    write_cover(book, cover, sheets, counted)
    write_guide(book, guide)
    book.options.write_sheet(workbook)
    workbook.close()


def _name_sheets(dues: list[DueForm]) -> dict[str, DueForm]:
    """The forms by the name of their sheet; a form asked for two periods at once also says for which."""
    sheets: dict[str, DueForm] = {}
    for due in dues:
        form, period, _ = due
        name = sheet_name(form.code, form.zh)
        sheets[sheet_name(f"{form.code} {period.code}", form.zh) if name in sheets else name] = due
    return sheets


def _write_properties(book: BlankBook) -> None:
    """Describe the file; the day in it is the period's last, never today's, so that bytes stay the same."""
    book.workbook.set_properties(
        {
            "title": f"{book.project.federation.zh}统计报表（{book.period.zh}）",
            "subject": book.unit.zh,
            "company": book.project.federation.zh,
            "created": dt.datetime.combine(book.period.end, dt.time()),
        }
    )
    book.workbook.set_custom_property(EDITION_PROPERTY, book.edition, "text")
