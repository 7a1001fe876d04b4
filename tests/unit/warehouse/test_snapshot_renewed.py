"""The analysts' file of a night is made from that of the night before; nobody can tell it from one made whole."""

import datetime as dt
import random
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from nianbao.catalog import Project
from nianbao.warehouse import snapshot
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.snapshot import CURRENT, tables_beside, write_snapshot

NOW = dt.datetime(2022, 1, 26, 1)
READS = {
    "core.letter": "CREATE TABLE core.letter (unit_code VARCHAR, amount DECIMAL(38, 2), day DATE)",
    "mart.count": "CREATE TABLE mart.count (n BIGINT, share DOUBLE)",
    "reference.word": "CREATE TABLE reference.word (word VARCHAR)",
}


@pytest.fixture
def world() -> Connection:
    """A warehouse of three small tables."""
    connection = duckdb.connect()
    for name, statement in READS.items():
        connection.execute(f"CREATE SCHEMA {name.partition('.')[0]}; {statement}; COMMENT ON TABLE {name} IS 'a table'")
    connection.execute(
        "INSERT INTO core.letter VALUES ('U1', 1.5, NULL), ('U1', 1.5, NULL), ('U2', NULL, '2022-01-01')"
    )
    connection.execute("INSERT INTO mart.count VALUES (1, 0.5); INSERT INTO reference.word VALUES ('甲'), ('')")
    return connection


def rows_in(path: Path) -> dict[str, object]:
    """Every table of an analysts' file with types, comments and rows, as DuckDB has it and as Parquet has it."""
    with duckdb.connect(str(path.resolve()), read_only=True) as file:
        found: dict[str, object] = {
            "said": file.execute(
                "SELECT schema_name, table_name, column_name, column_index, data_type, comment FROM duckdb_columns() "
                "WHERE NOT internal ORDER BY ALL"
            ).fetchall(),
            "tables": file.execute(
                "SELECT schema_name, table_name, comment FROM duckdb_tables() ORDER BY ALL"
            ).fetchall(),
            "dictionary": (tables_beside(path.resolve()) / "dictionary.csv").read_text("utf-8"),
        }
        for (name,) in file.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall():
            parquet = tables_beside(path.resolve()) / name / "*.parquet"
            found[name] = Counter(file.execute(f"FROM {name}").fetchall())
            assert Counter(file.execute(f"FROM read_parquet('{parquet}')").fetchall()) == found[name]
    return found


def change(connection: Connection, chance: random.Random) -> None:
    """Do one of the things that a night does to a table: rows come, go, change, come twice, or all go."""
    unit, amount = f"U{chance.randrange(6)}", chance.choice(["NULL", "0", "1.5", "-1.5", "7"])
    connection.execute(
        chance.choice(
            [
                f"INSERT INTO core.letter VALUES ('{unit}', {amount}, NULL)",
                f"INSERT INTO core.letter SELECT * FROM core.letter WHERE unit_code = '{unit}'",
                f"DELETE FROM core.letter WHERE unit_code = '{unit}'",
                f"UPDATE core.letter SET amount = {amount} WHERE unit_code = '{unit}'",
                "DELETE FROM core.letter WHERE rowid = (SELECT min(rowid) FROM core.letter)",
                "DELETE FROM mart.count",
                f"INSERT INTO mart.count VALUES ({chance.randrange(3)}, NULL)",
                "CREATE OR REPLACE TABLE core.letter AS SELECT * FROM core.letter ORDER BY random()",
                "COMMENT ON COLUMN core.letter.day IS 'a day'",
                "SELECT 1",
            ]
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_file_is_as_if_it_had_been_made_whole(
    seed: int, world: Connection, project: Project, tmp_path: Path
) -> None:
    """Table by table and comment by comment, over nights on which anything may come, go, or stand there twice."""
    chance = random.Random(seed)
    for night in range(6):
        for _ in range(chance.randrange(4)):
            change(world, chance)
        write_snapshot(world, project, tmp_path / "nights", NOW, f"n{night}")
        write_snapshot(world, project, tmp_path / f"whole{night}", NOW, f"n{night}")
        assert rows_in(tmp_path / "nights" / CURRENT) == rows_in(tmp_path / f"whole{night}" / CURRENT)


def inodes(folder: Path) -> dict[str, int]:
    """Which file each Parquet file of the present is."""
    beside = tables_beside((folder / CURRENT).resolve())
    return {
        path.relative_to(beside).as_posix().removesuffix(".parquet").removesuffix("/all"): path.stat().st_ino
        for path in beside.glob("*/*.parquet")
    }


def written_anew(world: Connection, project: Project, folder: Path) -> set[str]:
    """The tables whose Parquet files the next night writes."""
    before = inodes(folder)
    write_snapshot(world, project, folder, NOW, "next")
    return {name for name, inode in inodes(folder).items() if before.get(name) != inode}


def test_a_night_writes_the_tables_that_moved(world: Connection, project: Project, tmp_path: Path) -> None:
    """The Parquet file of a table that is as it was is the one of the night before."""
    write_snapshot(world, project, tmp_path, NOW, "first")
    world.execute("UPDATE core.letter SET amount = 2 WHERE unit_code = 'U2'")
    assert written_anew(world, project, tmp_path) == {"core.letter"}


@pytest.fixture
def large(world: Connection, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """That warehouse with a table by period and a table by year, both of them large, after the first night."""
    monkeypatch.setattr(snapshot, "_LARGE", 3)
    world.execute("CREATE TABLE core.report (unit_code VARCHAR, period VARCHAR, year INTEGER, amount INTEGER)")
    world.execute("CREATE TABLE mart.year (scope VARCHAR, year INTEGER); CREATE TABLE mart.odd (period VARCHAR)")
    world.execute("INSERT INTO mart.odd VALUES ('../1'), ('a'), ('b'), ('c')")
    world.execute("CREATE TABLE mart.blank AS SELECT unnest(['a', 'b', 'c', '', NULL]) AS period")
    periods = "(VALUES ('2021Q1', 2021), ('2021Q2', 2021), ('2022Q1', 2022), (NULL, 2022)) AS p (period, year)"
    world.execute(f"INSERT INTO core.report SELECT 'U' || range, period, year, range FROM range(2), {periods}")
    world.execute(f"INSERT INTO mart.year SELECT period, year FROM {periods}")
    write_snapshot(world, project, tmp_path, NOW, "first")
    return world


FILES = {"2021Q1", "2021Q2", "2022Q1", "none"}


def test_a_large_table_is_a_file_a_period_or_year(large: Connection, tmp_path: Path) -> None:
    """Others are one file, and so is what no file can be called after; together they have every row."""
    by_part = {f"core.report/{part}" for part in FILES} | {"mart.year/2021", "mart.year/2022"}
    assert inodes(tmp_path).keys() == READS.keys() | by_part | {"mart.odd", "mart.blank"}
    rows_in(tmp_path / CURRENT)


@pytest.mark.parametrize(
    ("statement", "anew"),
    [
        ("UPDATE core.report SET amount = 7 WHERE period = '2021Q1'", {"core.report/2021Q1"}),
        ("UPDATE core.report SET unit_code = 'U7' WHERE unit_code = 'U1'", {f"core.report/{part}" for part in FILES}),
        ("DELETE FROM core.report WHERE period = '2022Q1' AND unit_code = 'U1'", {"core.report/2022Q1"}),
        ("DELETE FROM core.report WHERE period = '2022Q1'", set()),
        ("INSERT INTO core.report VALUES ('U1', '2022Q2', 2022, 1)", {"core.report/2022Q2"}),
        ("UPDATE core.report SET period = '2021Q2' WHERE period = '2021Q1'", {"core.report/2021Q2"}),
        ("UPDATE core.report SET amount = 7 WHERE period IS NULL", {"core.report/none"}),
        ("INSERT INTO mart.year SELECT * FROM mart.year WHERE year = 2021", {"mart.year/2021"}),
        ("DELETE FROM mart.year WHERE year = 2021", {"mart.year"}),
        ("DELETE FROM core.report", {"core.report"}),
    ],
)
def test_a_night_writes_the_periods_that_moved(
    statement: str, anew: set[str], large: Connection, project: Project, tmp_path: Path
) -> None:
    """A correction of an old period, a renamed unit, what is withdrawn, a first report, a table that gets small."""
    large.execute(statement)
    assert written_anew(large, project, tmp_path) == anew
    write_snapshot(large, project, tmp_path / "whole", NOW, "whole")
    assert rows_in(tmp_path / CURRENT) == rows_in(tmp_path / "whole" / CURRENT)
    assert inodes(tmp_path).keys() == inodes(tmp_path / "whole").keys()


def test_tables_that_were_files_of_one_folder_are_laid_anew(
    world: Connection, project: Project, tmp_path: Path
) -> None:
    """A home from before: its next night lays them as they are now, though nothing moved, and vouches for them."""
    path = write_snapshot(world, project, tmp_path, NOW, "one")
    before, beside = rows_in(path), tables_beside(path)
    for file in sorted(beside.glob("*/*.parquet")):
        file.rename(beside / f"{file.parent.name}.parquet")
        file.parent.rmdir()
    assert rows_in(write_snapshot(world, project, tmp_path, NOW, "one")) == before
    assert not list(beside.glob("*.parquet"))
    assert snapshot.altered_since(path.with_name(f"{path.name}.sha256")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE core.letter ADD COLUMN more VARCHAR",
        "ALTER TABLE mart.count ALTER n TYPE INTEGER",
        "CREATE TABLE mart.new (n INTEGER)",
        "DROP TABLE mart.count",
        "COMMENT ON TABLE mart.count IS 'another meaning'",
        "COMMENT ON COLUMN mart.count.n IS 'another meaning'",
    ],
)
def test_another_shape_or_meaning_makes_the_file_whole(
    statement: str, world: Connection, project: Project, tmp_path: Path
) -> None:
    """Nothing is taken over where tables, columns, types or comments are others."""
    write_snapshot(world, project, tmp_path, NOW, "first")
    world.execute(statement)
    assert written_anew(world, project, tmp_path) == inodes(tmp_path).keys()
    write_snapshot(world, project, tmp_path / "whole", NOW, "whole")
    assert rows_in(tmp_path / CURRENT) == rows_in(tmp_path / "whole" / CURRENT)


def test_another_version_makes_the_file_whole(
    world: Connection, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another nianbao, DuckDB or storage version wrote is not taken over."""
    write_snapshot(world, project, tmp_path, NOW, "first")
    monkeypatch.setattr(snapshot, "_MADE_BY", snapshot._MADE_BY + " and later")
    assert written_anew(world, project, tmp_path) == READS.keys()


@pytest.mark.parametrize("what", ["reference.word/all.parquet", "dictionary.csv", ""])
def test_a_file_that_somebody_altered_is_not_built_upon(
    what: str, world: Connection, project: Project, tmp_path: Path
) -> None:
    """The hashes beside it are asked first; the file itself is the one without a name here."""
    write_snapshot(world, project, tmp_path, NOW, "first")
    target = (tmp_path / CURRENT).resolve()
    altered = tables_beside(target) / what if what else target
    altered.chmod(0o600)
    altered.write_bytes(altered.read_bytes() + b"x")
    assert written_anew(world, project, tmp_path) == READS.keys()


def test_a_field_that_becomes_personal_leaves_no_byte_behind(
    world: Connection, project: Project, tmp_path: Path
) -> None:
    """The file is not the copy of one that had it: what was deleted there would still stand in its free room."""
    hidden = {(part.table, field.column) for part in project.parts for field in part.fields if field.is_personal}
    ((table, column),) = hidden
    world.execute(f"CREATE TABLE core.{table} (unit_code VARCHAR, {column}_before VARCHAR)")
    world.execute(f"INSERT INTO core.{table} SELECT 'U1', 'canary ' || md5(range::VARCHAR) FROM range(5000)")
    write_snapshot(world, project, tmp_path, NOW, "first")
    assert b"canary" in (tmp_path / CURRENT).read_bytes()
    world.execute(f"ALTER TABLE core.{table} RENAME COLUMN {column}_before TO {column}")
    write_snapshot(world, project, tmp_path, NOW, "second")
    assert b"canary" not in (tmp_path / CURRENT).read_bytes()


def test_tables_that_are_gone_are_written_again_with_their_file(
    world: Connection, project: Project, tmp_path: Path
) -> None:
    """Whoever deleted the Parquet files finds them again, and the list of hashes vouches for what lies there."""
    path = write_snapshot(world, project, tmp_path, NOW, "one")
    before = rows_in(path)
    shutil.rmtree(tables_beside(path))
    assert rows_in(write_snapshot(world, project, tmp_path, NOW, "one")) == before
    assert snapshot.altered_since(path.with_name(f"{path.name}.sha256")) == []
