"""One cell of one accepted workbook is put right by 1,000 yuan and sent again: what follows, and nothing else."""

import csv
import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.publish.release import Edition
from nianbao.runs.build import build_tables
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.statistics.figures import Figures
from nianbao.terms.workbook_words import STATUSES
from nianbao.warehouse.connect import rows_of
from tests.homes import PUBLICATIONS, YEAR, arrive, call, clock_at, figures_of, release, warehouse
from tests.homes import issue as issue_signed
from tests.workbooks import answer_cell, cover_cell, edited

UNIT, PERIOD, FORM, FIELD, MORE = "QH632800", "2021Q2", "GH05", "warmth_funds", 1000
NIGHT = "2022-02-11T01:00"
WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Amended:
    """The home after the night, what that night did, the figures around it, and where the cell stands."""

    home: Home
    night: NightRun
    before: Figures
    after: Figures
    path: Path
    cell: str


@pytest.fixture(scope="module")
def amended(project: Project, changed_year: Home) -> Amended:
    """The sample year after one workbook was sent again with 1,000 yuan more in one cell."""
    before = figures_of(changed_year)
    with warehouse(changed_year) as connection:
        ((source,),) = connection.execute(
            "SELECT d.source FROM core.submission AS s "
            "INNER JOIN ledger.delivery AS d ON s.delivery_id = d.delivery_id "
            "WHERE (s.unit_code, s.period, s.form_code) = (?, ?, ?)",
            [UNIT, PERIOD, FORM],
        ).fetchall()
    address = []

    def add(workbook: Workbook) -> None:
        cell = answer_cell(workbook, project.forms[FORM], FIELD)
        cell.value += MORE
        cover_cell(workbook, "status").value = STATUSES[1]
        address.append(cell.coordinate)

    original = changed_year.inbox / source
    path = original.with_name(f"{original.stem}（更正）.xlsx")
    path.write_bytes(edited(original, add))
    arrive(path, dt.datetime(2022, 2, 10, 15, 30))
    with clock_at(NIGHT):
        night = nightly(project.path, changed_year)
    return Amended(changed_year, night, before, figures_of(changed_year), path, address[0])


@pytest.fixture(scope="module")
def issued(project: Project, amended: Amended) -> list[Edition]:
    """What the operator issues the next day."""
    return issue(project, amended.home)


def issue(project: Project, home: Home) -> list[Edition]:
    """Publish, as the command does."""
    with clock_at("2022-02-12T10:00"), open_workspace(project.path, home, "publish") as workspace:
        build_tables(workspace)
        return issue_signed(workspace)


def depend_on_the_field(project: Project) -> tuple[set[str], set[str]]:
    """The indicators that count the field, and those computed from them, by the names in their formulas.

    Not how a year has changed: the year before has no such quarter, and is held against the same periods (T22).
    """
    counted = {
        indicator.id
        for indicator in project.indicators.values()
        if indicator.form == FORM and f"{FIELD}_yuan" in WORD.findall(f"{indicator.field}_yuan {indicator.measure}")
    }
    computed: set[str] = set()
    for _ in project.indicators:
        computed |= {
            indicator.id
            for indicator in project.indicators.values()
            if (counted | computed) & set(WORD.findall(indicator.formula)) and not indicator.change_of
        }
    return counted, computed


def value(figures: Figures, key: str, year: int, scope: str) -> Decimal:
    """A value that is there."""
    found = figures.values[key, year][scope]
    assert found is not None
    return found


def recomputed(project: Project, figures: Figures, key: str, scope: str) -> Decimal:
    """A formula worked out by Python from the values of its operands."""
    formula = project.indicators[key].formula.replace("@prev_year", "__before")
    names = {
        name: value(figures, name.removesuffix("__before"), YEAR - name.endswith("__before"), scope)
        for name in WORD.findall(formula)
    }
    return Decimal(eval(re.sub(r"\d+", r"Decimal(\g<0>)", formula), {"Decimal": Decimal}, names))


def changes(amended: Amended) -> dict[tuple[str, int, str], tuple[Decimal | None, Decimal | None]]:
    """Every value of every indicator, year and scope that is not what it was."""
    before, after = (
        {(*key, scope): value for key, scopes in figures.values.items() for scope, value in scopes.items()}
        for figures in (amended.before, amended.after)
    )
    return {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


def test_only_the_amended_form_is_a_new_submission(amended: Amended) -> None:
    """The other forms of the workbook say what they said: they are recognised and not numbered again."""
    assert {each.value: count for each, count in amended.night.collected.outcomes.items()} == {"accepted": 1}
    with warehouse(amended.home) as connection:
        rows = connection.execute(
            "SELECT submission_id FROM ledger.submission WHERE arrived_on = DATE '2022-02-10'"
        ).fetchall()
    assert rows == [(f"{UNIT}-{PERIOD}-{FORM}-2",)]


def test_exactly_the_figures_that_depend_on_the_cell_move(project: Project, amended: Amended) -> None:
    """Sums of the field grow by 1,000 for the unit and for all, formulas over them follow, everything else stays."""
    with warehouse(amended.home) as connection:
        before = connection.execute("SELECT DISTINCT period FROM core.gh05 WHERE period < ?", [str(YEAR)]).fetchall()
    assert before == [(f"{YEAR - 1}Q4",)]
    counted, computed = depend_on_the_field(project)
    assert counted == {FIELD} and computed
    moved = changes(amended)
    assert moved.keys() == {(key, YEAR, scope) for key in counted | computed for scope in ("all", UNIT)}
    for (key, year, scope), (old, new) in moved.items():
        assert old is not None and new is not None
        if key in counted:
            assert new - old == MORE, (key, year, scope)
        else:
            assert abs(new - recomputed(project, amended.after, key, scope)) < Decimal("1e-6"), key


def test_only_the_tables_that_depend_on_the_form_are_built(amended: Amended) -> None:
    """A night with one new workbook builds what reads it and leaves the tables of other forms alone."""
    built = set(amended.night.built_tables.models)
    assert {"core.submission", "core.gh05", "indicator.gh05", "indicator.value", "mart.figure"} <= built
    assert "core.unit" not in built


def test_explain_names_the_new_cell(amended: Amended) -> None:
    """Among the cells behind the figure stands the amended one: its file, hash, sheet, address, text and value."""
    answer = call("explain", FIELD, "--year", str(YEAR), "--json", home=amended.home)
    assert answer.returncode == 0, answer.stderr
    explained: dict[str, Any] = json.loads(answer.stdout)
    (cell,) = (each for each in explained["cells"] if (each["unit_code"], each["period"]) == (UNIT, PERIOD))
    assert Path(cell["file"]) == amended.path.relative_to(amended.home.inbox)
    assert cell["sha256"] == hashlib.sha256(amended.path.read_bytes()).hexdigest()
    assert (cell["sheet"][:4], cell["cell"]) == (FORM, amended.cell)
    assert Decimal(cell["text"]) == Decimal(str(cell["value"]))
    assert cell["submission_id"] == f"{UNIT}-{PERIOD}-{FORM}-2"
    assert sum(Decimal(str(each["value"])) for each in explained["cells"]) == Decimal(str(explained["value"]))


def test_publishing_issues_a_revision_of_what_changed(
    project: Project, amended: Amended, issued: list[Edition]
) -> None:
    """The work report becomes r2 with a table of the figures that it prints otherwise; the audit report stays r1."""
    assert [(edition.publication, edition.name, edition.is_new) for edition in issued] == [("work_report", "r2", True)]
    assert not list((amended.home.releases / str(YEAR) / "audit_report").glob("r2*"))
    folder = release(amended.home, "work_report", 2)
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["previous"] == "r1"
    printed = {number: lines(release(amended.home, "work_report", number) / "figures.csv") for number in (1, 2)}
    moved = {(key, scope) for key, _, scope in changes(amended)}
    different = [new for old, new in zip(printed[1], printed[2], strict=True) if old != new]
    assert different and all((row["indicator_id"], row["scope"]) in moved for row in different)
    revised = lines(folder / "revisions.csv")
    shown = {name(row, project): row["printed"] for row in different}
    assert {(row["zh"], row["year"], row["section"]) for row in revised} == shown.keys()
    assert len(revised) == len(different)
    for row in revised:
        assert row["before"] != row["after"]
    page = (folder / "revisions.html").read_text("utf-8")
    assert all(row["after"].partition("（")[0] in page for row in revised)
    assert page.count("已不成立</strong>") == sum(row["before_holds"] == "no" for row in revised) > 0


def lines(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name(row: dict[str, str], project: Project) -> tuple[str, str, str]:
    """A printed figure as a table of revisions names it."""
    scope = "" if row["scope"] == "all" else f"（{project.units[row['scope']].short_zh}）"
    return f"{row['zh']}{scope}", row["year"], row["section"]


def test_publishing_again_issues_nothing(project: Project, amended: Amended, issued: list[Edition]) -> None:
    """When nothing has changed, no folder, no release and no row of the ledger is made."""
    with warehouse(amended.home) as connection:
        before = rows_of(connection, "SELECT * FROM ledger.release ORDER BY publication, number")
    assert issue(project, amended.home) == []
    with warehouse(amended.home) as connection:
        assert rows_of(connection, "SELECT * FROM ledger.release ORDER BY publication, number") == before
    for publication in PUBLICATIONS:
        assert not list((amended.home.releases / str(YEAR) / publication).glob("r3*"))
