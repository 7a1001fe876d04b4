"""What the workbook that a unit fills in promises, read back with another library."""

import datetime as dt
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from nianbao.catalog import Project, load_project
from nianbao.catalog.comparisons import parse_comparison
from nianbao.intake.answer.styles import FILLS
from nianbao.intake.blank.options import Options
from nianbao.intake.blank.workbook import write_workbook
from nianbao.terms import workbook_words
from nianbao.terms.check import Rule
from nianbao.terms.filled import Earlier, Filled, HeldBefore
from nianbao.terms.finding import Severity
from nianbao.terms.form import Field, FieldType, Form, Layout, Part
from nianbao.terms.period import Period

ROOT = Path(__file__).resolve().parents[3]
PERIOD = Period.parse("2021Q4")
TINT = "FFFFFBE6"
XINING, AUDIT_OFFICE = "QH630100", "QHB10"


@pytest.fixture(scope="module")
def project() -> Project:
    """The project as declared."""
    return load_project(ROOT)


@pytest.fixture(scope="module")
def blank(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The blank workbook of a prefecture for a fourth quarter."""
    return written(project, tmp_path_factory.mktemp("blank") / "blank.xlsx")


def written(project: Project, path: Path, filled: Filled | None = None, unit: str = XINING) -> Workbook:
    """The workbook of a unit, written and read back."""
    write_workbook(path, project, project.units[unit], PERIOD, filled)
    return openpyxl.load_workbook(path)


def due(project: Project, unit: str = XINING) -> Iterator[tuple[Form, Part, Field]]:
    """Every field that a unit is asked for."""
    for form, own, parts in project.due_forms(project.units[unit], PERIOD):
        for part in parts:
            for field in part.fields:
                if field.is_asked_of(project.units[unit], own):
                    yield form, part, field


def code_cell(workbook: Workbook, form: Form, field: Field) -> Cell:
    """The cell that holds the 代码 of a field."""
    sheet = workbook[workbook_words.sheet_name(form.code, form.zh)]
    wanted = workbook_words.field_code(form.code, field.line)
    (found,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == wanted)
    return found


def entry(workbook: Workbook, form: Form, part: Part, field: Field) -> Cell:
    """The first cell in which a field is answered: right of its code on a line, below it in a ledger."""
    code = code_cell(workbook, form, field)
    down, right = (0, 1) if part.layout is Layout.INDICATOR else (1, 0)
    return code.offset(down, right)


def validation(cell: Cell) -> DataValidation:
    """The data validation of a cell."""
    (found,) = (rule for rule in cell.parent.data_validations.dataValidation if cell.coordinate in rule.sqref)
    return found


def is_key(part: Part, field: Field) -> bool:
    """Whether the cells of a field are filled in advance."""
    return bool(part.rows) and field is part.fields[0]


def least(project: Project, part: Part, field: Field) -> str:
    """The smallest value that no suite rejects."""
    place = (part.form_code, part.code, field.column)
    return str(
        max(
            int(str(rule.kwargs["min_value"]))
            for rule in project.rules
            if (rule.form, rule.part, rule.kwargs.get("column")) == place
            and rule.severity is Severity.REJECT
            and rule.type == "expect_column_values_to_be_between"
        )
    )


def texts(sheet: Worksheet) -> list[str]:
    """Every text of a sheet."""
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def small_project(project: Project, field: Field, *rules: Rule) -> Project:
    """A project with one form of one field, kept by the given rules."""
    part = replace(project.forms["GH05"].part("main"), fields=(field,))
    small = Project(ROOT, project.roster, project.codes, {"GH05": replace(project.forms["GH05"], parts=(part,))})
    vars(small)["rules"] = rules
    return small


def between(field: Field, severity: Severity = Severity.REJECT, **kwargs: object) -> Rule:
    """A rule that holds a field of GH05 in a range."""
    kind = "expect_column_values_to_be_between"
    return Rule("r", "C", "GH05", "gh05", "main", severity, "", "", kind, {"column": field.column, **kwargs})


def field_of(project: Project, code: str, **changes: object) -> Field:
    """A field of GH05 with some changes."""
    return replace(project.forms["GH05"].part("main").field(code), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", [XINING, AUDIT_OFFICE, "QH630000", "QHB04"])
def test_every_field_of_every_due_form_is_there_with_its_code(project: Project, tmp_path: Path, unit: str) -> None:
    """A unit finds each question it owes exactly once, beside the question's Chinese name."""
    workbook = written(project, tmp_path / "w.xlsx", unit=unit)
    for form, part, field in due(project, unit):
        code = code_cell(workbook, form, field)
        if part.layout is Layout.INDICATOR:
            assert code.offset(0, -2).value == field.zh
        else:
            assert field.zh in (code.offset(-1, 0).value, code.offset(-2, 0).value)


def test_T29_a_form_names_those_whose_numbers_are_not_in_it(project: Project, tmp_path: Path) -> None:
    """T29: where a form says that those below report for themselves, the workbook of the unit above names them."""
    form = replace(project.forms["GH05"], excludes_below=True)
    told = replace(project, forms={**project.forms, "GH05": form})
    above = next(
        unit for unit in told.units.values() if form.parts_of(unit, PERIOD) and told.reporting_below(unit, form, PERIOD)
    )
    names = [unit.short_zh for unit in told.reporting_below(above, form, PERIOD)]
    workbook = written(told, tmp_path / "w.xlsx", unit=above.code)
    sheet = workbook[workbook_words.sheet_name("GH05", form.zh)]
    said = [cell.value for row in sheet.iter_rows() for cell in row if "单独报送" in str(cell.value)]
    assert len(said) == 1
    assert f"不含单独报送本表的下级单位的数：{names[0]}" in said[0]


def test_a_line_for_some_is_on_their_blanks_alone(project: Project, tmp_path: Path) -> None:
    """A line that names who is asked for it is not printed for anybody else, and leaves no gap in the numbers."""
    form = project.forms["GH05"]
    narrow = [field for field in form.parts[0].fields if field.reporters]
    assert narrow
    for unit, is_asked in ((XINING, False), ("QHB03", True)):
        sheet = written(project, tmp_path / f"{unit}.xlsx", unit=unit)[workbook_words.sheet_name(form.code, form.zh)]
        shown = [text for text in texts(sheet) if text in {field.zh for field in narrow}]
        assert len(shown) == (len(narrow) if is_asked else 0)
        numbers = [row[0].value for row in sheet.iter_rows() if isinstance(row[0].value, int)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_only_due_forms_have_a_sheet(project: Project, blank: Workbook) -> None:
    """Beside the cover, the guide and the hidden lists there is one sheet per due form, in the order of their codes."""
    names = [
        workbook_words.sheet_name(form.code, form.zh) for form, _, _ in project.due_forms(project.units[XINING], PERIOD)
    ]
    assert blank.sheetnames == [
        workbook_words.COVER_SHEET,
        workbook_words.GUIDE_SHEET,
        *names,
        workbook_words.CODES_SHEET,
    ]
    assert blank[workbook_words.CODES_SHEET].sheet_state == "hidden"


def test_sheet_names_are_valid(project: Project) -> None:
    """No sheet name is longer than 31 characters or holds a character that a workbook refuses."""
    for form in project.forms.values():
        name = workbook_words.sheet_name(form.code, form.zh)
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
    assert workbook_words.sheet_name("GH99", "甲/乙[丙]:" + "长" * 40) == "GH99 甲乙丙" + "长" * 23


def test_inputs_are_unlocked_and_everything_else_is_locked(project: Project, blank: Workbook) -> None:
    """R24: only tinted cells are open; no sheet has a password, and one whose ledger may grow no protection at all."""
    grows = {
        workbook_words.sheet_name(form.code, form.zh)
        for form, part, _ in due(project)
        if part.layout is Layout.LEDGER and not part.rows
    }
    assert grows
    for sheet in blank.worksheets:
        assert sheet.protection.sheet is (sheet.title not in grows)
        assert not sheet.protection.password
        cells = [cell for row in sheet.iter_rows() for cell in row if not isinstance(cell, MergedCell)]
        assert not [cell for cell in cells if cell.protection.locked == (cell.fill.fgColor.rgb == TINT)]
    for form, part, field in due(project):
        assert code_cell(blank, form, field).protection.locked
        assert entry(blank, form, part, field).protection.locked == is_key(part, field)


def test_columns_and_rows_may_be_resized(blank: Workbook) -> None:
    """Protection leaves the clerk free to widen a column."""
    for sheet in (each for each in blank.worksheets[:-1] if each.protection.sheet):
        assert not sheet.protection.formatColumns
        assert not sheet.protection.formatRows
        assert sheet.protection.insertRows


def test_code_cells_choose_from_the_list_of_their_field(project: Project, blank: Workbook) -> None:
    """A drop-down offers exactly the Chinese labels that are valid at the end of the period."""
    for form, part, field in due(project):
        if field.type is not FieldType.CODE or is_key(part, field):
            continue
        rule = validation(entry(blank, form, part, field))
        assert rule.type == "list"
        (sheet, area) = next(iter(blank.defined_names[rule.formula1].destinations))
        offered = [row[0].value for row in blank[sheet][area.replace("$", "")]]
        if field.codes == "county":
            own = [unit.zh for unit in project.units.values() if unit.place_parent == XINING]
            assert offered == own
        else:
            assert offered == [code.zh for code in project.codes[field.codes].values() if code.is_valid_on(PERIOD.end)]


def test_yes_and_no_are_chosen(project: Project, tmp_path: Path) -> None:
    """A yes-or-no cell offers 是 and 否."""
    workbook = written(project, tmp_path / "w.xlsx", unit=AUDIT_OFFICE)
    form = project.forms["GH13"]
    cell = entry(workbook, form, form.part("audits"), form.part("audits").field("recommended"))
    assert validation(cell).formula1 == '"是,否"'


def test_numbers_are_held_to_the_suites(project: Project, blank: Workbook) -> None:
    """No number may be smaller than its suites say, already while it is typed, and a count must be whole."""
    kinds = {FieldType.INT: "whole", FieldType.MONEY: "decimal", FieldType.DECIMAL: "decimal"}
    for form, part, field in due(project):
        if field.type not in kinds:
            continue
        rule = validation(entry(blank, form, part, field))
        low = least(project, part, field)
        if field.required and rule.type != "custom":
            assert (rule.type, rule.formula1) == (kinds[field.type], low)
            assert rule.operator in ("greaterThanOrEqual", None)
        else:
            assert rule.type == "custom"
            assert f">={low}" in rule.formula1
            assert len(rule.formula1) <= 255


def test_S17_what_is_compared_is_a_limit_while_typing(project: Project, blank: Workbook) -> None:
    """S17: a value that breaks a comparison is refused while it is typed, and the refusal says what it must be."""
    limited = {}
    for form, part, field in due(project):
        if field.type in (FieldType.INT, FieldType.MONEY, FieldType.DECIMAL):
            rule = validation(entry(blank, form, part, field))
            if "ROUND(" in str(rule.formula1):
                limited[f"{form.code}-{field.line:02d}"] = rule.error
    assert limited["GH01-02"] == "“女职工人数”应填整数，不小于0，不大于“职工人数”，单位“人”。请改正后再填。"
    total = project.forms["GH05"].part("main").field("relief_total")
    assert "等于“生活救助金”、“医疗救助金”、“助学救助金”之和" in limited[f"GH05-{total.line:02d}"]


def test_every_input_says_what_it_wants_in_chinese(project: Project, blank: Workbook) -> None:
    """The message beside a cell holds the field's hint and unit; the refusal names the field."""
    for form, part, field in due(project):
        if is_key(part, field):
            continue
        rule = validation(entry(blank, form, part, field))
        assert rule.promptTitle == field.zh[:32]
        assert field.hint in rule.prompt
        assert field.zh in rule.error
        assert len(rule.prompt) <= 255
        assert len(rule.error) <= 255


def test_a_range_of_a_suite_is_enforced_while_typing(project: Project, tmp_path: Path) -> None:
    """Between two limits means between them in the cell too."""
    field = field_of(project, "warmth_persons")
    small = small_project(project, field, between(field, min_value=1), between(field, min_value=0, max_value=500))
    workbook = written(small, tmp_path / "w.xlsx")
    rule = validation(entry(workbook, small.forms["GH05"], small.forms["GH05"].parts[0], field))
    assert (rule.formula1, rule.formula2, rule.errorStyle) == ("1", "500", None)
    assert "不小于1、不大于500" in rule.error


def test_a_soft_limit_warns_and_asks_for_an_explanation(project: Project, tmp_path: Path) -> None:
    """What a unit may explain is not refused while typing; what is rejected outweighs it."""
    field = field_of(project, "warmth_persons")
    soft = between(field, Severity.EXPLAIN, min_value=200)
    small = small_project(project, field, soft)
    form = small.forms["GH05"]
    rule = validation(entry(written(small, tmp_path / "soft.xlsx"), form, form.parts[0], field))
    assert rule.errorStyle == "warning"
    assert "说明" in rule.error
    small = small_project(project, field, soft, between(field, min_value=0))
    rule = validation(entry(written(small, tmp_path / "hard.xlsx"), form, form.parts[0], field))
    assert (rule.errorStyle, rule.formula1) == (None, "0")


def test_a_limit_of_money_follows_the_money_unit_of_the_cover(project: Project, tmp_path: Path) -> None:
    """200 元 is 0.02 on a workbook filled in 万元."""
    field = field_of(project, "warmth_funds")
    small = small_project(project, field, between(field, min_value=200, strict_min=True))
    form = small.forms["GH05"]
    workbook = written(small, tmp_path / "w.xlsx", Filled({}, cover={"money_unit": "万元"}))
    cell = entry(workbook, form, form.parts[0], field)
    assert f"{cell.coordinate}>200/money_scale" in validation(cell).formula1
    assert '"万元",10000' in workbook.defined_names["money_scale"].attr_text
    assert code_cell(workbook, form, field).offset(0, -1).value == "=money_unit"


def test_an_optional_number_may_be_declared_not_applicable(project: Project, blank: Workbook) -> None:
    """无 and - pass beside numbers where a field is not required."""
    form = project.forms["GH12"]
    rule = validation(entry(blank, form, form.parts[0], form.parts[0].field("completion_pct")))
    assert all(f'="{word}"' in rule.formula1 for word in workbook_words.NOT_APPLICABLE)


def test_S17_a_cell_that_fails_looks_as_the_marked_workbook_fills_it(project: Project, blank: Workbook) -> None:
    """S17: red must be corrected and amber explained, in the self-check as in what is sent back."""
    seen = set()
    asked = {(form.code, field.code) for form, _, field in due(project)}
    for rule in (rule for rule in project.rules if len(rule.comparisons) == 1):
        if (rule.form, parse_comparison(rule.comparisons[0]).subject.name) not in asked:
            continue
        for form, _, parts in project.due_forms(project.units[XINING], PERIOD):
            if rule.form == form.code and rule.part in {part.code for part in parts} and rule.span.covers(PERIOD):
                looks = blank[workbook_words.sheet_name(form.code, form.zh)].conditional_formatting
                marks = (each for look in looks for each in look.rules if each.type == "expression")
                fills = {mark.dxf.fill.bgColor.rgb for mark in marks}
                assert FILLS[rule.severity] in fills, rule.code
                seen.add(rule.severity)
    assert seen >= {Severity.REJECT, Severity.EXPLAIN}


def test_limits_cover_every_row_of_a_ledger(project: Project, blank: Workbook) -> None:
    """The last blank row of a ledger is held to the same limits as the first."""
    form = project.forms["GH04"]
    cell = entry(blank, form, form.parts[0], form.parts[0].field("practical_items"))
    assert validation(cell) is validation(cell.offset(39, 0))


def test_keys_filled_in_advance_stand_in_the_order_of_their_list(project: Project, blank: Workbook) -> None:
    """Accounts show code and name of the chart in force, locked."""
    form = project.forms["GH12"]
    part = form.part("main")
    cell = entry(blank, form, part, part.fields[0])
    accounts = [entry for entry in project.codes["accounts"].values() if entry.is_valid_on(PERIOD.end)]
    for number, account in enumerate(accounts):
        assert cell.offset(number, 0).value == f"{account.code} {account.zh}"
        assert cell.offset(number, 0).protection.locked
    assert cell.offset(len(accounts), 0).protection.locked


def test_the_cover_says_who_reports_for_when(project: Project, blank: Workbook) -> None:
    """Labels stand in column B, values in column C; unit, period and edition are printed, the rest is asked."""
    cover = blank[workbook_words.COVER_SHEET]
    answers = {row[1].value: row[2] for row in cover.iter_rows() if row[1].value}
    assert list(answers)[: len(workbook_words.COVER_LABELS)] == list(workbook_words.COVER_LABELS.values())
    values = {key: answers[label].value for key, label in workbook_words.COVER_LABELS.items()}
    edition = max(form.edition_in(own) for form, own, _ in project.due_forms(project.units[XINING], PERIOD))
    assert values == {
        "unit_code": XINING,
        "unit_name": project.units[XINING].zh,
        "period": PERIOD.code,
        "status": "初报",
        "basis": "本期",
        "money_unit": "元",
        "filler": None,
        "reviewer": None,
        "filled_on": None,
        "edition": edition,
    }
    unlocked = {key for key, label in workbook_words.COVER_LABELS.items() if not answers[label].protection.locked}
    assert unlocked == {"status", "basis", "money_unit", "filler", "reviewer", "filled_on"}
    assert validation(answers["报送类型"]).formula1 == '"初报,更正,补报"'
    assert [prop.value for prop in blank.custom_doc_props.props] == [edition]


def test_the_cover_lists_the_forms_with_their_due_days(project: Project, blank: Workbook) -> None:
    """Each form inside is named with its own period and last day, and linked to its sheet."""
    cover = blank[workbook_words.COVER_SHEET]
    listed = {row[2].value: row for row in cover.iter_rows() if row[2].hyperlink}
    for form, period, _ in project.due_forms(project.units[XINING], PERIOD):
        row = listed[form.zh]
        assert row[2].hyperlink.location == f"'{workbook_words.sheet_name(form.code, form.zh)}'!A1"
        assert row[3].value == period.zh
        assert row[4].value.date() == project.deadline(form, period, project.units[XINING]).due_on


def test_a_form_sheet_is_headed_like_a_statistical_form(project: Project, blank: Workbook) -> None:
    """Title, 表号, 制定机关, 填报单位, 报告期, 计量单位 and edition stand above, notes and signatures below."""
    for form, period, _ in project.due_forms(project.units[XINING], PERIOD):
        shown = texts(blank[workbook_words.sheet_name(form.code, form.zh)])
        assert shown[0] == form.zh
        for text in (
            workbook_words.TABLE_NO_LABEL + form.table_no,
            workbook_words.ISSUER_LABEL + project.federation.zh,
            workbook_words.UNIT_LABEL + project.units[XINING].zh,
            workbook_words.PERIOD_LABEL + period.zh,
            workbook_words.EDITION_LABEL + form.edition_in(period),
            workbook_words.NOTE_LABEL,
        ):
            assert text in shown
        assert any(text.startswith(workbook_words.MEASURE_LABEL) for text in shown)
        assert all(note in shown[-1] for note in form.notes)
        assert all(signature in shown[-2] for signature in workbook_words.SIGNATURES)


def test_sheets_print_on_a4_one_page_wide(project: Project, blank: Workbook) -> None:
    """A sheet fits the width of A4, numbers its pages, keeps its head in sight and repeats it."""
    for sheet in blank.worksheets[:-1]:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight == (None if sheet.title.startswith("GH01") else 0), "GH01 goes on one page"
        assert "&P" in sheet.oddFooter.right.text and "&N" in sheet.oddFooter.right.text
        assert project.units[XINING].zh in sheet.oddFooter.left.text
    for code, form in project.forms.items():
        for sheet in blank.worksheets:
            if sheet.title.startswith(code):
                assert f"{form.table_no} {form.zh}" in sheet.oddFooter.left.text, "a page alone says whose form it is"
    for sheet in blank.worksheets[2:-1]:
        assert sheet.freeze_panes
        assert sheet.print_title_rows


def test_a_ledger_repeats_its_titles_though_a_few_lines_follow_it(project: Project, tmp_path: Path) -> None:
    """S17: the second page of a chart of accounts says whose form it is and has the titles of its columns."""
    workbook = written(project, tmp_path / "w.xlsx", unit="QH630000")
    form = project.forms["GH12"]
    key = code_cell(workbook, form, form.part("main").fields[0])
    assert form.parts[-1].layout is Layout.INDICATOR
    assert key.parent.print_title_rows == f"$1:${key.row}"


def test_S17_of_several_ledgers_each_begins_a_page_and_the_last_repeats_its_own_titles(
    project: Project, tmp_path: Path
) -> None:
    """S17: no titles stand over the records of another list: those repeated are of the one that ends the sheet."""
    form = project.forms["GH15"]
    sheet = written(project, tmp_path / "w.xlsx", unit=AUDIT_OFFICE)[workbook_words.sheet_name("GH15", form.zh)]
    firsts = [code_cell(sheet.parent, form, part.fields[0]).row for part in form.parts]
    between = [each.id for each in sheet.row_breaks.brk if each.id < firsts[-1]]
    assert len(firsts) == len(between) + 1 > 2
    assert sorted([*firsts, *between])[::2] == firsts
    first, last = map(int, sheet.print_title_rows.replace("$", "").split(":"))
    assert between[-1] < first <= firsts[-1] == last


def test_S17_a_foot_goes_to_the_next_page_with_the_part_that_it_closes(project: Project, tmp_path: Path) -> None:
    """S17: where the chart of accounts fills a page, the next has the last part, its titles and the foot, alone."""
    path, form = tmp_path / "w.xlsx", project.forms["GH12"]
    held = HeldBefore(values={("GH12", "refund", "sme_refund", ()): Earlier(None, Decimal(5), None)})
    write_workbook(path, project, project.units["QH630000"], Period.parse("2022H1"), before=held)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[workbook_words.sheet_name(form.code, form.zh)]
    main, refund = (code_cell(workbook, form, part.fields[0]).row for part in form.parts)
    assert [each.id for each in sheet.row_breaks.brk] == [refund - 3], "before the band over its titles"
    assert int(sheet.print_title_rows.rpartition("$")[2]) < main - 3, "whose form it is, and no titles of another"


def test_S17_records_above_a_foot_and_parts_that_fit_are_not_parted(project: Project, blank: Workbook) -> None:
    """S17: no break within a part that fits on a page, none right above 说明."""
    broken = 0
    for sheet in blank.worksheets[2:-1]:
        foot = next(row[0].row for row in sheet.iter_rows() if row[0].value == workbook_words.NOTE_LABEL)
        for each in sheet.row_breaks.brk:
            broken += 1
            begins = sheet.cell(each.id + 1, 1).value
            assert str(begins).startswith("（") or each.id == foot - 4, (sheet.title, begins)
    assert broken


def test_every_cell_of_the_self_check_has_its_border(blank: Workbook) -> None:
    """S17: the column 自查 is ruled down to the last line, beside what is compared and what is not."""
    found = 0
    for sheet in blank.worksheets[2:-1]:
        titles = [cell for row in sheet.iter_rows() for cell in row if cell.value == workbook_words.SELF_CHECK]
        for title in titles:
            (own,) = [each for each in sheet.merged_cells.ranges if title.coordinate in each] or [None]
            row = (own.max_row if own else title.row) + 1
            while sheet.cell(row, 1).data_type in ("n", "f") and sheet.cell(row, 1).value:
                assert sheet.cell(row, title.column).border.left.style == "thin", (sheet.title, row)
                found, row = found + 1, row + 1
    assert found > 100


def test_the_same_input_gives_the_same_bytes(project: Project, tmp_path: Path) -> None:
    """A workbook written twice is the same file, down to its bytes."""
    paths = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    for path in paths:
        write_workbook(path, project, project.units[XINING], PERIOD)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_answers_are_written_as_a_clerk_would(project: Project, tmp_path: Path) -> None:
    """Counts and money are numbers, days are days, codes show their label, and the note stands beside 说明."""
    rows = [{"award_code": code, "award_date": dt.date(2021, 4, 27)} for code in list(project.codes["award"])[:2]]
    filled = Filled(
        {"GH05": {"main": [{"warmth_persons": 1200, "warmth_funds": Decimal("9.95")}]}, "GH07": {"awards": rows}},
        notes={"GH05": "四季度集中慰问。"},
        cover={"basis": "cumulative", "filled_on": "2022-01-08"},
    )
    workbook = written(project, tmp_path / "w.xlsx", filled)
    form, awards = project.forms["GH05"], project.forms["GH07"].part("awards")
    assert entry(workbook, form, form.parts[0], form.parts[0].field("warmth_persons")).value == 1200
    assert entry(workbook, form, form.parts[0], form.parts[0].field("warmth_funds")).value == 9.95
    assert entry(workbook, form, form.parts[0], form.parts[0].field("relief_total")).value is None
    award = entry(workbook, project.forms["GH07"], awards, awards.fields[0])
    assert award.value == project.codes["award"][str(rows[0]["award_code"])].zh
    assert entry(workbook, project.forms["GH07"], awards, awards.field("award_date")).value.date() == dt.date(
        2021, 4, 27
    )
    sheet = workbook[workbook_words.sheet_name(form.code, form.zh)]
    (note,) = (row[1] for row in sheet.iter_rows() if row[0].value == workbook_words.NOTE_LABEL)
    assert note.value == "四季度集中慰问。"
    cover = {row[1].value: row[2].value for row in workbook[workbook_words.COVER_SHEET].iter_rows() if row[1].value}
    assert cover["统计口径"] == "累计"
    assert cover["填报日期"].date() == dt.date(2022, 1, 8)


def test_money_keeps_every_digit(project: Project, tmp_path: Path) -> None:
    """An amount stands in the file in its own digits, not in those of a binary fraction."""
    amounts = [Decimal(text) for text in ("9.95", "0.29", "1234567890123.45", "1000000")]
    rows = [{"practical_funds": amount} for amount in amounts]
    workbook = written(project, tmp_path / "w.xlsx", Filled({"GH04": {"main": rows}}))
    form = project.forms["GH04"]
    first = entry(workbook, form, form.parts[0], form.parts[0].field("practical_funds"))
    assert [Decimal(str(first.offset(number, 0).value)) for number in range(len(amounts))] == amounts


@pytest.mark.parametrize("text", ["=1+1", "+86", "@SUM(A1)", "http://example.org", "0012", "5万元", "{=A1}"])
def test_text_from_outside_stays_text(project: Project, tmp_path: Path, text: str) -> None:
    """No text becomes a formula, a link or a number, wherever it is typed."""
    answers: dict[str, dict[str, list[dict[str, object]]]] = {
        "GH05": {"main": [{"warmth_funds": text}]},
        "GH03": {"sites": [{"site_name": text, "site_type": text}]},
    }
    filled = Filled(answers, {"GH05": text}, {"filler": text})  # type: ignore[arg-type]
    write_workbook(tmp_path / "w.xlsx", project, project.units[XINING], PERIOD, filled)
    workbook = openpyxl.load_workbook(tmp_path / "w.xlsx")
    found = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value == text]
    assert len(found) == 5
    assert all(cell.hyperlink is None for cell in found)
    # openpyxl takes every text that begins with = for a formula; the file itself has only the money unit as one.
    shown = openpyxl.load_workbook(tmp_path / "w.xlsx", data_only=True)
    assert all(shown[cell.parent.title][cell.coordinate].value == text for cell in found)


@pytest.mark.parametrize(("a_year_before", "filled_in", "rows"), [(0, 0, 40), (30, 0, 45), (70, 0, 105), (0, 60, 60)])
def test_R24_a_ledger_fits(project: Project, tmp_path: Path, a_year_before: int, filled_in: int, rows: int) -> None:
    """R24: forty rows, or half as many again as a year before; whoever needs more puts rows in."""
    filled = Filled({"GH11": {"main": [{"class_id": f"A{number}", "trainees": 9} for number in range(filled_in)]}})
    path = tmp_path / "w.xlsx"
    write_workbook(path, project, project.units[XINING], PERIOD, filled, HeldBefore({("GH11", "main"): a_year_before}))
    workbook, form = openpyxl.load_workbook(path, data_only=True), project.forms["GH11"]
    first = entry(workbook, form, form.parts[0], form.parts[0].field("class_id"))
    numbers = [first.offset(number, -1).value for number in range(rows + 1)]
    assert numbers == [*range(1, rows + 1), workbook_words.NOTE_LABEL]
    assert validation(first).sqref == validation(first.offset(rows - 1, 0)).sqref


def test_S17_earlier_values_stand_beside_the_cell(project: Project, tmp_path: Path) -> None:
    """S17: 上期, 上年同期 and 本年前期累计 are printed right of the value, locked and greyed; the value stays open."""
    before = HeldBefore({}, {("GH01", "main", "members_total", ()): Earlier(Decimal(11), Decimal(9), None)})
    path = tmp_path / "w.xlsx"
    write_workbook(path, project, project.units[XINING], PERIOD, before=before)
    form = project.forms["GH01"]
    part = form.part("main")
    cell = entry(openpyxl.load_workbook(path), form, part, part.field("members_total"))
    assert [cell.offset(0, number).value for number in range(4)] == [None, 11, 9, None]
    assert not cell.protection.locked and cell.offset(0, 1).protection.locked
    header = next(row for row in range(cell.row, 0, -1) if cell.parent.cell(row, cell.column).value == "数值")
    titles = [cell.parent.cell(header, cell.column + number).value for number in range(1, 5)]
    assert titles == [*workbook_words.EARLIER, workbook_words.SELF_CHECK]


@pytest.mark.parametrize(
    ("code", "asked", "is_printed"), [("groups", "new_form_members", True), ("counties", "members_total", False)]
)
def test_S17_earlier_values_stand_beside_known_records(
    project: Project, tmp_path: Path, code: str, asked: str, is_printed: bool
) -> None:
    """S17: what is known of a record stands in its row: in the page where that is wide enough, else right of it."""
    part = project.forms["GH01"].part(code)
    key = list(Options(project, project.units[XINING], PERIOD).labels(part.rows))[1]
    told = {("GH01", code, asked, (key,)): Earlier(Decimal(11), Decimal(9), None)}
    write_workbook(tmp_path / "w.xlsx", project, project.units[XINING], PERIOD, before=HeldBefore(values=told))
    first = entry(openpyxl.load_workbook(tmp_path / "w.xlsx"), project.forms["GH01"], part, part.field(asked))
    cell, sheet = first.offset(1, 0), first.parent
    beside = [each for each in sheet[cell.row] if each.value in (11, 9) and each.column > cell.column]
    assert [each.value for each in beside] == [11, 9] and all(each.protection.locked for each in beside)
    assert not cell.protection.locked and cell.value is None
    assert [sheet.cell(first.row - 3, each.column).value for each in beside] == [
        f"{title}\n{part.field(asked).zh}" for title in workbook_words.EARLIER[:2]
    ]
    edge = range_boundaries(sheet.print_area.split("!")[1])[2]
    assert edge is not None and (beside[0].column <= edge, beside[1].column <= edge) == (is_printed, is_printed)


def test_the_head_prints_what_is_declared_and_nothing_else(project: Project, tmp_path: Path) -> None:
    """批准文号 and 有效期至 stand in the head of a form that declares them, and of no other."""
    declared = replace(project.forms["GH05"], approval_no="样例统制〔2021〕1号", valid_until="2023年12月")
    small = Project(ROOT, project.roster, project.codes, {"GH05": declared, "GH06": project.forms["GH06"]})
    vars(small)["rules"] = ()
    with_numbers, without = written(small, tmp_path / "w.xlsx").worksheets[2:4]
    assert {"批准文号：样例统制〔2021〕1号", "有效期至：2023年12月"} <= set(texts(with_numbers))
    assert not [text for text in texts(without) if "文号" in text or "有效期" in text]


def test_what_overflows_is_not_printed(blank: Workbook) -> None:
    """The sentence beside a failing cell runs over the last column on the screen, and does not widen the page."""
    for sheet in blank.worksheets[:-1]:
        assert sheet.print_area
        assert sheet.page_setup.paperSize == "9" or sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth in (None, 1)


def test_answers_for_keys_find_their_row(project: Project, tmp_path: Path) -> None:
    """A row for a key stands beside that key, whatever the order of the answers."""
    groups = list(project.codes["new_form_group"])
    rows = [{"new_form_group": code, "new_form_members": number} for number, code in enumerate(groups)][::-1]
    workbook = written(project, tmp_path / "w.xlsx", Filled({"GH01": {"groups": rows}}))
    part = project.forms["GH01"].part("groups")
    first = entry(workbook, project.forms["GH01"], part, part.field("new_form_members"))
    assert [first.offset(number, 0).value for number in range(len(groups))] == list(range(len(groups)))


def test_only_keeps_to_the_forms_that_are_filled(project: Project, tmp_path: Path) -> None:
    """A partial workbook has no sheet for the other forms."""
    workbook = written(project, tmp_path / "w.xlsx", Filled({"GH05": {}}, only=True))
    assert [name for name in workbook.sheetnames if name.startswith("GH")] == ["GH05 送温暖和困难职工帮扶"]


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_trip_through_libreoffice_keeps_codes_and_limits(project: Project, tmp_path: Path) -> None:
    """Saved as .ods and back, every code, list and limit is still there."""
    write_workbook(tmp_path / "w.xlsx", project, project.units[XINING], PERIOD)
    for source, kind, folder in (("w.xlsx", "ods", "."), ("w.ods", "xlsx", "back")):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind]
        subprocess.run(
            [*command, "--outdir", folder, source], cwd=tmp_path, check=True, capture_output=True, timeout=120
        )
    before, after = (openpyxl.load_workbook(tmp_path / name) for name in ("w.xlsx", "back/w.xlsx"))
    assert before.defined_names.keys() == after.defined_names.keys()
    for form, part, field in due(project):
        cells = [entry(workbook, form, part, field) for workbook in (before, after)]
        assert cells[0].coordinate == cells[1].coordinate
        if not is_key(part, field):
            assert validation(cells[0]).formula1 == validation(cells[1]).formula1 or field.type is FieldType.TEXT
