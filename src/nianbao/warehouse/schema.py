"""The tables of the writer's file: the ledger, as ledger.csv says; raw, made from the forms."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from nianbao.catalog import Project
from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.terms.form import FieldType, Part
from nianbao.warehouse.connect import Connection, has_table, literal, quote, transaction
from nianbao.warehouse.state import create_state

SCHEMA_VERSION = 7
"""A warehouse of an older structure is not converted but made anew from the record."""

SQL_TYPES = {
    FieldType.INT: "BIGINT",
    FieldType.MONEY: "DECIMAL(18,2)",
    FieldType.DECIMAL: "DECIMAL(18,4)",
    FieldType.TEXT: "VARCHAR",
    FieldType.CODE: "VARCHAR",
    FieldType.DATE: "DATE",
    FieldType.BOOL: "BOOLEAN",
}


@dataclass(frozen=True)
class TableSpec:
    """A table of the warehouse: name with schema, Chinese and English comment, columns with their types."""

    name: str
    zh: str
    en: str
    columns: dict[str, str]

    @property
    def bare_columns(self) -> dict[str, str]:
        """The columns with types that casts accept."""
        return {
            name: kind.removesuffix(" PRIMARY KEY").removesuffix(" NOT NULL") for name, kind in self.columns.items()
        }


def _read_ledger() -> dict[str, TableSpec]:
    """The tables of ledger.csv: a row with what a table is, then one for each of its columns."""
    found: dict[str, TableSpec] = {}
    with files("nianbao.warehouse").joinpath("ledger.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["column"]:
                found[row["table"]].columns[row["column"]] = row["type"]
            else:
                found[row["table"]] = TableSpec(f"ledger.{row['table']}", row["zh"], row["en"], {})
    return found


LEDGER = _read_ledger()

CELL = TableSpec(
    "raw.cell", "单元格：已接收报送中每个有内容的单元格一行", "one row per filled cell of every accepted submission",
    {"submission_id": "VARCHAR NOT NULL", "form_code": "VARCHAR NOT NULL", "part": "VARCHAR NOT NULL",
     "row_no": "INTEGER NOT NULL", "field": "VARCHAR NOT NULL", "sheet": "VARCHAR NOT NULL", "cell": "VARCHAR NOT NULL",
     "text": "VARCHAR NOT NULL", "read_as": "VARCHAR", "value": "DECIMAL(18,4)", "fault": "VARCHAR",
     "shown": "VARCHAR", "came_in": "VARCHAR"},
)  # fmt: skip

RECORD_COLUMNS = {"submission_id": "VARCHAR NOT NULL", "row_no": "INTEGER NOT NULL"}


def raw_table(part: Part) -> TableSpec:
    """The raw table of a form's part: every submission ever accepted, typed."""
    columns = {field.column: SQL_TYPES[field.type] for field in part.fields}
    return TableSpec(f"raw.{part.table}", part.zh, part.en, RECORD_COLUMNS | columns)


def create_schema(connection: Connection, project: Project) -> None:
    """Create what is missing in the writer's file; add columns for fields that a form has gained.

    Raises:
        StoreError: the file was written by a newer nianbao.
    """
    with transaction(connection):
        for schema in ("ledger", "raw", "reference", "core", "step", "indicator", "mart"):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        _check_version(connection)
        existing = _existing_columns(connection)
        for spec in (*LEDGER.values(), CELL):
            _create_table(connection, spec, existing.get(spec.name), project.column_comments)
        for part in project.parts:
            comments = project.column_comments | {field.column: field.comment for field in part.fields}
            _create_table(connection, raw_table(part), existing.get(f"raw.{part.table}"), comments)
        create_state(connection)


def is_outdated(connection: Connection) -> bool:
    """Whether the file was made by an older nianbao, with a structure that is no longer known."""
    if not has_table(connection, "ledger.schema_version"):
        return False
    row = connection.execute("SELECT max(version) FROM ledger.schema_version").fetchone()
    return bool(row and row[0] is not None and row[0] < SCHEMA_VERSION)


def _check_version(connection: Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS ledger.schema_version (version INTEGER NOT NULL)")
    row = connection.execute("SELECT max(version) FROM ledger.schema_version").fetchone()
    found = row[0] if row else None
    if found is None:
        connection.execute("INSERT INTO ledger.schema_version VALUES (?)", [SCHEMA_VERSION])
        comment = "仓库结构版本 / version of the warehouse's structure"
        comment_on(connection, "ledger.schema_version", comment, {"version": "版本号 / version"})
    elif found > SCHEMA_VERSION:
        raise StoreError(
            _("the warehouse has structure version {found}, this nianbao knows {SCHEMA_VERSION}").format(
                found=found, SCHEMA_VERSION=SCHEMA_VERSION
            ),
            next_step=_("install the newer nianbao"),
        )


def _existing_columns(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = current_database()"
    ).fetchall()
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def _create_table(
    connection: Connection, spec: TableSpec, existing: set[str] | None, comments: Mapping[str, str]
) -> None:
    added = [name for name in spec.columns if name not in (existing or ())]
    if existing is None:
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in spec.columns.items())
        connection.execute(f"CREATE TABLE {spec.name} ({columns})")
    else:
        for name in added:
            connection.execute(f"ALTER TABLE {spec.name} ADD COLUMN {quote(name)} {spec.bare_columns[name]}")
    if added:  # what was declared before a column was there does not say what it means
        known = {name: comments.get(name, name) for name in added}
        comment_on(connection, spec.name, f"{spec.zh} / {spec.en}", known)


def comment_on(connection: Connection, table: str, comment: str, columns: dict[str, str]) -> None:
    """Write the comment of a table and of its columns."""
    connection.execute(f"COMMENT ON TABLE {table} IS {literal(comment)}")
    for name, text in columns.items():
        connection.execute(f"COMMENT ON COLUMN {table}.{quote(name)} IS {literal(text)}")


def create_mirror(connection: Connection, database: str, specs: Iterable[TableSpec]) -> None:
    """Create empty tables of the same columns in another attached database."""
    for spec in specs:
        columns = ", ".join(f"{quote(name)} {kind}" for name, kind in spec.columns.items())
        connection.execute(f"CREATE OR REPLACE TABLE {database}.{spec.name.rpartition('.')[2]} ({columns})")
