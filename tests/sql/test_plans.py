"""What the rules cost: none pairs units with one another, whatever the planner makes of its joins."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from nianbao.catalog import Project
from nianbao.terms.form import Part
from nianbao.warehouse.connect import Connection, open_memory, quote
from nianbao.warehouse.known import relate_periods, show_known
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema
from nianbao.warehouse.stage import fill_stage
from nianbao.warehouse.staged_tables import stage_table
from nianbao.warehouse.state import restate_all

UNITS = 100


@pytest.fixture(scope="module")
def federation(project: Project) -> Iterator[Connection]:
    """A federation of many units that sent every form last year; this run brings this year's."""
    connection = open_memory()
    create_schema(connection, project)
    load_reference(connection, project, dt.date(2022, 3, 1))
    fill(connection, project, 2020, "raw", "ledger.submission")
    connection.execute("""
        INSERT INTO ledger.decision BY NAME
        SELECT submission_id, 'accepted' AS decision, make_timestamp(2021, 1, 11, 0, 0, 0) AS decided_at, 'R1' AS run_id
        FROM ledger.submission
    """)
    restate_all(connection)
    fill_stage(connection, project)
    fill(connection, project, 2021, "stage", "stage.submission")
    show_known(connection, project.parts)
    relate_periods(connection)
    yield connection
    connection.close()


def fill(connection: Connection, project: Project, year: int, schema: str, submissions: str) -> None:
    """Each unit's submissions of a year: a cell in every field, and a row in every part."""
    beside = "TRUE AS in_roster, TRUE AS is_due" if schema == "stage" else "'sha' AS cells_sha256"
    connection.execute(f"""
        INSERT INTO {submissions} BY NAME
        SELECT 'U' || unit || '-{year}-' || form_code AS submission_id, 'D' || unit AS delivery_id,
            'U' || unit AS unit_code, form_code, {year} AS year, '{year}' AS period, 'Y' AS suffix, 1 AS number,
            'cumulative' AS basis, '元' AS money_unit, 's' AS sheet,
            make_date({year}, 1, 1) AS period_start, make_date({year}, 12, 31) AS period_end,
            make_date({year + 1}, 1, 10) AS arrived_on, make_date({year + 1}, 1, 15) AS due_on,
            make_date({year + 1}, 1, 25) AS accepted_until, {beside}
        FROM range({UNITS}) AS units (unit), reference.forms
    """)
    connection.execute(f"""
        INSERT INTO {schema}.cell BY NAME
        SELECT s.submission_id, s.form_code, f.part, 1 AS row_no, f.field, 's' AS sheet, 'A1' AS cell, '1000' AS text,
            '1000' AS read_as, 1000 AS value
        FROM {submissions} AS s INNER JOIN reference.fields AS f ON s.form_code = f.form_code
    """)
    for part in project.parts:
        who = ", unit_code, year, period" if schema == "stage" else ""
        connection.execute(f"""
            INSERT INTO {schema}.{part.table} BY NAME
            SELECT submission_id, 1 AS row_no{who}, {answers(part)}
            FROM {submissions} WHERE form_code = '{part.form_code}'
        """)


def answers(part: Part) -> str:
    """An answer in every column: the same number for all, a text of the unit's own, the end of the year."""
    kinds = {"VARCHAR": "unit_code || '-' || year", "DATE": "make_date(year, 12, 31)", "BOOLEAN": "TRUE"}
    types = stage_table(part).columns
    return ", ".join(f"{kinds.get(types[f.column], '1000')} AS {quote(f.column)}" for f in part.fields)


def sizes(plan: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """The rows that each operator of an executed plan gave on, with its name."""
    if "intermediate_rows" in plan:
        yield int(plan["intermediate_rows"]), str(plan["type"])
    for child in (*plan.get("operator", ()), *plan.get("children", ())):
        yield from sizes(child)


def largest(connection: Connection, query: str) -> tuple[int, str]:
    """The most rows that any step of a query came to."""
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {query}").fetchone()
    assert row
    return max(sizes(json.loads(row[1])))


def test_no_rule_pairs_everybody_with_everybody(federation: Connection, project: Project) -> None:
    """No step of any rule comes to more rows than there are cells: memory and time grow with what was sent alone."""
    (cells,) = federation.execute("SELECT count(*) FROM known.cell").fetchone() or (0,)
    rules = {rule.name: str(rule.kwargs["unexpected_rows_query"]) for rule in project.rules if rule.is_sql}
    most = {name: largest(federation, query) for name, query in rules.items()}
    assert {name: size for name, size in most.items() if size[0] > cells} == {}
    assert max(most.values())[0] > cells / 2, "some rule reads the cells; else this measures nothing"


def test_a_rule_that_did_would_be_seen(federation: Connection) -> None:
    """Totals of two years that are joined by field before they are joined by unit come to far more rows than cells."""
    (cells,) = federation.execute("SELECT count(*) FROM known.cell").fetchone() or (0,)
    query = "SELECT count(*) FROM stage.cell AS now INNER JOIN known.cell AS earlier ON now.field = earlier.field"
    assert largest(federation, query)[0] > 10 * cells


def readers_of_cells(query: str) -> list[int]:
    """For each SELECT of a query, how many of the sources that it joins are made from cells."""
    tree = sqlglot.parse_one(query, dialect="duckdb")
    made_from_cells = {"cell"}
    counts = []
    for scope in [*(cte.this for cte in tree.find_all(exp.CTE)), tree]:
        for select in scope.find_all(exp.Select):
            joined = [select.args.get("from_"), *(select.args.get("joins") or ())]
            names = [each.this.name for each in joined if each is not None]
            counts.append(sum(name in made_from_cells for name in names))
        if isinstance(scope.parent, exp.CTE) and any(t.name in made_from_cells for t in scope.find_all(exp.Table)):
            made_from_cells.add(scope.parent.alias)
    return counts


def test_no_rule_joins_cells_with_cells(project: Project) -> None:
    """Two sides of a comparison are summed in one pass: a planner that joins them by field first pairs all units."""
    rules = {rule.name: str(rule.kwargs["unexpected_rows_query"]) for rule in project.rules if rule.is_sql}
    assert [name for name, query in rules.items() if max(readers_of_cells(query)) > 1] == []
    assert sum(max(readers_of_cells(query)) == 1 for query in rules.values()) > 5
    assert max(readers_of_cells("WITH a AS (SELECT * FROM known.cell) SELECT 1 FROM a INNER JOIN a AS b ON TRUE")) == 2
