"""The tree: what each indicator comes to for a unit with all that stands below it, at the end of a year or on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.statistics.comparable import left_out, mark_of
from nianbao.statistics.compile import placed_models
from nianbao.statistics.figures import plain
from nianbao.statistics.trace import cells_behind
from nianbao.terms.figure import TracedCell
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.time_tables import STANDING_COLUMNS, TREE_COLUMNS, periods_until, standing_on, tree_on

_OF_A_DAY = {
    "reference.standing": "temp.standing_of_day",
    "reference.tree": "temp.tree_of_day",
    "step.unit_operand": "temp.unit_operand_of_day",
    "step.operand": "temp.operand_of_day",
    "step.covered": "temp.covered_of_day",
    "indicator.tree": "temp.values_of_day",
}


@dataclass(frozen=True)
class TreeValue:
    """What an indicator comes to for a unit with all below it, and how many of those asked have reported all of it."""

    value: Decimal
    asked: int
    reported: int


@dataclass(frozen=True)
class PlacedCell:
    """A cell behind a value of the tree, the unit that answers for it there, and by which share."""

    cell: TracedCell
    unit_code: str
    share: Decimal


@dataclass(frozen=True)
class Tree:
    """The values of a year on a line (`place` or `industry`) as units stand on a day, by indicator and unit."""

    project: Project
    year: int
    line: str
    day: dt.date
    values: dict[tuple[str, str], TreeValue]

    def get(self, indicator_id: str, unit_code: str) -> TreeValue | None:
        """The value for a unit; None where nothing was reported by whoever stands there."""
        return self.values.get((indicator_id, unit_code))

    def below(self, unit_code: str) -> list[Unit]:
        """The units right below a unit on the day, in the order of the roster."""
        roster = self.project.roster
        return [
            unit
            for code, unit in roster.on(self.day).items()
            if roster.ancestors(code, self.line, self.day)[:1] == (unit_code,)
        ]

    def units(self) -> list[Unit]:
        """The units that have any value, in the order of the roster, under the names of the day."""
        known = {scope for _, scope in self.values}
        roster = self.project.roster
        return [roster.unit_on(code, self.day) or unit for code, unit in roster.latest.items() if code in known]


def read_tree(
    connection: Connection, project: Project, year: int, line: str = "place", day: dt.date | None = None
) -> Tree:
    """The values of a year on the tree of its last day, as built, or on that of another day, computed now."""
    basis = project.conventions.year
    table = "indicator.tree"
    if day is not None:
        _place(connection, project, year, day)
        table = _OF_A_DAY[table]
    rows = connection.execute(
        f"SELECT indicator_id, scope, value, asked, reported FROM {table} WHERE year = $year AND unit_line = $line",
        {"year": year, "line": line},
    ).fetchall()
    values = {(name, scope): TreeValue(plain(value), *covered) for name, scope, value, *covered in rows}
    return Tree(project, year, line, day or basis.span(year)[1], values)


def _place(connection: Connection, project: Project, year: int, day: dt.date) -> None:
    """Compute the tree's values anew beside the warehouse, with everybody where they stand on a day."""
    basis = project.conventions.year
    periods = periods_until(project, basis.span(year)[1])
    _fill(connection, "standing_of_day", STANDING_COLUMNS, standing_on(project, periods, basis, year, day))
    _fill(connection, "tree_of_day", TREE_COLUMNS, tree_on(project, basis, year, day))
    for model in placed_models(project):
        sql = model.sql
        for built, placed in _OF_A_DAY.items():
            sql = sql.replace(built, placed)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {_OF_A_DAY[model.name].removeprefix('temp.')} AS {sql}")


_TYPES = {"year": "INTEGER", "share": "DECIMAL(13, 12)", "depth": "INTEGER"}


def _fill(connection: Connection, name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    listed = ", ".join(f"{column} {_TYPES.get(column, 'VARCHAR')}" for column in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({listed})")
    found = list(zip(*rows, strict=True)) or [()] * len(columns)
    taken = ", ".join(
        f"CAST(unnest(${place}::VARCHAR[]) AS {_TYPES.get(column, 'VARCHAR')})"
        for place, column in enumerate(columns, start=1)
    )
    connection.execute(f"INSERT INTO {name} SELECT {taken}", [list(values) for values in found])


def cells_below(connection: Connection, tree: Tree, indicator_id: str, unit_code: str) -> list[PlacedCell]:
    """The cells behind a value of the tree, with who answers for each on the day and by which share."""
    project = tree.project
    cells = cells_behind(connection, project, indicator_id, tree.year)
    mark = mark_of(project.indicators[indicator_id], project)
    without = {each.unit_code for each in left_out(project, project.conventions.year, tree.year, mark)}
    return [
        PlacedCell(cell, code, share)
        for cell in cells
        if cell.unit_code not in without
        for code, share in _answering(tree, cell)
        if unit_code in (code, *project.roster.ancestors(code, tree.line, tree.day))
    ]


def _answering(tree: Tree, cell: TracedCell) -> Iterator[tuple[str, Decimal]]:
    roster = tree.project.roster
    since = roster.last_day_in(cell.unit_code, Period.parse(cell.period))
    return ((each.unit_code, each.share) for each in roster.succeeded(cell.unit_code, since, tree.day))
