"""Which rows of a table add up others, as its declaration says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nianbao.catalog.publications import DECLARED_ROWS, YEARS
from nianbao.terms.document import RowSum
from nianbao.terms.indicator import Indicator
from nianbao.terms.publication import Table


def row_sums(table: Table, length: int, indicators: Mapping[str, Indicator]) -> Iterator[RowSum]:
    """Which rows of a table add up others: its last row those of the units, a declared one those it says."""
    if table.rows not in (DECLARED_ROWS, YEARS) and table.total:
        columns = frozenset(
            n for n, column in enumerate(table.columns) if indicators[column.indicator.partition("@")[0]].adds_up
        )
        yield RowSum(length - 1, 0, length - 1, columns)
    for number, row in enumerate(table.rows_of):
        if row.sums:
            first, stop = sorted((number + (row.sums > 0), number + row.sums + (row.sums > 0)))
            columns = frozenset(n for n, name in enumerate(row.indicators) if name and _can_add(name, indicators))
            yield RowSum(number, first, stop, columns)


def _can_add(name: str, indicators: Mapping[str, Indicator]) -> bool:
    """Whether an indicator of a declared row can be a sum: it is no ratio."""
    return "/" not in indicators[name.partition("@")[0]].formula
