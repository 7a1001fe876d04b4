"""A set of figures for programs: every indicator of a year, on a year basis, as CSV, SDMX and a data package."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nianbao.publish import sdmx
from nianbao.publish.datapackage import FIGURE_SET, About, describe
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL
from nianbao.terms.figure import Figure


def write_set(figures: Figures, year: int, as_of: dt.datetime, folder: Path) -> int:
    """Write the set into a folder; returns how many values it has, units counted apart."""
    folder.mkdir(parents=True, exist_ok=True)
    found = list(_all_scopes(figures, year))
    rows = [describe_figure(figures, figure) for figure in found]
    with (folder / "figures.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    project, basis = figures.project, figures.basis
    code = f"FIGURES_{basis.code.upper()}_YEAR"
    title = f"{project.federation.zh}{year}年指标数字（{basis.zh}）"
    flow = sdmx.Flow(code, title, f"Figures by {basis.code} year", year, "draft", as_of, basis)
    sdmx.write(found, project, flow, folder)
    first, last = basis.span(year)
    about = About(f"figures-{basis.code}-{year}", title, f"{first}至{last}", project.federation.zh, as_of)
    (folder / "datapackage.json").write_text(describe(about, folder, FIGURE_SET), encoding="utf-8")
    return sum(figure.value is not None for figure in found)


def describe_figure(figures: Figures, figure: Figure) -> dict[str, Any]:
    """A figure as a row: which, on what basis, its value or why there is none, and how complete it is."""
    indicator = figures.project.indicators[figure.indicator_id]
    first, last = figures.basis.span(figure.year)
    return {
        "indicator_id": indicator.id,
        "year": figure.year,
        "year_basis": figures.basis.code,
        "first_day": first,
        "last_day": last,
        "scope": figure.scope,
        "value": None if figure.value is None else format(figure.value, "f"),
        "unit": indicator.unit,
        "zh": indicator.zh,
        "section": indicator.section,
        "publication": indicator.publication,
        **_coverage(figures, figure),
        "not_available": "" if figure.value is not None else figures.why_not(indicator.id, figure.year),
    }


def _coverage(figures: Figures, figure: Figure) -> dict[str, Any]:
    """Who is behind a figure: so many units of so many; or, where they owe nothing, who reported it."""
    coverage, indicator = figure.coverage, figures.project.indicators[figure.indicator_id]
    is_members = coverage.expected > 0
    others = figures.reporters(indicator, figure.year) if figure.scope == ALL and not is_members else ()
    return {
        "reported": coverage.reported if is_members else None,
        "asked": coverage.expected if is_members else None,
        "reported_by": " ".join(others),
    }


def _all_scopes(figures: Figures, year: int) -> Iterator[Figure]:
    """The figure of every indicator, then what each unit has of it."""
    for indicator_id in figures.project.indicators:
        yield figures.get(indicator_id, year)
        for scope in figures.values.get((indicator_id, year), {}):
            if scope != ALL:
                yield figures.get(indicator_id, year, scope)
