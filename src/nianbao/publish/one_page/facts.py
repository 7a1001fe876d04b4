"""What stands on a page of key figures: values, last year, target, rank and coverage, each only where it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nianbao.publish.charts import percent_change
from nianbao.publish.plain import exact_text
from nianbao.statistics.exact import in_table
from nianbao.statistics.figures import Figures, reports_itself
from nianbao.terms.indicator import POINTS, Indicator
from nianbao.terms.one_page import KeyRow, OnePage, PlannedValue, UnitRecord
from nianbao.terms.publication import Publication
from nianbao.terms.unit import Unit

_OVER = "/"
"""What a formula has that is a rate."""
_MONEY, _TEN_THOUSAND = "元", 10_000
_NOTHING = "—"
_DECIMALS = 2
_NOT_ALL, _NOT_OVER = "未报齐", "年度未结束"
_FEWEST_RANKED = 2
_ROUNDED_FROM = 100
"""From here on the average of whole numbers is said in whole numbers."""

_RULES = {
    "居首": "居首的是同级单位中数最高的，同数并列；该级单位没有全部报齐的不列。",
    "同级平均": "率的“同级平均”是全部单位合计的率；其他的，该级单位全部报齐才有平均数。",
    "名次": "名次从高到低，同数并列；该级单位没有全部报齐的不排名。",
}
"""What is said under a page of its columns, by their heads."""


@dataclass(frozen=True)
class Ground:
    """What the pages of a release are made from; `about` says which release it is."""

    figures: Figures
    publication: Publication
    year: int
    about: str
    planned: Mapping[str, PlannedValue]
    records: Mapping[str, UnitRecord]
    incomparable: str = ""
    unfinished: str = ""

    @property
    def not_all(self) -> str:
        """Why a year is held against no other."""
        return _NOT_OVER if self.unfinished else _NOT_ALL

    @property
    def indicators(self) -> list[Indicator]:
        """The key figures of the publication."""
        return [self.figures.project.indicators[name] for name in self.publication.key_figures]

    def value(self, indicator: Indicator, year: int, unit: Unit) -> Decimal | None:
        """What a unit comes to; nought where it has reported the form and nothing in it counts."""
        if reports_itself(self.figures.project, indicator.id, unit):
            return self.figures.get(indicator.id, year, unit.code).value
        return self.figures.of_unit(indicator.id, year, unit)

    def is_whole(self, indicator: Indicator, year: int) -> bool:
        """Whether everybody who is asked has reported every period of a year, and the year is over."""
        if self.unfinished and year == self.year:
            return False
        coverage = self.figures.coverage(indicator, year)
        return not coverage.missing and self.figures.has_all_periods(indicator.id, year)

    def is_whole_of(self, indicator: Indicator, year: int, unit: Unit) -> bool:
        """Whether a unit has; of one that does not report itself only if everybody has."""
        if self.is_whole(indicator, year):
            return True
        missing = self.figures.coverage(indicator, year).missing
        if self.unfinished and year == self.year:
            return False
        known = reports_itself(self.figures.project, indicator.id, unit) and unit.is_counted
        return known and unit.short_zh not in missing and self.figures.has_all_periods(indicator.id, year)


def page_of_publication(ground: Ground) -> OnePage:
    """The key figures of a publication with last year, target, who is first, and how many have reported."""
    figures, year = ground.figures, ground.year
    rows = []
    for indicator in ground.indicators:
        now, before = (figures.get(indicator.id, each).value for each in (year, year - 1))
        is_comparable = all(ground.is_whole(indicator, each) for each in (year, year - 1))
        coverage = figures.coverage(indicator, year)
        rows.append(
            KeyRow(
                indicator.zh,
                (
                    _shown(now, indicator.unit),
                    _shown(before, indicator.unit),
                    _change(now, before, indicator.unit, is_comparable, ground.not_all),
                    _target(ground.planned.get(indicator.id), now, indicator.unit, ground.is_whole(indicator, year)),
                    _first(ground, indicator),
                    f"{coverage.reported}／{coverage.expected}" if coverage.expected else _NOTHING,
                ),
            )
        )
    heads = ("指标", figures.basis.label(year), figures.basis.label(year - 1), "比上年", "目标", "居首", "报送")
    title = ground.publication.title.replace("{year}", str(year)).replace("{next_year}", str(year + 1))
    return _page(ground, ground.publication.code, f"{title}一页纸", heads, rows)


def pages_of_units(ground: Ground) -> Iterator[OnePage]:
    """A page for every unit below the root that stood in the year and has a value of a key figure."""
    roster, basis = ground.figures.project.roster, ground.figures.basis
    units = list(roster.units_in(basis.period(ground.year)).values())
    peers: dict[str, list[Unit]] = {}
    for unit in units:
        if roster.unit_on(unit.code, basis.span(ground.year)[1]):
            peers.setdefault(unit.level.code, []).append(unit)
    standings = {
        (each.id, level): _Standing(ground, each, own) for each in ground.indicators for level, own in peers.items()
    }
    for unit in units:
        if not unit.level.is_root and (page := _page_of_unit(ground, unit, standings)):
            yield page


class _Standing:
    """The values of one indicator of the units of a level, with their average and ranks where all have reported."""

    def __init__(self, ground: Ground, indicator: Indicator, units: Sequence[Unit]) -> None:
        self.indicator = indicator
        found = {unit.code: ground.value(indicator, ground.year, unit) for unit in units}
        self.values = {code: value for code, value in found.items() if value is not None}
        whole = all(ground.is_whole_of(indicator, ground.year, unit) for unit in units)
        self.is_whole = whole and len(self.values) == len(units) >= _FEWEST_RANKED
        self.is_of_few = len(self.values) < _FEWEST_RANKED

    def rank(self, code: str) -> str:
        """The place among the units of the level, the highest first; equal ones share it, and who is alone has none."""
        if code not in self.values or self.is_of_few:
            return _NOTHING
        if not self.is_whole:
            return "不排名"
        place = 1 + sum(value > self.values[code] for value in self.values.values())
        is_shared = sum(value == self.values[code] for value in self.values.values()) > 1
        return f"{'并列' if is_shared else ''}第{place}（共{len(self.values)}）"

    def average(self, whole: Decimal | None) -> str:
        """The amount of a unit on average; of a rate that of all together, for rates are not averaged."""
        if _OVER in self.indicator.formula and not self.is_of_few:
            return _shown(whole, self.indicator.unit)
        if not (self.is_whole and self.indicator.adds_up):
            return _NOTHING
        mean = sum(self.values.values(), Decimal()) / len(self.values)
        is_counted = all(value == value.to_integral_value() for value in self.values.values()) and mean >= _ROUNDED_FROM
        about = mean.quantize(Decimal(1) if is_counted else Decimal("0.01"), ROUND_HALF_UP)
        return f"{'约' if about != mean else ''}{_shown(about, self.indicator.unit)}"

    def first(self, names: Mapping[str, Unit]) -> str:
        """Who holds most, all of them where several do; nobody where not all have reported."""
        if not self.is_whole:
            return _NOTHING
        most = max(self.values.values())
        return "、".join(names[code].short_zh for code, value in self.values.items() if value == most)


def _page_of_unit(ground: Ground, unit: Unit, standings: Mapping[tuple[str, str], _Standing]) -> OnePage | None:
    rows, year = [], ground.year
    for indicator in ground.indicators:
        now, before = (ground.value(indicator, each, unit) for each in (year, year - 1))
        if now is None and before is None:
            continue
        is_comparable = all(ground.is_whole_of(indicator, each, unit) for each in (year, year - 1))
        standing = standings.get((indicator.id, unit.level.code))
        whole = ground.figures.get(indicator.id, year).value
        rows.append(
            KeyRow(
                indicator.zh,
                (
                    _shown(now, indicator.unit),
                    _shown(before, indicator.unit),
                    _change(now, before, indicator.unit, is_comparable, ground.not_all),
                    standing.average(whole) if standing else _NOTHING,
                    standing.rank(unit.code) if standing else _NOTHING,
                ),
            )
        )
    if not rows:
        return None
    label = ground.figures.basis.label
    heads = ("指标", label(year), label(year - 1), "比上年", "同级平均", "名次")
    record = ground.records.get(unit.code)
    return _page(ground, unit.code, f"{unit.zh}{year}年一页纸", heads, rows, (record.zh,) if record else ())


def _page(
    ground: Ground, name: str, title: str, heads: Sequence[str], rows: Sequence[KeyRow], notes: tuple[str, ...] = ()
) -> OnePage:
    """A page without the columns that have nothing but dashes; what is said of a column goes with it."""
    shown = [at for at in range(len(heads) - 1) if at == 0 or any(row.cells[at] != _NOTHING for row in rows)]
    kept = (heads[0], *(heads[1 + at] for at in shown))
    lines = tuple(KeyRow(row.zh, tuple(row.cells[at] for at in shown)) for row in rows)
    notes += tuple(said for head, said in _RULES.items() if head in kept) + tuple(filter(None, [ground.incomparable]))
    return OnePage(name, title, ground.about, kept, lines, notes, ground.unfinished)


def _first(ground: Ground, indicator: Indicator) -> str:
    """Which of the units that are ranked holds most."""
    roster, basis = ground.figures.project.roster, ground.figures.basis
    end = basis.span(ground.year)[1]
    units = {code: unit for code, unit in roster.on(end).items() if unit.level == roster.ranked}
    return _Standing(ground, indicator, list(units.values())).first(units)


def _shown(value: Decimal | None, unit: str) -> str:
    """A value with its unit of measure: money from ten thousand on in 万元, rates with two decimals."""
    if value is None:
        return _NOTHING
    if unit == _MONEY and abs(value) >= _TEN_THOUSAND:
        return f"{in_table(value, _DECIMALS, _TEN_THOUSAND).text}万元"
    if value != value.to_integral_value():
        return f"{in_table(value, _DECIMALS, 1).text}{unit}"
    return f"{exact_text(value)}{unit}"


def _change(now: Decimal | None, before: Decimal | None, unit: str, is_comparable: bool, missing_zh: str) -> str:
    if now is None or before is None:
        return _NOTHING
    if not is_comparable:
        return missing_zh
    if _shown(now, unit) == _shown(before, unit):
        return "持平"
    if unit in ("%", POINTS):
        points = in_table(now - before, _DECIMALS, 1).text
        return f"{'+' if now > before else ''}{points}个百分点" if points.strip("-0.") else "持平"
    return percent_change(before, now) if before > 0 else _NOTHING


def _target(planned: PlannedValue | None, now: Decimal | None, unit: str, is_whole: bool) -> str:
    """What was planned, and whether it is reached; of a figure that may still grow nothing is said of a miss."""
    if planned is None:
        return _NOTHING
    said = f"{'不低于' if planned.comparator == '>=' else ''}{_shown(planned.value, unit)}"
    if now is None:
        return said
    is_met = now >= planned.value if planned.comparator == ">=" else now == planned.value
    outcome = "完成" if is_met else "未完成"
    return f"{said}，{outcome}" if is_whole else f"{said}，按已报数{outcome}"
