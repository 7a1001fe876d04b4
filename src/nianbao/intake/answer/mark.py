"""Marks the sender's own workbook: filled cells, comments, and the sheet 审核结果 in front; the rest as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nianbao.intake.answer.answer_sheet import compose_sheet
from nianbao.intake.answer.book import MarkedBook
from nianbao.intake.answer.cells import Cells, position
from nianbao.intake.answer.comments import comment_on
from nianbao.intake.answer.job import Job, Mark
from nianbao.intake.answer.package import UnknownPackage, WorkbookPackage
from nianbao.intake.answer.rebuild import rebuild
from nianbao.intake.answer.styles import Styles
from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.formats.sheet import Unreadable
from nianbao.intake.read.returned import AnsweredRow, is_answer_sheet, read_answer_sheet
from nianbao.terms.finding import Severity
from nianbao.terms.workbook_words import ANSWER_SHEET

_GRAVEST_FIRST = list(Severity)


def mark_workbook(content: bytes, job: Job) -> bytes:
    """The marked workbook; a file of another format comes back as an .xlsx with the same content.

    Raises:
        UnknownPackage: the bytes are no workbook of any kind.
    """
    try:
        return _mark(content, job)
    except UnknownPackage:
        rebuilt, names = rebuild(content, job.file_name)
        return _mark(rebuilt, job.with_sheets(names))


def _mark(content: bytes, job: Job) -> bytes:
    package = WorkbookPackage(content)
    book = MarkedBook(package)
    styles = Styles(book.styles)
    name, earlier = _earlier_answer(content, book)
    by_sheet: dict[str, list[Mark]] = {}
    for mark in job.marks:
        if mark.sheet in book.parts and position(mark.cell):
            by_sheet.setdefault(mark.sheet, []).append(mark)
    patterns: dict[tuple[str, str], str] = {}
    for sheet in {**by_sheet, **dict.fromkeys(sheet for sheet, _ in earlier)}:
        if sheet in book.parts:
            own = {cell: row.pattern for (at, cell), row in earlier.items() if at == sheet}
            _mark_sheet(package, book.parts[sheet], styles, by_sheet.get(sheet, []), own)
            patterns |= {(sheet, cell): pattern for cell, pattern in own.items()}
    book.put_first(name, compose_sheet(job, styles.look, patterns))
    return package.to_bytes()


def _mark_sheet(
    package: WorkbookPackage, part: str, styles: Styles, marks: list[Mark], patterns: dict[str, str]
) -> None:
    """Fill the cells of one sheet and comment on them; `patterns` gains how each was filled before.

    What an earlier answer marked and this one does not is filled again as it was.
    """
    cells = Cells(package.tree(part))
    for marked, pattern in patterns.items():
        cell = cells.shown_at(marked)
        if position(cell) and styles.is_marked(cells.style(cell)):
            cells.restyle(cell, styles.restored(cells.style(cell), pattern))
    patterns.clear()
    by_cell: dict[str, list[Mark]] = {}
    for mark in marks:
        by_cell.setdefault(cells.shown_at(mark.cell), []).append(mark)
    for cell, here in by_cell.items():
        style = cells.style(cell)
        patterns |= dict.fromkeys((mark.cell for mark in here), styles.pattern_of(style))
        cells.restyle(cell, styles.filled(style, min((mark.severity for mark in here), key=_GRAVEST_FIRST.index)))
    comment_on(package, part, cells, {cell: _joined(here) for cell, here in by_cell.items()})


def _joined(marks: Iterable[Mark]) -> str:
    return "\n\n".join(mark.comment for mark in marks)


def _earlier_answer(content: bytes, book: MarkedBook) -> tuple[str, Mapping[tuple[str, str], AnsweredRow]]:
    """The name for the sheet 审核结果, and what an earlier one of ours remembers of the cells it marked."""
    if ANSWER_SHEET not in book.parts:
        return ANSWER_SHEET, {}
    try:
        sheets = open_file(content, "", {}).sheets
    except Unreadable as error:
        raise UnknownPackage(str(error)) from error
    grid = next((sheet.rows for sheet in sheets if sheet.name == ANSWER_SHEET), ())
    if is_answer_sheet(grid):
        return ANSWER_SHEET, {(row.sheet, row.cell): row for row in read_answer_sheet(grid) if row.sheet}
    number = 2
    while f"{ANSWER_SHEET}{number}" in book.parts:
        number += 1
    return f"{ANSWER_SHEET}{number}", {}
