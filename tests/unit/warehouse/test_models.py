"""Models are built in the order of what they read, only where something changed, and all or none."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.errors import ModelError
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.models import (
    Model,
    build,
    built_from,
    fingerprint_of_built,
    in_order,
    leaf_fingerprints,
    read_models,
    remember_built,
    tables_read,
)

NOW = dt.datetime(2022, 1, 16, 1)
COMMENTS = {"amount": "金额 / amount"}
HEADER = "-- Money by unit.\n-- zh: 各单位金额\n-- grain: one row per unit\n"


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A warehouse with two raw tables and nothing built."""
    connection = open_memory()
    connection.execute("CREATE SCHEMA ledger; CREATE SCHEMA raw; CREATE SCHEMA core; CREATE SCHEMA mart")
    connection.execute("CREATE TABLE ledger.build (model VARCHAR PRIMARY KEY, fingerprint VARCHAR, built_at TIMESTAMP)")
    connection.execute("CREATE TABLE raw.a AS SELECT 1 AS amount; CREATE TABLE raw.b AS SELECT 10 AS amount")
    yield connection
    connection.close()


def model(name: str, sql: str) -> Model:
    """A model that reads what its query names."""
    return Model(name, sql, tables_read(sql, name), "金额", "amounts; one row per amount")


A = model("core.a", "SELECT amount FROM raw.a")
B = model("core.b", "SELECT amount FROM raw.b")
BOTH = model("mart.both", "SELECT a.amount + b.amount AS amount FROM core.a AS a, core.b AS b")
TOP = model("mart.top", "SELECT max(amount) AS amount FROM mart.both")
ALL = [TOP, BOTH, B, A]


def run(connection: Connection, models: list[Model]) -> list[str]:
    """Build what changed since the last time."""
    return list(build(connection, models, leaf_fingerprints(connection), COMMENTS, NOW))


def amounts(connection: Connection, table: str) -> list[int]:
    """What a table holds."""
    return [amount for (amount,) in connection.execute(f"SELECT amount FROM {table} ORDER BY 1").fetchall()]


def test_what_is_read_is_built_first(connection: Connection) -> None:
    """The order comes from the queries, not from the list."""
    built = run(connection, ALL)
    assert sorted(built) == sorted(each.name for each in ALL)
    assert built.index("mart.both") > max(built.index("core.a"), built.index("core.b"))
    assert built[-1] == "mart.top"
    assert amounts(connection, "mart.top") == [11]


def test_what_has_not_changed_is_not_built_again(connection: Connection) -> None:
    """The second time nothing is built, and the state of what is built is the same."""
    run(connection, ALL)
    before = fingerprint_of_built(connection)
    assert run(connection, ALL) == []
    assert fingerprint_of_built(connection) == before


def test_a_new_row_is_carried_to_all_that_reads_it_and_no_further(connection: Connection) -> None:
    """After a row in one raw table its readers are built, and the readers of these; the others are left."""
    run(connection, ALL)
    before = built_from(connection, "core.a")
    connection.execute("INSERT INTO raw.b VALUES (20)")
    remember_built(connection, "raw.b", "R000002", NOW)
    assert run(connection, ALL) == ["core.b", "mart.both", "mart.top"]
    assert amounts(connection, "mart.top") == [21]
    assert built_from(connection, "core.a") == before


def test_T36_a_model_that_was_not_declared_for_a_while_is_built_anew(connection: Connection) -> None:
    """What moved while nobody built it is not known when it comes back: its table is no longer what it reads."""
    run(connection, ALL)
    connection.execute("INSERT INTO raw.b VALUES (20)")
    remember_built(connection, "raw.b", "R000002", NOW)
    run(connection, [A, B, BOTH])
    assert run(connection, ALL) == ["mart.top"]
    assert amounts(connection, "mart.top") == [21]


def test_a_changed_query_is_carried_on_too(connection: Connection) -> None:
    """A model whose text changed is built again with all that reads it."""
    run(connection, ALL)
    doubled = model("core.a", "SELECT 2 * amount AS amount FROM raw.a")
    assert run(connection, [doubled, B, BOTH, TOP]) == ["core.a", "mart.both", "mart.top"]
    assert amounts(connection, "mart.top") == [12]


def test_a_changed_description_is_written_to_the_table(connection: Connection) -> None:
    """What a table and its columns are called is kept in step with the declarations, also when no row changed."""
    run(connection, [A])
    said = replace(A, zh="款额", columns={"amount": "款额 / sum of money"})
    assert run(connection, [said]) == ["core.a"]
    comments = connection.execute("SELECT comment FROM duckdb_columns() WHERE schema_name = 'core'").fetchall()
    assert comments == [("款额 / sum of money",)]


def test_a_model_that_fails_changes_nothing(connection: Connection) -> None:
    """The error names the model, and the tables built before it in the same run are as they were."""
    run(connection, ALL)
    connection.execute("INSERT INTO raw.a VALUES (5)")
    remember_built(connection, "raw.a", "R000002", NOW)
    wrong = model("mart.top", "SELECT amount // 'x' AS amount FROM mart.both")
    with pytest.raises(ModelError, match=r"^mart\.top: ") as caught:
        run(connection, [A, B, BOTH, wrong])
    assert caught.value.exit_code == 70
    assert amounts(connection, "core.a") == [1]
    assert run(connection, ALL) == ["core.a", "mart.both", "mart.top"]


def test_a_column_that_nobody_describes_is_refused(connection: Connection) -> None:
    """A table that cannot be commented in full is not built."""
    with pytest.raises(ModelError, match=r"(?s)nobody says what total means.*reference/columns\.csv"):
        run(connection, [model("core.a", "SELECT amount AS total FROM raw.a")])


def test_a_model_that_reads_what_nobody_builds_is_refused(connection: Connection) -> None:
    """The error names the reader and what is missing."""
    lost = model("mart.lost", "SELECT amount FROM core.nowhere")
    with pytest.raises(ModelError, match=r"^mart\.lost: reads core\.nowhere, which nobody builds"):
        run(connection, [A, lost])


def test_a_circle_is_refused() -> None:
    """Models that read each other are named in the error, in their order."""
    one, two = model("core.one", "SELECT amount FROM core.two"), model("core.two", "SELECT amount FROM core.one")
    with pytest.raises(ModelError, match=r"depends on itself: core\.(one|two) → core\.(one|two) → core\.(one|two)"):
        in_order([one, two], {})


def write(folder: Path, text: str) -> Path:
    """A project's sql folder with one model."""
    path = folder / "mart" / "by_unit.sql"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return folder


def test_a_file_is_the_table_of_its_path(tmp_path: Path) -> None:
    """sql/mart/by_unit.sql builds mart.by_unit, and its header says what that is."""
    (read,) = read_models(write(tmp_path, HEADER + "SELECT unit_code FROM core.unit, (SELECT 1) AS one"))
    assert (read.name, read.reads) == ("mart.by_unit", {"core.unit"})
    assert (read.zh, read.en) == ("各单位金额", "Money by unit; one row per unit")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1 AS amount", "opens with one sentence"),
        (HEADER.replace("-- zh: 各单位金额\n", "") + "SELECT 1 AS amount", "opens with one sentence"),
        (HEADER + "SELECT FROM WHERE", "not one SELECT"),
        (HEADER + "SELECT 1 AS amount; DROP TABLE core.unit", "not one SELECT"),
        (HEADER + "DROP TABLE core.unit", "not one SELECT"),
    ],
    ids=["no header", "no Chinese", "no SQL", "two statements", "no query"],
)
def test_a_file_that_is_not_one_query_with_a_header_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The error names the file."""
    with pytest.raises(ModelError, match=says) as caught:
        read_models(write(tmp_path, text))
    assert caught.value.where.endswith("mart/by_unit.sql")
