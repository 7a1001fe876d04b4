"""What a workbook says of itself is what the night says of it: LibreOffice calculates every form."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.intake.blank.options import Options
from nianbao.intake.blank.workbook import write_workbook
from nianbao.sample.make import plan_sample
from nianbao.terms.check import Rule
from nianbao.terms.filled import Filled
from nianbao.terms.form import FieldType, Layout
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import COVER_SHEET, FAILS, GUIDE_SHEET, PASSES, SELF_CHECK
from nianbao.warehouse.connect import rows_of
from tests.sql.cases import Bench, Row, read_case

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests" / "sql" / "compare"
pytestmark = pytest.mark.libreoffice
ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
YEAR_ENDS = [Period.parse("2021Q4"), Period.parse("2022Q4")]


@dataclass(frozen=True)
class Sent:
    """A workbook of one submission of a case, and what the night says of its rows."""

    name: str
    sentences: list[str]


def owing(project: Project, form: str, said: dict[str, list[Row]]) -> tuple[Unit, Period]:
    """A unit and a period of which the fields of these rows of a form are asked."""
    return next(
        (unit, period)
        for period in YEAR_ENDS
        for unit in project.roster.on(period.end).values()
        for due, _, asked in project.due_forms(unit, period)
        if due.code == form and said.keys() <= {part.code for part in asked}
        if all(
            part.field(code).is_asked_of(unit, period)
            for part in asked
            for row in said.get(part.code, ())
            for code in row
        )
    )


def said(value: object) -> str:
    """A value as a sentence shows it."""
    if value is None:
        return "空"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def sentences(project: Project, bench: Bench, submission: str, rules: list[Rule], options: Options) -> Iterator[str]:
    """What the night's queries say of a submission, row by row: of each row the first thing."""
    seen = set()
    for rule in rules:
        for row in rows_of(bench.connection, str(rule.kwargs["unexpected_rows_query"])):
            if row["submission_id"] != submission:
                continue
            part = project.forms[rule.form].part(row["part"])
            for field in part.fields:
                if field.type is FieldType.CODE and field.code in row and row[field.code] is not None:
                    row[field.code] = options.labels(field.codes).get(row[field.code], row[field.code])
            place = (row["part"], row["row_no"], row["field"] if part.layout == "indicator" else "")
            if place not in seen:
                seen.add(place)
                named = {"zh": part.field(row["field"]).zh}
                yield rule.says.format_map(named | {key: said(value) for key, value in row.items()})


def filled(project: Project, given: dict[str, list[Row]], submission: str) -> Filled:
    """The rows of one submission of a case, as a clerk types them."""
    forms: dict[str, dict[str, list[Row]]] = {}
    for part in project.parts:
        codes = {field.column: field.code for field in part.fields}
        rows = [row for row in given.get(f"stage.{part.table}", []) if row["submission_id"] == submission]
        if rows:
            typed = [
                {codes[key]: Decimal(str(value)) if isinstance(value, int | float) else value
                 for key, value in row.items() if key in codes}
                for row in rows
            ]  # fmt: skip
            forms.setdefault(part.form_code, {})[part.code] = typed
    return Filled(forms, only=True)


@pytest.fixture(scope="module")
def folder(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every workbook of this page, as LibreOffice calculates it."""
    folder = tmp_path_factory.mktemp("calculated")
    for name in ("typed", "calculated", "profile/user"):
        (folder / name).mkdir(parents=True)
    for case in CASES.iterdir():
        for name, unit, period, content in workbooks_of(project, case):
            write_workbook(folder / "typed" / f"{name}.xlsx", project, unit, period, content)
    seen: set[str] = set()
    for each in plan_sample(project, 2021):
        content = each.content
        if not isinstance(content, Filled) or each.story != "on time":
            continue
        told = {code for code, parts in content.forms.items() if all(parts.values())}
        if not told <= seen:
            seen |= told
            path = folder / "typed" / f"sample-{each.unit.code}-{each.period}.xlsx"
            write_workbook(path, project, each.unit, each.period, content)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS_CALCULATE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    files = sorted(str(path) for path in (folder / "typed").iterdir())
    subprocess.run([*command, "--outdir", "calculated", *files], cwd=folder, check=True, capture_output=True)
    return folder / "calculated"


def workbooks_of(project: Project, case: Path) -> Iterator[tuple[str, Unit, Period, Filled]]:
    """A workbook for each submission of a case."""
    given, _ = read_case(case)
    for submission in dict.fromkeys(row["submission_id"] for rows in given.values() for row in rows):
        content = filled(project, given, submission)
        ((form, parts),) = content.forms.items()
        yield f"{case.name}-{submission}", *owing(project, form, parts), content


def self_checks(workbook: Workbook) -> list[str]:
    """What the self-checks of all sheets say."""
    return [
        cell.value
        for sheet in workbook.worksheets
        if sheet.title not in (COVER_SHEET, GUIDE_SHEET)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith((PASSES, FAILS, "#", "Err"))
    ]


def on_cover(workbook: Workbook) -> str:
    """What the cover says of the whole workbook."""
    (text,) = (str(row[2].value) for row in workbook[COVER_SHEET].iter_rows() if row[1].value == SELF_CHECK)
    return text


def left_blank(project: Project, unit: Unit, period: Period, content: Filled) -> int:
    """How many lines that may not stay blank are not answered."""
    return sum(
        field.required and field.is_asked_in(own) and row.get(field.code) is None
        for form, own, parts in project.due_forms(unit, period)
        if form.code in content.forms
        for part in parts
        if part.layout is Layout.INDICATOR
        for row in [next(iter(content.forms[form.code].get(part.code, ())), {})]
        for field in part.fields
    )


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_S17_a_broken_rule_turns_its_own_cell_and_no_other(case: str, project: Project, folder: Path) -> None:
    """S17: the self-check of what breaks a rule says the sentence of the night, and the cover counts it."""
    bench = Bench(project)
    given, _ = read_case(CASES / case)
    bench.lay_out(given)
    broken = 0
    for name, unit, period, content in workbooks_of(project, CASES / case):
        (form,) = content.forms
        rules = [rule for rule in project.rules if rule.comparisons and rule.form == form]
        submission = name.removeprefix(f"{case}-")
        due = list(sentences(project, bench, submission, rules, Options(project, unit, period)))
        workbook = openpyxl.load_workbook(folder / f"{name}.xlsx", data_only=True)
        failing = [text for text in self_checks(workbook) if not text.startswith(PASSES)]
        assert sorted(failing) == sorted(f"{FAILS} {sentence}" for sentence in due), name
        blank = left_blank(project, unit, period, content)
        told = [f"{FAILS} {len(due)} 项未通过"] * bool(due) + [f"还有 {blank} 格必填未填"] * bool(blank)
        assert on_cover(workbook) == ("，".join(told) or f"{PASSES} 没有未通过的项"), name
        broken += len(due)
    bench.close()
    assert broken


def test_S17_every_self_check_of_the_sample_passes(project: Project, folder: Path) -> None:
    """S17: each form that compares anything says ✓ beside what the sample fills in, and nothing else."""
    compared, passed = {rule.form for rule in project.rules if rule.comparisons}, set()
    for path in folder.glob("sample-*.xlsx"):
        workbook = openpyxl.load_workbook(path, data_only=True)
        assert set(self_checks(workbook)) <= {PASSES}, path.name
        assert on_cover(workbook) == f"{PASSES} 没有未通过的项", path.name
        for sheet in workbook.worksheets:
            if any(cell.value == PASSES for row in sheet.iter_rows() for cell in row):
                passed.add(sheet.title.partition(" ")[0])
    assert compared <= passed
