"""What one would write without nianbao: calamine in a pool, polars, DuckDB, dbt, figures as CSV and HTML.

`python peer.py PROJECT INBOX DATABASE [DBT]`; without dbt the same SQL runs as it is. It trusts every file, answers
nobody, keeps no history, traces nothing.
"""

import csv
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from python_calamine import CalamineWorkbook

from nianbao.catalog import Project, load_project
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.terms import workbook_words
from nianbao.terms.form import FieldType, Layout, Part
from nianbao.terms.period import Period
from nianbao.warehouse.connect import quote
from nianbao.warehouse.schema import SQL_TYPES
from tests.bench.dbt_project import NUMBERS, model_name, run_dbt
from tests.bench.tables import hand_written_sums

WORKERS, BATCH = 2, 16
CELL = {"submission_id": pl.String, "unit": pl.String, "period": pl.String, "table": pl.String, "row_no": pl.Int64,
        "column": pl.String, "value": pl.String}  # fmt: skip
Row = tuple[str, str, str, str, int, str, str]


def read(project: Path, path: Path) -> list[Row]:
    """The cells of one workbook; nothing of what is no workbook."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        cover = _cover(workbook.get_sheet_by_name(workbook_words.COVER_SHEET).to_python())
        unit, period = cover["填报单位代码"], Period.parse(cover["报告期"])
    except Exception:
        return []
    words, scale = _words(project), 10_000 if cover.get("金额单位") == "万元" else 1
    own = {
        code: closing[-1].code for code, form in words.forms.items() if (closing := form.periods_closing_with(period))
    }
    return [
        (f"{path.name}/{part.form_code}", unit, own[part.form_code], part.table, row, column, value)
        for name in workbook.sheet_names[1:]
        for part, row, column, value in _cells(workbook.get_sheet_by_name(name).to_python(), words, scale)
        if part.form_code in own
    ]


def main(project_path: Path, inbox: Path, database: Path, dbt: Path | None = None) -> None:
    """Read every file, load, hold to what is required, count, write."""
    project = load_project(project_path)
    files = sorted(inbox.rglob("*.xlsx"))
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        rows = [row for found in pool.map(partial(read, project_path), files, chunksize=BATCH) for row in found]
    loaded = database.with_suffix(".parquet")
    pl.DataFrame(rows, schema=CELL, orient="row").write_parquet(loaded)
    with duckdb.connect(database) as connection:
        connection.execute(f"CREATE TABLE cell AS SELECT * FROM read_parquet('{loaded}')")
    tables = list(_tables(project))
    if dbt:
        run_dbt(dbt, database.parent / "dbt", database, project.parts, tables)
    with duckdb.connect(database) as connection:
        if not dbt:
            connection.execute("CREATE SCHEMA raw; CREATE SCHEMA ledger; CREATE SCHEMA core")
            for name, query in tables:
                connection.execute(f"CREATE TABLE {name} AS {query}")
            for query in (query for part in project.parts for query in _checks(part)):
                connection.execute(query).fetchall()
        sums = [model_name(name) if dbt else name for name, _ in tables if name.startswith("sum_")]
        _write(database, list(_figures(connection, sums)))


def _tables(project: Project) -> Iterator[tuple[str, str]]:
    """Every table with its SELECT, each after those it reads; the sums are named sum_1, sum_2 …"""
    yield "ledger.in_force", _IN_FORCE
    for part in project.parts:
        yield f"raw.{part.table}", _spread(part)
        yield f"core.{part.table}", _CURRENT.format(table=part.table)
    yield from ((f"sum_{number}", query) for number, query in enumerate(hand_written_sums(project), start=1))


_CURRENT = """
SELECT f.unit_code, f.period, f.year, r.* FROM raw.{table} AS r
INNER JOIN ledger.in_force AS f ON r.submission_id = f.submission_id
"""
_IN_FORCE = """
SELECT DISTINCT ON (unit, right(submission_id, 4), period) submission_id, unit AS unit_code,
    right(submission_id, 4) AS form_code, period, CAST(left(period, 4) AS INTEGER) AS year
FROM cell
ORDER BY submission_id DESC
"""


@cache
def _words(project: Path) -> Vocabulary:
    return load_vocabulary(project)


def _cover(rows: list[list[Any]]) -> dict[str, str]:
    """What stands right of each label of the cover, where it stands first."""
    found: dict[str, str] = {}
    for row in rows:
        for label, value in pairwise(row):
            if isinstance(label, str):
                found.setdefault(label, _text(value))
    return found


def _cells(rows: list[list[Any]], words: Vocabulary, scale: int) -> Iterator[tuple[Part, int, str, str]]:
    """The cells of a sheet: right of a code where there is one a line, else below it up to a row that is no record."""
    heads: dict[int, tuple[Part, Any]] = {}
    number = 0
    for row in rows:
        found = {
            at: words.fields[code]
            for at, text in enumerate(row)
            if isinstance(text, str) and (code := workbook_words.parse_field_code(text)) in words.fields
        }
        if not found:
            if heads and isinstance(row[0], str) and row[0] and not row[0].replace(".", "").isdigit():
                heads = {}  # the title of the next part
            values = {at: row[at] for at in heads if at < len(row) and row[at] != ""}
            if len(values) > (1 if heads and next(iter(heads.values()))[0].rows else 0):
                number += 1
                yield from (
                    (heads[at][0], number, *_typed(heads[at][1], value, words, scale)) for at, value in values.items()
                )
            continue
        part, field = next(iter(found.values()))
        at = next(iter(found))
        if part.layout is Layout.LEDGER:
            heads, number = found, 0
        elif at + 1 < len(row) and row[at + 1] != "":
            yield part, 1, *_typed(field, row[at + 1], words, scale)


def _typed(field: Any, value: Any, words: Vocabulary, scale: int) -> tuple[str, str]:
    """A column and its value as DuckDB casts it: codes for labels, 元 for 万元."""
    text = _text(value)
    if field.type is FieldType.MONEY and isinstance(value, int | float):
        text = f"{value * scale:.2f}"
    elif field.type is FieldType.BOOL:
        text = str(text == workbook_words.YES)
    elif field.codes:
        text = words.code_of(field.codes, text) or text
    return field.column, text


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat()[:10] if isinstance(value, dt.date) else str(value).strip()


def _spread(part: Part) -> str:
    """A part as a table, a column for each field, one row a record."""
    picks = ", ".join(
        f"TRY_CAST(max(CASE WHEN \"column\" = '{field.column}' THEN value END) AS {SQL_TYPES[field.type]}) "
        f"AS {quote(field.column)}"
        for field in part.fields
    )
    return f"""
        SELECT submission_id, row_no, {picks} FROM cell WHERE "table" = '{part.table}' GROUP BY submission_id, row_no
    """


def _checks(part: Part) -> Iterator[str]:
    """What any pipeline asks of a table: what is required is there, and no number is negative."""
    for field in part.fields:
        name = quote(field.column)
        if field.required:
            yield f"SELECT submission_id FROM raw.{part.table} WHERE {name} IS NULL"
        if field.type in NUMBERS:
            yield f"SELECT submission_id FROM raw.{part.table} WHERE {name} < 0"


def _figures(connection: duckdb.DuckDBPyConnection, sums: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Every sum over all units: indicator, year, value."""
    for table in sums:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description or ()]
        for row in cursor.fetchall():
            if row[1] is None:
                yield from ((name, row[0], str(value)) for name, value in zip(names[2:], row[2:], strict=True))


def _write(database: Path, figures: list[tuple[str, int, str]]) -> None:
    with database.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(figures)
    lines = "".join(f"<tr><td>{name}<td>{year}<td>{value}" for name, year, value in figures)
    database.with_suffix(".html").write_text(f"<table>{lines}</table>", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
