"""Cases of checks: a folder with the rows that are given and the offenders that are expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from nianbao.catalog import Project
from nianbao.terms.period import Period
from nianbao.warehouse.connect import Connection, insert_columns, open_memory
from nianbao.warehouse.known import attach_known, name_concerned, relate_periods, show_sent
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import CELL, LEDGER, TableSpec, create_mirror, create_schema
from nianbao.warehouse.staged_tables import SUBMISSION, stage_table
from nianbao.warehouse.state import restate_all

Row = dict[str, Any]
TODAY = dt.date(2022, 3, 1)


class Bench:
    """An empty staging area beside the declared lists, to which a case adds its rows."""

    def __init__(self, project: Project) -> None:
        self.connection: Connection = open_memory()
        create_schema(self.connection, project)
        load_reference(self.connection, project, TODAY)
        self._specs = {
            spec.name.partition(".")[2]: _loose(spec)
            for spec in (SUBMISSION, CELL, *(stage_table(part) for part in project.parts))
        }
        attach_known(self.connection, project.parts)
        for database in ("stage", "known"):
            create_mirror(self.connection, database, self._specs.values())
        self._specs["replaced"] = TableSpec(
            "known.replaced", "", "", {"submission_id": "VARCHAR", "replaced_id": "VARCHAR"}
        )
        self._specs["replaced_cell"] = self._specs["cell"]
        self.connection.execute("CREATE TABLE known.replaced (submission_id VARCHAR, replaced_id VARCHAR)")
        self.connection.execute("CREATE TABLE known.replaced_cell AS FROM known.cell")
        # What is known of everybody: the same rows, since a case gives those of all the units that it speaks of.
        for name in self._specs:
            self.connection.execute(f"CREATE VIEW known_of_all.{name} AS FROM known.main.{name}")
        name_concerned(self.connection)
        show_sent(self.connection)
        relate_periods(self.connection)
        self._filled: set[str] = set()

    def lay_out(self, given: Mapping[str, Sequence[Row]]) -> None:
        """Put the rows of a case in place of the last one's; what is staged is also known, as in a run."""
        self._clear()
        for table, rows in given.items():
            schema, _, name = table.partition(".")
            if schema == "reference":
                self.connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {table}")
                self.connection.execute(f"DELETE FROM {table}")
                self._insert(table, dict.fromkeys(self._columns(table), "VARCHAR"), rows)
                continue
            columns = LEDGER[name].bare_columns if schema == "ledger" else self._specs[name].columns
            self._insert(table, columns, rows)
            if schema == "stage":
                self._insert(f"known.{name}", self._specs[name].columns, rows)
        restate_all(self.connection)
        name_concerned(self.connection)
        relate_periods(self.connection)

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()

    def _insert(self, table: str, types: Mapping[str, str], rows: Sequence[Row]) -> None:
        self._filled.add(table)
        rows = [_dated(row) for row in rows] if table.endswith(".submission") else rows
        names = list(dict.fromkeys(name for row in rows for name in row))
        insert_columns(self.connection, table, {name: [row.get(name) for row in rows] for name in names}, types)

    def _clear(self) -> None:
        for table in self._filled:
            schema, _, name = table.partition(".")
            self.connection.execute(f"DELETE FROM {table}")
            if schema == "reference":
                self.connection.execute(f"INSERT INTO {table} SELECT * FROM temp.{name}; DROP TABLE temp.{name}")
        self._filled.clear()

    def _columns(self, table: str) -> list[str]:
        return [row[0] for row in self.connection.execute(f"DESCRIBE {table}").fetchall()]


def read_case(folder: Path) -> tuple[dict[str, list[Row]], list[Row]]:
    """What a case gives and what it expects."""
    given, expected = (yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8")) for name in ("given", "expect"))
    return given, expected


def match(found: Sequence[Mapping[str, Any]], expected: Sequence[Row]) -> str:
    """What is expected and not found, or found and not expected; empty if the two agree."""
    left = list(found)
    for row in expected:
        hit = next((each for each in left if all(_plain(each.get(key)) == _plain(row[key]) for key in row)), None)
        if hit is None:
            return f"expected {row}, left over: {left}"
        left.remove(hit)
    return f"not expected: {left}" if left else ""


def _loose(spec: TableSpec) -> TableSpec:
    """The same table without constraints, since a case names only the columns that matter."""
    return TableSpec(spec.name, spec.zh, spec.en, spec.bare_columns)


def _dated(row: Row) -> Row:
    """A submission with what follows from its period, where a case does not say it."""
    if "period" not in row:
        return row
    period = Period.parse(str(row["period"]))
    days = {"year": period.year, "period_start": period.start, "period_end": period.end}
    return days | {"suffix": period.suffix} | row


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
