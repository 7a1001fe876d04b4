"""A night on Spark leaves the same home as one on DuckDB: every table, row for row."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from nianbao.catalog import Project
from nianbao.clock import OVERRIDE
from nianbao.sample.make import make_sample
from nianbao.settings import ENGINE, Home
from tests.bench.federation import QUARTERS, found
from tests.bench.lives import CLOSED

pytestmark = [
    pytest.mark.java,
    pytest.mark.skipif(not find_spec("pyspark"), reason="no Spark here: make spark installs it"),
]
SAMPLE_CLOSED = "2022-01-26"
UNITS = 500
RUN_BY_RUN = {"ledger.run", "ledger.build"}
"""What tells the runs themselves apart: their hashes, and what the tables were built from."""

TABLES = """
SELECT schema_name || '.' || table_name FROM duckdb_tables()
WHERE database_name = $1 AND schema_name IN ('raw', 'ledger', 'reference', 'core', 'step', 'indicator', 'mart')
"""


def test_the_sample_year_is_the_same_on_spark(project: Project, tmp_path: Path) -> None:
    """Reading on executors, the queries of rules and all models on Spark: every table as DuckDB alone makes it."""
    one, other = (
        _live(project.path, tmp_path / engine, engine, SAMPLE_CLOSED, lambda inbox: make_sample(project, 2021, inbox))
        for engine in ("duckdb", "spark")
    )
    assert differences(one, other) == {}


def test_five_hundred_units_are_the_same_on_spark(project: Project, tmp_path: Path) -> None:
    """The same for a federation of five hundred units more."""
    federation, quarter = found(project, UNITS, tmp_path), QUARTERS[0]
    one, other = (
        _live(
            federation.project,
            tmp_path / engine,
            engine,
            CLOSED[quarter],
            lambda inbox: federation.send(quarter, inbox, range(UNITS)),
        )
        for engine in ("duckdb", "spark")
    )
    assert differences(one, other) == {}


def test_tables_that_differ_are_found(tmp_path: Path) -> None:
    """What is held above can fail: a row more, and another type, are differences."""
    homes = [Home(tmp_path / name) for name in ("one", "other")]
    for home, rows, kind in zip(homes, ("(1), (1), (2)", "(1), (2)"), ("INTEGER", "BIGINT"), strict=True):
        home.path.mkdir()
        with duckdb.connect(home.warehouse) as connection:
            connection.execute(f"CREATE SCHEMA mart; CREATE TABLE mart.rows AS SELECT * FROM (VALUES {rows}) AS t (n)")
            connection.execute(f"CREATE TABLE mart.types (n {kind})")
    assert differences(*homes) == {"mart.rows": 1, "mart.types": 0}


def differences(one: Home, other: Home) -> dict[str, int]:
    """The tables that are not the same in two homes, with how many rows differ; none where only the types do."""
    found = {}
    with duckdb.connect() as connection:
        for name, home in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{home.warehouse}' AS {name} (READ_ONLY)")
        tables, theirs = (
            {row[0] for row in connection.execute(TABLES, [each]).fetchall()} for each in ("one", "other")
        )
        assert tables == theirs
        for table in sorted(tables - RUN_BY_RUN):
            rows = connection.execute(
                f"SELECT count(*) FROM ((FROM one.{table} EXCEPT ALL FROM other.{table}) "
                f"UNION ALL (FROM other.{table} EXCEPT ALL FROM one.{table}))"
            ).fetchall()[0][0]
            types = [connection.execute(f"DESCRIBE {each}.{table}").fetchall() for each in ("one", "other")]
            if rows or types[0] != types[1]:
                found[table] = int(rows)
    return found


def _live(project: Path, path: Path, engine: str, day: str, send: Callable[[Path], object]) -> Home:
    """A home after one night on an engine."""
    home = Home(path)
    _nianbao(project, home, "init")
    send(home.inbox)
    environment = {OVERRIDE: f"{day}T01:00", ENGINE: engine, "SPARK_CONF_DIR": str(Path(__file__).parent / "conf")}
    for command in ("collect", "build"):
        _nianbao(project, home, command, **environment)
    return home


def _nianbao(project: Path, home: Home, command: str, **environment: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "nianbao", command, "--project", str(project), "--home", str(home.path)],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode in (0, 4), told.stdout + told.stderr
