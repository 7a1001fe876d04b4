"""Interval arithmetic shuts no possible value out, and says so when it knows nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from nianbao.statistics.intervals import EVERYTHING, INFINITY, Interval, evaluate

NAMES = ("a", "b", "c")
NUMBERS = st.integers(-999, 999) | st.decimals(-1000, 1000, places=3).map(Fraction)
LEAVES = st.sampled_from((*NAMES, "100", "0.5"))
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


def exact(number: Decimal) -> Fraction | float:
    """A bound to compare with; an infinite one is a float."""
    return float(number) if number.is_infinite() else Fraction(number)


@st.composite
def chosen(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """An interval, at times without bound, and a number within it."""
    low, value, high = sorted(Fraction(draw(NUMBERS)) for _ in range(3))
    bounds = [Decimal(end.numerator) / Decimal(end.denominator) for end in (low, high)]
    open_below, open_above = draw(st.booleans()), draw(st.booleans())
    return Interval(-INFINITY if open_below else bounds[0], INFINITY if open_above else bounds[1]), value


@given(FORMULAS, st.tuples(chosen(), chosen(), chosen()))
def test_no_possible_value_is_shut_out(formula: str, operands: tuple[tuple[Interval, Fraction], ...]) -> None:
    """Whatever numbers the operands are, what the formula gives for them lies within the interval of the formula."""
    intervals = {name: interval for name, (interval, _) in zip(NAMES, operands, strict=True)}
    values = {name: value for name, (_, value) in zip(NAMES, operands, strict=True)} | {"Fraction": Fraction}
    python = formula.replace("100", "Fraction(100)").replace("0.5", "Fraction(1, 2)")
    try:
        value = eval(python, values)
    except ZeroDivisionError:
        return
    found = evaluate(sqlglot.parse_one(formula, dialect="duckdb"), intervals)
    assert exact(found.low) <= value <= exact(found.high)


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("a + b", 3, 7),
        ("a - b", -3, 1),
        ("a * b", 2, 12),
        ("b / (a + a)", Decimal(2) / 6, 2),
        ("-a", -3, -1),
        ("100 * a / nullif(b, 0)", 25, 150),
        ("a / (b - a)", -INFINITY, INFINITY),
        ("abs(a)", -INFINITY, INFINITY),
    ],
)
def test_a_formula_has_the_bounds_of_its_extremes(formula: str, low: Decimal, high: Decimal) -> None:
    """With a from 1 to 3 and b from 2 to 4; what may divide by nothing, or is not arithmetic, may be anything."""
    intervals = {"a": Interval(Decimal(1), Decimal(3)), "b": Interval(Decimal(2), Decimal(4))}
    found = evaluate(sqlglot.parse_one(formula, dialect="duckdb"), intervals)
    assert (float(found.low), float(found.high)) == pytest.approx((float(low), float(high)))


def test_nothing_known_is_everything() -> None:
    """A value is among all numbers, and an interval grows to hold one."""
    assert Decimal(-5) in EVERYTHING
    assert Interval(Decimal(1), Decimal(2)).reaching(Decimal(5)) == Interval(Decimal(1), Decimal(5))
