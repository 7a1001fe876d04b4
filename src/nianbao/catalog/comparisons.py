"""What a suite compares: parsed into a tree once; from it come the query of the night and the formulas of the blank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import cast

import sqlglot
from sqlglot import exp

from nianbao.terms.check import Condition
from nianbao.terms.form import NUMBERS, Field, FieldType, Form, Layout, Part

SIDES = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
"""What has two sides; the first field on the left is what the sentence is about."""

_ALLOWED = (
    *SIDES, exp.And, exp.Or, exp.Not, exp.Paren, exp.Between, exp.In, exp.Is, exp.Null, exp.Add, exp.Sub, exp.Mul,
    exp.Neg, exp.Abs, exp.Sum, exp.Coalesce, exp.Literal, exp.Column, exp.Identifier,
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A field that a comparison names, and the part in which it is asked."""

    part: Part
    field: Field


@dataclass(frozen=True)
class Compared:
    """A comparison as a tree: `must` holds wherever `when` does."""

    must: exp.Expr
    when: exp.Expr

    @property
    def subject(self) -> exp.Column:
        """The column that the comparison is about: the first on its left."""
        return next(self.must.find_all(exp.Column, bfs=False))

    @property
    def sides(self) -> tuple[exp.Expr, exp.Expr | None]:
        """What is compared, and with what; a range, a list or a blank has no number that is due."""
        if isinstance(self.must, SIDES):
            return self.must.this, self.must.expression
        return self.subject, None

    def columns(self) -> Iterator[exp.Column]:
        """Every column it names, as often as it does."""
        yield from self.when.find_all(exp.Column)
        yield from self.must.find_all(exp.Column)


@cache
def parse_comparison(comparison: Condition) -> Compared:
    """The tree of a comparison.

    Raises:
        ValueError: it cannot be parsed, or uses what a sheet cannot calculate.
    """
    return Compared(_parse(comparison.must), _parse(comparison.when or "1 = 1"))


def find_named(column: exp.Column, form: Form, part: Part) -> Named:
    """The field of a column: of the rule's own part, of the part in front of the dot, or of the one that has it.

    Raises:
        ValueError: no part has it, or several have.
    """
    asked = [each for each in form.parts if each.code == column.table] if column.table else [part]
    found = [Named(each, field) for each in asked for field in each.fields if field.code == column.name]
    if not found and not column.table:
        found = [Named(each, field) for each in form.parts for field in each.fields if field.code == column.name]
    if len(found) != 1:
        raise ValueError(f"{column.sql()} is {'no field' if not found else 'in several parts'} of {form.code}")
    return found[0]


def write_query(comparisons: tuple[Condition, ...], form: Form, part: Part, words: frozenset[str]) -> str:
    """The query for the rows that break one of the comparisons; `words` are what the sentence asks for by name.

    Raises:
        ValueError: a comparison names no field, or compares what does not stand in one row.
    """
    return "\nUNION ALL\n".join(_Query(each, form, part, words).write() for each in comparisons)


def is_over_rows(compared: Compared) -> bool:
    """Whether it adds up rows, so that no single row breaks it."""
    return any(tree.find(exp.Sum) for tree in (compared.must, compared.when))


class _Query:
    """Writes the query of one comparison."""

    def __init__(self, comparison: Condition, form: Form, part: Part, words: frozenset[str]) -> None:
        self._comparison = comparison
        self._compared = parse_comparison(comparison)
        self._form = form
        self._part = part
        self._words = words
        self._sums: dict[str, dict[str, str]] = {}
        for column in self._compared.columns():
            self._hold_to_one_row(column)

    def write(self) -> str:
        must, when = (self._with_columns(tree) for tree in (self._compared.must, self._compared.when))
        subject = self._named(self._compared.subject)
        value, due = self._compared.sides
        if due is None and not self._comparison.expected:
            raise ValueError(f"{self._comparison.must!r} does not say what is due: add expected")
        expected = exp.Literal.string(self._comparison.expected) if self._comparison.expected else None
        columns: dict[str, exp.Expr] = {
            "submission_id": exp.column("submission_id", subject.part.code),
            "row_no": exp.column("row_no", subject.part.code),
            "part": exp.Literal.string(subject.part.code),
            "field": exp.Literal.string(subject.field.code),
            "value": self._told(value),
            "expected": expected or self._told(due or value),
            **self._asked_words(),
        }
        query = exp.select(*(exp.alias_(each, name, quoted=True) for name, each in columns.items()))
        query = query.from_(self._table(subject.part))
        for code in dict.fromkeys(self._named(column).part.code for column in self._compared.columns()):
            if code != subject.part.code:
                on = exp.column("submission_id", code).eq(exp.column("submission_id", subject.part.code))
                query = query.join(self._table(self._form.part(code)), on=on)
        return query.where(when).where(exp.not_(exp.paren(must))).sql("duckdb", pretty=True)

    def _named(self, column: exp.Column) -> Named:
        return find_named(column, self._form, self._part)

    def _hold_to_one_row(self, column: exp.Column) -> None:
        """Note what is summed, and refuse a record's field that is not where rows are added up."""
        named = self._named(column)
        is_summed = column.find_ancestor(exp.Sum) is not None
        over_rows = is_over_rows(self._compared)
        if is_summed:
            self._sums.setdefault(named.part.code, {})[named.field.code] = named.field.column
        elif named.part.layout is Layout.LEDGER and (over_rows or named.part is not self._part):
            raise ValueError(f"{column.sql()} stands in many rows: compare sum({column.sql()})")

    def _with_columns(self, tree: exp.Expr) -> exp.Expr:
        """The tree over the tables: fields become their columns, sums those that `_table` adds up."""

        def written(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Sum):
                named = self._named(cast(exp.Column, node.this))
                return exp.column(named.field.column, named.part.code)
            if isinstance(node, exp.Column):
                named = self._named(node)
                return exp.column(named.field.column, named.part.code)
            return node

        return tree.copy().transform(written)

    def _table(self, part: Part) -> exp.Expr:
        """The table of a part under the part's code; one row a submission where its rows are added up."""
        table = exp.to_table(f"stage.{part.table}")
        sums = self._sums.get(part.code)
        if not sums:
            return exp.alias_(table, part.code, table=True)
        added = [
            exp.alias_(exp.cast(exp.Sum(this=exp.column(column)), f"DECIMAL(38, {_scale(part.field(code))})"), column)
            for code, column in sums.items()
        ]
        query = exp.select("submission_id", "min(row_no) AS row_no", *added).from_(table).group_by("submission_id")
        return query.subquery(part.code)

    def _told(self, side: exp.Expr) -> exp.Expr:
        """A side as a clerk reads it: the word for a code, where its list has one."""
        if isinstance(side, exp.Column) and self._named(side).field.type is FieldType.CODE:
            column = self._with_columns(side)
            return exp.func("coalesce", _word(self._named(side).field, column), column.copy())
        return self._with_columns(side)

    def _asked_words(self) -> dict[str, exp.Expr]:
        """The fields of the row that the sentence names: as they are stored, and with `_zh` as the list says."""
        found: dict[str, exp.Expr] = {}
        for field in () if is_over_rows(self._compared) else self._part.fields:
            column = exp.column(field.column, self._part.code)
            if field.code in self._words:
                found[field.code] = column
            if field.type is FieldType.CODE and (word := f"{field.code}_zh") in self._words:
                found[word] = _word(field, column)
        return found


def _word(field: Field, column: exp.Expr) -> exp.Expr:
    """The word for the code in a column."""
    list_ = exp.column("list", "c").eq(exp.Literal.string(field.codes))
    label = exp.select("min(c.zh)").from_("reference.codes AS c").where(list_)
    return label.where(exp.column("code", "c").eq(column.copy())).subquery()


def _scale(field: Field) -> int:
    return {FieldType.INT: 0, FieldType.MONEY: 2}.get(field.type, 4)


def _parse(text: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise ValueError(f"{text!r} is no comparison: {str(error).splitlines()[0]}") from error
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise ValueError(
                f"{text!r} uses {node.sql()!r}, which a sheet cannot calculate: write a query in sql/check"
            )
        if isinstance(node, exp.Sum) and not isinstance(node.this, exp.Column):
            raise ValueError(f"{text!r}: a sum is of one field")
    if not isinstance(tree, (*SIDES, exp.And, exp.Or, exp.Not, exp.Paren, exp.Between, exp.In, exp.Is)):
        raise ValueError(f"{text!r} compares nothing")
    return cast(exp.Expr, tree)


def is_number(node: exp.Expr, named: Callable[[exp.Column], Named]) -> bool:
    """Whether a side of a comparison is a number; else it is a text."""
    if isinstance(node, exp.Column):
        return named(node).field.type in NUMBERS
    return not (isinstance(node, exp.Literal) and node.is_string)
