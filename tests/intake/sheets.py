"""Faults 41 to 58: what stands on the sheets of a workbook, and where."""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.terms import workbook_words
from nianbao.terms.filled import Row
from tests.intake.containers import FORM_SHEET, replaced
from tests.intake.faults import ACCEPTED, GH05, PARTLY, QUARANTINED, REJECTED, Case, Desk, Make
from tests.intake.made import (
    compound,
    ods_content,
    ods_package,
    ods_row,
    ods_table,
    records,
    stream_of,
    xls_book,
    xls_bytes,
)
from tests.workbooks import repacked, sheet_of

FUNDS = ("GH05-01", "GH05-02")
SITES: list[Row] = [
    {"site_type": "red_base", "site_name": "青藏铁路职工教育基地", "site_date": dt.date(2021, 11, 3)},
    {"site_type": "room_provincial", "site_name": "西宁东站职工书屋", "site_date": dt.date(2021, 12, 20)},
    {"site_type": "room_national", "site_name": "柴达木职工书屋", "site_date": dt.date(2021, 10, 8)},
]
GH03 = {"main": [{"theme_activities": 12, "lecture_attendees": 340, "media_items": 56}], "sites": SITES}
GH04 = {
    "main": [
        {"aspect_code": "A01", "stationed_teams": 2, "practical_funds": Decimal("12000.5"), "practical_items": 3},
        {"aspect_code": "A05", "stationed_teams": 0, "practical_funds": Decimal("30000"), "practical_items": 7},
    ]
}
NAMES = [str(row["site_name"]) for row in SITES]

Forms = dict[str, dict[str, list[Row]]]


def changed(change: Callable[[Worksheet], Any], form: str = "GH05", forms: Forms | None = None) -> Make:
    """A workbook with these forms, and one of its sheets changed by another program."""
    return lambda desk: desk.edited(lambda book: change(sheet_of(book, form)), desk.workbook(forms))


def booked(change: Callable[[Workbook], Any], forms: Forms | None = None) -> Make:
    """A workbook with these forms, changed as a whole by another program."""
    return lambda desk: desk.edited(change, desk.workbook(forms))


def find(sheet: Worksheet, text: str) -> Any:
    """The cell that holds a text."""
    (cell,) = (each for row in sheet.iter_rows() for each in row if each.value == text)
    return cell


def below(sheet: Worksheet, code: str, rows: int = 1) -> Any:
    """The cell of the first record (or a later one) under a code."""
    return find(sheet, code).offset(rows, 0)


def unmerge(sheet: Worksheet) -> None:
    """Take all merged areas apart, as before moving rows."""
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))


def formula(cached: str | None) -> Make:
    """The total of relief as a formula, with or without a result."""
    value = f"<v>{cached}</v>" if cached is not None else ""

    def make(desk: Desk) -> bytes:
        def change(text: bytes) -> bytes:
            old = re.search(rb'<c r="(\w+)"( s="\d+")?><v>60000.5</v></c>', text)
            assert old
            new = b'<c r="%s"%s><f>SUM(1)</f>%s</c>' % (old[1], old[2] or b"", value.encode())
            return text.replace(old[0], new)

        return repacked(desk.workbook(), {FORM_SHEET: change})

    return make


def error_cell(shown: str) -> Make:
    """An error value in place of the number of persons."""
    return replaced(FORM_SHEET, b"><v>500</v>", f' t="e"><f>1/0</f><v>{shown}</v>'.encode())


def xls_formula(desk: Desk) -> bytes:
    """An .xls by a library, with a formula that was never calculated."""
    return xls_bytes(
        xls_book({"报表": [[xlwt.Formula("200+300") if cell == 500 else cell for cell in row] for row in desk.rows()]})
    )


def xls_error(desk: Desk) -> bytes:
    """An .xls with an error value in place of the number of persons."""
    place = next((row, cells.index(500)) for row, cells in enumerate(desk.rows()) if 500 in cells)
    parts = []
    for kind, text in records(xls_book({"报表": desk.rows()}).get_biff_data()):
        is_place = kind in (0x203, 0x27E) and struct.unpack_from("<HH", text) == place
        parts.append((0x205, text[:6] + b"\x07\x01") if is_place else (kind, text))
    # The sheet's place in the stream does not change where records keep their order: a shorter one is made up for.
    missing = sum(len(text) for _, text in records(xls_book({"报表": desk.rows()}).get_biff_data())) - sum(
        len(text) for _, text in parts
    )
    return compound(stream_of(parts) + b"\0" * missing)


def ods_with(shown: dict[object, str], attributes: str = "") -> Make:
    """An .ods in which some cells are written otherwise; `attributes` are those of the rows with numbers."""

    def make(desk: Desk) -> bytes:
        rows = [[(shown[cell],) if cell in shown else cell for cell in row] for row in desk.rows()]
        return ods_package(
            ods_content(ods_table("报表", (ods_row(row, attributes if 500 in row else "") for row in rows)))
        )

    return make


def date_cell(value: object, form: str | None = None) -> Make:
    """The day of the first site written otherwise."""

    def change(sheet: Worksheet) -> None:
        cell = below(sheet, "GH03-06")
        cell.value = value
        cell.number_format = form or ("General" if not isinstance(value, dt.date) else "yyyy-mm-dd")

    return changed(change, "GH03", {"GH03": GH03})


def from_1904(book: Workbook) -> None:
    """Count days from 1904, as old Macintoshes did."""
    book.epoch = CALENDAR_MAC_1904


def merge_records(sheet: Worksheet) -> None:
    """Merge the kind of two sites, as if it went for both."""
    first = below(sheet, "GH03-04")
    sheet.merge_cells(f"{first.coordinate}:{first.offset(1, 0).coordinate}")


def merge_answers(sheet: Worksheet) -> None:
    """Merge the answers of two lines."""
    first = find(sheet, "GH05-01").offset(0, 1)
    sheet.merge_cells(f"{first.coordinate}:{first.offset(1, 0).coordinate}")


def merge_harmlessly(sheet: Worksheet) -> None:
    """Merge an answer with the blank cell right of it."""
    first = find(sheet, "GH05-01").offset(0, 1)
    sheet.merge_cells(f"{first.coordinate}:{first.offset(0, 1).coordinate}")


def hide_row(sheet: Worksheet) -> None:
    """Hide the line of the persons visited."""
    sheet.row_dimensions[find(sheet, "GH05-02").row].hidden = True


def hide_column(sheet: Worksheet) -> None:
    """Hide the column of the answers."""
    sheet.column_dimensions["E"].hidden = True


def xls_hidden(desk: Desk) -> bytes:
    """An .xls with a hidden line."""
    book = xls_book({"报表": desk.rows()})
    book.get_sheet(0).row(8).hidden = True
    return xls_bytes(book)


def hidden_copy(book: Workbook) -> None:
    """Leave an old copy of the sheet behind, hidden."""
    copy = book.copy_worksheet(sheet_of(book, "GH05"))
    copy.title, copy.sheet_state = "上年GH05", "hidden"
    find(copy, "GH05-02").offset(0, 1).value = 499


def visible_copy(book: Workbook) -> None:
    """Leave a copy of the sheet with another number behind, in sight."""
    hidden_copy(book)
    book["上年GH05"].sheet_state = "visible"


def same_copy(book: Workbook) -> None:
    """Leave an exact copy of the sheet behind."""
    book.copy_worksheet(sheet_of(book, "GH05")).title = "GH05副本"


def hide_form(book: Workbook) -> None:
    """Hide the only sheet of the form."""
    sheet_of(book, "GH05").sheet_state = "hidden"


def scratch_sheet(book: Workbook) -> None:
    """Add a very hidden sheet with a calculation."""
    sheet = book.create_sheet("计算")
    sheet["A1"], sheet.sheet_state = "=1+1", "veryHidden"


def rename_sheets(book: Workbook) -> None:
    """Give the sheets other names in another order."""
    sheet_of(book, "GH05").title = "　表１ "
    book[workbook_words.COVER_SHEET].title = "首页"
    book.move_sheet("首页", len(book.sheetnames))


def extra_sheets(book: Workbook) -> None:
    """Add sheets of the clerk's own."""
    for name in ("计算过程", "联系人"):
        book.create_sheet(name)["A1"] = "仅供内部使用"


def swap_lines(sheet: Worksheet) -> None:
    """Exchange two lines whole."""
    one, other = find(sheet, "GH05-01").row, find(sheet, "GH05-02").row
    for column in range(1, 6):
        first, second = sheet.cell(one, column), sheet.cell(other, column)
        first.value, second.value = second.value, first.value


def swap_columns(sheet: Worksheet) -> None:
    """Exchange two columns of a ledger whole, titles and codes included."""
    unmerge(sheet)
    head = find(sheet, "GH03-04")
    for row in range(head.row - 1, head.row + len(SITES) + 1):
        first, second = sheet.cell(row, head.column), sheet.cell(row, head.column + 1)
        first.value, second.value = second.value, first.value


def insert_column(sheet: Worksheet) -> None:
    """Put a column between the codes and the answers."""
    unmerge(sheet)
    sheet.insert_cols(5)
    find(sheet, "数值").offset(0, -1).value = "上期数"
    find(sheet, "GH05-02").offset(0, 1).value = 777


def insert_rows(sheet: Worksheet) -> None:
    """Leave blank lines above and between."""
    unmerge(sheet)
    sheet.insert_rows(find(sheet, "GH05-02").row, 3)
    sheet.insert_rows(1, 2)


def extra_column(sheet: Worksheet) -> None:
    """Add a column of one's own to a ledger."""
    head = find(sheet, "GH03-06")
    head.offset(-1, 1).value, head.offset(1, 1).value = "负责人", "样例"


def extra_line(sheet: Worksheet) -> None:
    """Write a line of one's own under the header."""
    unmerge(sheet)
    row = find(sheet, "GH05-02").row
    sheet.insert_rows(row)
    sheet.cell(row, 2).value, sheet.cell(row, 5).value = "慰问农民工人数", 120


def drop_column(sheet: Worksheet) -> None:
    """Delete a column of a ledger."""
    unmerge(sheet)
    sheet.delete_cols(find(sheet, "GH03-06").column)


def drop_line(sheet: Worksheet) -> None:
    """Delete the line of the persons visited."""
    unmerge(sheet)
    sheet.delete_rows(find(sheet, "GH05-02").row)


def drop_codes(sheet: Worksheet) -> None:
    """Delete every code, and leave the names."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and workbook_words.parse_field_code(cell.value):
                cell.value = None


def drop_codes_and_name_twice(sheet: Worksheet) -> None:
    """Delete every code, and let two lines have one name."""
    drop_codes(sheet)
    find(sheet, "慰问职工人数").value = "送温暖资金"


def drop_header(sheet: Worksheet) -> None:
    """Delete codes and names, and leave only the title."""
    drop_codes(sheet)
    for row in sheet.iter_rows(min_row=5, max_col=4):
        for cell in row:
            if type(cell).__name__ == "Cell":
                cell.value = None


def drop_part(sheet: Worksheet) -> None:
    """Delete the ledger of sites whole."""
    first = find(sheet, "GH03-04").row - 2
    unmerge(sheet)
    sheet.delete_rows(first, 60)


def repeat_code(sheet: Worksheet) -> None:
    """Let a code stand at two lines."""
    find(sheet, "GH05-03").value = "GH05-02"


def repeat_header(sheet: Worksheet) -> None:
    """Repeat the header of a ledger between its records, as at the head of a page."""
    unmerge(sheet)
    head = find(sheet, "GH03-04").row
    sheet.insert_rows(head + 3, 2)
    for column in range(1, 5):
        sheet.cell(head + 3, column).value = sheet.cell(head - 1, column).value
        sheet.cell(head + 4, column).value = sheet.cell(head, column).value


def two_row_header(sheet: Worksheet) -> None:
    """Put a heading over two titles of a ledger, and delete its codes."""
    unmerge(sheet)
    titles, column = find(sheet, "GH03-04").row - 1, find(sheet, "GH03-04").column
    sheet.insert_rows(titles)
    sheet.cell(titles, column).value = "阵地"
    for row in sheet.iter_rows(min_row=titles):
        for cell in row:
            if isinstance(cell.value, str) and workbook_words.parse_field_code(cell.value):
                cell.value = None


def retired_line(sheet: Worksheet) -> None:
    """Keep a line of an older edition."""
    unmerge(sheet)
    row = find(sheet, "GH05-02").row
    sheet.insert_rows(row)
    sheet.cell(row, 2).value, sheet.cell(row, 4).value, sheet.cell(row, 5).value = "节日慰问", "GH05-77", 5


def old_edition(sheet: Worksheet) -> None:
    """Say that the form is of an older edition."""
    label = workbook_words.EDITION_LABEL
    (said,) = (cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(label))
    said.value = f"{label}2019"


def totals(word: str, funds: float, column: int = 1) -> Make:
    """A row of totals right under the records of GH04."""

    def change(sheet: Worksheet) -> None:
        head = find(sheet, "GH04-01")
        row = head.row + len(GH04["main"]) + 1
        sheet.cell(row, column).value = word
        sheet.cell(row, head.column + 1).value = 2
        sheet.cell(row, head.column + 2).value = funds

    return changed(change, "GH04", {"GH04": GH04})


def note_below(text: str) -> Make:
    """A note right under the records of a ledger, in its first column."""

    def change(sheet: Worksheet) -> None:
        head = find(sheet, "GH03-04")
        sheet.cell(head.row + len(SITES) + 1, 1).value = text
        sheet.cell(head.row + len(SITES) + 1, head.column + 1).value = "13800138000"

    return changed(change, "GH03", {"GH03": GH03})


def contest(code: str, value: object) -> Make:
    """One cell of a contest typed over."""

    def change(sheet: Worksheet) -> None:
        below(sheet, code).value = value

    def make(desk: Desk) -> bytes:
        ankang: Row = {"ankang_enterprises": 20, "ankang_workers": 3000}
        held: Row = {
            "contest_id": f"{desk.unit.code}-1",
            "contest_class": 1,
            "industry_code": "02",
            "trade_code": "T0201",
        }
        return changed(
            change, "GH08", {"GH08": {"ankang": [ankang], "contests": [held | {"units": 5, "workers": 90}]}}
        )(desk)

    return make


ODS_ERROR = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)
READ = {"warmth_persons": 500}
DAYS = {"sites.site_date": ["2021-11-03", "2021-12-20", "2021-10-08"]}
LEDGER: Forms = {"GH03": GH03}
NIL: Row = dict.fromkeys(GH05, 0)

CASES = [
    Case(41, formula(None), REJECTED, ("C00-7",)),
    Case(41, lambda desk: desk.answering("=200+300"), REJECTED, ("C00-7",), "library"),
    Case(41, xls_formula, REJECTED, ("C00-7",), "xls", ".xls"),
    Case(41, ods_with({500: '<table:table-cell table:formula="of:=200+300"/>'}), REJECTED, ("C00-7",), "ods", ".ods"),
    Case(42, formula("59999"), REJECTED, ("C05-1",)),
    Case(43, formula("60000.5"), ACCEPTED, ("FORMULA_IN_INPUT",), reads={"relief_total": "60000.5"}),
    *(
        Case(44, error_cell(f"#{shown}"), REJECTED, ("C00-7",), re.sub(r"\W", "", shown).lower())
        for shown in ("DIV/0!", "REF!", "N/A", "VALUE!", "NAME?", "NULL!", "NUM!")
    ),
    Case(44, xls_error, REJECTED, ("C00-7",), "xls", ".xls"),
    Case(44, ods_with({500: ODS_ERROR}), REJECTED, ("C00-7",), "ods", ".ods"),
    Case(45, booked(from_1904, {"GH03": GH03}), ACCEPTED, reads=DAYS),
    *(
        Case(46, date_cell(text), ACCEPTED, (), f"as-{number}", reads=DAYS)
        for number, text in enumerate(
            (
                "2021-11-03",
                "2021/11/3",
                "2021.11.3",
                "2021年11月3日",
                "20211103",
                20211103,
                "２０２１-１１-０３",
                "2021-11-03 00:00:00",
            )
        )
    ),
    *(
        Case(46, date_cell(text), REJECTED, ("C00-7",), f"not-{number}")
        for number, text in enumerate(
            (
                45000,
                45011,
                "2021.12",
                "2021年12月",
                "12/31/21",
                "2021-02-29",
                "2021-13-01",
                "2021111",
                "二〇二一年十一月三日",
                "11月3日",
            )
        )
    ),
    Case(46, date_cell(60, "yyyy-mm-dd"), REJECTED, ("C00-7",), "1900-02-29"),
    Case(47, date_cell(dt.datetime(2021, 11, 3, 15, 30), "yyyy-mm-dd hh:mm"), REJECTED, ("C00-7",)),
    Case(47, date_cell("2021-11-03T00:00:00+08:00"), REJECTED, ("C00-7",), "zone"),
    Case(48, changed(merge_records, "GH03", {"GH03": GH03}), REJECTED, ("MERGED", "C00-7"), "records"),
    Case(48, changed(merge_answers), REJECTED, ("MERGED", "C00-7"), "answers"),
    Case(48, changed(merge_harmlessly), ACCEPTED, (), "harmless", reads={"warmth_funds": "250000"}),
    Case(49, changed(hide_row), ACCEPTED, ("HIDDEN_CELLS",), "row", reads=READ),
    Case(49, changed(hide_column), ACCEPTED, ("HIDDEN_CELLS",), "column", reads=READ),
    Case(49, xls_hidden, ACCEPTED, ("HIDDEN_CELLS",), "xls", ".xls", READ),
    Case(49, ods_with({}, 'table:visibility="filter"'), ACCEPTED, ("HIDDEN_CELLS",), "ods", ".ods", READ),
    Case(50, booked(hidden_copy), ACCEPTED, ("SHEET_IGNORED",), "copy", reads=READ),
    Case(50, booked(hide_form), ACCEPTED, ("HIDDEN_SHEET",), "only", reads=READ),
    Case(50, booked(scratch_sheet), ACCEPTED, (), "scratch", reads=READ),
    Case(50, booked(visible_copy), REJECTED, ("FORM_TWICE",), "visible"),
    Case(50, booked(same_copy), ACCEPTED, ("SHEET_IGNORED",), "same", reads=READ),
    Case(51, booked(rename_sheets), ACCEPTED, reads=READ),
    Case(51, booked(extra_sheets), ACCEPTED, (), "extra", reads=READ),
    Case(52, changed(swap_lines), ACCEPTED, (), "lines", reads={"warmth_persons": 500, "warmth_funds": "250000"}),
    Case(52, changed(swap_columns, "GH03", {"GH03": GH03}), ACCEPTED, (), "columns", reads={"sites.site_name": NAMES}),
    Case(52, changed(insert_column), ACCEPTED, (), "inserted-column", reads=READ),
    Case(52, changed(insert_rows), ACCEPTED, (), "inserted-rows", reads=READ),
    Case(
        52,
        changed(extra_column, "GH03", {"GH03": GH03}),
        ACCEPTED,
        ("EXTRA_COLUMN",),
        "extra-column",
        reads={"sites.site_name": NAMES},
    ),
    Case(52, changed(extra_line), ACCEPTED, ("EXTRA_LINE",), "extra-line", reads=READ),
    Case(52, changed(drop_column, "GH03", {"GH03": GH03}), REJECTED, ("LINE_MISSING",), "missing-column"),
    Case(52, changed(drop_line), REJECTED, ("LINE_MISSING",), "missing-line"),
    Case(52, changed(drop_part, "GH03", {"GH03": GH03}), REJECTED, ("PART_MISSING",), "missing-part"),
    Case(52, changed(drop_codes), ACCEPTED, (), "no-codes", reads={"warmth_persons": 500, "relief_total": "60000.5"}),
    Case(
        52,
        changed(drop_codes, "GH03", {"GH03": GH03}),
        ACCEPTED,
        (),
        "no-codes-ledger",
        reads={"sites.site_name": NAMES, "main.media_items": 56},
    ),
    Case(52, changed(drop_codes_and_name_twice), REJECTED, ("FIELD_AMBIGUOUS", "LINE_MISSING"), "ambiguous"),
    Case(52, changed(drop_header), QUARANTINED, ("HEADER_MISSING",), "no-header"),
    Case(52, changed(repeat_code), REJECTED, ("DUPLICATE_FIELD",), "twins"),
    Case(
        52,
        changed(repeat_header, "GH03", {"GH03": GH03}),
        ACCEPTED,
        (),
        "repeated-header",
        reads={"sites.site_name": NAMES},
    ),
    Case(
        52,
        changed(two_row_header, "GH03", {"GH03": GH03}),
        ACCEPTED,
        (),
        "two-row-header",
        reads={"sites.site_name": NAMES},
    ),
    Case(52, changed(retired_line), ACCEPTED, ("UNKNOWN_LINE",), "retired-line", reads=READ),
    Case(53, changed(old_edition), ACCEPTED, ("TEMPLATE_VERSION",)),
    Case(
        54,
        totals("合　计", 42000.5),
        ACCEPTED,
        reads={"aspect_code": ["A01", "A05"], "practical_funds": ["12000.5", "30000"]},
    ),
    Case(54, totals("小计", 42000.5, 2), ACCEPTED, (), "in-field", reads={"practical_items": [3, 7]}),
    Case(54, totals("总计：", 42001), REJECTED, ("TOTAL_MISMATCH",), "wrong"),
    Case(55, note_below("填表人：样例　电话："), ACCEPTED, (), "signature", reads={"sites.site_name": NAMES}),
    Case(55, note_below("备注：由宣教部统计"), ACCEPTED, (), "remark", reads={"sites.site_name": NAMES}),
    Case(56, contest("GH08-06", 2), REJECTED, ("C00-7",), "zeros"),
    Case(56, contest("GH08-03", 916301020000000123), REJECTED, ("C00-7",), "digits"),
    Case(56, contest("GH08-06", "110105.0"), REJECTED, ("C00-7", "C08-1"), "float"),
    Case(57, lambda desk: desk.answering("500"), ACCEPTED, reads=READ),
    Case(58, lambda desk: desk.workbook({"GH05": {"main": []}}), QUARANTINED, ("EMPTY_SUBMISSION",), "blank"),
    Case(
        58,
        lambda desk: desk.workbook({"GH05": {"main": [GH05]}, "GH03": {"main": [], "sites": []}}),
        PARTLY,
        ("EMPTY_FORM",),
        "blank-form",
    ),
    Case(58, lambda desk: desk.workbook({"GH05": {"main": [NIL]}}), ACCEPTED, ("ALL_ZERO",), "zero"),
    Case(58, lambda desk: desk.workbook({"GH04": {"main": []}}), ACCEPTED, (), "no-records"),
]
