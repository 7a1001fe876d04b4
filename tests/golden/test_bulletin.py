"""The model bulletin comes out of the submissions of the sample year, and every figure of it leads back to cells."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from nianbao.catalog import Project
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.settings import Home
from nianbao.statistics.figures import Figures, read_figures
from nianbao.statistics.trace import trace_all
from nianbao.terms.document import Trace
from nianbao.terms.figure import TracedCell
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator
from tests.homes import PUBLICATIONS, release

GOLDEN = Path(__file__).parent
Address = tuple[str, str, str]
OPERAND = re.compile(r"\b([a-z][a-z0-9_]*)(@prev_year)?")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TRUTH = {row["figure_id"]: row for row in rows(GOLDEN / "figure_map.csv")}


@pytest.fixture(scope="module")
def printed(year_home: Home) -> dict[str, dict[str, str]]:
    """The rows of r1 that are a figure of the bulletin, by its id there."""
    found = [row for code in PUBLICATIONS for row in rows(release(year_home, code, 1) / "figures.csv")]
    return {row["bulletin_id"]: row for row in found if row["bulletin_id"]}


@pytest.fixture(scope="module")
def figures(project: Project, year_home: Home) -> Figures:
    """The figures as last built."""
    with open_workspace_to_read(project.path, year_home) as workspace:
        return read_figures(workspace.connection, project)


@pytest.fixture(scope="module")
def traces(project: Project, year_home: Home, figures: Figures) -> dict[tuple[str, int], Trace]:
    """The trace of every figure of the bulletin, and of what they are computed from."""
    wanted = {(indicator_id, year) for _, _, indicator_id, year in project.bulletin_ids}
    for indicator_id, year in tuple(wanted):
        wanted |= set(bases(project.indicators[indicator_id], year, project))
    with open_workspace_to_read(project.path, year_home) as workspace:
        found = trace_all(workspace.connection, figures, sorted(wanted))
    return {(key, year): found[f"{key}-{year}"] for key, year in wanted}


@pytest.fixture(scope="module")
def texts(year_home: Home, traces: dict[tuple[str, int], Trace]) -> dict[Address, str]:
    """What stands in every traced cell, read from the archived workbooks by openpyxl."""
    sheets: dict[str, dict[str, set[str]]] = {}
    for trace in traces.values():
        for cell in trace.cells:
            sheets.setdefault(cell.sha256, {}).setdefault(cell.sheet, set()).add(cell.cell)
    found = {}
    for sha256, wanted in sheets.items():
        with (year_home.archive / "bytes" / sha256[:2] / sha256).open("rb") as file:
            workbook = openpyxl.load_workbook(file, read_only=True)
            for sheet, cells in wanted.items():
                grid = list(workbook[sheet].iter_rows(values_only=True))
                for cell in cells:
                    row, column = coordinate_to_tuple(cell)
                    found[sha256, sheet, cell] = said(grid[row - 1][column - 1])
    return found


def said(value: Any) -> str:
    """What a cell shows, as a clerk would read it out."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return format(Decimal(str(value)).normalize(), "f")
    return "" if value is None else str(value)


def bases(indicator: Indicator, year: int, project: Project) -> Iterable[tuple[str, int]]:
    """What a formula names, down to what is counted from forms."""
    if not indicator.formula:
        return [(indicator.id, year)]
    return [
        base
        for name, before in OPERAND.findall(indicator.formula)
        for base in bases(project.indicators[name], year - bool(before), project)
    ]


def recomputed(cells: Iterable[TracedCell], aggregate: Aggregate, texts: Mapping[Address, str]) -> Decimal:
    """A figure worked out from the texts of its cells alone."""
    own = [texts[cell.sha256, cell.sheet, cell.cell] for cell in cells]
    if aggregate is Aggregate.COUNT:
        return Decimal(len(own))
    if aggregate is Aggregate.DISTINCT:
        return Decimal(len(set(own)))
    return {Aggregate.MAX: max, Aggregate.MIN: min}.get(aggregate, sum)(map(Decimal, own))


def test_every_figure_of_the_bulletin_is_printed_once_more(printed: dict[str, dict[str, str]]) -> None:
    """The two reports print all 140 figures, each under the id that it has in the bulletin."""
    assert len(TRUTH) == 140
    assert printed.keys() == TRUTH.keys() == {row["figure_id"] for row in rows(GOLDEN / "figures.csv")}


@pytest.mark.parametrize("figure_id", TRUTH)
def test_a_figure_is_what_the_bulletin_says(printed: dict[str, dict[str, str]], figure_id: str) -> None:
    """The value computed from the submissions lies in the interval for which the bulletin's wording is true."""
    value, truth = Decimal(printed[figure_id]["value"]), TRUTH[figure_id]
    low, high, (opened, closed) = truth["truth_min"], truth["truth_max"], truth["interval"]
    if low:
        assert value > Decimal(low) or (value == Decimal(low) and opened == "[")
    if high:
        assert value < Decimal(high) or (value == Decimal(high) and closed == "]")
    assert low or high


def test_every_figure_leads_to_cells_that_say_so(
    project: Project, traces: dict[tuple[str, int], Trace], texts: dict[Address, str]
) -> None:
    """Each figure has at least one cell, and every cell of an archived workbook holds the text that the trace gives."""
    for _, _, indicator_id, year in project.bulletin_ids:
        assert traces[indicator_id, year].cells, indicator_id
    different = [
        (cell, texts[cell.sha256, cell.sheet, cell.cell])
        for trace in traces.values()
        for cell in trace.cells
        if cell.text != texts[cell.sha256, cell.sheet, cell.cell]
    ]
    assert not different[:5]


def test_every_counted_figure_is_what_its_cells_come_to(
    project: Project, figures: Figures, traces: dict[tuple[str, int], Trace], texts: dict[Address, str]
) -> None:
    """Added, counted or compared by Python, the texts of a figure's cells give the figure exactly."""
    checked = 0
    for (indicator_id, year), trace in traces.items():
        indicator = project.indicators[indicator_id]
        if indicator.formula or indicator.measure:
            continue
        figure = figures.get(indicator_id, year)
        assert figure.value == recomputed(trace.cells, indicator.aggregate, texts), (indicator_id, year)
        checked += 1
    assert checked > 90


def test_every_formula_holds_for_what_its_cells_come_to(
    project: Project, figures: Figures, traces: dict[tuple[str, int], Trace], texts: dict[Address, str]
) -> None:
    """A ratio or difference worked out by Python from the cells of its parts gives the figure."""

    def value(indicator_id: str, year: int) -> Decimal:
        indicator = project.indicators[indicator_id]
        if not indicator.formula:
            return recomputed(traces[indicator_id, year].cells, indicator.aggregate, texts)
        names = {"Decimal": Decimal}
        for name, before in OPERAND.findall(indicator.formula):
            names[f"{name}{'__before' if before else ''}"] = value(name, year - bool(before))
        formula = indicator.formula.replace("@prev_year", "__before")
        return Decimal(eval(re.sub(r"(?<![\w.])\d+(\.\d+)?", r"Decimal('\g<0>')", formula), names))

    formulas = [key for key in traces if project.indicators[key[0]].formula]
    for indicator_id, year in formulas:
        found = figures.get(indicator_id, year).value
        assert found is not None
        assert abs(found - value(indicator_id, year)) < Decimal("1e-9") * max(abs(found), 1), indicator_id
    assert len(formulas) > 15
