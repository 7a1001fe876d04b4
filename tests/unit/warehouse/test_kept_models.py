"""The models of a project are made once and kept, as long as nothing that they follow from has changed."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.runs.build import all_models
from nianbao.warehouse import reference
from nianbao.warehouse.connect import open_memory
from nianbao.warehouse.kept_models import digest_of_program, keep_models, keep_rules
from nianbao.warehouse.models import Model
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema


def refuse(project: Project) -> list[Model]:
    """Nobody may make the models anew."""
    raise AssertionError("made anew")


def test_what_is_kept_is_what_was_made(project: Project, tmp_path: Path) -> None:
    """The second night takes the models as the first one made them, to the letter."""
    made = keep_models(project, tmp_path / "home" / "models.json", all_models)
    assert keep_models(project, tmp_path / "home" / "models.json", refuse) == made == all_models(project)


def test_rules_that_are_kept_are_those_that_were_declared(project: Project, tmp_path: Path) -> None:
    """The second night takes the rules as the first one read them, spans, severities and comparisons included."""
    kept = tmp_path / "home" / "rules.json"
    for _night in range(2):
        again = load_project(project.path)
        keep_rules(again, kept)
        assert again.rules == project.rules
    altered = kept.read_text(encoding="utf-8").replace('"severity": "reject"', '"severity": "warn"')
    kept.write_text(altered, encoding="utf-8")
    keep_rules(again := load_project(project.path), kept)
    assert again.rules != project.rules, "they are read from what is kept"


def test_rules_that_json_cannot_hold_are_read_every_night(project: Project, tmp_path: Path) -> None:
    """A date in a suite would come back as a text: such rules are not kept."""
    dated = replace(project.rules[0], kwargs={"max_value": dt.date(2022, 1, 1)})
    again = load_project(project.path)
    again.take_rules([dated])
    keep_rules(again, tmp_path / "rules.json")
    assert again.rules == (dated,)
    assert not (tmp_path / "rules.json").exists()


@pytest.mark.parametrize("changed", ["sql/core/unit.sql", "indicators/relief.toml", "forms/GH05.toml"])
def test_a_changed_declaration_makes_them_anew(changed: str, project: Project, tmp_path: Path) -> None:
    """Whatever file of the declarations changes, the models follow it in the next night."""
    for folder in ("forms", "reference", "expectations", "sql", "indicators", "reports"):
        shutil.copytree(project.path / folder, tmp_path / "project" / folder)
    kept = tmp_path / "models.json"
    keep_models(load_project(tmp_path / "project"), kept, all_models)
    with (tmp_path / "project" / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(AssertionError, match="made anew"):
        keep_models(load_project(tmp_path / "project"), kept, refuse)


def test_a_changed_table_of_the_program_makes_them_anew(tmp_path: Path) -> None:
    """What the program reads of a CSV beside its modules counts like what is written in them."""
    digests = []
    for turn, content in enumerate(("table,column\nrun,\n", "table,column\nrun,run_id\n")):
        program = tmp_path / str(turn)
        (program / "warehouse").mkdir(parents=True)
        (program / "models.py").write_text("LEDGER = {}\n", encoding="utf-8")
        (program / "warehouse" / "ledger.csv").write_text(content, encoding="utf-8")
        digests.append(digest_of_program(program))
    assert digests[0] != digests[1]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "another", "models": []}', "\x00"])
def test_a_file_that_is_not_ours_is_made_anew(content: str, project: Project, tmp_path: Path) -> None:
    """A torn, foreign or outdated file costs a little time and nothing else."""
    kept = tmp_path / "models.json"
    kept.write_text(content, encoding="utf-8")
    one = [Model("core.one", "SELECT 1 AS one", frozenset(), "一", "one", {"one": "一 / one"})]
    assert keep_models(project, kept, lambda project: one) == one
    assert keep_models(project, kept, refuse) == one


def test_reference_tables_are_made_when_a_period_ends_and_not_every_night(project: Project) -> None:
    """Who owes what is written anew on the day after a period ended, and comes to the same on the nights between."""
    with open_memory() as connection:
        create_schema(connection, project)
        made = []
        for day in ("2021-04-01", "2021-04-02", "2021-04-30", "2021-07-01", "2021-07-02"):
            leaves = load_reference(connection, project, dt.date.fromisoformat(day))
            (due,) = connection.execute("SELECT count(*) FROM reference.due").fetchone() or (0,)
            made.append((due, leaves))
        assert made[0] == made[1]
        assert made[3] == made[4]
        (_, first), (before, due), (after, last) = made[0], made[2], made[3]
        # After the last due day nothing more is awaited of the period.
        assert {name for name, leaf in due.items() if first[name] != leaf} == {"reference.indicator_period"}
        assert after > before
        assert {name for name, leaf in last.items() if first[name] != leaf} == {
            "reference.due", "reference.asked", "reference.indicator_period"
        }  # fmt: skip
        assert load_reference(connection, project, dt.date(2021, 4, 1)) == first


def test_a_kept_reference_table_is_not_touched(project: Project) -> None:
    """What is in the tables stays while nothing is declared anew, row for row."""
    with open_memory() as connection:
        create_schema(connection, project)
        first = load_reference(connection, project, dt.date(2021, 4, 1))
        connection.execute("DELETE FROM reference.codes")
        assert load_reference(connection, project, dt.date(2021, 4, 2)) == first
        assert connection.execute("SELECT count(*) FROM reference.codes").fetchone() == (0,)


def test_when_a_period_ends_what_stands_for_the_year_is_not_made_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what speaks of what is over is made on the next day, and comes to what it would be from nothing."""
    with open_memory() as connection, open_memory() as fresh:
        create_schema(connection, project)
        load_reference(connection, project, dt.date(2021, 9, 30))
        with monkeypatch.context() as nobody:
            nobody.setattr(reference, "reference_tables", refuse)
            ended = load_reference(connection, project, dt.date(2021, 10, 1))
        create_schema(fresh, project)
        assert load_reference(fresh, project, dt.date(2021, 10, 1)) == ended
        next_year = load_reference(connection, project, dt.date(2022, 1, 1))
        assert next_year["reference.tree"] != ended["reference.tree"]
