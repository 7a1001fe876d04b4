"""Formulas of indicators: what they name, and the SQL that computes them over their operands, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.indicator import COMPARABLE, COMPARABLE_AT_END, Indicator
from nianbao.warehouse.connect import quote

_OPERAND = re.compile(r"\b([a-z][a-z0-9_]*)((?:@prev_year)*(?:@all|@parent|@comparable_at_end|@comparable)?)")
_SHIFT, _ALL, _PARENT = "__prev_year", "__all", "__parent"
_MARKS = (_ALL, _PARENT, f"__{COMPARABLE_AT_END}", f"__{COMPARABLE}")


class Operand(NamedTuple):
    """What a column of an expanded formula stands for: a base indicator, so many years back, of the scope or a whole.

    `whole` is empty for the scope itself, `all` for everybody, `parent` for the unit above, and `comparable` or
    `comparable_at_end` for those of the scope that can be compared with the year before.
    """

    indicator_id: str
    back: int
    whole: str

    @classmethod
    def of(cls, column: str) -> Operand:
        """The operand of a column, or of what a formula writes: `funds__prev_year__all`, `funds@prev_year@all`."""
        column = column.replace("@", "__")
        whole = next((mark for mark in _MARKS if column.endswith(mark)), "")
        stem = column.removesuffix(whole)
        return cls(stem.replace(_SHIFT, ""), stem.count(_SHIFT), whole.removeprefix("__"))

    @property
    def column(self) -> str:
        """The column that holds it."""
        return self.indicator_id + _SHIFT * self.back + (f"__{self.whole}" if self.whole else "")

    def within(self, outer: Operand) -> Operand:
        """What it stands for inside a formula that is itself named so many years back, or of a whole."""
        return Operand(self.indicator_id, self.back + outer.back, self.whole or outer.whole)


def expand(indicator: Indicator, indicators: Mapping[str, Indicator]) -> exp.Expr:
    """A formula over base indicators only: operands are columns, with `__prev_year` once for each year back.

    Raises:
        DeclarationError: the formula is malformed, names an unknown indicator, or depends on itself.
    """
    return _expand(indicator.id, indicators, ())


def operands(indicator: Indicator) -> list[str]:
    """The indicators a formula names, as written: `relief_funds`, `relief_funds@prev_year`, `members_total@all`."""
    return list(dict.fromkeys(match[0] for match in _OPERAND.finditer(indicator.formula)))


def counted_behind(indicator: Indicator, indicators: Mapping[str, Indicator]) -> list[tuple[str, int]]:
    """The base indicators behind a formula, each with the years it lies back (0, 1, …)."""
    if not indicator.is_formula:
        return [(indicator.id, 0)]
    known = _BEHIND.of(indicators)
    if indicator.id not in known:
        found = operands_of(expand(indicator, indicators))
        known[indicator.id] = list(dict.fromkeys((operand.indicator_id, operand.back) for operand in found))
    return known[indicator.id]


class _Behind:
    """What lies behind the formulas of the project at work: asked for with every figure, and always the same."""

    def __init__(self) -> None:
        self._indicators: Mapping[str, Indicator] = {}
        self._found: dict[str, list[tuple[str, int]]] = {}

    def of(self, indicators: Mapping[str, Indicator]) -> dict[str, list[tuple[str, int]]]:
        """What is known already of these very indicators."""
        if indicators is not self._indicators:
            self._indicators, self._found = indicators, {}
        return self._found


_BEHIND = _Behind()


def looks_back(indicator: Indicator, indicators: Mapping[str, Indicator]) -> bool:
    """Whether an indicator holds a year against one before it: then it takes the same periods of all of them."""
    return any(back for _, back in counted_behind(indicator, indicators))


def operands_of(tree: exp.Expr) -> list[Operand]:
    """The operands of an expanded formula."""
    return list(dict.fromkeys(Operand.of(column.name) for column in tree.find_all(exp.Column)))


def formula_steps(expressions: Mapping[str, exp.Expr]) -> list[str]:
    """Named queries from `operand` to `computed`: the formulas over their operands, for each year, line and scope.

    `operand` has indicator_id, year, back, unit_line, scope, with_succeeded, mark, value; reference.tree says who is
    above.
    A formula that looks back compares like with like: the same periods, and for units what they took over.
    """
    needed = sorted({operand for tree in expressions.values() for operand in operands_of(tree)})
    wholes = {operand for operand in needed if operand.whole in ("all", "parent")}
    steps = [_own_steps(), *_whole_steps(wholes)]
    sources = ["own", *(["of_whole"] if wholes else [])]
    sided = "\nUNION ALL\n".join(
        f"SELECT operand, year, unit_line, scope, with_succeeded, value FROM {name}" for name in sources
    )
    wide = ",\n    ".join(
        f"max(CASE WHEN operand = '{each.column}' THEN value END) AS {each.column}" for each in needed
    )
    computed = ",\n    ".join(
        f"CASE WHEN {_side(any(operand.back for operand in operands_of(tree)))} "
        f"THEN CAST({tree.sql(dialect='duckdb')} AS DECIMAL(38, 10)) END AS {quote(key)}"
        for key, tree in expressions.items()
    )
    names = ", ".join(quote(key) for key in expressions)
    return [
        *steps,
        f"sided AS (\n{sided}\n)",
        f"wide AS (\nSELECT year, unit_line, scope, with_succeeded,\n    {wide}\nFROM sided\n"
        "GROUP BY year, unit_line, scope, with_succeeded\n)",
        f"computed AS (\nSELECT indicator_id, year, unit_line, scope, value\nFROM (\nSELECT year, unit_line, scope,\n"
        f"    {computed}\nFROM wide\n) UNPIVOT (value FOR indicator_id IN ({names}))\n)",
    ]


def _side(looks_back: bool) -> str:
    """Which of the two sides a formula takes: as reported, or that of years that are held against each other."""
    return f"{'' if looks_back else 'NOT '}with_succeeded"


def _own_steps() -> str:
    return f"""own AS (
SELECT
    indicator_id || repeat('{_SHIFT}', back) || CASE WHEN mark = '' THEN '' ELSE '__' || mark END AS operand, year,
    unit_line, scope, with_succeeded, value FROM operand
)"""


def _whole_steps(wholes: Iterable[Operand]) -> list[str]:
    """What stands under the line of a share: the value of everybody, or of the unit above on the same line."""
    if not wholes:
        return []
    columns = {whole: [each for each in wholes if each.whole == whole] for whole in ("all", "parent")}
    places = "SELECT DISTINCT year, unit_line, scope, with_succeeded FROM own"
    parts = []
    if columns["all"]:
        parts.append(f"""SELECT
    whole.operand || '{_ALL}' AS operand, place.year, place.unit_line, place.scope, place.with_succeeded, whole.value
FROM place
INNER JOIN own AS whole
    ON
        place.year = whole.year AND whole.scope = 'all' AND whole.unit_line = ''
        AND place.with_succeeded = whole.with_succeeded
WHERE whole.operand IN ({_listed(columns["all"])})""")
    if columns["parent"]:
        parts.append(f"""SELECT
    whole.operand || '{_PARENT}' AS operand, place.year, place.unit_line, place.scope, place.with_succeeded, whole.value
FROM place
INNER JOIN reference.tree AS tree
    ON
        place.year = tree.year AND place.scope = tree.unit_code AND tree.depth = 1
        AND tree.unit_line = CASE WHEN place.unit_line = '' THEN 'place' ELSE place.unit_line END
INNER JOIN basis ON tree.year_basis = basis.year_basis
INNER JOIN own AS whole
    ON
        place.year = whole.year AND whole.scope = tree.scope AND whole.unit_line = tree.unit_line
        AND place.with_succeeded = whole.with_succeeded
WHERE whole.operand IN ({_listed(columns["parent"])})""")
    return [f"place AS (\n{places}\n)", "of_whole AS (\n" + "\nUNION ALL\n".join(parts) + "\n)"]


def _listed(wholes: Iterable[Operand]) -> str:
    return ", ".join(f"'{each._replace(whole='').column}'" for each in sorted(wholes))


def _expand(indicator_id: str, indicators: Mapping[str, Indicator], path: tuple[str, ...]) -> exp.Expr:
    indicator = indicators[indicator_id]
    if indicator_id in path:
        raise DeclarationError(
            "indicators",
            1,
            _("indicator {indicator_id} depends on itself: {path}").format(
                indicator_id=indicator_id, path=" → ".join(path)
            ),
        )
    if not indicator.is_formula:
        return exp.column(indicator_id)
    tree = _parse_formula(indicator)
    for quotient in list(tree.find_all(exp.Div)):
        # A ratio over nothing has no value.
        quotient.set("expression", exp.func("nullif", exp.paren(quotient.expression), exp.Literal.number(0)))

    def substitute(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        outer = Operand.of(node.name)
        if outer.indicator_id not in indicators:
            raise DeclarationError(
                "indicators",
                1,
                _("the formula of {indicator_id} names {indicator_id_2!r}, which is not declared").format(
                    indicator_id=indicator_id, indicator_id_2=outer.indicator_id
                ),
            )
        inner = _expand(outer.indicator_id, indicators, (*path, indicator_id))
        shifted = inner.transform(
            lambda leaf: (
                exp.column(Operand.of(leaf.name).within(outer).column) if isinstance(leaf, exp.Column) else leaf
            )
        )
        return exp.paren(shifted) if indicators[outer.indicator_id].is_formula else shifted

    return tree.transform(substitute)


@cache
def _parse_formula_text(formula: str) -> exp.Expr:
    return sqlglot.parse_one(_OPERAND.sub(lambda operand: operand[0].replace("@", "__"), formula), dialect="duckdb")


def _parse_formula(indicator: Indicator) -> exp.Expr:
    try:
        return _parse_formula_text(indicator.formula).copy()
    except sqlglot.ParseError as error:
        raise DeclarationError(
            "indicators", 1, _("the formula of {id} cannot be read: {error}").format(id=indicator.id, error=error)
        ) from error
