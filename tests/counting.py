"""A warehouse in memory in which submissions count: the declared tables, core as given, and every indicator built."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from nianbao.catalog import Project
from nianbao.statistics.compile import indicator_models
from nianbao.terms.period import Period
from nianbao.warehouse.connect import Connection, insert_columns, open_memory
from nianbao.warehouse.models import Model, in_order, read_models
from nianbao.warehouse.reference import reference_tables
from nianbao.warehouse.schema import SQL_TYPES

SUBMISSION = {
    "submission_id": "VARCHAR", "form_code": "VARCHAR", "unit_code": "VARCHAR", "period": "VARCHAR", "year": "INTEGER",
}  # fmt: skip
_ROW = {"submission_id": "VARCHAR", "row_no": "INTEGER", "unit_code": "VARCHAR", "period": "VARCHAR", "year": "INTEGER"}


class Sent(NamedTuple):
    """A form of a unit and period that counts, with the rows of its parts by table: column to value."""

    form: str
    unit: str
    period: str
    rows: Mapping[str, Iterable[Mapping[str, Any]]]

    @property
    def submission_id(self) -> str:
        """The id of the submission."""
        return f"{self.unit}-{self.period}-{self.form}-1"


def count(project: Project, sent: Iterable[Sent], today: dt.date, connection: Connection | None = None) -> Connection:
    """Everything that is made of these submissions on a day, by the SQL of a real build."""
    connection = connection or open_memory()
    for schema in ("reference", "core", "step", "indicator"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in reference_tables(project, today):
        name = f"reference.{table.name}"
        types = {column: table.types.get(column, "VARCHAR") for column in table.columns}
        values = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
        _fill(connection, name, types, dict(zip(table.columns, map(list, values), strict=True)))
    sent = list(sent)
    submissions = [
        (each.submission_id, each.form, each.unit, each.period, Period.parse(each.period).year) for each in sent
    ]
    columns = list(zip(*submissions, strict=True)) or [()] * len(SUBMISSION)
    _fill(connection, "core.submission", SUBMISSION, dict(zip(SUBMISSION, map(list, columns), strict=True)))
    for part in project.parts:
        types = _ROW | {field.column: SQL_TYPES[field.type] for field in part.fields}
        rows = [
            {"submission_id": each.submission_id, "row_no": number, "unit_code": each.unit, "period": each.period,
             "year": Period.parse(each.period).year} | dict(row)
            for each in sent
            for number, row in enumerate(each.rows.get(part.table, ()), start=1)
        ]  # fmt: skip
        _fill(connection, f"core.{part.table}", types, {name: [row.get(name) for row in rows] for name in types})
    connection.execute(
        "CREATE OR REPLACE TABLE core.reporting AS SELECT due.*, submission.submission_id "
        "FROM reference.due AS due LEFT JOIN core.submission AS submission USING (unit_code, form_code, period)"
    )
    build_indicators(connection, project)
    return connection


def build_indicators(connection: Connection, project: Project) -> None:
    """Make every indicator anew from what core and reference hold."""
    models = [model for model in indicator_models(project) if not model.name.startswith("mart.")]
    needed = {read for model in models for read in model.reads}
    models += [model for model in read_models(project.path / "sql") if model.name in needed - {"core.submission"}]
    given = {read for model in models for read in model.reads} - {model.name for model in models}
    for model in in_order(models, given):
        connection.execute(f"CREATE OR REPLACE TABLE {model.name} AS {model.sql}")


def with_units(project: Project, codes: Iterable[str]) -> Project:
    """The project with a roster of these units and the federation itself."""
    kept = {*codes, project.federation.code}
    versions = tuple(unit for unit in project.roster.versions if unit.code in kept)
    return replace(project, roster=replace(project.roster, versions=versions))


def values_of(connection: Connection, table: str = "indicator.value") -> dict[tuple[str, int, str], Decimal]:
    """The values of a table by indicator, year and scope."""
    rows = connection.execute(f"SELECT indicator_id, year, scope, value FROM {table}").fetchall()
    assert len(rows) == len({row[:3] for row in rows})
    return {(key, year, scope): value for key, year, scope, value in rows}


def _fill(connection: Connection, name: str, types: Mapping[str, str], columns: dict[str, list[Any]]) -> None:
    listed = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({listed})")
    insert_columns(connection, name, columns, types)


def differing_rows(connection: Connection, model: Model) -> list[tuple[Any, ...]]:
    """The rows in which a table and the query that it is built from differ, up to five."""
    return connection.execute(
        f"(FROM {model.name} EXCEPT ALL FROM ({model.sql})) UNION ALL "
        f"(FROM ({model.sql}) EXCEPT ALL FROM {model.name}) LIMIT 5"
    ).fetchall()
