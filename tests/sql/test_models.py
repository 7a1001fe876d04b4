"""Every model of sql/ makes of given rows what it should."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.statistics.compile import indicator_models
from nianbao.statistics.reporting import reporting_models
from nianbao.warehouse.connect import Connection, insert_columns, open_memory, quote, rows_of
from nianbao.warehouse.core_parts import core_models
from nianbao.warehouse.models import Model, build, leaf_fingerprints, read_models
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema
from nianbao.warehouse.state import READS, restate_all
from tests.sql.cases import TODAY, match, read_case

CASES = Path(__file__).parent / "model"
LEDGER = ("ledger.submission", "ledger.decision", "ledger.delivery")
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def models(project: Project) -> dict[str, Model]:
    """The models of sql/ by the table they build."""
    return {model.name: model for model in [*read_models(project.path / "sql"), *reporting_models()]}


@pytest.fixture(scope="module")
def warehouse(project: Project, models: dict[str, Model]) -> Iterator[Connection]:
    """A warehouse in which everything is built from nothing, its tables without constraints."""
    connection = open_memory()
    create_schema(connection, project)
    leaves = load_reference(connection, project, TODAY) | leaf_fingerprints(connection)
    everything = [*models.values(), *core_models(project), *indicator_models(project)]
    built = build(connection, everything, leaves, project.column_comments, dt.datetime.combine(TODAY, dt.time()))
    assert len(built) == len(everything)
    for table in LEDGER:
        # A case names only the columns that matter.
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table}")
    yield connection
    connection.close()


@pytest.fixture
def bench(warehouse: Connection) -> Iterator[Connection]:
    """The same warehouse, whatever a test puts into it."""
    warehouse.execute("BEGIN")
    yield warehouse
    warehouse.execute("ROLLBACK")


def lay_out(connection: Connection, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put the rows of a case in place of what the tables hold."""
    for table, rows in given.items():
        types = {row["column_name"]: row["column_type"] for row in rows_of(connection, f"DESCRIBE {table}")}
        names = list(dict.fromkeys(name for row in rows for name in row))
        connection.execute(f"DELETE FROM {table}")
        columns = {name: [row.get(name) for row in rows] for name in names}
        insert_columns(connection, table, columns, {name: types[name] for name in names})
    restate_all(connection)


def tables_of(model: Model) -> set[str]:
    """The tables that a model reads, itself or through a view of the ledger."""
    return {table for name in model.reads for table in READS.get(name, (name,))}


def test_every_model_has_a_case(models: dict[str, Model]) -> None:
    """Each model of sql/core and sql/mart has a case folder of the name of its table."""
    assert sorted(models) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_model_makes_its_rows_and_no_others(name: str, bench: Connection, models: dict[str, Model]) -> None:
    """From the given rows come the expected rows, each once."""
    given, expected = read_case(CASES / name)
    assert given.keys() <= tables_of(models[name])
    lay_out(bench, given)
    found = rows_of(bench, models[name].sql)
    assert expected
    assert not match(found, expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_of_nothing_is_empty(name: str, bench: Connection, models: dict[str, Model]) -> None:
    """Where nothing was reported a model gives no rows, and does not fail."""
    for table in tables_of(models[name]):
        bench.execute(f"DELETE FROM {table}")
    assert rows_of(bench, models[name].sql) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_built_table_says_what_it_is(name: str, warehouse: Connection, models: dict[str, Model]) -> None:
    """The table and each of its columns carry a comment in Chinese and English."""
    schema, _, table = name.partition(".")
    rows = warehouse.execute(
        "SELECT comment FROM duckdb_tables() WHERE (schema_name, table_name) = ($1, $2) UNION ALL "
        "SELECT comment FROM duckdb_columns() WHERE (schema_name, table_name) = ($1, $2)",
        [schema, table],
    ).fetchall()
    columns = warehouse.execute(f"DESCRIBE {schema}.{quote(table)}").fetchall()
    assert len(rows) == len(columns) + 1
    for (comment,) in rows:
        zh, _, en = comment.partition(" / ")
        assert not zh.isascii() and en.isascii() and en
