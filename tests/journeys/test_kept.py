"""A submission that we fail over is kept back, and told as that everywhere; it stops nobody, and is judged later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project, load_project
from nianbao.cli import main
from nianbao.errors import RuleError
from nianbao.intake import read_in as stage_of_the_night
from nianbao.settings import Home
from tests.homes import collect_into, post, send, warehouse

NIGHT, NEXT_NIGHT = "2021-10-09T01:00", "2021-10-10T01:00"
UNITS, GUILTY = ["QH630100", "QH630200", "QH632200"], "QH630200"
PERIOD, FORMS = "2021Q3", ["GH05", "GH06"]

FAILS_OVER_ONE_UNIT = f"""-- Warmth funds are no tiny number.
-- code: C99-1
-- form: GH05
-- severity: reject
-- says: {{value}}应为{{expected}}。
-- because: 试验。
SELECT submission_id, row_no, 'warmth_funds' AS field, warmth_funds_yuan AS value, 1 AS expected
FROM stage.gh05
WHERE CAST(CASE WHEN unit_code = '{GUILTY}' THEN warmth_funds_yuan ELSE 1 END AS TINYINT) < 1
"""
BROKEN = FAILS_OVER_ONE_UNIT.replace("FROM stage.gh05", "FROM stage.no_such_table")
WRONG_SENTENCE = FAILS_OVER_ONE_UNIT.replace("{value}", "{no_such_column}")

COLUMNS = {"GH05": "warmth_persons", "GH11": "trainees"}
BAD_PATTERN = """
- code: C99-2
  severity: warn
  type: expect_column_values_to_match_regex
  column: {column}
  kwargs: {{regex: "("}}
  says: 请核对。
  because: 试验。
"""


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the declared folders that may be changed."""
    target = tmp_path / "project"
    for name in ("forms", "reference", "expectations", "sql", "indicators", "reports"):
        shutil.copytree(project.path / name, target / name)
    shutil.copyfile(project.path / "federation.toml", target / "federation.toml")
    return target


@pytest.fixture
def home(project: Project, tmp_path: Path) -> Home:
    """A home with the workbooks of three units in its inbox."""
    home = Home(tmp_path / "home")
    send(project, home.inbox, post(project, UNITS, [PERIOD], FORMS))
    return home


def declare(folder: Path, rule: str | None) -> Project:
    """The project with one more rule, or without it again."""
    path = folder / "sql" / "check" / "C99_1_fails.sql"
    path.unlink(missing_ok=True)
    if rule:
        path.write_text(rule, encoding="utf-8")
    return load_project(folder)


def states(home: Home) -> dict[tuple[str, str], str]:
    """The state of every submission by unit and form."""
    with warehouse(home) as connection:
        rows = connection.execute("SELECT unit_code, form_code, state FROM ledger.state").fetchall()
    return {(unit, form): state for unit, form, state in rows}


def run(home: Home, folder: Path, *arguments: str) -> Result:
    """A command as the operator calls it."""
    return CliRunner().invoke(main, [*arguments, "--project", str(folder), "--home", str(home.path)])


def receipt(home: Home) -> dict[str, object]:
    """The receipt of the unit whose form was kept back."""
    (path,) = (each for each in home.outbox.rglob("*.回执.json") if GUILTY in each.read_text("utf-8"))
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found


def test_R1_a_rule_that_fails_over_one_submission_costs_that_one(
    folder: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """R1: the others of the night count, the one is kept back, alarmed, and answered in words that ask nothing."""
    clock(NIGHT)
    declare(folder, FAILS_OVER_ONE_UNIT)
    result = run(home, folder, "nightly", "--json")
    assert result.exit_code == 3
    found = states(home)
    assert found.pop((GUILTY, "GH05")) == "kept"
    assert len(found) == 2 * len(UNITS) - 1
    assert all(state.startswith("accepted") for state in found.values())
    alarms = json.loads(result.stdout)["collected"]["alarms"]
    assert [(alarm["code"], alarm["source"]) for alarm in alarms] == [("KEPT", "judging")]
    assert f"{GUILTY}-{PERIOD}-GH05-1" in alarms[0]["what"]
    assert "C99_1_fails" in alarms[0]["what"]
    told = receipt(home)
    assert told["outcome"] == "kept"
    asked = {item["code"]: item["severity"] for item in told["findings"]}  # type: ignore[attr-defined]
    assert asked["NOT_JUDGED"] == "keep"
    assert not {"reject", "explain"} & {*asked.values()}
    pages = [path.read_text("utf-8") for path in home.outbox.rglob("*.回执.html")]
    (page,) = (page for page in pages if "不必重报" in page)
    assert "重新报送" not in page
    status = run(home, folder, "status")
    assert "留存待审" in status.stdout
    assert "不必重报" in status.stdout
    assert "KEPT" in status.stdout + status.stderr


def test_R1_what_was_kept_back_is_judged_when_the_rule_is_mended(
    folder: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """A night without anything new judges it again: in vain while the rule fails, then it counts and is answered."""
    clock(NIGHT)
    collect_into(declare(folder, FAILS_OVER_ONE_UNIT), home)
    clock(NEXT_NIGHT)
    again = collect_into(load_project(folder), home)
    assert [alarm.code for alarm in again.alarms] == ["KEPT"]
    assert states(home)[GUILTY, "GH05"] == "kept"
    mended = collect_into(declare(folder, None), home)
    assert not mended.alarms
    assert states(home)[GUILTY, "GH05"].startswith("accepted")
    told = receipt(home)
    assert told["outcome"] == "accepted"
    assert "NOT_JUDGED" not in {item["code"] for item in told["findings"]}  # type: ignore[attr-defined]
    with warehouse(home) as connection:
        decided = connection.execute(
            "SELECT decision, because IS NULL FROM ledger.decision WHERE submission_id = ? ORDER BY decided_at",
            [f"{GUILTY}-{PERIOD}-GH05-1"],
        ).fetchall()
        loaded = connection.execute("SELECT count(*) FROM raw.gh05").fetchone()
    assert [decision for decision, _ in decided] == ["kept", told["submissions"][0]["decision"]]  # type: ignore[index]
    assert loaded == (len(UNITS),)


@pytest.mark.parametrize("rule", [BROKEN, BROKEN.replace("GH05", "GH11"), WRONG_SENTENCE])
def test_R1_a_rule_that_is_broken_by_itself_stops_the_night_before_anything_is_judged(
    rule: str, folder: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """A table or a column that is not there fails over nobody in particular; nothing is decided without the rule."""
    clock(NIGHT)
    with pytest.raises(RuleError, match="C99_1_fails"):
        collect_into(declare(folder, rule), home)
    assert not states(home)
    assert run(home, folder, "doctor").exit_code == 78
    collect_into(declare(folder, None), home)
    assert len(states(home)) == 2 * len(UNITS)


@pytest.mark.parametrize("form", ["GH05", "GH11"])
def test_R1_a_rule_of_a_suite_that_is_broken_by_itself_stops_the_night(
    form: str, folder: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """A pattern over numbers is found out, whether the form came tonight or not."""
    clock(NIGHT)
    suite = folder / "expectations" / "submission" / f"{form}.yaml"
    suite.write_text(suite.read_text("utf-8") + BAD_PATTERN.format(column=COLUMNS[form]), encoding="utf-8")
    with pytest.raises(RuleError, match="C99-2"):
        collect_into(load_project(folder), home)
    assert not states(home)


def test_a_crash_of_ours_over_one_file_keeps_that_file(
    project: Project, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose registration raises is kept whole and told; the next run, with the fault mended, takes it in."""
    sound = stage_of_the_night.identify

    def fails_over_one(delivery, read, project):  # type: ignore[no-untyped-def]
        if read.cover["unit_code"] == GUILTY:
            raise ZeroDivisionError
        return sound(delivery, read, project)

    clock(NIGHT)
    monkeypatch.setattr(stage_of_the_night, "identify", fails_over_one)
    first = collect_into(project, home)
    assert [alarm.code for alarm in first.alarms] == ["KEPT"]
    assert "ZeroDivisionError at read_in" in first.alarms[0].what
    assert {unit for unit, _ in states(home)} == {*UNITS} - {GUILTY}
    monkeypatch.undo()
    clock(NEXT_NIGHT)
    assert not collect_into(project, home).alarms
    assert {unit for unit, _ in states(home)} == {*UNITS}
    assert receipt(home)["outcome"] == "accepted"
