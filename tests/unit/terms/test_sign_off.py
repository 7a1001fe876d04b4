"""What a release waits for: two roles, and how far a figure has to move before that matters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nianbao.terms.indicator import POINTS
from nianbao.terms.sign_off import SignOffRules


@pytest.mark.parametrize(
    ("unit", "change", "percent", "is_material"),
    [
        ("元", "23000", "0.06", False),
        ("元", "-23000", "-1.0", True),
        ("%", "0.4", "40", False),
        (POINTS, "0.4", "40", False),
        ("%", "-0.5", "-0.6", True),
        ("元", "5", None, True),
        ("元", None, None, True),
    ],
)
def test_O6_a_rate_is_material_by_its_points_and_an_amount_by_per_cent(
    unit: str, change: str | None, percent: str | None, is_material: bool
) -> None:
    """O6: 92.1% after 91.7% is a change of 0.4 points; what was nought before, or is no more, has no per cent."""
    known = [None if each is None else Decimal(each) for each in (change, percent)]
    assert SignOffRules().is_material(unit, *known) is is_material
