"""What a morning says of forms: names beside codes (O9)."""

import datetime as dt

import pytest

from nianbao.terms.contact import UNKNOWN
from nianbao.terms.morning import Owed, UnitStanding, name_forms
from nianbao.terms.status import Status

DAY = dt.date(2022, 1, 10)


def standing(*forms: tuple[str, str]) -> UnitStanding:
    """A unit that owes these forms for a quarter."""
    owed = tuple(Owed("U1", code, zh, "2021Q4", Status.MISSING, DAY, DAY) for code, zh in forms)
    return UnitStanding("U1", "甲市总工会", UNKNOWN, owed)


@pytest.mark.parametrize(
    ("forms", "beside", "below"),
    [
        ([("A01", "甲表"), ("A02", "乙表")], "A01甲表、A02乙表", ""),
        ([("A01", "甲表"), ("A02", "乙表"), ("A03", "丙表")], "A01、A02、A03", "A01甲表、A02乙表、A03丙表"),
    ],
)
def test_O9_every_form_is_named_beside_its_code_or_below(forms: list[tuple[str, str]], beside: str, below: str) -> None:
    """O9: two forms have their names in the line; of more the line has the codes, and what they are stands below."""
    unit = standing(*forms)
    assert f"：{beside}，" in unit.lines[0]
    assert name_forms([unit]) == below
