"""What a declared chart shows of a year: its points, and in a sentence what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from nianbao.publish.charts import percent_change, rounded, texts_of
from nianbao.publish.promised import in_words, tally
from nianbao.publish.rows import choose_rows, refer
from nianbao.statistics.figures import Figures, reports_itself
from nianbao.terms.document import ChartPoint, PrintedChart
from nianbao.terms.indicator import POINTS
from nianbao.terms.period import Period
from nianbao.terms.publication import Chart
from nianbao.terms.target import Target, TargetOutcome

_FULL = Decimal(100)


@dataclass(frozen=True)
class ChartGround:
    """What charts are made from: figures and targets of a year; `say` fills the years into a title."""

    figures: Figures
    year: int
    targets: tuple[Target, ...]
    style: str
    say: Callable[[str], str]

    def value(self, name: str) -> Decimal | None:
        """The value of all together that a binding without words means: `warmth_funds@prev_year`."""
        return self.figures.get(*refer(name, self.year)).value

    def zh(self, name: str) -> str:
        """The name of what is bound."""
        return self.figures.project.indicators[name.partition("@")[0]].zh


def draw_up(chart: Chart, ground: ChartGround) -> PrintedChart | None:
    """A chart, or None when it would show something else than it says, as where a value is not known."""
    match chart.kind:
        case "slope":
            points, finding = _slope(chart, ground)
        case "quarters":
            points, finding = _quarters(chart, ground)
        case "target_bars":
            points, finding = _targets(ground)
        case _:
            points, finding = _bound(chart, ground)
    if not points:
        return None
    whole = _whole(chart, ground, points)
    if whole:
        above = sum(point.value > whole.value for point in points)
        finding = f"{len(points)}个单位中{above}个高于{whole.label}（{whole.text}{chart.unit}）"
    names = tuple(dict.fromkeys(name.partition("@")[0] for name in (*chart.indicators, *chart.against)))
    if chart.kind == "target_bars":
        names = tuple(target.indicator_id for target in ground.targets)
    return PrintedChart(chart.kind, ground.say(chart.title), chart.unit, points, names, finding, whole)


def _bound(chart: Chart, ground: ChartGround) -> tuple[tuple[ChartPoint, ...], str]:
    """A point for each unit or each binding; none where one of them is not known."""
    figures, tiles = ground.figures, ground.figures.project.tiles if chart.kind == "tile_map" else {}
    labelled: list[tuple[str, str, Decimal | None, tuple[int, int] | None]]
    if chart.rows:
        bound = refer(chart.indicators[0], ground.year)
        units = choose_rows(figures, ground.year, chart).units
        labelled = [
            (unit.short_zh, "", figures.of_unit(*bound, unit), tiles.get(unit.code))
            for unit in units
            if chart.kind != "tile_map" or unit.code in tiles
        ]
    else:
        names = chart.labels or tuple(map(ground.zh, chart.indicators))
        series = ("执行数", "预算数") if chart.against else ("",)
        labelled = [
            (ground.say(label), kind, ground.value(name), None)
            for kind, bindings in zip(series, (chart.indicators, chart.against), strict=False)
            for label, name in zip(names, bindings, strict=True)
        ]
    points = [
        ChartPoint(label, kind, value / chart.scale, _said(chart, value), place)
        for label, kind, value, place in labelled
        if value is not None
    ]
    if len(points) < len(labelled):
        return (), ""
    return tuple(points), _ends(points, chart.unit) if chart.kind == "tile_map" and points else ""


def _said(chart: Chart, value: Decimal) -> str:
    """A value with the decimals that are declared; nothing where none are."""
    return "" if chart.decimals is None else f"{rounded(value / chart.scale, chart.decimals):,}"


def _ends(points: list[ChartPoint], unit: str) -> str:
    """Which are the highest and the lowest, all of them where several share it."""
    texts = dict(zip((point.label for point in points), texts_of(points), strict=True))
    most, least = max(point.value for point in points), min(point.value for point in points)
    if most == least:
        return "各单位相同"
    said = []
    for word, value in (("最高", most), ("最低", least)):
        labels = [point.label for point in points if point.value == value]
        said.append(f"{word}：{'、'.join(labels)}（{texts[labels[0]]}{unit}）")
    return "，".join(said)


def _slope(chart: Chart, ground: ChartGround) -> tuple[tuple[ChartPoint, ...], str]:
    """Last year and this one of each unit that has reported all of both; the others are counted in the sentence."""
    figures, name, year = ground.figures, chart.indicators[0], ground.year
    if figures.compared(name, year) or not all(figures.has_all_periods(name, each) for each in (year - 1, year)):
        return (), ""
    indicator = figures.project.indicators[name]
    missing = {unit for each in (year - 1, year) for unit in figures.coverage(indicator, each).missing}
    units = choose_rows(figures, year, chart).units
    known: list[tuple[str, Decimal, Decimal]] = []
    for unit in units:
        before, now = (figures.of_unit(name, each, unit) for each in (year - 1, year))
        is_whole = unit.short_zh not in missing and (not missing or reports_itself(figures.project, name, unit))
        if before is not None and now is not None and is_whole:
            known.append((unit.short_zh, before, now))
    if not known:
        return (), ""
    points = tuple(
        ChartPoint(label, figures.basis.label(each), value / chart.scale)
        for label, *both in known
        for each, value in zip((year - 1, year), both, strict=True)
    )
    return points, _moved(known, len(units) - len(known), indicator.unit in ("%", POINTS))


def _moved(known: list[tuple[str, Decimal, Decimal]], left_out: int, is_rate: bool) -> str:
    """How many rose and fell, who most, and how many cannot be compared."""
    up, down = sum(now > before for _, before, now in known), sum(now < before for _, before, now in known)
    counted = ((up, "增加"), (down, "减少"), (len(known) - up - down, "持平"))
    said = [
        f"{count}个{word}" if count < len(known) else f"{'全部' * (count > 1)}{word}"
        for count, word in counted
        if count
    ]
    parts = [f"{len(known)}个单位{'中' if len(said) > 1 else ''}{'、'.join(said)}"]
    if not is_rate and all(before > 0 for _, before, _ in known) and up:
        changes = {label: percent_change(before, now) for label, before, now in known}
        label = max(known, key=lambda each: each[2] / each[1])[0]
        if sum(each == changes[label] for each in changes.values()) == 1:
            parts.append(f"增幅最大：{label}（{changes[label]}）")
    if left_out:
        parts.append(f"另有{left_out}个没有两年的全年数")
    return "；".join(parts)


def _quarters(chart: Chart, ground: ChartGround) -> tuple[tuple[ChartPoint, ...], str]:
    """The periods of this year, and of the year before those of the same kind; none where there is but one."""
    figures, name, year = ground.figures, chart.indicators[0], ground.year
    now, before = (figures.by_period.get((name, each), {}) for each in (year, year - 1))
    kinds = [Period.parse(code).suffix for code in now]
    last = {Period.parse(code).suffix: value for code, value in before.items()}
    series = []
    if all(kind in last for kind in kinds):
        series.append((figures.basis.label(year - 1), [last[kind] for kind in kinds]))
    series.append((figures.basis.label(year), list(now.values())))
    labels = [Period.parse(code).zh.partition("年")[2] or code for code in now]
    points = tuple(
        ChartPoint(label, said, value / chart.scale)
        for said, values in series
        for label, value in zip(labels, values, strict=True)
    )
    return points, _sum_moved(series, ground, name) if points else ""


def _sum_moved(series: list[tuple[str, list[Decimal]]], ground: ChartGround, name: str) -> str:
    """How the sum of the periods changed, where everybody has reported all of both years."""
    if len(series) == 1:
        return ""
    indicator = ground.figures.project.indicators[name]
    if any(ground.figures.coverage(indicator, each).missing for each in (ground.year - 1, ground.year)):
        return "有单位未报齐两年各期，不作比较"
    before, now = (sum(values, Decimal()) for _, values in series)
    if before <= 0:
        return ""
    moved = percent_change(before, now).lstrip("+-")
    word = "持平" if Decimal(moved[:-1]) == 0 else f"{'增长' if now > before else '下降'}{moved}"
    return f"各期合计{'与' if word == '持平' else '比'}上年同期{word}"


def _targets(ground: ChartGround) -> tuple[tuple[ChartPoint, ...], str]:
    """How far each target was reached, in per cent of it, with what was reached and planned in words."""
    points = []
    for target in ground.targets:
        if target.actual is None or target.value <= 0:
            continue
        words = in_words(target, ground.style)
        said = f"{words.actual.text if words.actual else ''}／{words.plan.text}"
        missed = "" if target.outcome is TargetOutcome.MET and target.is_certain else f"　{target.outcome_zh}"
        points.append(ChartPoint(target.zh, "", target.actual / target.value * _FULL, said + missed))
    return tuple(points), tally(ground.targets).rstrip("。") if points else ""


def _whole(chart: Chart, ground: ChartGround, points: Iterable[ChartPoint]) -> ChartPoint | None:
    """What all together have, said with the decimals of the units' values."""
    value = ground.value(chart.indicators[0]) if chart.whole else None
    if value is None:
        return None
    whole = ChartPoint(ground.say(chart.whole), "", value / chart.scale, _said(chart, value))
    return replace(whole, text=texts_of([*points, whole])[-1])
