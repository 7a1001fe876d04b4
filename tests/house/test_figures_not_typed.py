"""No figure of the model bulletin is known to the engine or the declarations: all of them are computed."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal

from tests.house.tree import ROOT, files, name, text

FOLDERS = ("src", "flows", "sql", "indicators", "reports", "forms", "expectations")
GOLDEN = ROOT / "tests" / "golden"
# A number that stands by itself. Not these: a length or a time with its unit (600px, 600s), a colour (#600), a part of
# a name or of a longer number (GH0600, 1.600): there the digits are not a statement about a year.
NUMBER = re.compile(r"(?<![A-Za-z0-9_.#])\d[\d_]*(?:,\d{3})*(?:\.\d+)?(?![A-Za-z0-9_])")
# The weight of a font is a scale of hundreds that every style sheet uses.
FONT_WEIGHT = re.compile(r"font-?weight[\"']?\s*[:=]\s*[\"']?\d+", re.IGNORECASE)


def distinctive(value: Decimal) -> bool:
    """Whether a number is long enough to be recognised: three digits or more, and no power of ten."""
    digits = format(value.normalize(), "f").replace(".", "").lstrip("0")
    return len(digits) >= 3 and bool(digits.rstrip("0").removeprefix("1"))


def spellings(value: Decimal, unit: str) -> Iterator[Decimal]:
    """The numbers somebody would type for a figure: itself, in 万 (without its trailing zeros), as a share."""
    yield value
    if value >= 10_000:
        yield value / 10_000
    if unit == "%":
        yield value / 100


def printed_figures() -> dict[Decimal, str]:
    """Every distinctive spelling of the figures that the forms can give, with its figure."""
    with (GOLDEN / "figure_map.csv").open(encoding="utf-8", newline="") as file:
        with_form = {row["figure_id"] for row in csv.DictReader(file) if row["form_code"] not in {"", "-"}}
    with (GOLDEN / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["figure_id"] in with_form]
    return {
        spelling: row["figure_id"]
        for row in rows
        for spelling in spellings(Decimal(row["value"]), row["unit_zh"])
        if distinctive(spelling)
    }


def numbers(line: str) -> Iterator[Decimal]:
    """The numbers that stand by themselves in a line; a comma may group thousands or part two numbers."""
    for token in NUMBER.findall(FONT_WEIGHT.sub("", line)):
        plain = token.replace("_", "")
        yield Decimal(plain.replace(",", ""))
        if "," in plain:
            yield from map(Decimal, plain.split(","))


def typed(line: str, figures: dict[Decimal, str]) -> list[str]:
    """The figures whose value is written in a line."""
    return [f"{number} ({figures[number]})" for number in numbers(line) if number in figures]


def test_no_printed_figure_is_typed() -> None:
    """A figure that stood in the engine or a declaration could be printed without ever having been reported."""
    figures = printed_figures()
    offenders = [
        f"{name(path)}:{number} {', '.join(hits)}"
        for path in files(*FOLDERS)
        for number, line in enumerate((text(path) or "").splitlines(), start=1)
        if (hits := typed(line, figures))
    ]
    assert not offenders


def test_the_search_would_find_a_typed_figure() -> None:
    """Every usual spelling of a figure is recognised, and a length, a colour or a font weight is not taken for one."""
    figures = printed_figures()
    for line in (
        "35_800_000",
        "35800000.00",
        "3580多万元",
        "x = 10,387.73",
        "(10387.73)",
        "91.6%",
        "f(1,600)",
        "0.916",
        "600元",
    ):
        assert typed(line, figures), line
    for line in ("width: 600px", "color: #600", "font-weight: 600", "GH0600", "2021", "10000", "1.600", "timeout=600s"):
        assert not typed(line, figures), line
