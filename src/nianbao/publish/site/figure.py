"""The page of one figure: what it is, how it is computed, who contributes what, and the cells with their text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from nianbao.publish.plain import exact_text
from nianbao.publish.site.outline import UNITS_A_LEAF, Outline, Told
from nianbao.terms.background import Described
from nianbao.terms.document import PrintedFigure, Revision, Trace, TracedOperand
from nianbao.terms.figure import TracedCell
from nianbao.terms.period import Period
from nianbao.terms.target import Target

SHA_SHOWN = 12


@dataclass(frozen=True)
class ShownPart:
    """What one unit contributes, beside that of a year before; `length` is that of its bar, of a hundred."""

    code: str
    zh: str
    value: Decimal | None
    last: Decimal | None
    change: str
    length: str


@dataclass(frozen=True)
class ShownYear:
    """The value of the whole in a year beside that of the year before; `length` is that of its bar, of a hundred."""

    year: int
    value: Decimal
    change: str
    length: str
    is_partial: bool


@dataclass(frozen=True)
class ShownOperand:
    """A figure of a formula with its value; `has_page` says that this edition prints it."""

    key: str
    zh: str
    year: int
    value: Decimal | None
    unit: str
    has_page: bool


@dataclass(frozen=True)
class ShownSource:
    """The cells of one submission, sheet and indicator behind a figure; `operand` names it where it is another one."""

    submission_id: str
    period: str
    file: str
    sha256: str
    sheet: str
    operand: str
    cells: list[TracedCell] = field(default_factory=list)


@dataclass(frozen=True)
class FigureLeaf:
    """Some of the units behind a figure, each with what it contributes and the cells of it, as one file shows them."""

    number: int
    units: tuple[ShownPart, ...]
    sources: Mapping[str, list[ShownSource]]


@dataclass(frozen=True)
class FigurePage:
    """Everything that the page of a figure tells: the first of its leaves; further ones lie in files of their own.

    `unit_count` and `cells` are how many there are, also where the edition lists only the first units and no cells.
    """

    told: Told
    described: Described | None
    last: Decimal | None
    operands: tuple[ShownOperand, ...]
    ranked: tuple[ShownPart, ...]
    leaves: tuple[FigureLeaf, ...]
    unit_count: int
    cells: int
    submissions: int
    revisions: tuple[Revision, ...]
    missing: tuple[str, ...]
    targets: tuple[Target, ...] = ()

    @property
    def figure(self) -> PrintedFigure:
        """The figure as it is printed first."""
        return self.told.first

    @property
    def value(self) -> Decimal | None:
        """The value of the whole; of a figure that is printed for single units only, what is known of the whole."""
        if self.told.whole:
            return self.figure.value
        return self.described.values.get(self.figure.year) if self.described else None

    @property
    def exact(self) -> str:
        """The exact value of the whole."""
        return exact_text(self.value, self.figure.unit)

    @property
    def change(self) -> str:
        """How it changed against the year before, where the two can be compared."""
        return change_text(self.value, self.last, self.figure.unit) if self.is_comparable else "—"

    @property
    def years(self) -> tuple[ShownYear, ...]:
        """The values of the years up to that of the figure."""
        told, unit = self.described, self.figure.unit
        if told is None:
            return ()
        values = dict(sorted(told.values.items()))
        most = max(map(abs, values.values()), default=Decimal())
        return tuple(
            ShownYear(
                year,
                value,
                change_text(value, values.get(year - 1), unit) if told.is_comparable(year) else "—",
                length(value, most),
                year in told.partial,
            )
            for year, value in values.items()
        )

    @property
    def is_comparable(self) -> bool:
        """Whether both this year and the one before are whole years."""
        return self.described is None or self.described.is_comparable(self.figure.year)

    @property
    def last_is_partial(self) -> bool:
        """Whether of the year before only some periods have been reported."""
        return self.described is not None and self.figure.year - 1 in self.described.partial


def figure_page(told: Told, outline: Outline) -> FigurePage:
    """The page of one figure."""
    document, figure = outline.document, told.first
    described = document.background.indicators.get(figure.indicator_id)
    trace = document.traces.get(told.key) or Trace(told.key, (), (), ())
    units = tuple(_parts(trace, described, figure, outline))
    codes = document.background.ranked
    sources = _sources(trace, figure, outline)
    return FigurePage(
        told=told,
        described=_shown(described, figure.year) if described else None,
        last=described.values.get(figure.year - 1) if described else None,
        operands=tuple(_operands(trace, described, figure, outline)),
        ranked=tuple(part for part in units if part.code in codes),
        leaves=tuple(_leaves(units, sources)),
        unit_count=len(units) if trace.units is None else trace.units,
        cells=len(trace.cells) if trace.counted is None else trace.counted,
        submissions=len({cell.submission_id for cell in trace.cells}),
        revisions=tuple(each for each in document.revisions if each.key == told.key),
        missing=tuple(outline.unit(unit) for unit in figure.coverage.missing),
        targets=tuple(target for target in document.background.targets if target.key == told.key),
    )


def _shown(described: Described, year: int) -> Described:
    """What the page of a figure shows of its indicator: no year after its own, and of no unit."""
    values = {each: value for each, value in described.values.items() if each <= year}
    return replace(described, by_unit={}, values=values, partial=described.partial & values.keys())


def _leaves(units: tuple[ShownPart, ...], sources: Mapping[str, list[ShownSource]]) -> Iterator[FigureLeaf]:
    """The units in the order of the roster, so many to a leaf; behind them those that only have cells."""
    shown = {part.code: part for part in units}
    codes = [*shown, *(code for code in sources if code not in shown)]
    for number, start in enumerate(range(0, max(len(codes), 1), UNITS_A_LEAF), start=1):
        own = codes[start : start + UNITS_A_LEAF]
        yield FigureLeaf(
            number,
            tuple(shown[code] for code in own if code in shown),
            {code: sources[code] for code in own if code in sources},
        )


def _parts(trace: Trace, described: Described | None, figure: PrintedFigure, outline: Outline) -> Iterator[ShownPart]:
    last = described.by_unit.get(figure.year - 1, {}) if described else {}
    is_comparable = described is None or described.is_comparable(figure.year)
    most = max((abs(each.value) for each in trace.by_unit if each.value is not None), default=Decimal())
    for each in trace.by_unit:
        before = last.get(each.unit_code)
        change = change_text(each.value, before, figure.unit) if is_comparable else "—"
        yield ShownPart(each.unit_code, each.zh, each.value, before, change, length(each.value, most))


def _operands(
    trace: Trace, described: Described | None, figure: PrintedFigure, outline: Outline
) -> Iterator[ShownOperand]:
    """The operands as the formula names them; those that the trace knows where it takes a part of one.

    So it is without its declaration, too.
    """
    if described is None or not described.operands or any(each.is_part for each in trace.operands):
        for each in trace.operands:
            name, _, year = each.key.rpartition("-")
            shown = _operand(name, int(year), outline)
            yield replace(shown, zh=shown.zh + _part_zh(each), value=each.value) if each.is_part else shown
        return
    for name, back in described.operands:
        yield _operand(name, figure.year - back, outline)


def _part_zh(operand: TracedOperand) -> str:
    """What of an operand is taken: `（第一季度）`, or the comparable basis."""
    periods = "、".join(period_zh(each)[5:] for each in operand.periods)
    return f"（{periods}）" if periods else "（可比口径）"


def _operand(name: str, year: int, outline: Outline) -> ShownOperand:
    key = f"{name}-{year}"
    described, told = outline.document.background.indicators.get(name), outline.told.get(key)
    if told and told.whole:
        return ShownOperand(key, told.first.zh, year, told.first.value, told.first.unit, True)
    if described is None:
        return ShownOperand(key, name, year, None, "", told is not None)
    return ShownOperand(key, described.zh, year, described.values.get(year), described.unit, told is not None)


def _sources(trace: Trace, figure: PrintedFigure, outline: Outline) -> dict[str, list[ShownSource]]:
    """The cells by unit, those of one submission, sheet and indicator together."""
    found: dict[str, dict[tuple[str, ...], ShownSource]] = {}
    for cell in trace.cells:
        place = (cell.submission_id, cell.sheet, cell.indicator_id)
        sources = found.setdefault(cell.unit_code, {})
        if place not in sources:
            name = _indicator(cell.indicator_id, outline) if cell.indicator_id != figure.indicator_id else ""
            sources[place] = ShownSource(
                cell.submission_id, period_zh(cell.period), cell.file, cell.sha256[:SHA_SHOWN], cell.sheet, name
            )
        sources[place].cells.append(cell)
    return {unit: list(sources.values()) for unit, sources in found.items()}


def _indicator(name: str, outline: Outline) -> str:
    described = outline.document.background.indicators.get(name)
    if described:
        return described.zh
    return next((told.first.zh for told in outline.told.values() if told.first.indicator_id == name), name)


def period_zh(code: str) -> str:
    """A period in words; what is no period stays as it is."""
    try:
        return Period.parse(code).zh
    except ValueError:
        return code


RATE = "%"
_HUNDRED = Decimal(100)


def change_text(now: Decimal | None, before: Decimal | None, unit: str) -> str:
    """The change from one value to the other: in points for a rate, else as difference and, where it says something,
    in per cent."""
    if now is None or before is None:
        return "—"
    difference = now - before
    if unit == RATE:
        return f"{_change(difference, 2)}个百分点"
    text = _signed(difference)
    return f"{text}（{_change(difference / before * _HUNDRED, 1)}%）" if before > 0 else text


def share_text(share: Decimal | None) -> str:
    """A share between 0 and 1 in per cent."""
    return "不详" if share is None else f"{_rounded(share * _HUNDRED, 1)}%"


def length(value: Decimal | None, most: Decimal) -> str:
    """The length of a bar, of a hundred."""
    return f"{_rounded(abs(value) / most * _HUNDRED, 1):f}" if value is not None and most else "0"


def _signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{exact_text(value)}"


def _change(value: Decimal, decimals: int) -> str:
    """With its sign and all its places, so that those of a column stand under each other."""
    rounded = _rounded(value, decimals)
    return f"{rounded:+,f}" if rounded else f"{abs(rounded):f}"


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
