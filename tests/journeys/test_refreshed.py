"""Tables are built as far as their inputs moved, and hold what a whole build would make, whatever the nights bring."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from nianbao.catalog import Project
from nianbao.runs.build import all_models
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.warehouse import refresh as refreshing
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.models import Model, build, leaf_fingerprints, remember_built
from nianbao.warehouse.refresh import Moved
from nianbao.warehouse.state import restate_all
from tests.counting import differing_rows
from tests.homes import clock_at

NOW = dt.datetime(2022, 1, 27, 1)


def happen(connection: Connection, dice: random.Random, number: int) -> None:
    """Some submissions are withdrawn, come to count again, or have other amounts, and the ledger says in which run."""
    ids = [row[0] for row in connection.execute("SELECT submission_id FROM core.submission ORDER BY 1").fetchall()]
    chosen, run = dice.sample(ids, 3), f"R9{number:05}"
    if number % 3 == 0:
        connection.execute(
            "INSERT INTO ledger.decision SELECT unnest($1), 'withdrawn', $2, $3, 'operator', 'for a test'",
            [chosen, NOW, run],
        )
        remember_built(connection, "ledger.decision", run, NOW)
        restate_all(connection)
    elif number % 3 == 1:
        connection.execute("DELETE FROM ledger.decision WHERE run_id LIKE 'R9%'")
        remember_built(connection, "ledger.decision", run, NOW)
        restate_all(connection)
    else:
        for table, column in (("gh01", "members_total"), ("gh05", "warmth_funds_yuan"), ("gh12", "actual_yuan")):
            connection.execute(f"UPDATE raw.{table} SET {column} = {column} + 1 WHERE submission_id IN $1", [ids[::40]])
            remember_built(connection, f"raw.{table}", run, NOW)


def test_T36_tables_built_in_part_equal_those_built_whole(
    project: Project, year_copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over withdrawals, returns and changed amounts every table equals its query, and most are built in part."""
    parts: list[str] = []
    as_it_is = refreshing.refresh

    def listen(connection: Connection, model: Model, moved: Moved, is_compared: bool, of_all: int) -> Moved:
        whose = as_it_is(connection, model, moved, is_compared, of_all)
        parts.extend([model.name] * (whose is not None))
        return whose

    monkeypatch.setattr("nianbao.warehouse.models.refresh", listen)
    dice = random.Random(36)
    with clock_at("2022-01-27T01:00"), open_workspace(project.path, year_copy, "build") as workspace:
        models = all_models(project)
        for number in range(3):
            happen(workspace.connection, dice, number)
            leaves = leaf_fingerprints(workspace.connection) | workspace.reference
            build(workspace.connection, models, leaves, project.column_comments, NOW)
            for model in models:
                assert differing_rows(workspace.connection, model) == [], (number, model.name)
    of_units = {"step.operand", "step.covered", "step.paired", "indicator.counted", "indicator.tree"}
    assert of_units | {"indicator.statistics_year", "step.unit_history"} <= set(parts)


@pytest.mark.parametrize("are_few", [True, False])
def test_whose_rows_moved_is_asked_only_where_few_sent_something(
    project: Project, year_copy: Home, monkeypatch: pytest.MonkeyPatch, are_few: bool
) -> None:
    """Where most units sent something, and their year grew, tables are made anew and hold what their queries say."""
    compared: list[bool] = []
    as_it_is = refreshing.refresh

    def listen(connection: Connection, model: Model, moved: Moved, is_compared: bool, of_all: int) -> Moved:
        compared.append(is_compared)
        return as_it_is(connection, model, moved, is_compared, of_all)

    monkeypatch.setattr("nianbao.warehouse.models.refresh", listen)
    with clock_at("2022-01-27T01:00"), open_workspace(project.path, year_copy, "build") as workspace:
        connection, models = workspace.connection, all_models(project)
        units = [row[0] for row in connection.execute("SELECT DISTINCT unit_code FROM core.submission").fetchall()]
        sent = frozenset(units[:1] if are_few else units)
        connection.execute(
            "UPDATE raw.gh05 SET warmth_funds_yuan = warmth_funds_yuan + 1 WHERE submission_id IN "
            "(SELECT submission_id FROM core.submission WHERE list_contains($1, unit_code))",
            [list(sent)],
        )
        remember_built(connection, "raw.gh05", "R900001", NOW)
        leaves = leaf_fingerprints(connection) | workspace.reference | {"reference.asked": "another period"}
        build(
            connection, models, leaves, project.column_comments, NOW,
            lambda name, then, now: sent if name.startswith("raw.") else None,
        )  # fmt: skip
        assert any(compared) is are_few
        assert [each.name for each in models if differing_rows(connection, each)] == []
