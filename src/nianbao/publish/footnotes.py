"""Footnotes: the approved explanations of units that hold enough of a figure for the reader to care."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nianbao.catalog import Project
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Document, Footnote, PrintedFigure
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_ByField = Mapping[tuple[str, str, int], list[Mapping[str, Any]]]


def with_footnotes(document: Document, figures: Figures, approved: Iterable[Mapping[str, Any]], least: int) -> Document:
    """The document with a footnote for what units explained about the numbers behind a section's figures.

    `approved` are rows of warehouse.explanations.approved: about submissions in force. A unit that holds less than
    `least` per cent of what a figure counts, in its year and in the year before, explains nothing of the figure.
    """
    project = figures.project
    by_field: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for row in approved:
        by_field.setdefault((row["form_code"], row["field"], Period.parse(row["period"]).year), []).append(row)
    sections = []
    for section in document.sections:
        printed = [figure for figure in document.figures if figure.section == section.id]
        footnotes = tuple(_footnotes(_behind(printed, figures, by_field, least), project))
        sections.append(replace(section, footnotes=footnotes))
    return replace(document, sections=tuple(sections))


def _behind(
    printed: Iterable[PrintedFigure], figures: Figures, by_field: _ByField, least: int
) -> Iterator[tuple[PrintedFigure, Mapping[str, Any]]]:
    """The explanations about the fields that figures are counted from, each once, with its first figure."""
    seen = set()
    for figure in printed:
        for leaf in _leaves(figures.project.indicators[figure.indicator_id], figures.project):
            for word in sorted({leaf.field, *_WORD.findall(leaf.measure)}):
                for row in by_field.get((leaf.form, word, figure.year), ()):
                    if row["explanation_id"] not in seen and _percent(figures, leaf, figure, row["unit_code"]) >= least:
                        seen.add(row["explanation_id"])
                        yield figure, row


def _percent(figures: Figures, leaf: Indicator, figure: PrintedFigure, unit_code: str) -> Decimal:
    """How much of a figure a unit holds, in its year or the one before; what it alone reports it holds whole."""
    if figure.scope not in (ALL, unit_code):
        return Decimal(0)
    shares = []
    for year in (figure.year, figure.year - 1):
        own, whole = (figures.get(leaf.id, year, scope).value for scope in (unit_code, figure.scope))
        if own is not None and whole:
            shares.append(abs(100 * own / whole))
    is_only_one = figures.reporters(leaf, figure.year) == (unit_code,)
    return Decimal(100) if is_only_one else max(shares, default=Decimal(0))


def _leaves(indicator: Indicator, project: Project) -> Iterator[Indicator]:
    if not indicator.is_formula:
        yield indicator
        return
    for name in _WORD.findall(indicator.formula):
        if name in project.indicators and name != indicator.id:
            yield from _leaves(project.indicators[name], project)


def _footnotes(found: Iterable[tuple[PrintedFigure, Mapping[str, Any]]], project: Project) -> Iterator[Footnote]:
    """One footnote for each reason, naming all that it was given for, at the first figure that it concerns."""
    said: dict[tuple[str, str, str], list[str]] = {}
    first: dict[tuple[str, str, str], str] = {}
    for figure, row in found:
        field = project.forms[row["form_code"]].part(row["part"]).field(row["field"])
        reason = (row["unit_code"], row["period"], row["explanation"])
        first.setdefault(reason, figure.key)
        names = said.setdefault(reason, [])
        if field.zh not in names:
            names.append(field.zh)
    for (unit_code, period, text), names in said.items():
        about = f"{project.units[unit_code].zh}{Period.parse(period).zh}“{'、'.join(names)}”的说明"
        yield Footnote(first[unit_code, period, text], f"{about}：{text.rstrip('。')}。")
