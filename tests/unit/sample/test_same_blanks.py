"""The files of the sample year are the blanks that clerks get, with something typed into their open cells (R24)."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.intake.blank.tables import LEDGER_ROWS
from nianbao.sample.make import write_planned
from nianbao.sample.planned import Planned
from nianbao.terms.filled import Filled
from nianbao.terms.workbook_words import sheet_name
from tests.homes import clock_at


def test_R24_every_form_of_the_sample_is_the_blank_that_template_writes(
    project: Project, planned: list[Planned], tmp_path: Path
) -> None:
    """R24: cell by cell the same labels, places, formulas, limits and looks; only open cells have answers."""
    left = set(project.forms)
    for each in planned:
        forms = set(fitting(each)) & left
        if not forms:
            continue
        left -= forms
        write_planned(project, [each], tmp_path / "sample")
        blank = template(project, each, tmp_path / each.unit.code)
        filled = openpyxl.load_workbook(tmp_path / "sample" / each.file)
        assert set(filled.sheetnames) <= set(blank.sheetnames)
        for title in (sheet_name(code, project.forms[code].zh) for code in sorted(forms)):
            assert shape(filled[title]) == shape(blank[title]), (each.unit.code, title)
            differing = [a.coordinate for a, b in pairs(filled[title], blank[title]) if content(a) != content(b)]
            assert not [at for at in differing if blank[title][at].protection.locked], (each.unit.code, title)
            assert differing, "a form of the sample has answers"
    assert left == set()


def fitting(sent: Planned) -> Iterator[str]:
    """The forms of a workbook of which no ledger is longer than that of a first blank."""
    if isinstance(sent.content, Filled) and sent.story == "on time" and sent.period.year == 2021:
        for code, parts in sent.content.forms.items():
            if any(parts.values()) and all(len(rows) <= LEDGER_ROWS for rows in parts.values()):
                yield code


def template(project: Project, sent: Planned, out: Path) -> openpyxl.Workbook:
    """The blank of the same unit and period, as an office with nothing before it writes it."""
    arguments = ["template", "--unit", sent.unit.code, "--period", sent.period.code, "--out", str(out)]
    with clock_at(f"{sent.period.end}T10:00:00"):
        done = CliRunner().invoke(main, [*arguments, "--project", str(project.path), "--home", str(out / "home")])
    assert done.exit_code == 0, done.output
    (path,) = out.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    path.unlink()
    return book


def pairs(one: Worksheet, other: Worksheet) -> Iterator[tuple[Cell, Cell]]:
    """The cells of two sheets beside one another."""
    for own, its in zip(one.iter_rows(), other.iter_rows(), strict=True):
        yield from ((a, b) for a, b in zip(own, its, strict=True) if not isinstance(a, MergedCell))


def content(cell: Cell) -> object:
    """What stands in a cell; of a formula its text and reach."""
    return getattr(cell.value, "text", None) or cell.value


def shape(sheet: Worksheet) -> dict[str, object]:
    """All of a sheet but what is typed into it: size, looks, locks, merged cells, limits, marks, print."""
    limits = sorted(
        (str(each.sqref), each.type, each.operator, each.formula1, each.formula2, each.prompt, each.error)
        for each in sheet.data_validations.dataValidation
    )
    marks = sorted(
        (str(area.sqref), rule.type, str(rule.formula)) for area in sheet.conditional_formatting for rule in area.rules
    )
    return {
        "size": sheet.dimensions,
        "locks": {cell.coordinate: cell.protection.locked for row in sheet.iter_rows() for cell in row},
        "tints": {cell.coordinate: cell.fill.fgColor.rgb for row in sheet.iter_rows() for cell in row},
        "formats": {cell.coordinate: cell.number_format for row in sheet.iter_rows() for cell in row},
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "limits": limits,
        "marks": marks,
        "widths": {letter: column.width for letter, column in sheet.column_dimensions.items()},
        "print": (sheet.print_area, sheet.print_title_rows, sheet.page_setup.orientation),
    }
