"""What two releases print otherwise: a join of their lines, wording by wording and text by text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from nianbao.publish.figure_lines import changed_rows, changed_texts, revise

Line = tuple[str, str, str]
"""Section, value and what is printed of one indicator."""


def figures(*lines: Line) -> list[str]:
    """Lines of a figures.csv about one indicator."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("indicator_id", "year", "scope", "section", "value", "printed"))
    writer.writerows(("persons", "2021", "", *line) for line in lines)
    return text.getvalue().splitlines(keepends=True)


def texts(*lines: Sequence[str]) -> list[str]:
    """Lines of a texts.csv: who says what."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("text_id", "unit_code", "period", "text"))
    writer.writerows(("GH01.story", unit, "2021", said) for unit, said in lines)
    return text.getvalue().splitlines(keepends=True)


EXACT, ROUGH = ("1", "12345", "12345人"), ("1", "12345", "1.2万人")
MORE, ROUGHLY_MORE = ("1", "12399", "12399人"), ("1", "12399", "1.2万人")


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ((EXACT, ROUGH), (EXACT, ROUGH), []),
        ((EXACT, ROUGH), (ROUGH, EXACT), []),
        ((EXACT, EXACT), (EXACT,), [("12345人", None)]),
        ((EXACT,), (EXACT, ROUGH), []),
        ((EXACT, ROUGH), (MORE, ROUGHLY_MORE), [("12345人", "12399人"), ("1.2万人", "1.2万人")]),
        ((EXACT, ROUGH), (ROUGHLY_MORE,), [("12345人", None), ("1.2万人", "1.2万人")]),
        ((ROUGH,), (MORE, ROUGHLY_MORE), [("1.2万人", "1.2万人")]),
        ((EXACT,), (("2", "12345", "12345人"),), [("12345人", None)]),
        ((EXACT,), (), [("12345人", None)]),
        ((), (EXACT,), []),
    ],
)
def test_a_wording_is_held_against_the_same_wording(
    old: Sequence[Line], new: Sequence[Line], changes: list[tuple[str, str | None]]
) -> None:
    """By its text at its place, else in their order; a value that moved under the same words is a change, too."""
    found = changed_rows(figures(*old), figures(*new))
    assert [(was["printed"], now and now["printed"]) for was, now in found] == changes


@pytest.mark.parametrize(
    ("value", "printed", "said"),
    [
        ("24829", "24,829", "24,829"),
        ("10", "10个", "10个"),
        ("24829", "2.4万多人次", "2.4万多人次（24,829人）"),
        ("3", "36", "36（3人）"),
        ("3", "3万多人", "3万多人（3人）"),
    ],
)
def test_an_exact_number_is_said_once(value: str, printed: str, said: str) -> None:
    """The exact value stands behind a wording, and not behind itself with its thousands apart."""
    row = {
        "indicator_id": "persons",
        "zh": "人数",
        "year": "2021",
        "scope": "all",
        "section": "1",
        "unit": "人",
    }
    assert revise(row | {"value": value, "printed": printed}, None, {}).before == said


def test_O27_a_renamed_indicator_is_held_against_what_it_was_called() -> None:
    """O27: under a declared former id nothing is gone; without one a release says what it misses."""
    old = figures(EXACT, ROUGH)
    new = [line.replace("persons,", "people,") for line in figures(EXACT, ROUGHLY_MORE)]
    told = [(was["printed"], now and now["value"]) for was, now in changed_rows(old, new, {"persons": "people"})]
    assert told == [("1.2万人", "12399")]
    assert [now for _, now in changed_rows(old, new)] == [None, None]


def test_a_release_of_any_age_is_read_by_the_names_of_today() -> None:
    """Its bytes are kept, with the columns that it was written with."""
    old = [line.replace("indicator_id,year", "indicator,period") for line in figures(EXACT)]
    assert list(changed_rows(old, figures(EXACT))) == []
    ((was, now),) = changed_rows(old, figures(MORE))
    assert now and (was["indicator_id"], was["year"]) == (now["indicator_id"], now["year"]) == ("persons", "2021")


def test_a_text_stands_beside_what_its_unit_said_before() -> None:
    """What is said word for word is no change, whoever says it; what only one of both has comes alone and last."""
    old = texts(("A", "一"), ("A", "二"), ("B", "三"), ("C", "四"))
    new = texts(("D", "新"), ("A", "二"), ("A", "一改"), ("B", "四"))
    found = [(was and was["text"], now and now["text"]) for was, now in changed_texts(old, new)]
    assert found == [("一", "一改"), ("三", None), (None, "新")]
    assert list(changed_texts([], [])) == []
