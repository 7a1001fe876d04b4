"""figures, targets, explain, feeds, sql, doctor: questions, answered without changing anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, past_day, place_options, resolve_project
from nianbao.cli.show import TimeSpan, number_zh, say, say_csv, say_json, say_table, share_zh
from nianbao.cli.tree import explain_tree, tree_options
from nianbao.cli.units import unit_asked
from nianbao.errors import DeclarationError, StoreError, UsageError
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.runs.feeds import Printed

_DAY = click.DateTime(["%Y-%m-%d"])
_CELLS_SHOWN = 20


def as_of_option(command: Any) -> Any:
    """--as-of DAY: as it was known then."""
    known = "As it was known at the end of this day (2022-02-18)."
    return click.option("--as-of", "as_of", type=_DAY, callback=past_day, help=known)(command)


def year_basis_option(command: Any) -> Any:
    """--year-basis: what a year is."""
    return click.option(
        "--year-basis",
        default="",
        help="The year: the one in which the federation reports, or another that federation.toml declares.",
    )(command)


@contextmanager
def asked_workspace(project_path: Path | None, home: Path, as_of: dt.datetime | None = None) -> Iterator[Any]:
    """The workspace to read from: as the last run left it, or built in memory as it was known on a day."""
    from nianbao.runs.build import build_tables
    from nianbao.runs.workspace import open_workspace_as_of, open_workspace_to_read

    path, place = resolve_project(project_path), Home(home)
    if as_of is None:
        with open_workspace_to_read(path, place) as workspace:
            yield workspace
    else:
        with open_workspace_as_of(place, as_of.date()) as workspace:
            build_tables(workspace)
            yield workspace


@click.command()
@place_options
@click.option("--year", type=int, required=True, help="The year of the targets.")
@as_of_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
def targets(
    project_path: Path | None, home: Path, year: int, as_of: dt.datetime | None, as_csv: bool, as_json: bool
) -> None:
    """Show what was promised for a year and what was reached."""
    from nianbao.publish.promised import tally
    from nianbao.runs.promised import promised

    with asked_workspace(project_path, home, as_of) as workspace:
        found = promised(workspace, year)
    rows = [
        {
            "indicator_id": each.indicator_id, "zh": each.zh, "year": each.year, "comparator": each.comparator,
            "target": each.value, "unit": each.unit, "due_on": each.due_on,
            "set_by": each.set_by, "set_in": each.set_in,
            "submission_id": each.source.submission_id, "sheet": each.source.sheet, "cell": each.source.cell,
            "figure": each.key, "actual": each.actual, "outcome": each.outcome, "is_certain": each.is_certain,
            "reported": each.coverage.reported, "asked": each.coverage.expected,
        }
        for each in found
    ]  # fmt: skip
    if as_json:
        say_json(rows)
        return
    if not rows:
        raise UsageError(
            _("no targets were set for {year}").format(year=year),
            next_step=_("units set them in the form of targets of the year before"),
        )
    if as_csv:
        say_csv(list(rows[0]), [list(row.values()) for row in rows])
        return
    say_table(
        ("指标", "名称", "目标", "实际", "单位", "结果", "期限", "部门", "来源"),
        [
            (each.indicator_id, each.zh, f"{each.comparator} {each.value:,f}", each.actual, each.unit, each.outcome_zh,
             each.due_on, each.set_by_zh, f"{each.source.submission_id} {each.source.cell}")
            for each in found
        ],
        numbers=(2, 3),
    )  # fmt: skip
    say(tally(found))


@click.command()
@place_options
@click.argument("indicator")
@click.option("--year", type=int, required=True, help="The year of the figure.")
@click.option("--unit", "unit_text", help="Only the cells of this unit: its code or name.")
@tree_options
@year_basis_option
@as_of_option
@click.option("--all", "show_all", is_flag=True, help="Print every cell, not only the first ones.")
@json_option
def explain(
    project_path: Path | None, home: Path, indicator: str, year: int, unit_text: str | None, under_text: str | None,
    line: str, tree_day: dt.datetime | None, year_basis: str, as_of: dt.datetime | None, show_all: bool, as_json: bool,
) -> None:  # fmt: skip
    """Trace a figure: formula, values by unit, submissions, cells."""
    from nianbao.publish.definition import define
    from nianbao.statistics.claims import read_claims
    from nianbao.statistics.figures import read_figures
    from nianbao.statistics.trace import trace

    if under_text is not None:
        if unit_text or year_basis:
            raise click.UsageError(_("--under is about the tree of a main year: not with --unit or --year-basis"))
        with asked_workspace(project_path, home, as_of) as workspace:
            explain_tree(workspace, indicator, year, under_text, line, tree_day, show_all, as_json, _CELLS_SHOWN)
        return
    if tree_day:
        raise click.UsageError(_("--tree names the day of a tree: say with --under whose value is meant"))
    with asked_workspace(project_path, home, as_of) as workspace:
        unit = None if unit_text is None else unit_asked(workspace.project.roster, unit_text)
        basis = workspace.project.year_basis(year_basis)
        known = read_figures(workspace.connection, workspace.project, basis)
        figure = known.get(indicator, year)
        if reason := known.why_not(indicator, year):
            said = _("{indicator} is not available by {year} year: {reason}")
            step = _("--year-basis {code}").format(code=workspace.project.conventions.year.code)
            raise UsageError(said.format(indicator=indicator, year=basis.code, reason=reason), next_step=step)
        found = trace(workspace.connection, known, indicator, year)
        words = workspace.project.conventions.words
        declared = workspace.project.indicators[indicator]
        definition = define(declared, workspace.project)
        reporters = known.reporters(declared, year)
        # What the units held is compared by the year in which they report.
        completed = read_claims(workspace.connection, known).once_all_report(figure) if basis.is_main else None
    cells = [cell for cell in found.cells if unit is None or cell.unit_code == unit.code]
    if as_json:
        say_json(
            {
                "indicator_id": indicator, "zh": declared.zh, "year": year, "year_basis": basis.code,
                "value": figure.value, "unit": declared.unit,
                "definition": definition, "formula": declared.formula or None,
                "operands": list(map(vars, found.operands)),
                "coverage": {"reported": figure.coverage.reported, "asked": figure.coverage.expected,
                             "missing": figure.coverage.missing},
                "once_all_report": vars(completed) if completed else None,
                "by_unit": [vars(item) for item in found.by_unit],
                "cells": [vars(cell) for cell in cells],
            }
        )  # fmt: skip
        return
    say(f"{declared.zh}（{indicator}）{basis.name(year)}：{_number(figure.value)} {declared.unit}")
    say(f"口径：{definition}")
    _say_formula(declared.formula, found.operands)
    _say_coverage(figure.coverage, reporters, completed, words)
    say()
    say_table(("单位", "名称", "数值"), [(item.unit_code, item.zh, item.value) for item in found.by_unit], numbers=(2,))
    say()
    _say_cells(cells, show_all)


def _say_formula(formula: str, operands: Any) -> None:
    """The formula, and what a comparison takes of its operands where that is not all of its years."""
    if formula:
        say(f"公式：{formula}")
    for operand in operands if any(each.is_part for each in operands) else ():
        periods = f"（{'、'.join(operand.periods)}）" if operand.periods else ""
        say(f"取数：{operand.key}{periods} = {_number(operand.value)}")


def _say_cells(cells: list[Any], show_all: bool) -> None:
    shown = cells if show_all else cells[:_CELLS_SHOWN]
    say_table(
        ("单位", "报送", "文件", "工作表", "单元格", "原文", "计入", "文件摘要"),
        [(c.unit_code, c.submission_id, c.file, c.sheet, c.cell, c.text, c.value, c.sha256[:12]) for c in shown],
        numbers=(6,),
    )
    if len(shown) < len(cells):
        say(_("… {rest} more cells: --all, or --json").format(rest=len(cells) - len(shown)))


@click.command()
@place_options
@click.argument("query", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--seconds", type=click.IntRange(1), default=60, show_default=True, help="How long it may take.")
@json_option
def sql(project_path: Path | None, home: Path, query: str | None, as_csv: bool, seconds: int, as_json: bool) -> None:
    """Query the published file: no writes, no files, no network. Without a query, list the tables.

    An answer has at most a million rows, and a query 2 GB of memory (NIANBAO_MEMORY) and 4 GB beside it on disk.
    """
    from nianbao.warehouse.query import TABLES, query_published

    head, rows = query_published(Home(home).releases, TABLES if query is None else query, seconds)
    if as_json:
        say_json([dict(zip(head, row, strict=True)) for row in rows])
    elif as_csv:
        say_csv(head, rows)
    else:
        numbers = [column for column in range(len(head)) if rows and not isinstance(rows[0][column], str)]
        say_table(head, rows, numbers)


@click.command()
@place_options
@click.option("--since", type=TimeSpan(), help="Only whether a night ended well within this time: 26h, 90m, 2d.")
@click.option("--tell", "tells", is_flag=True, help="With --since: tell people by the declared channels when none did.")
@json_option
def doctor(project_path: Path | None, home: Path, since: dt.timedelta | None, tells: bool, as_json: bool) -> None:
    """Check that everything nianbao needs is in place; with --since, that it runs at night."""
    from nianbao.runs.doctor import examine, examine_night

    path = resolve_project(project_path)
    if tells and since is None:
        raise click.UsageError(_("--tell needs --since"))
    answers = examine(path, Home(home)) if since is None else examine_night(path, Home(home), since, tells)
    if as_json:
        say_json([vars(answer) for answer in answers])
    else:
        for answer in answers:
            say(f"{'ok  ' if answer.is_well else 'FAIL'}  {answer.label}: {answer.found}")
            if not answer.is_well:
                say(_("      next: {next_step}").format(next_step=answer.next_step))
    wrong = [answer for answer in answers if not answer.is_well]
    if any(answer.is_declared for answer in wrong):
        raise DeclarationError(path, None, _("what is declared here cannot be used; see the lines marked FAIL"))
    if wrong:
        raise StoreError(_("something is missing"), next_step=_("see the lines marked FAIL"))


def _say_coverage(coverage: Any, reporters: Any, completed: Any, words: Any) -> None:
    if coverage.expected:
        missing = f"，未报齐：{'、'.join(coverage.missing)}" if coverage.missing else ""
        say(f"覆盖：{words.counted}应报{coverage.expected}家，已报{coverage.reported}家{missing}")
        if completed and coverage.missing:
            share, low, high = share_zh(completed.missing_share), _bound(completed.low), _bound(completed.high)
            say(f"缺报：占上年{words.whole}数的比重{share}，补齐后最少{low}，最多{high}")
    elif reporters:
        say(f"覆盖：{words.counted}不报这一项，由{'、'.join(reporters)}报送")


def _bound(value: Any) -> str:
    return "不知道" if value is None else number_zh(value)


def _number(value: Any) -> str:
    return "没有数据" if value is None else number_zh(value)


@click.command()
@place_options
@click.argument("submission_id", metavar="SUBMISSION")
@click.option("--cell", help="Only this cell (E12).")
@json_option
def feeds(project_path: Path | None, home: Path, submission_id: str, cell: str | None, as_json: bool) -> None:
    """Trace the other way: the figures, and the releases, that a submission's cells are counted in."""
    from nianbao.runs.feeds import feeds as find
    from nianbao.runs.workspace import open_workspace_to_read

    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        found = find(workspace, submission_id, cell and cell.upper())
        names = {indicator.id: indicator.zh for indicator in workspace.project.indicators.values()}
    if as_json:
        say_json(
            {
                "submission_id": found.submission_id, "in_force": found.in_force or None, "releases": found.releases,
                "fed": [
                    {"sheet": each.cell.sheet, "cell": each.cell.cell, "text": each.cell.text, "value": each.cell.value,
                     "indicator_id": each.indicator_id, "year": each.year,
                     "printed": [vars(place) for place in each.printed]}
                    for each in found.fed
                ],
            }
        )  # fmt: skip
        return
    if found.in_force != submission_id:
        now = (
            _("{in_force} counts instead").format(in_force=found.in_force)
            if found.in_force
            else _("nothing counts for this form and period")
        )
        say(_("{submission_id} does not count now: {now}").format(submission_id=submission_id, now=now))
    if found.fed:
        say_table(
            ("工作表", "单元格", "原文", "指标", "名称", "年度", "印在"),
            [
                (
                    *(each.cell.sheet, each.cell.cell, each.cell.text),
                    *(each.indicator_id, names[each.indicator_id], each.year, _places(each.printed)),
                )
                for each in found.fed
            ],
        )
    say(_("releases that rest on it: {releases}").format(releases=", ".join(found.releases) or _("none")))


def _places(printed: tuple[Printed, ...]) -> str:
    """Where a figure is printed, and all its wordings there."""
    texts: dict[str, list[str]] = {}
    for place in printed:
        texts.setdefault(f"{place.publication} {place.edition} {place.section}", []).append(f"“{place.text}”")
    return "；".join(f"{place} {' '.join(said)}" for place, said in texts.items())
