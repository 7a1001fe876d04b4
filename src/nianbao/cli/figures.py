"""figures: every figure of a year, on the screen or as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from nianbao import clock
from nianbao.cli.ask import as_of_option, asked_workspace, year_basis_option
from nianbao.cli.main import json_option, place_options
from nianbao.cli.show import say, say_csv, say_json, say_table, share_zh
from nianbao.cli.tree import say_tree, tree_options
from nianbao.errors import UsageError
from nianbao.language import _

_CLAIM_ZH = {"does_not_survive": "不一定成立", "cannot_be_told": "无法判断"}


@click.command()
@place_options
@click.option("--year", type=int, required=True, help="The year of the figures.")
@tree_options
@year_basis_option
@as_of_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of them, those of every unit too, into this folder: CSV, SDMX, data package.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--doubtful", is_flag=True, help="Only what the reports claim and the missing units might make untrue.")
@json_option
def figures(
    project_path: Path | None, home: Path, year: int, under_text: str | None, line: str, tree_day: dt.datetime | None,
    year_basis: str, as_of: dt.datetime | None, out: Path | None, as_csv: bool, doubtful: bool, as_json: bool,
) -> None:  # fmt: skip
    """Print the figures of a year."""
    from nianbao.publish.figure_set import describe_figure, write_set
    from nianbao.statistics.figures import read_figures
    from nianbao.warehouse import ledger

    if under_text is not None or tree_day:
        if out or year_basis or doubtful:
            raise click.UsageError(_("--under and --tree print values of the tree of a main year: nothing else beside"))
        with asked_workspace(project_path, home, as_of) as workspace:
            say_tree(workspace, year, under_text, line, tree_day, as_csv, as_json)
        return
    if doubtful:
        if out or year_basis:
            raise click.UsageError(_("--doubtful is about what the reports print: not other years, and not as files"))
        _say_doubtful(project_path, home, year, as_of, as_csv, as_json)
        return
    with asked_workspace(project_path, home, as_of) as workspace:
        basis = workspace.project.year_basis(year_basis)
        known = read_figures(workspace.connection, workspace.project, basis)
        rows = [describe_figure(known, known.get(indicator, year)) for indicator in workspace.project.indicators]
        names = {unit.code: unit.short_zh for unit in workspace.project.units.values()}
        if not any(row["value"] for row in rows):
            raise UsageError(
                _("there are no figures for {year}").format(year=year),
                next_step=_("years with figures: {years}").format(years=known.years()),
            )
        if out:
            written = write_set(known, year, ledger.known_until(workspace.connection) or clock.now(), out)
    if out:
        say(_("{written} values in {out}").format(written=written, out=out))
    elif as_json:
        say_json([row | {"value": row["value"] and Decimal(row["value"])} for row in rows if _is_told(row)])
    elif as_csv:
        say_csv(list(rows[0]), [list(row.values()) for row in rows if _is_told(row)])
    else:
        _say_figures(rows, year, basis, names)


def _is_told(row: dict[str, Any]) -> bool:
    """Whether there is anything to say of a figure: its value, or why there can be none."""
    return bool(row["value"] or row["not_available"])


def _say_figures(rows: list[dict[str, Any]], year: int, basis: Any, names: Mapping[str, str]) -> None:
    if not basis.is_main or basis.first_month != 1:
        say(f"{basis.zh}{year}年（{rows[0]['first_day']}至{rows[0]['last_day']}）")
    say_table(
        ("指标", "名称", "数值", "单位", "已报/应报"),
        [
            (row["indicator_id"], row["zh"], Decimal(row["value"]), row["unit"], _covered(row, names))
            for row in rows
            if row["value"]
        ],
        numbers=(2,),
    )
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row["not_available"]:
            reasons.setdefault(row["not_available"], []).append(row["zh"])
    for reason, untold in reasons.items():
        say()
        say(f"不能按{basis.zh}计：{reason}")
        say(f"  {'、'.join(untold)}")


def _say_doubtful(
    project_path: Path | None, home: Path, year: int, as_of: dt.datetime | None, as_csv: bool, as_json: bool
) -> None:
    from nianbao.runs.promised import doubtful_claims

    with asked_workspace(project_path, home, as_of) as workspace:
        rows = doubtful_claims(workspace, year)
    if as_json:
        say_json(rows)
    elif as_csv:
        say_csv(list(rows[0]) if rows else [], [list(row.values()) for row in rows])
    elif not rows:
        say(_("every claim of the reports of {year} would survive the worst case").format(year=year))
    else:
        say_table(
            ("报告", "章节", "指标", "印作", "结论", "未报占上年", "原因"),
            [
                (row["publication"], row["section"], row["zh"], row["printed"], _CLAIM_ZH[row["claim"]],
                 share_zh(row["missing_share_of_last_year"]), row["doubt"])
                for row in rows
            ],
        )  # fmt: skip


def _covered(row: dict[str, Any], names: Mapping[str, str]) -> str:
    if row["asked"] is None:
        by = [f"{code} {names.get(code, '')}".strip() for code in row["reported_by"].split()]
        return f"{'、'.join(by)} 已报" if by else "—"
    return f"{row['reported']}/{row['asked']}"
