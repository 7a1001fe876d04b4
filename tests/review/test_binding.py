"""Numbers are bound to indicators by their words, whatever their values."""

from __future__ import annotations

import pytest

from nianbao.catalog import Project
from nianbao.review.draft.binding import Binder, BoundNumber
from nianbao.review.draft.numbers import NumberFinder
from nianbao.review.draft.profiles import read_vocabulary
from nianbao.review.draft.reading import NOWHERE, Place
from nianbao.review.draft.words import read_words
from tests.review.marked import DRAFTS, bind, bulletin, draft

SERVICES, REFORM = ("work_report", "W1.A5"), ("work_report", "W1.A4")


@pytest.fixture(scope="module")
def binder(project: Project) -> tuple[NumberFinder, Binder]:
    """A finder and a binder that know the project's words and no value."""
    vocabulary = read_vocabulary(project)
    return NumberFinder(read_words(project), vocabulary.units), Binder(vocabulary)


def bound(binder: tuple[NumberFinder, Binder], text: str, place: Place = NOWHERE) -> dict[str, BoundNumber | None]:
    """The numbers of a text with what they are bound to."""
    numbers = binder[0].find(text)
    found = binder[1].bind(text, numbers, place)
    return {number.text: known.best for number, known in zip(numbers, found, strict=True)}


def names(found: dict[str, BoundNumber | None]) -> list[str]:
    """The indicators that were bound, in order."""
    return [each.indicator_id if each else "" for each in found.values()]


def test_the_bulletin_is_bound_as_it_was_read_by_hand(project: Project) -> None:
    """Precision and recall of its 140 figures, from the words alone, stay where they are."""
    found = bind(project, *bulletin(project))
    assert found.recall >= 0.98, found.missed
    assert found.precision >= 0.95, found.wrong


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_in_other_words_is_bound_as_well(name: str, project: Project) -> None:
    """So do texts that were written only after the rules, to measure them."""
    found = bind(project, *draft(name))
    assert found.recall >= 0.92, found.missed
    assert found.precision >= 0.92, found.wrong


def test_the_batch_before_is_not_the_batch_begun(binder: tuple[NumberFinder, Binder]) -> None:
    """Of two ordinals in a sentence the higher one is the news."""
    found = bound(binder, "在巩固第一批试点的基础上，开展第二批改革试点。", REFORM)
    assert names(found) == ["", "pilot_batch_no"]


def test_a_change_is_not_taken_for_the_level(binder: tuple[NumberFinder, Binder]) -> None:
    """比上年增长 makes a number the change of what was said before it."""
    found = bound(binder, "各级工会筹集送温暖资金4100万元，比上年增长6%。", SERVICES)
    assert [each and (each.indicator_id, each.is_change) for each in found.values()] == [
        ("warmth_funds", False),
        ("warmth_funds", True),
    ]


def test_a_share_belongs_to_what_was_said_before_it(binder: tuple[NumberFinder, Binder]) -> None:
    """占总收入的 names no income of its own."""
    text = "拨缴经费收入9000万元，占总收入的45%；上级补助收入6000万元，占总收入的30%。"
    found = bound(binder, text, ("audit_report", "A1.1"))
    assert names(found) == ["income_remit", "income_remit_share", "income_upper", "income_upper_share"]


def test_a_number_of_something_else_is_bound_to_nothing(binder: tuple[NumberFinder, Binder]) -> None:
    """What no indicator counts stays unbound."""
    assert names(bound(binder, "放映电影12场，栽种树木4500棵。")) == ["", ""]


def test_a_unit_that_does_not_fit_binds_to_nothing(binder: tuple[NumberFinder, Binder]) -> None:
    """送温暖资金 is money, and no number of households."""
    assert "warmth_funds" not in names(bound(binder, "送温暖资金惠及320户。", SERVICES))
