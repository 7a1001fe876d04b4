"""A figure that does not follow from cells is found before anything is printed (T8)."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.errors import DeclarationError
from nianbao.statistics.verify import figures_without_cells, traced_models
from tests.counting import Sent, count, values_of
from tests.homes import ROOT

UNIT = "QH630100"
OLD, NEW = "warmth_funds", "care_funds"
SENT = (("2021Q4", OLD, Decimal("100.50")), ("2022Q1", NEW, Decimal("70.25")))
NAMES = 'section = "S"\npublication = "p"\n\n[[indicators]]\nid = "funds"\nzh = "资金"\nen = "funds"\nunit = "元"\n'


def changed(folder: Path, indicator: str) -> Project:
    """Our forms, in which the warmth funds are asked until 2021 and the care funds since 2022, and one indicator."""
    for name in ("forms", "reference"):
        shutil.copytree(ROOT / name, folder / name)
    form = folder / "forms" / "GH05.toml"
    text = form.read_text("utf-8").replace(f'code = "{OLD}"\n', f'code = "{OLD}"\nuntil = 2021\n')
    new = f'code = "{NEW}"\nline = 90\nzh = "关爱资金"\nen = "care"\ntype = "money"\nunit = "元"\naggregate = "sum"\n'
    form.write_text(f"{text}\n[[parts.fields]]\n{new}required = true\nsince = 2022\n", "utf-8")
    (folder / "indicators").mkdir()
    (folder / "indicators" / "s.toml").write_text(f'{NAMES}form = "GH05"\n{indicator}\n', "utf-8")
    return load_project(folder)


def lost(project: Project) -> tuple[list[str], dict[int, Decimal]]:
    """The figures without cells, and the values of all units, of what was sent under the old field and the new."""
    sent = [Sent("GH05", UNIT, period, {"gh05": [{f"{field}_yuan": value}]}) for period, field, value in SENT]
    connection = count(project, sent, dt.date(2023, 2, 1))
    connection.execute("CREATE SCHEMA raw")
    connection.execute("CREATE TABLE raw.cell (submission_id VARCHAR, part VARCHAR, row_no INTEGER, field VARCHAR)")
    for each, (_, field, _) in zip(sent, SENT, strict=True):
        connection.execute("INSERT INTO raw.cell VALUES (?, 'main', 1, ?)", [each.submission_id, field])
    for model in traced_models(project):
        connection.execute(f"CREATE TABLE {model.name} AS {model.sql}")
    values = {year: value for (_, year, scope), value in values_of(connection).items() if scope == "all"}
    found = figures_without_cells(connection, project)
    connection.close()
    return found, values


def test_T8_a_field_taken_over_by_a_condition_leaves_a_figure_without_cells(tmp_path: Path) -> None:
    """T8: the total is right, but the cells of the old field are not behind it."""
    project = changed(tmp_path, f'field = "{NEW}"\nmeasure = "coalesce({NEW}_yuan, {OLD}_yuan)"')
    assert lost(project) == (["funds-2021"], {2021: Decimal("100.50"), 2022: Decimal("70.25")})


def test_T8_several_fields_behind_one_indicator_follow_each_other(tmp_path: Path) -> None:
    """T8: each year is counted from the field that was asked then, with its cells, and the break is told."""
    project = changed(tmp_path, f'fields = ["{OLD}", "{NEW}"]\nbreak_note = "2022年起只计关爱资金"')
    assert lost(project) == ([], {2021: Decimal("100.50"), 2022: Decimal("70.25")})


@pytest.mark.parametrize(
    ("indicator", "says"),
    [
        (f'fields = ["{OLD}", "{NEW}"]', "need a break_note"),
        (f'fields = ["{NEW}", "{OLD}"]\nbreak_note = "x"', "follow each other"),
        (f'fields = ["{OLD}", "warmth_persons"]\nbreak_note = "x"', "follow each other"),
        (f'fields = ["{OLD}", "{NEW}"]\nbreak_note = "x"\nmeasure = "1"', "measure goes with one field"),
    ],
)
def test_T8_fields_that_overlap_or_hide_a_break_are_refused(tmp_path: Path, indicator: str, says: str) -> None:
    """T8: a break is said, and no period has two fields."""
    with pytest.raises(DeclarationError, match=says):
        _ = changed(tmp_path, indicator).indicators
