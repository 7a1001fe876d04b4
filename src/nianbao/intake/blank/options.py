"""The lists that code cells choose from, and the hidden sheet that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nianbao.catalog import Project
from nianbao.terms.codes import Code
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import CODES_SHEET, option_label

if TYPE_CHECKING:
    from xlsxwriter import Workbook


class Options:
    """The code lists as they stand at the end of a period, seen from one unit."""

    def __init__(self, project: Project, unit: Unit, period: Period) -> None:
        self._project = project
        self._unit = unit
        self._period = period
        self._labels: dict[str, dict[str, str]] = {}

    def labels(self, codes: str) -> dict[str, str]:
        """What is shown for each code of a list; asking for a list puts it on the hidden sheet."""
        if codes not in self._labels:
            entries = self._read(codes)
            self._labels[codes] = {code: option_label(codes, code, zh) for code, zh in entries}
        return self._labels[codes]

    def depths(self, codes: str) -> dict[str, int]:
        """How deep each code of a list with levels stands, counted from 0."""
        levels = {entry.code: int(entry.level) for entry in self._valid(codes) if entry.level.isdigit()}
        top = min(levels.values(), default=0)
        return {code: level - top for code, level in levels.items()}

    def write_sheet(self, workbook: Workbook) -> None:
        """Write the lists asked for so far, each under its name, as named ranges of a hidden sheet."""
        sheet = workbook.add_worksheet(CODES_SHEET)
        sheet.hide()
        sheet.protect()
        for column, (codes, labels) in enumerate(sorted(self._labels.items())):
            sheet.write_string(0, column, codes)
            for row, label in enumerate(labels.values(), start=1):
                sheet.write_string(row, column, label)
            letter = _column_letter(column)
            workbook.define_name(list_name(codes), f"='{CODES_SHEET}'!${letter}$2:${letter}${max(len(labels), 1) + 1}")

    def _read(self, codes: str) -> list[tuple[str, str]]:
        if codes == "units":
            return [(unit.code, unit.zh) for unit in self._units()]
        if codes in self._project.roster.levels:
            return [(unit.code, unit.zh) for unit in self._units_at(codes)]
        return [(entry.code, entry.zh) for entry in self._valid(codes)]

    def _units_at(self, level: str) -> list[Unit]:
        """The units of a level that stand under the reporting one; all of them where none does, as for a department."""
        units = [unit for unit in self._units() if unit.level.code == level]
        return [unit for unit in units if unit.place_parent == self._unit.code] or units

    def _units(self) -> list[Unit]:
        return list(self._project.roster.on(self._period.end).values())

    def _valid(self, codes: str) -> list[Code]:
        entries = self._project.codes.get(codes, {}).values()
        return [entry for entry in entries if entry.is_valid_on(self._period.end)]


def list_name(codes: str) -> str:
    """The defined name of a list in the workbook."""
    return f"list_{codes}"


def _column_letter(column: int) -> str:
    return chr(ord("A") + column) if column < 26 else _column_letter(column // 26 - 1) + chr(ord("A") + column % 26)
