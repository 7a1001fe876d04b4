"""Lays one form out on one sheet, as a statistical form is printed."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from nianbao.intake.blank.page import BlankBook, Page
from nianbao.intake.blank.self_check import Counted, SelfCheck
from nianbao.intake.blank.style import LINE_HEIGHT, text_height
from nianbao.intake.blank.tables import column_widths, write_table
from nianbao.terms.form import Field, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.workbook_words import (
    APPROVAL_NO_LABEL,
    EDITION_LABEL,
    ISSUER_LABEL,
    MEASURE_LABEL,
    NOTE_LABEL,
    NOTES_HEADING,
    PERIOD_LABEL,
    SIGNATURES,
    TABLE_NO_LABEL,
    UNIT_LABEL,
    VALID_UNTIL_LABEL,
    part_heading,
)

PORTRAIT_WIDTH = 88.0
"""What fits on upright A4 at full size; narrower forms are widened to it, much wider ones are turned."""

_TURNED_FROM = 110.0
_RIGHT_BLOCK_WIDTH = 34.0
_SHRUNK = 0.88
"""A form without lists that grow is made so much smaller rather than go on over a second page for a few rows."""

_NOTE_HEIGHT = 4.0 * LINE_HEIGHT
_MEASURES_SHOWN = "见表内"
_COMPANY = 3
"""So many records stand under the titles of a list, and so many above the foot, on one page with them."""

_NAMED = 12
"""So many units that report for themselves are named."""

_SUPPLEMENTED = "已报过、只补漏报的行时，只填要补的行，封面选“补报”；要改已报的行，选“更正”并填全部的行。"

_RUNNING = "序号带“续”的行按上次报送预填，请核对、改正后填其余各栏；已结束或本期没有的不必填，整行不计。"

_SAID_OF_YEAR = (
    "绿底斜体的{fields}全年不变，已按{periods}计入的数填好，不必再填；确有变动的直接改填，并在“说明”中写明原因。"
)

DueForm = tuple[Form, Period, tuple[Part, ...]]


def write_form(book: BlankBook, sheet: Worksheet, due: DueForm) -> Counted:
    """Write a form's title, tables, notes and signature line; returns what the cover counts of it."""
    form, period, parts = due
    tables = [(part, _fields(book, part, period)) for part in parts]
    check = SelfCheck(book, form, period, parts)
    widths = [column_widths(part, fields, book, check.is_of(part)) for part, fields in tables]
    page = Page(book, sheet, _fitted(widths))
    page.line(form.zh, "title", 34)
    _write_masthead(page, form, period)
    masthead_rows = page.row
    answers = book.filled.forms.get(form.code, {})
    headers, breaks = [], []
    for number, (part, fields) in enumerate(tables):
        begins = page.row
        if number and _is_long(parts[number - 1]):
            breaks.append(begins)
        if len(tables) > 1:
            page.line(part_heading(number + 1, part.zh), "band", 24)
        headers.append(write_table(page, check, part, fields, answers.get(part.code, [])))
        stop = headers[-1].stop + _COMPANY if _is_long(part) else page.row
        page.together.append(range(begins if number else 0, stop))
    check.write(page)
    last = page.row - _COMPANY if part.layout is Layout.LEDGER else begins
    _write_foot(page, check, form, period)
    page.together.append(range(last, page.row))
    sheet.freeze_panes(headers[0].stop if len(tables) == 1 else masthead_rows, 0)
    landscape = page.width(0, page.last) > _TURNED_FROM
    fits = page.has_room_for(range(begins), landscape)
    repeated = _repeated(parts, headers, masthead_rows, fits)
    sheet.repeat_rows(repeated.start, repeated.stop - 1)
    may_grow = any(map(_is_long, parts))
    runs_over = not page.has_room_for(range(page.row), landscape)
    on_one = runs_over and not may_grow and page.has_room_for(range(page.row), landscape, _SHRUNK)
    sheet.set_h_pagebreaks([] if on_one else page.breaks(breaks, repeated, landscape))
    page.finish(f"{form.table_no} {form.zh}　{book.unit.zh}　{period.zh}", landscape, may_grow, on_one)
    return check.count()


def _repeated(parts: Sequence[Part], headers: Sequence[range], masthead_rows: int, fits: bool) -> range:
    """The rows that every further page begins with: whose form it is, and the titles of the ledger that begins it.

    Where all but the last part `fits` on the first page its titles would stand over other lines there. A ledger that
    ends the sheet repeats its titles alone, from its own page on; above it nothing is repeated, and every foot says
    whose form it is. A sheet has one range of such rows: of any other ledger they would stand over another's records.
    """
    ledgers = [header for part, header in zip(parts, headers, strict=True) if part.layout is Layout.LEDGER]
    if len(parts) == 1 or (ledgers == [headers[0]] and not fits):
        return range(headers[0].stop)
    return headers[-1] if parts[-1].layout is Layout.LEDGER else range(masthead_rows)


def _is_long(part: Part) -> bool:
    """Whether a part's blank rows fill a page, so that the next part had better start on a new one."""
    return part.layout is Layout.LEDGER and not part.rows


def _fields(book: BlankBook, part: Part, period: Period) -> list[Field]:
    return [field for field in part.fields if field.is_asked_of(book.unit, period)]


def _fitted(wanted: list[list[float]]) -> list[float]:
    """Columns wide enough for every part, and together at least as wide as the page."""
    columns = max(len(widths) for widths in wanted)
    widths = [max(part[column] for part in wanted if column < len(part)) for column in range(columns)]
    spread = (PORTRAIT_WIDTH - widths[0]) / sum(widths[1:])
    return [widths[0], *(round(width * max(spread, 1.0), 1) for width in widths[1:])]


def _write_masthead(page: Page, form: Form, period: Period) -> None:
    """Who reports for when on the left, what form it is on the right."""
    right = page.last
    while right > 1 and page.width(right, page.last) < _RIGHT_BLOCK_WIDTH:
        right -= 1
    lines = (
        (TABLE_NO_LABEL + form.table_no, UNIT_LABEL + page.book.unit.zh),
        (ISSUER_LABEL + page.book.project.federation.zh, PERIOD_LABEL + period.zh),
        (MEASURE_LABEL + _MEASURES_SHOWN, EDITION_LABEL + form.edition_in(period)),
    )
    official = [(APPROVAL_NO_LABEL, form.approval_no), (VALID_UNTIL_LABEL, form.valid_until)]
    for on_right, on_left in (*lines, *((label + said, "") for label, said in official if said)):
        page.set_height(page.row, 19)
        page.merge(0, right - 1, on_left, "meta")
        page.merge(right, page.last, on_right, "meta")
        page.row += 1


def _write_foot(page: Page, check: SelfCheck, form: Form, period: Period) -> None:
    """What the unit explains, what fails, the notes of the form, and who signs."""
    note = page.book.filled.notes.get(form.code, "")
    width = page.width(1, page.last)
    page.set_height(page.row, max(_NOTE_HEIGHT, text_height(note, width)))
    page.put(0, NOTE_LABEL, "note_label")
    page.merge(1, page.last, note, "note")
    page.row += 1
    check.tell(page)
    page.line("　　　　".join(signature + "　　　　" for signature in SIGNATURES), "signatures", 26)
    notes = [*form.notes, *_excluded(page, form, period), *([_SUPPLEMENTED] if form.takes_supplements else ())]
    if any(page.book.before.running.get((form.code, part.code)) for part in form.parts):
        notes.append(_RUNNING)
    notes += _said_of_year(page, form)
    lines = [f"{number}. {note}" for number, note in enumerate(notes, start=1)]
    text = "\n".join([NOTES_HEADING, *lines])
    page.line(text, "small", text_height(text, page.width(0, page.last), 9))


def _said_of_year(page: Page, form: Form) -> list[str]:
    """What is filled in because it stands all year, and which periods said it."""
    found = {place: said for place, said in page.book.before.said_of_year.items() if place[0] == form.code}
    fields = dict.fromkeys(form.part(part).field(code).zh for _, part, code, _ in found)
    periods = dict.fromkeys(said.said_in for said in sorted(found.values(), key=lambda said: said.said_in.end))
    named = "、".join(f"“{zh}”" for zh in fields)
    said_in = "、".join(period.zh for period in periods)
    return [_SAID_OF_YEAR.format(fields=named, periods=said_in)] if found else []


def _excluded(page: Page, form: Form, period: Period) -> list[str]:
    """Whose numbers do not belong into the form, where it says that those below a unit report for themselves."""
    if not form.excludes_below:
        return []
    below = [unit.short_zh for unit in page.book.project.reporting_below(page.book.unit, form, period)]
    shown = "、".join(below[:_NAMED]) + (f"等{len(below)}家" if len(below) > _NAMED else "")
    return [f"本表不含单独报送本表的下级单位的数：{shown}。"] if below else []
