"""A target is met, not met, open or without data, and certain only if nothing that is missing could change that."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nianbao.statistics.intervals import EVERYTHING, INFINITY, Interval
from nianbao.statistics.targets import assess
from nianbao.terms.target import TargetOutcome

AT_LEAST, EXACTLY = Interval(Decimal(10), INFINITY), Interval.point(Decimal(10))


def between(low: int, high: int) -> Interval:
    """What a figure may come to."""
    return Interval(Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("reach", "actual", "possible", "outcome", "is_certain"),
    [
        (AT_LEAST, 10, between(10, 10), TargetOutcome.MET, True),
        (AT_LEAST, 10, Interval(Decimal(10), INFINITY), TargetOutcome.MET, True),
        (AT_LEAST, 11, between(9, 12), TargetOutcome.MET, False),
        (AT_LEAST, 9, between(9, 9), TargetOutcome.NOT_MET, True),
        (AT_LEAST, 8, between(8, 9), TargetOutcome.NOT_MET, True),
        (AT_LEAST, 8, between(8, 10), TargetOutcome.NOT_MET, False),
        (AT_LEAST, 8, Interval(Decimal(8), INFINITY), TargetOutcome.NOT_MET, False),
        (EXACTLY, 10, between(10, 10), TargetOutcome.MET, True),
        (EXACTLY, 10, between(10, 11), TargetOutcome.MET, False),
        (EXACTLY, 11, between(11, 13), TargetOutcome.NOT_MET, True),
        (EXACTLY, 9, between(9, 13), TargetOutcome.NOT_MET, False),
        (EXACTLY, None, EVERYTHING, TargetOutcome.NO_DATA, True),
    ],
)
def test_an_outcome_goes_by_what_is_reported(
    reach: Interval, actual: int | None, possible: Interval, outcome: TargetOutcome, is_certain: bool
) -> None:
    """At least is a floor, exactly is neither more nor less; whatever the missing may hold decides how sure it is."""
    value = None if actual is None else Decimal(actual)
    assert assess(reach, value, possible, is_due_later=False) == (outcome, is_certain)


@pytest.mark.parametrize(
    ("actual", "outcome"), [(10, TargetOutcome.MET), (9, TargetOutcome.OPEN), (None, TargetOutcome.OPEN)]
)
def test_nothing_is_missed_before_its_day(actual: int | None, outcome: TargetOutcome) -> None:
    """Until the deadline has passed, what is not reached is open."""
    value = None if actual is None else Decimal(actual)
    assert assess(AT_LEAST, value, between(actual or 0, actual or 0), is_due_later=True) == (outcome, True)


def test_every_outcome_has_a_word() -> None:
    """A report prints each in Chinese, and no two alike."""
    assert len({outcome.zh for outcome in TargetOutcome}) == len(TargetOutcome)
