"""Reads .xls, and .et where it is the same: the values with a parser, what it passes over from the records."""

from __future__ import annotations

import dataclasses
import io
import struct
from itertools import zip_longest

from nianbao.intake.read.formats import biff
from nianbao.intake.read.formats.biff import Remarks, survey
from nianbao.intake.read.formats.compound import Compound
from nianbao.intake.read.formats.sheet import Opened, Sheet, Unreadable
from nianbao.intake.read.formats.sheet_draft import cover_cells
from nianbao.terms.submission import ReadingFault

_WORKBOOK_STREAMS = ("Workbook", "Book")
_MACRO_STORAGES = ("_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA", "Macros")
_EMBEDDED = "MBD"


def workbook_stream(compound: Compound) -> str | None:
    """The name of the stream that makes a compound file a workbook."""
    return next((name for name in _WORKBOOK_STREAMS if name.casefold() in compound.streams), None)


def is_locked(compound: Compound) -> bool:
    """Whether a workbook is encrypted."""
    return biff.is_locked(compound.stream(workbook_stream(compound) or ""))


def open_xls(compound: Compound) -> Opened:
    """The sheets of an .xls workbook.

    Raises:
        Unreadable: it is damaged, locked, or holds macros.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    if any(map(compound.has, _MACRO_STORAGES)):
        raise Unreadable("MACRO")
    try:
        found = survey(compound.stream(workbook_stream(compound) or ""))
    except (struct.error, IndexError, KeyError) as error:
        raise Unreadable("TRUNCATED") from error
    try:
        name = workbook_stream(compound) or ""
        # The parser knows the name of the stream in two spellings; there are more.
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(compound.renamed(name, name)))
        sheets = []
        tables = (metadata for metadata in workbook.sheets_metadata if metadata.typ == SheetTypeEnum.WorkSheet)
        for metadata, remarks in zip_longest(tables, found.sheets):
            if metadata is None:
                break
            sheet = workbook.get_sheet_by_name(metadata.name)
            rows: list[list[object]] = [[*cells] for cells in sheet.to_python(skip_empty_area=False)]
            merged = sheet.merged_cell_ranges or ()
            _, covered = cover_cells(metadata.name, rows, merged)
            sheets.append(
                _with_remarks(
                    Sheet(
                        metadata.name,
                        rows,
                        merged=merged,
                        covered=covered,
                        is_hidden=metadata.visible != SheetVisibleEnum.Visible,
                    ),
                    remarks or Remarks(),
                )
            )
    except PasswordError as error:
        raise Unreadable("ENCRYPTED") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("TRUNCATED", type(error).__name__) from error
    faults = [ReadingFault("EXTERNAL_LINK")] if found.has_links else []
    if any(name.upper().startswith(_EMBEDDED) for name in compound.names):
        faults.append(ReadingFault("EMBEDDED"))
    return Opened(sheets, tuple(faults))


def _with_remarks(sheet: Sheet, remarks: Remarks) -> Sheet:
    return dataclasses.replace(
        sheet,
        odd=remarks.odd,
        shown=remarks.shown,
        formulas=frozenset(remarks.formulas),
        hidden_rows=frozenset(remarks.hidden_rows),
        hidden_columns=frozenset(remarks.hidden_columns),
    )
