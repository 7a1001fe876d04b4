"""The tables of the writer's file: the ledger, written out here; raw, made from the forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nianbao.catalog import Project
from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.terms.form import FieldType, Part
from nianbao.warehouse.connect import Connection, has_table, literal, quote, transaction
from nianbao.warehouse.state import create_views

SCHEMA_VERSION = 6
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


LEDGER = {
    spec.name.removeprefix("ledger."): spec
    for spec in (
        TableSpec(
            "ledger.run", "运行：每次执行流程一行", "one row per execution of a flow",
            {"run_id": "VARCHAR PRIMARY KEY", "kind": "VARCHAR NOT NULL", "started_at": "TIMESTAMP NOT NULL",
             "finished_at": "TIMESTAMP", "version": "VARCHAR NOT NULL", "summary": "VARCHAR",
             "rules": "VARCHAR", "actor": "VARCHAR", "because": "VARCHAR", "manifest_sha256": "VARCHAR"},
        ),
        TableSpec(
            "ledger.received", "收件：每个收到的文件一行，收到时即登记", "one row per file, noted when it was received",
            {"delivery_id": "VARCHAR PRIMARY KEY", "run_id": "VARCHAR NOT NULL", "source": "VARCHAR NOT NULL",
             "sha256": "VARCHAR NOT NULL", "size_bytes": "BIGINT NOT NULL", "modified_ns": "BIGINT NOT NULL",
             "arrived_at": "TIMESTAMP NOT NULL", "received_at": "TIMESTAMP NOT NULL", "origin": "VARCHAR NOT NULL",
             "source_version": "VARCHAR NOT NULL", "sender": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.delivery", "交付：每个收到的文件一行", "one row per file as it arrived",
            {"delivery_id": "VARCHAR PRIMARY KEY", "run_id": "VARCHAR NOT NULL", "file_name": "VARCHAR NOT NULL",
             "source": "VARCHAR NOT NULL", "sha256": "VARCHAR NOT NULL", "size_bytes": "BIGINT NOT NULL",
             "modified_ns": "BIGINT NOT NULL", "arrived_at": "TIMESTAMP NOT NULL", "received_at": "TIMESTAMP NOT NULL",
             "file": "VARCHAR NOT NULL", "unit_code": "VARCHAR",
             "period": "VARCHAR", "outcome": "VARCHAR NOT NULL", "duplicate_of": "VARCHAR",
             "origin": "VARCHAR", "source_version": "VARCHAR", "sender": "VARCHAR",
             "unchanged": "VARCHAR"},
        ),
        TableSpec(
            "ledger.submission", "报送：一个单位一个报告期一张表一次报送一行",
            "one row per form of one unit for one period out of one delivery",
            {"submission_id": "VARCHAR PRIMARY KEY", "delivery_id": "VARCHAR NOT NULL", "unit_code": "VARCHAR NOT NULL",
             "form_code": "VARCHAR NOT NULL", "period": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL",
             "suffix": "VARCHAR NOT NULL", "period_start": "DATE NOT NULL", "period_end": "DATE NOT NULL",
             "number": "INTEGER NOT NULL",
             "basis": "VARCHAR NOT NULL", "money_unit": "VARCHAR NOT NULL", "edition": "VARCHAR",
             "declared_status": "VARCHAR", "sheet": "VARCHAR NOT NULL", "note": "VARCHAR",
             "cells_sha256": "VARCHAR NOT NULL",
             "arrived_on": "DATE NOT NULL",
             "due_on": "DATE NOT NULL", "accepted_until": "DATE NOT NULL"},
        ),
        TableSpec(
            "ledger.asked", "应填：每次报送应填的每个部分一行", "one row per part that a submission was asked for",
            {"submission_id": "VARCHAR NOT NULL", "form_code": "VARCHAR NOT NULL", "part": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.anew", "重新审核：重新审核的交付或报送每次一行，报送为空的是整个交付",
            "one row per delivery, or submission of it, that was judged anew; without submission the whole delivery",
            {"delivery_id": "VARCHAR NOT NULL", "submission_id": "VARCHAR", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.receipt", "回执：给一次交付的每份回执一行，最后一份为准",
            "one row per receipt that a delivery was given, as JSON; the last one holds",
            {"delivery_id": "VARCHAR NOT NULL", "run_id": "VARCHAR NOT NULL", "receipt": "VARCHAR NOT NULL",
             "because": "VARCHAR"},
        ),
        TableSpec(
            "ledger.release_file", "发布文件：每期正式发布的每个文件一行", "one row per file of an issued release",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "number": "INTEGER NOT NULL",
             "path": "VARCHAR NOT NULL", "sha256": "VARCHAR NOT NULL", "size_bytes": "BIGINT NOT NULL"},
        ),
        TableSpec(
            "ledger.decision", "审核结论：每次报送一行，撤回的再加一行",
            "one row per decision about a submission; one that is withdrawn has a second",
            {"submission_id": "VARCHAR NOT NULL", "decision": "VARCHAR NOT NULL", "decided_at": "TIMESTAMP NOT NULL",
             "run_id": "VARCHAR NOT NULL", "decided_by": "VARCHAR", "because": "VARCHAR"},
        ),
        TableSpec(
            "ledger.approval", "核准：上级核准或撤回核准每次一行",
            "one row per approval of a submission by the level above, or withdrawal of one; the last one holds",
            {"submission_id": "VARCHAR NOT NULL", "approval": "VARCHAR NOT NULL", "decision": "VARCHAR",
             "unit_code": "VARCHAR NOT NULL", "approved_by": "VARCHAR NOT NULL", "approved_at": "TIMESTAMP NOT NULL",
             "run_id": "VARCHAR NOT NULL", "because": "VARCHAR"},
        ),
        TableSpec(
            "ledger.finding", "审核问题：每个问题一行", "one row per fault found",
            {"delivery_id": "VARCHAR NOT NULL", "submission_id": "VARCHAR", "code": "VARCHAR NOT NULL",
             "severity": "VARCHAR NOT NULL", "form_code": "VARCHAR", "part": "VARCHAR", "row_no": "INTEGER",
             "field": "VARCHAR", "sheet": "VARCHAR", "cell": "VARCHAR", "value": "VARCHAR", "expected": "VARCHAR",
             "sentence": "VARCHAR NOT NULL", "because": "VARCHAR"},
        ),
        TableSpec(
            "ledger.extension", "延期：批准的每次延期一行", "one row per extension that was granted",
            {"unit_code": "VARCHAR NOT NULL", "form_code": "VARCHAR NOT NULL", "period": "VARCHAR NOT NULL",
             "granted_on": "DATE NOT NULL", "accepted_until": "DATE NOT NULL", "granted_by": "VARCHAR NOT NULL",
             "because": "VARCHAR NOT NULL", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.reminder", "催报：对单位一张报表的每次提醒一行", "one row per form that a unit was reminded of",
            {"unit_code": "VARCHAR NOT NULL", "form_code": "VARCHAR NOT NULL", "period": "VARCHAR NOT NULL",
             "kind": "VARCHAR NOT NULL", "status": "VARCHAR NOT NULL", "reminded_at": "TIMESTAMP NOT NULL",
             "actor": "VARCHAR NOT NULL", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.explanation", "说明：单位对须说明问题的书面解释，每个问题一行",
            "one row per written reason for an explain finding",
            {"submission_id": "VARCHAR NOT NULL", "code": "VARCHAR NOT NULL", "explanation": "VARCHAR NOT NULL",
             "explained_at": "TIMESTAMP NOT NULL", "explanation_id": "VARCHAR", "delivery_id": "VARCHAR",
             "unit_code": "VARCHAR", "form_code": "VARCHAR", "period": "VARCHAR", "part": "VARCHAR", "field": "VARCHAR",
             "row_no": "INTEGER", "sentence": "VARCHAR", "given": "VARCHAR", "earlier_id": "VARCHAR"},
        ),
        TableSpec(
            "ledger.ruling", "说明的审核：对一条说明认可或不认可一行，后一行为准",
            "one row per ruling about an explanation; the last one holds",
            {"explanation_id": "VARCHAR NOT NULL", "ruling": "VARCHAR NOT NULL", "until": "DATE",
             "ruled_by": "VARCHAR NOT NULL", "ruled_at": "TIMESTAMP NOT NULL", "unit_code": "VARCHAR NOT NULL",
             "form_code": "VARCHAR NOT NULL", "code": "VARCHAR NOT NULL", "field": "VARCHAR",
             "explanation": "VARCHAR NOT NULL", "direction": "VARCHAR", "most_pct": "INTEGER"},
        ),
        TableSpec(
            "ledger.release", "发布：每期正式发布一行", "one row per issued release",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "number": "INTEGER NOT NULL",
             "issued_at": "TIMESTAMP NOT NULL", "run_id": "VARCHAR NOT NULL", "path": "VARCHAR NOT NULL",
             "figures_sha256": "VARCHAR NOT NULL", "manifest_sha256": "VARCHAR NOT NULL", "is_unfinished": "BOOLEAN"},
        ),
        TableSpec(
            "ledger.proposal", "送签稿：每次送签一行，一期以最后一次为准",
            "one row per edition that was laid before those who sign; the last one of a release holds",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "number": "INTEGER NOT NULL",
             "proposed_at": "TIMESTAMP NOT NULL", "dated": "DATE NOT NULL", "path": "VARCHAR NOT NULL",
             "content_sha256": "VARCHAR NOT NULL", "manifest_sha256": "VARCHAR NOT NULL",
             "open_required": "VARCHAR", "preview": "VARCHAR NOT NULL", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.sign_off", "签发：一个岗位对一份送签稿的每次签发一行",
            "one row per signature of a role under a proposal",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "number": "INTEGER NOT NULL",
             "manifest_sha256": "VARCHAR NOT NULL", "role": "VARCHAR NOT NULL", "signed_at": "TIMESTAMP NOT NULL",
             "signed_by": "VARCHAR NOT NULL", "key": "VARCHAR", "signature": "VARCHAR", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.recall", "撤回发布：每次撤回一行", "one row per release that was called back",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "number": "INTEGER NOT NULL",
             "because": "VARCHAR NOT NULL", "recalled_by": "VARCHAR NOT NULL", "recalled_at": "TIMESTAMP NOT NULL",
             "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.block", "固定文字：办公室为一种报告一年写的每段一行，最后一次运行的为准",
            "one row per paragraph that the office wrote for a place of a report and year; the last run holds",
            {"publication": "VARCHAR NOT NULL", "year": "INTEGER NOT NULL", "block_id": "VARCHAR NOT NULL",
             "number": "INTEGER NOT NULL", "text": "VARCHAR NOT NULL", "written_by": "VARCHAR NOT NULL",
             "written_at": "TIMESTAMP NOT NULL", "run_id": "VARCHAR NOT NULL"},
        ),
        TableSpec(
            "ledger.build", "构建：每个模型当前内容的指纹",
            "one row per model with the fingerprint of what it was built from",
            {"model": "VARCHAR PRIMARY KEY", "fingerprint": "VARCHAR NOT NULL", "built_at": "TIMESTAMP NOT NULL"},
        ),
    )
}  # fmt: skip

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
        create_views(connection)


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
