"""All printed numbers of the model bulletin can be printed, and mean what they meant there."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.statistics.wording import Wording, word

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
STYLES = {"多": "over", "余": "more", "近": "near", "约": "about", "以上": "at_least"}
NUMBER = re.compile(
    r"(?:(?P<digits>[\d,]+(?:\.\d+)?)|(?P<characters>[一二三四五六七八九十两百]+))[多余]?万?[多余]?"
    r"(?P<noun>人（次）|场（次）|个月|等奖|[元%人名个家件条项期届批省年倍大])"
)
OWN_WORDING = {
    "wr21_workers_million": ("约100万人", "百万职工 is a slogan; the report says what the forms add up to"),
    "wr21_checkup_persons": ("约1万名", "万名 leaves the digit out; a reader cannot see whether it is rounded"),
    "au22_t_audit_freq_own": ("1次", "每年必审 prints no number at all"),
}


@dataclass(frozen=True)
class Printed:
    """A number of the bulletin: as printed there, and the values for which that is true."""

    figure_id: str
    text: str
    qualifier: str
    unit: str
    low: Decimal
    high: Decimal | None
    interval: str
    rule: str

    def inside(self) -> Decimal:
        """A value for which the print is true, away from the bounds where there is room."""
        if self.high is None:
            return self.low if self.rule == "target" else self.low * Decimal("1.01")
        return (self.low + self.high) / 2

    def wording(self) -> Wording:
        """What is printed for that value in the style of the bulletin."""
        publication = "audit" if self.figure_id.startswith("au") else "work"
        if self.qualifier.startswith("首"):
            return word(self.inside(), self.unit, "first", word_=self.qualifier[1])
        number = NUMBER.search(self.text)
        assert number, self.text
        style, digits = STYLES.get(self.qualifier, "exact"), None
        if style != "exact":
            digits = len((number["digits"] or "1").replace(",", "").rstrip("0"))
        elif number["characters"]:
            style = "ordinal" if self.text.startswith("第") else "chinese"
        else:
            digits = len(number["digits"].partition(".")[2])
        noun = None if number["noun"] == "元" else number["noun"]
        return word(self.inside(), self.unit, style, digits, noun, publication)


def read(name: str) -> dict[str, dict[str, str]]:
    """The rows of a golden table by figure."""
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return {row["figure_id"]: row for row in csv.DictReader(file)}


def bulletin() -> list[Printed]:
    """All printed numbers with their truth intervals."""
    truth = read("figure_map.csv")
    return [
        Printed(
            figure_id,
            row["printed"],
            row["qualifier"],
            row["unit_zh"],
            Decimal(truth[figure_id]["truth_min"]),
            Decimal(truth[figure_id]["truth_max"]) if truth[figure_id]["truth_max"] else None,
            truth[figure_id]["interval"],
            truth[figure_id]["rule"],
        )
        for figure_id, row in read("figures.csv").items()
    ]


PLAIN = [printed for printed in bulletin() if printed.figure_id not in OWN_WORDING]


def test_the_bulletin_is_complete() -> None:
    """The golden tables hold 140 numbers."""
    assert len(bulletin()) == 140
    assert OWN_WORDING.keys() <= {printed.figure_id for printed in bulletin()}


@pytest.mark.parametrize("printed", PLAIN, ids=lambda printed: printed.figure_id)
def test_a_printed_number_can_be_printed(printed: Printed) -> None:
    """For a value inside its truth interval, the engine prints the very words of the bulletin."""
    wording = printed.wording()
    assert wording.is_true_of(printed.inside())
    assert wording.text in printed.text


@pytest.mark.parametrize("printed", [each for each in PLAIN if each.rule != "target"], ids=lambda each: each.figure_id)
def test_a_printed_number_means_what_it_meant(printed: Printed) -> None:
    """The interval of the wording is the truth interval of the bulletin's number."""
    wording = printed.wording()
    assert (wording.low, wording.high) == (printed.low, printed.high)
    assert (wording.low_closed, wording.high_closed) == (printed.interval[0] == "[", printed.interval[1] == "]")


@pytest.mark.parametrize(("figure_id", "text"), [(each, own) for each, (own, _) in OWN_WORDING.items()])
def test_the_exceptions_have_a_wording_of_our_own(figure_id: str, text: str) -> None:
    """Where the bulletin prints no number, the report prints one."""
    printed = next(each for each in bulletin() if each.figure_id == figure_id)
    style = "about" if printed.qualifier == "约" else "exact"
    noun = text[-1]
    digits = 1 if style == "about" else None
    assert word(Decimal(printed.inside()), printed.unit, style, digits, noun).text == text
