"""What two tables say otherwise, as joins: two releases, or a re-judging and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.record.manifest import Frame

Row = Mapping[str, str]
"""A line of a listing."""

Pair = tuple[Row | None, Row | None]
"""A line and the one that stands in its place, None where there is none."""


def frame_of_values(rows: Iterable[tuple[str, int, str | None]]) -> Frame:
    """Values by indicator and year."""
    import polars as pl

    schema = {"indicator_id": pl.String(), "year": pl.Int64(), "value": pl.String()}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def differing(before: Frame, after: Frame, keys: list[str], column: str) -> Frame:
    """The keys under which a column says something else before and after, with both; nothing where a key is not."""
    import polars as pl

    both = before.join(after, on=keys, how="full", coalesce=True, suffix="_after")
    return both.filter(pl.col(column).ne_missing(pl.col(f"{column}_after"))).sort(keys)


def only_in(one: Frame, other: Frame) -> Frame:
    """The rows of a table that another of the same columns does not have."""
    return one.join(other, on=one.columns, how="anti", nulls_equal=True).sort(one.columns)


def pair_lines(before: Sequence[Row], after: Sequence[Row], place: Sequence[str], said: str) -> Iterator[Pair]:
    """Each line beside that of the same place in another listing: which says the same, else in their order.

    Lines that only the other listing has come last.
    """
    if _lie_alike(before, after, (*place, said)):
        yield from zip(before, after, strict=True)
        return
    one, other = (_numbered(rows, (*place, said)) for rows in (before, after))
    same = _beside(one, other, [*place, said]).drop_nulls()
    left = one.join(same, on="line", how="anti"), other.join(same, left_on="line", right_on="line_after", how="anti")
    yield from _looked_up(same.vstack(_beside(*left, place)), before, after)


def pair_others(before: Sequence[Row], after: Sequence[Row], place: Sequence[str], said: str) -> Iterator[Pair]:
    """Of what is said in one listing alone each line beside that of the same place, in their order."""
    if _lie_alike(before, after, (*place, said)):
        return
    one, other = (_numbered(rows, (*place, said)) for rows in (before, after))
    left = one.join(other, on=said, how="anti"), other.join(one, on=said, how="anti")
    yield from _looked_up(_beside(*left, place), before, after)


def _lie_alike(before: Sequence[Row], after: Sequence[Row], columns: Sequence[str]) -> bool:
    """Whether there is nothing to join: most nights nothing has moved, and polars need not be loaded for that."""
    one, other = ([[row[name] for name in columns] for row in rows] for rows in (before, after))
    return one == other


def _numbered(rows: Sequence[Row], columns: Sequence[str]) -> Frame:
    import polars as pl

    schema = dict.fromkeys(columns, pl.String())
    return pl.DataFrame({name: [row[name] for row in rows] for name in columns}, schema).with_row_index("line")


def _beside(one: Frame, other: Frame, keys: Sequence[str]) -> Frame:
    """The numbers of lines with the same keys beside each other, in their order; null where one has no other."""
    import polars as pl

    first, second = (each.with_columns(nth=pl.int_range(pl.len()).over(keys)) for each in (one, other))
    return first.join(second, on=[*keys, "nth"], how="full", suffix="_after").select("line", "line_after")


def _looked_up(pairs: Frame, before: Sequence[Row], after: Sequence[Row]) -> Iterator[Pair]:
    for line, line_after in pairs.sort("line", "line_after", nulls_last=True).iter_rows():
        yield None if line is None else before[line], None if line_after is None else after[line_after]
