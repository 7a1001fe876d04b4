"""Amounts and their changes as the pages print them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from nianbao.publish.plain import exact_text

RATE = "%"
_HUNDRED = Decimal(100)


def change_text(now: Decimal | None, before: Decimal | None, unit: str) -> str:
    """The change from one value to the other: in points for a rate, else as difference and, where it says something,
    in per cent."""
    if now is None or before is None:
        return "—"
    difference = now - before
    if unit == RATE:
        return f"{_signed(_rounded(difference, 2))}个百分点"
    text = _signed(difference)
    return f"{text}（{_signed(_rounded(difference / before * _HUNDRED, 1))}%）" if before > 0 else text


def share_text(share: Decimal | None) -> str:
    """A share between 0 and 1 in per cent."""
    return "不详" if share is None else f"{_rounded(share * _HUNDRED, 1)}%"


def length(value: Decimal | None, most: Decimal) -> str:
    """The length of a bar, of a hundred."""
    return f"{_rounded(abs(value) / most * _HUNDRED, 1):f}" if value is not None and most else "0"


def _signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{exact_text(value)}"


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
