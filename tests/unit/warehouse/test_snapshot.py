"""The analysts' file: readable by older programs, documented, without personal data, and a dead end for queries."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from nianbao.catalog import Project
from nianbao.errors import StoreError, UsageError
from nianbao.settings import Home
from nianbao.warehouse.connect import Connection, open_present, open_reader, quote, rows_of
from nianbao.warehouse.query import query_published
from nianbao.warehouse.snapshot import CURRENT, SCHEMAS, tables_beside, write_snapshot
from tests.homes import warehouse

NOW = dt.datetime(2022, 1, 26, 1)


@pytest.fixture(scope="module")
def published(year_home: Home) -> Iterator[Connection]:
    """The published file, opened as an analyst would."""
    connection = open_reader(year_home.releases / CURRENT)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, year_home: Home) -> Path:
    """A folder with a published file of one small table, in a place with an awkward name."""
    folder = tmp_path_factory.mktemp("it's published 发布")
    shutil.copyfile(year_home.releases / CURRENT, folder / CURRENT)
    return folder


def described(connection: Connection, database: str) -> dict[str, str]:
    """Every comment of the published tables, by `schema.table` and `schema.table.column`."""
    where = f"database_name = '{database}' AND schema_name IN {SCHEMAS}"
    rows = connection.execute(
        f"SELECT schema_name || '.' || table_name, comment FROM duckdb_tables() WHERE {where} UNION ALL "
        f"SELECT schema_name || '.' || table_name || '.' || column_name, comment FROM duckdb_columns() WHERE {where}"
    ).fetchall()
    return dict(rows)


def personal(project: Project) -> dict[str, str]:
    """The columns of personal fields, by table."""
    return {part.table: field.column for part in project.parts for field in part.fields if field.is_personal}


def test_an_older_duckdb_can_open_it(published: Connection) -> None:
    """The file is written in a storage version that came before that of the DuckDB which writes it."""
    ((tags,),) = published.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'published'").fetchall()
    oldest = tags["storage_version"].removeprefix("v").partition("+")[0].partition(" ")[0]
    assert tuple(map(int, oldest.split("."))) < (2, 0, 0), tags


def test_every_table_and_column_says_what_it_is(published: Connection, year_home: Home, project: Project) -> None:
    """The comments are those of the warehouse, none is empty, and nothing is missing but personal columns."""
    said = described(published, "published")
    with warehouse(year_home) as connection:
        meant = described(connection, "warehouse")
    hidden = {f"core.{table}.{column}" for table, column in personal(project).items()}
    assert hidden and hidden <= meant.keys()
    assert said == {place: comment for place, comment in meant.items() if place not in hidden}
    assert all(said.values())


def test_it_holds_tables_and_nothing_else(published: Connection) -> None:
    """There is no view, macro, sequence or type in it, and no table of another schema."""
    ours = "database_name = 'published'"
    assert published.execute(f"SELECT * FROM duckdb_views() WHERE {ours} AND NOT internal").fetchall() == []
    assert published.execute(f"SELECT * FROM duckdb_functions() WHERE {ours} AND NOT internal").fetchall() == []
    assert published.execute(f"SELECT * FROM duckdb_sequences() WHERE {ours}").fetchall() == []
    found = published.execute(f"SELECT DISTINCT schema_name FROM duckdb_tables() WHERE {ours}").fetchall()
    assert sorted(found) == [(schema,) for schema in sorted(SCHEMAS)]


def test_nobody_is_named_in_it(published: Connection, year_home: Home, project: Project) -> None:
    """What units report in personal fields stands in no text of any published table."""
    ((table, column),) = personal(project).items()
    with warehouse(year_home) as connection:
        names = [
            name for (name,) in connection.execute(f"SELECT DISTINCT {column} FROM raw.{table}").fetchall() if name
        ]
    assert names
    texts = rows_of(
        published,
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = 'published' AND data_type = 'VARCHAR'",
    )
    assert len(texts) > 100
    for text in texts:
        place, name = f"{text['schema_name']}.{quote(text['table_name'])}", quote(text["column_name"])
        query = f"SELECT {name} FROM {place} WHERE {name} IN (SELECT unnest($1))"
        assert published.execute(query, [names]).fetchall() == [], text


def test_it_is_vouched_for_and_cannot_be_written(year_home: Home) -> None:
    """`current` leads to a file whose hash stands beside it and which nobody may change."""
    current = year_home.releases / CURRENT
    assert current.is_symlink()
    target = current.resolve()
    lines = [line.split() for line in (target.parent / f"{target.name}.sha256").read_text("utf-8").splitlines()]
    files = [target, *sorted(path for path in tables_beside(target).rglob("*") if path.is_file())]
    assert [name for _, name in lines] == [path.relative_to(target.parent).as_posix() for path in files]
    assert [digest for digest, _ in lines] == [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    assert target.stat().st_mode & 0o222 == 0
    assert not target.with_name(f"{target.name}.wal").exists()


def test_who_reads_is_not_disturbed_by_a_new_file(year_copy: Home, project: Project) -> None:
    """A reader keeps what it has opened; whoever opens `current` afterwards sees the new file."""
    reader = open_reader(year_copy.releases / CURRENT)
    query = "SELECT count(*) FROM mart.figure"
    before = reader.execute(query).fetchall()
    connection = duckdb.connect(year_copy.warehouse)
    connection.execute("DELETE FROM mart.figure WHERE scope <> 'all'")
    (year_copy.releases / ".building-1.duckdb").touch()  # what killed runs left
    (year_copy.releases / ".current-1").symlink_to("nowhere")
    for version in ("one", "two", "three", "four"):
        write_snapshot(connection, project, year_copy.releases, NOW, version)
    connection.close()
    assert reader.execute(query).fetchall() == before
    assert reader.execute("SELECT count(*) FROM core.gh05").fetchall() != [(0,)]
    assert query_published(year_copy.releases, query)[1] < before
    reader.close()
    kept = sorted(path.name for path in year_copy.releases.glob("nianbao-*.duckdb"))
    assert [name.rpartition("-")[2] for name in kept] == ["four.duckdb", "three.duckdb", "two.duckdb"]
    assert not list(year_copy.releases.glob(".*"))


def test_a_warehouse_in_a_place_with_an_awkward_name_can_be_published(
    tmp_path: Path, year_home: Home, project: Project
) -> None:
    """A quotation mark in the name of a folder is a character like others."""
    path = tmp_path / "总工会's 年报" / "warehouse.duckdb"
    path.parent.mkdir()
    shutil.copyfile(year_home.warehouse, path)
    connection = open_present(path)
    try:
        write_snapshot(connection, project, path.parent / "releases", NOW, "awkward")
    finally:
        connection.close()
    assert query_published(path.parent / "releases", "SELECT count(*) > 0 FROM core.unit")[1] == [(True,)]


QUERIES = {
    "a text file": "SELECT content FROM read_text('{secret}')",
    "a binary file": "SELECT content FROM read_blob('{secret}')",
    "a file by its name": "SELECT * FROM '{secret}'",
    "a csv file": "SELECT * FROM read_csv('{secret}')",
    "a json file": "SELECT * FROM read_json('{secret}')",
    "a parquet file": "SELECT * FROM read_parquet('{secret}')",
    "names of files": "SELECT * FROM glob('{folder}/*')",
    "a file after a question": "SELECT 1; SELECT content FROM read_text('{secret}')",
    "a file in a subquery": "SELECT (SELECT content FROM read_text('{secret}'))",
    "write a table": "COPY core.unit TO '{folder}/stolen.csv'",
    "write a query": "COPY (SELECT 1) TO '{folder}/stolen.parquet' (FORMAT parquet)",
    "write everything": "EXPORT DATABASE '{folder}/stolen'",
    "read into a table": "COPY core.unit FROM '{secret}'",
    "another database": "ATTACH '{folder}/stolen.duckdb' AS other",
    "the warehouse": "ATTACH '{warehouse}' AS other (READ_ONLY)",
    "the file again": "ATTACH '{published}' AS again",
    "an extension": "INSTALL httpfs",
    "a loaded extension": "LOAD httpfs",
    "an extension of others": "INSTALL h3 FROM community",
    "the network": "SELECT * FROM read_text('https://example.org/')",
    "file access again": "SET enable_external_access = true",
    "settings again": "SET lock_configuration = false",
    "a setting of its own": "SET GLOBAL memory_limit = '1MB'",
    "a pragma": "PRAGMA enable_profiling = 'json'",
    "a secret": "CREATE SECRET s (TYPE s3)",
    "a new table": "CREATE TABLE core.mine AS SELECT 1",
    "other rows": "UPDATE core.unit SET zh = 'x'",
    "no rows": "DELETE FROM mart.figure",
    "no table": "DROP TABLE mart.figure",
    "a comment": "COMMENT ON TABLE mart.figure IS 'x'",
    "no such table": "SELECT * FROM core.nowhere",
    "nothing": "",
    "a remark": "-- what is there?",
    "no SQL": "tell me everything",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=[name.replace(" ", "-") for name in QUERIES])
def test_a_query_reaches_nothing_else(query: str, folder: Path, year_home: Home, tmp_path: Path) -> None:
    """No file is read or written, no setting changed, no row touched; the answer says so and is no traceback."""
    secret = tmp_path / "secret.csv"
    secret.write_text("canary\n", "utf-8")
    before = hashlib.sha256((folder / CURRENT).read_bytes()).hexdigest()
    places = {"secret": secret, "folder": tmp_path, "warehouse": year_home.warehouse, "published": folder / CURRENT}
    with pytest.raises(UsageError) as caught:
        query_published(folder, query.format(**places))
    assert "canary" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert hashlib.sha256((folder / CURRENT).read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    "query",
    ["SHOW ALL TABLES", "DESCRIBE core.unit", "WITH a AS (SELECT 1 AS n) SELECT n FROM a", "SUMMARIZE core.unit"],
)
def test_a_question_is_answered(query: str, folder: Path) -> None:
    """What an analyst needs to find a way about works."""
    head, rows = query_published(folder, query)
    assert len(head) == (len(rows[0]) if rows else 0)


def test_before_the_first_night_there_is_nothing_to_ask(tmp_path: Path) -> None:
    """The error says what to do."""
    with pytest.raises(StoreError, match="run nianbao nightly first"):
        query_published(tmp_path, "SELECT 1")


@pytest.mark.parametrize(
    ("query", "seconds", "said"),
    [
        (
            "SELECT count(*) FROM range(10_000_000) AS a, range(10_000_000) AS b WHERE a.range * b.range = 7",
            1,
            "after 1 s",
        ),
        ("SELECT * FROM range(100_000_000)", 60, "more than 1,000,000 rows"),
        ("SELECT list(sha256(range::VARCHAR)) FROM range(4_000_000)", 60, "more memory, or more room"),
    ],
)
def test_O10_a_query_has_limits_and_says_so(
    query: str, seconds: int, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O10: time, rows, memory and room on disk are limited, and what is reached is told with a way on."""
    monkeypatch.setenv("NIANBAO_MEMORY", "100MB")
    with pytest.raises(UsageError, match=said) as caught:
        query_published(folder, query, seconds)
    assert caught.value.next_step
    assert query_published(folder, "SELECT 1")[1] == [(1,)]


def test_O10_the_room_beside_a_query_is_a_number_and_no_share_of_the_disk(folder: Path) -> None:
    """O10: 4 GB, whatever the disk has free; DuckDB by itself takes nine tenths of it."""
    assert query_published(folder, "SELECT current_setting('max_temp_directory_size')")[1] == [("3.7 GiB",)]
