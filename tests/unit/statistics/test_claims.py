"""What a report claims is held against the worst that the missing units may hold."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nianbao.catalog import Project, load_project
from nianbao.statistics.claims import MOST_OF_LAST_YEAR, Claims, read_claims
from nianbao.statistics.figures import Figures, read_figures
from nianbao.statistics.missing import Gap, Missing
from nianbao.statistics.noun import Wording
from nianbao.statistics.wording import word
from nianbao.terms.figure import Claim, OnceAllReport
from tests.counting import Sent, count, with_units
from tests.homes import ROOT

UNITS = ("QH630100", "QH630200", "QHI01")
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
COUNTED = {
    "funds": "",
    "persons": 'field = "warmth_persons"',
    "q4_funds": 'period = "Q4"',
    "stock": 'aggregate = "last"',
    "most": 'aggregate = "max"',
    "least": 'aggregate = "min"',
    "reports": 'aggregate = "count"',
    "amounts": 'aggregate = "distinct"',
    "own": 'unit_scope = "QH630000"',
}
FORMULAS = {
    "per_person": "funds / persons",
    "share": "100 * q4_funds / funds",
    "increase": "funds - funds@prev_year",
    "growth": "100 * (funds - funds@prev_year) / funds@prev_year",
    "mixed": "stock - (funds - persons) / 2",
}
Cell = tuple[str, str]
Reports = dict[Cell, tuple[int, int]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with our forms and the indicators above, all counted from GH05."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("forms", "reference"):
        shutil.copytree(ROOT / name, folder / name)
    names = 'zh = "指标"\nen = "indicator"\nunit = "个"\n'
    tables = ['section = "S"\npublication = "p"\n']
    for key, more in COUNTED.items():
        field = "" if "field" in more else 'field = "warmth_funds"\n'
        tables.append(f'[[indicators]]\nid = "{key}"\n{names}form = "GH05"\n{field}{more}\n')
    tables += [f'[[indicators]]\nid = "{key}"\n{names}formula = "{formula}"\n' for key, formula in FORMULAS.items()]
    (folder / "indicators").mkdir()
    (folder / "indicators" / "all.toml").write_text("\n".join(tables), encoding="utf-8")
    return load_project(folder)


def claims_of(project: Project, reports: Reports, units: tuple[str, ...] = UNITS) -> Claims:
    """The claims of a warehouse that holds these reports of GH05, of which 2021 is due from the units."""
    project = with_units(project, units)
    sent = [
        Sent("GH05", unit, period, {"gh05": [{"warmth_funds_yuan": funds, "warmth_persons": persons}]})
        for (unit, period), (funds, persons) in reports.items()
    ]
    connection = count(project, sent, dt.date(2022, 3, 1))
    found = read_claims(connection, read_figures(connection, project))
    connection.close()
    return found


def at(cell: str) -> Cell:
    """XN-2021Q1 is Xining's first quarter of 2021."""
    unit, _, period = cell.partition("-")
    return {"XN": UNITS[0], "HD": UNITS[1], "IN": UNITS[2]}[unit], period


def year_of(project: Project, year: int, values: tuple[int, int] = (10, 1)) -> Reports:
    """A year in which everybody reported the same."""
    return {(unit, f"{year}{quarter}"): values for unit in UNITS for quarter in QUARTERS}


CELLS = [(unit, quarter) for unit in UNITS for quarter in QUARTERS]
AMOUNTS = st.tuples(st.integers(0, 60), st.integers(1, 9))
YEARS = st.lists(AMOUNTS, min_size=len(CELLS), max_size=len(CELLS))


@settings(max_examples=40, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(
    before=YEARS,
    now=YEARS,
    unseen=st.sets(st.sampled_from(CELLS), max_size=4),
    absent=st.sets(st.sampled_from(CELLS), min_size=1, max_size=6),
    fills=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=len(CELLS), max_size=len(CELLS)),
)
def test_whatever_is_missing_the_value_lies_in_the_interval(
    small: Project,
    before: list[tuple[int, int]],
    now: list[tuple[int, int]],
    unseen: set[Cell],
    absent: set[Cell],
    fills: list[tuple[float, float]],
) -> None:
    """Filled in anyhow within the convention, sums, stocks, extremes and all formulas stay within what was possible."""
    reports: Reports = {}
    for (unit, quarter), earlier, later in zip(CELLS, before, now, strict=True):
        if (unit, quarter) not in unseen:
            reports[unit, f"2020{quarter}"] = earlier
        if (unit, quarter) not in absent:
            reports[unit, f"2021{quarter}"] = later
    claims = claims_of(small, reports)
    world = filled_in(claims, reports, dict(zip(CELLS, fills, strict=True)))
    for name, value in world.items():
        figure = claims.figures.get(name, 2021)
        if figure.value is not None:
            possible = claims.possible(figure)
            assert possible.low.is_infinite() or Fraction(possible.low) <= value, name
            assert possible.high.is_infinite() or value <= Fraction(possible.high), name


def filled_in(claims: Claims, reports: Reports, fills: Mapping[Cell, tuple[float, float]]) -> dict[str, Fraction]:
    """The figures of 2021 once each missing place holds a share of the most that the convention lets it hold."""
    funds, persons = ({cell: Fraction(values[place]) for cell, values in reports.items()} for place in (0, 1))
    full: dict[str, dict[Cell, Fraction]] = {}
    # A cell is in the sum of the year and in that of the last quarter: it holds to the stricter of the two.
    growth = {name: claims.gaps[name, 2021].growth for name in ("funds", "q4_funds") if (name, 2021) in claims.gaps}
    for name in ("funds", "q4_funds", "persons", "most", "least"):
        place = 1 if name == "persons" else 0
        full[name] = dict((funds, persons)[place])
        gap = claims.gaps.get((name, 2021), Gap((), Decimal(1)))
        for each in gap.missing:
            held = Fraction(each.held) if each.held is not None else Fraction(1000)  # never seen: it may be anything
            share = Fraction(fills[each.unit_code, each.period[4:]][place])
            swing = min(gap.growth, *growth.values()) if name in growth else gap.growth
            most = Fraction(MOST_OF_LAST_YEAR) * Fraction(swing) * held
            full[name][each.unit_code, each.period] = share * most
    sums = {name: of_year(rows, 2021) for name, rows in full.items()}
    before = sum(of_year(funds, 2020).values(), Fraction(0))
    found = {name: sum(sums[name].values(), Fraction(0)) for name in ("funds", "persons")}
    found["q4_funds"] = sum((v for (_, period), v in sums["funds"].items() if period.endswith("Q4")), Fraction(0))
    found["most"], found["least"] = max(sums["most"].values()), min(sums["least"].values())
    found["stock"] = stock(claims, funds, fills)
    if found["persons"]:
        found["per_person"] = found["funds"] / found["persons"]
    if found["funds"]:
        found["share"] = 100 * found["q4_funds"] / found["funds"]
    if any(period.startswith("2020") for _, period in funds):
        found["increase"] = found["funds"] - before
    if before:
        found["growth"] = 100 * (found["funds"] - before) / before
    found["mixed"] = found["stock"] - (found["funds"] - found["persons"]) / 2
    return found


def of_year(rows: Mapping[Cell, Fraction], year: int) -> dict[Cell, Fraction]:
    """What was reported for the periods of a year."""
    return {cell: value for cell, value in rows.items() if cell[1].startswith(str(year))}


def stock(claims: Claims, funds: Mapping[Cell, Fraction], fills: Mapping[Cell, tuple[float, float]]) -> Fraction:
    """The sum of the units' last values, where the last is missing a share of the most that it may be."""
    gap = claims.gaps.get(("stock", 2021), Gap((), Decimal(1)))
    missing = {each.unit_code: each for each in gap.missing}
    total = Fraction(0)
    for unit in UNITS:
        own = sorted((period, value) for (code, period), value in funds.items() if code == unit)
        this_year = [value for period, value in own if period.startswith("2021")]
        if unit not in missing:
            total += this_year[-1]
            continue
        known = [value for _, value in own]
        base = this_year[-1] if this_year else known[-1] if known else Fraction(1000)
        total += Fraction(fills[unit, "Q4"][0]) * Fraction(MOST_OF_LAST_YEAR) * Fraction(gap.growth) * base
    return total


def test_where_nobody_is_missing_every_claim_survives(small: Project) -> None:
    """The interval is the value itself, and the missing held nothing."""
    claims = claims_of(small, year_of(small, 2020) | year_of(small, 2021, (30, 2)))
    figure = claims.figures.get("funds", 2021)
    assert (claims.possible(figure).low, claims.possible(figure).high) == (360, 360)
    judged = claims.judge("funds", 2021, word(Decimal(360), "个"))
    assert (judged.claim, judged.doubt) == (Claim.SURVIVES, "")
    assert claims.once_all_report(figure) == OnceAllReport(Decimal(0), Decimal(360), Decimal(360))


@pytest.mark.parametrize(
    ("style", "claim"), [("at_least", Claim.SURVIVES), ("above", Claim.SURVIVES), ("exact", Claim.FAILS)]
)
def test_what_only_has_a_floor_survives_more(small: Project, style: str, claim: Claim) -> None:
    """A missing unit adds or adds nothing: 300以上 holds all the same, 330 as the whole number does not."""
    reports = year_of(small, 2020) | year_of(small, 2021, (30, 2))
    del reports[at("HD-2021Q4")]
    claims = claims_of(small, reports)
    judged = claims.judge("funds", 2021, word(Decimal(330), "个", style, 1 if style != "exact" else None))
    assert judged.claim is claim
    # A twelfth of last year's total; twice its ten, grown threefold as everybody else.
    completed = claims.once_all_report(claims.figures.get("funds", 2021))
    assert completed == OnceAllReport(Decimal(10) / 120, Decimal(330), Decimal(390))
    assert bool(judged.doubt) is (claim is Claim.FAILS)
    if claim is Claim.FAILS:
        assert judged.doubt == "海东市总2021年第四季度未报，补齐后可能在330至390个之间，“330个”不一定成立。"


def test_a_rate_may_fall(small: Project) -> None:
    """What is missing below the line alone makes a rate smaller: 20%以上 is not sure, 10%以上 is."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("IN-2021Q1")]
    claims = claims_of(small, reports)
    value = claims.figures.get("share", 2021).value
    assert value is not None and 27 < value < 28
    for floor, claim in ((25, Claim.FAILS), (20, Claim.SURVIVES)):
        at_least = Wording(f"{floor}%以上", "at_least", Decimal(floor), None, True, False)
        assert claims.judge("share", 2021, at_least).claim is claim, floor


def test_who_was_never_seen_may_hold_anything(small: Project) -> None:
    """Above, nothing is known: a ceiling cannot be told, a floor holds, and no share can be given."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("XN-2021Q2")], reports[at("XN-2020Q2")]
    claims = claims_of(small, reports)
    plain = claims.judge("funds", 2021, word(Decimal(110), "个"))
    assert plain.claim is Claim.NOT_KNOWN
    completed = claims.once_all_report(claims.figures.get("funds", 2021))
    assert completed == OnceAllReport(None, Decimal(110), None)
    assert plain.doubt == "西宁市总2021年第二季度未报，上年也没有可比数，“110个”是否成立无法判断。"
    assert claims.judge("funds", 2021, word(Decimal(110), "个", "at_least", 1)).claim is Claim.SURVIVES


def test_what_fails_by_those_known_fails_whoever_is_unknown(small: Project) -> None:
    """A unit never seen excuses nothing."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("XN-2021Q2")], reports[at("XN-2020Q2")], reports[at("HD-2021Q2")]
    claims = claims_of(small, reports)
    assert claims.judge("funds", 2021, word(Decimal(100), "个")).claim is Claim.FAILS


def test_an_old_quarter_does_not_make_a_stock_doubtful(small: Project) -> None:
    """Of a stock only the end of the year counts: a missing second quarter is no gap, a missing fourth is one."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("XN-2021Q2")]
    assert ("stock", 2021) not in claims_of(small, reports).gaps
    del reports[at("HD-2021Q4")]
    gap = claims_of(small, reports).gaps["stock", 2021]
    assert gap.missing == (Missing(UNITS[1], "2021Q4", Decimal(10), Decimal(10)),)
    stock_claims = claims_of(small, reports)
    interval = stock_claims.possible(stock_claims.figures.get("stock", 2021))
    assert (interval.low, interval.high) == (20, 40)


def test_a_distinct_count_grows_at_most_by_what_was_there(small: Project) -> None:
    """Twice as many different things as last year in the missing place, and all of them new."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("XN-2021Q2")]
    claims = claims_of(small, reports)
    interval = claims.possible(claims.figures.get("amounts", 2021))
    assert (interval.low, interval.high) == (1, 3)


def test_nobody_misses_what_is_not_asked_of_them(small: Project) -> None:
    """What one unit alone reports has no gap when another is missing."""
    reports = year_of(small, 2020) | year_of(small, 2021)
    del reports[at("XN-2021Q2")]
    gaps = claims_of(small, reports).gaps
    assert ("own", 2021) not in gaps
    assert ("q4_funds", 2021) not in gaps
    assert ("funds", 2021) in gaps


def test_a_formula_has_the_share_of_its_weakest_part(project: Project) -> None:
    """The relief per person misses what the funds or the persons miss, whichever held more last year."""
    values = {
        ("warmth_funds", 2021): {"all": Decimal(90)},
        ("warmth_persons", 2021): {"all": Decimal(9)},
        ("warmth_per_person", 2021): {"all": Decimal(10)},
        ("warmth_funds", 2020): {"all": Decimal(100)},
        ("warmth_persons", 2020): {"all": Decimal(10)},
    }
    figures = Figures(project, values, {}, frozenset())
    gaps = {
        ("warmth_funds", 2021): Gap((Missing(UNITS[0], "2021Q4", Decimal(10)),), Decimal(1)),
        ("warmth_persons", 2021): Gap((Missing(UNITS[0], "2021Q4", Decimal(3)),), Decimal(1)),
    }
    claims = Claims(figures, gaps)
    assert claims.missing_share("warmth_per_person", 2021) == Decimal("0.3")
    interval = claims.possible(claims.figures.get("warmth_per_person", 2021))
    assert (interval.low, round(interval.high, 4)) == (6, Decimal("12.2222"))
