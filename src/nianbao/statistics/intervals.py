"""Intervals of exact numbers: what a value may be while some of what it is made of is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from itertools import product

from sqlglot import exp

INFINITY = Decimal("Infinity")

# The bounds are rounded outwards, so that no rounding ever shuts a possible value out.
_DOWN, _UP = Context(prec=34, rounding=ROUND_FLOOR), Context(prec=34, rounding=ROUND_CEILING)


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`, both included; infinite where nothing is known on that side."""

    low: Decimal
    high: Decimal

    @classmethod
    def point(cls, value: Decimal) -> Interval:
        """One number alone."""
        return cls(value, value)

    def __add__(self, other: Interval) -> Interval:
        return Interval(_DOWN.add(self.low, other.low), _UP.add(self.high, other.high))

    def __sub__(self, other: Interval) -> Interval:
        return Interval(_DOWN.subtract(self.low, other.high), _UP.subtract(self.high, other.low))

    def __mul__(self, other: Interval) -> Interval:
        corners = list(product((self.low, self.high), (other.low, other.high)))
        return Interval(min(_times(_DOWN, *pair) for pair in corners), max(_times(_UP, *pair) for pair in corners))

    def __truediv__(self, other: Interval) -> Interval:
        if 0 in other:
            return EVERYTHING
        corners = list(product((self.low, self.high), (other.low, other.high)))
        return Interval(min(_over(_DOWN, *pair) for pair in corners), max(_over(_UP, *pair) for pair in corners))

    def __contains__(self, value: Decimal | int) -> bool:
        return self.low <= value <= self.high

    def reaching(self, value: Decimal) -> Interval:
        """The interval, made so large that it holds this value too."""
        return Interval(min(self.low, value), max(self.high, value))


EVERYTHING = Interval(-INFINITY, INFINITY)


def evaluate(tree: exp.Expr, operands: Mapping[str, Interval]) -> Interval:
    """A formula over intervals: it holds whatever the formula gives for numbers within those of its operands.

    Operands are taken one by one: where two of them move together, the interval is wider than it need be, never
    narrower. What is not arithmetic may come to anything.
    """
    match tree:
        case exp.Column():
            return operands[tree.name]
        case exp.Literal():
            return Interval.point(Decimal(tree.this))
        case exp.Neg():
            return Interval.point(Decimal(0)) - evaluate(tree.this, operands)
        case exp.Paren() | exp.Nullif():  # a quotient over nothing has no value, and no claim is made of it
            return evaluate(tree.this, operands)
        case exp.Add():
            return evaluate(tree.this, operands) + evaluate(tree.expression, operands)
        case exp.Sub():
            return evaluate(tree.this, operands) - evaluate(tree.expression, operands)
        case exp.Mul():
            return evaluate(tree.this, operands) * evaluate(tree.expression, operands)
        case exp.Div():
            return evaluate(tree.this, operands) / evaluate(tree.expression, operands)
        case _:
            return EVERYTHING


def _times(context: Context, left: Decimal, right: Decimal) -> Decimal:
    return context.multiply(left, right) if left and right else Decimal(0)


def _over(context: Context, left: Decimal, right: Decimal) -> Decimal:
    """A corner of a quotient; what is over something without bound comes down to nothing."""
    return Decimal(0) if right.is_infinite() else context.divide(left, right)
