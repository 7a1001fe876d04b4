"""Spreads a whole number over cells so that the cells add up to it exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence


def spread(total: int, weights: Sequence[int], caps: Sequence[int] | None = None, least: int = 0) -> list[int]:
    """Shares of `total` in proportion to `weights`: no share above its cap, no weighted cell below `least`.

    Raises:
        ValueError: the cells cannot hold the total.
    """
    lows = [least if weight else 0 for weight in weights]
    shares = lows.copy()
    open_cells = [index for index, weight in enumerate(weights) if weight]
    rest = total - sum(lows)
    while rest and open_cells:
        parts = _largest_remainder(rest, [weights[index] for index in open_cells])
        for index, part in zip(open_cells, parts, strict=True):
            shares[index] += part
        rest = 0
        if caps is not None:
            for index in open_cells:
                rest += max(shares[index] - caps[index], 0)
                shares[index] = min(shares[index], caps[index])
            open_cells = [index for index in open_cells if shares[index] < caps[index]]
    if rest:
        raise ValueError(f"{total} does not fit into {len(weights)} cells: {rest} is left over")
    return shares


def without_crumbs(total: int, weights: Sequence[int], least: int) -> list[int]:
    """The weights with those set to nothing whose share would be below `least`, the smallest first."""
    kept = list(weights)
    for index in sorted(range(len(kept)), key=lambda index: kept[index]):
        if kept[index] * total >= least * sum(kept):
            break
        kept[index] = 0
    return kept


def shaken(dice: random.Random, weight: int, percent: int) -> int:
    """A weight moved up or down by at most `percent`; a thousandfold, so that small weights move too."""
    return weight * dice.randint(10 * (100 - percent), 10 * (100 + percent))


def _largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares
