"""Spreading a whole number over cells."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.sample.spread import shaken, spread, without_crumbs

WEIGHTS = st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any)


@given(st.integers(0, 10**9), WEIGHTS)
def test_shares_add_up_to_the_total(total: int, weights: list[int]) -> None:
    """Nothing is lost or invented, and a cell without weight gets nothing."""
    shares = spread(total, weights)
    assert sum(shares) == total
    assert not any(share for share, weight in zip(shares, weights, strict=True) if not weight)


@given(WEIGHTS, st.data())
def test_no_share_is_above_its_cap(weights: list[int], data: st.DataObject) -> None:
    """Caps hold as long as they leave room for the total."""
    caps = [data.draw(st.integers(0, 50)) if weight else 0 for weight in weights]
    total = data.draw(st.integers(0, sum(caps)))
    shares = spread(total, weights, caps)
    assert sum(shares) == total
    assert all(share <= cap for share, cap in zip(shares, caps, strict=True))


@given(WEIGHTS, st.integers(0, 9))
def test_every_weighted_cell_gets_the_least(weights: list[int], least: int) -> None:
    """A least share is given before the rest is spread."""
    shares = spread(10 * len(weights), weights, least=least)
    assert all(share >= least for share, weight in zip(shares, weights, strict=True) if weight)


def test_weights_that_add_to_the_total_are_their_own_shares() -> None:
    """Shares are in proportion to the weights."""
    assert spread(60, [10, 20, 30]) == [10, 20, 30]


def test_a_total_that_does_not_fit_is_refused() -> None:
    """Caps that leave no room are a fault of the data."""
    with pytest.raises(ValueError, match="left over"):
        spread(10, [1, 1], [4, 5])


def test_crumbs_are_dropped_from_the_smallest() -> None:
    """A share below the least is given to the others instead."""
    assert without_crumbs(100, [1, 49, 50], 5) == [0, 49, 50]
    assert without_crumbs(100, [1, 1], 60) == [0, 1]


def test_chance_moves_a_weight_by_no_more_than_the_percentage() -> None:
    """A shaken weight stays near itself, a thousandfold."""
    dice = random.Random(1)
    assert all(900 * 7 <= shaken(dice, 7, 10) <= 1100 * 7 for _ in range(200))
