"""The options of the tree, and what figures and explain print of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import click

from nianbao.cli.show import number_zh, say, say_csv, say_json, say_table
from nianbao.cli.units import unit_asked
from nianbao.errors import UsageError
from nianbao.language import _

_LINES_ZH = {"place": "地方", "industry": "产业"}


def tree_options(command: Any) -> Any:
    """--under UNIT, --line LINE, --tree DAY: a unit with all below it, at the end of the year or on a day."""
    under = click.option("--under", "under_text", metavar="UNIT", help="This unit with all that stands below it.")
    line = click.option(
        "--line", type=click.Choice(list(_LINES_ZH)), default="place", show_default=True, help="The line of the tree."
    )
    day = click.option(
        "--tree",
        "tree_day",
        type=click.DateTime(["%Y-%m-%d"]),
        help="The tree of this day instead of that of the last day of the year; every unit, or that of --under.",
    )
    return under(line(day(command)))


def say_tree(
    workspace: Any, year: int, under_text: str | None, line: str, tree_day: dt.datetime | None,
    as_csv: bool, as_json: bool,
) -> None:  # fmt: skip
    """The figures of a unit with all below it, or of every unit of the tree."""
    from nianbao.statistics.tree import read_tree

    project = workspace.project
    tree = read_tree(workspace.connection, project, year, line, tree_day.date() if tree_day else None)
    units = tree.units()
    if under_text is not None:
        code = unit_asked(project.roster, under_text).code
        units = [unit for unit in units if unit.code == code]
    rows = [
        {
            "indicator_id": name, "zh": indicator.zh, "year": year, "line": line, "tree_of": tree.day,
            "scope": unit.code, "scope_zh": unit.short_zh, "value": found.value, "unit": indicator.unit,
            "asked": found.asked, "reported": found.reported,
        }
        for unit in units
        for name, indicator in project.indicators.items()
        if (found := tree.get(name, unit.code))
    ]  # fmt: skip
    if not rows:
        who = under_text or _("anybody")
        raise UsageError(
            _("there are no figures of {who} with all below it for {year}").format(who=who, year=year),
            next_step=_("nianbao figures --year {year}").format(year=year),
        )
    if as_json:
        say_json(rows)
    elif as_csv:
        say_csv(list(rows[0]), [list(row.values()) for row in rows])
    else:
        say(_head(tree))
        say_table(
            ("单位", "名称", "指标", "指标名称", "数值", "计量单位", "已报/应报"),
            [
                (row["scope"], row["scope_zh"], row["indicator_id"], row["zh"], row["value"], row["unit"],
                 f"{row['reported']}/{row['asked']}")
                for row in rows
            ],
            numbers=(4,),
        )  # fmt: skip


def explain_tree(
    workspace: Any, indicator_id: str, year: int, under_text: str, line: str, tree_day: dt.datetime | None,
    show_all: bool, as_json: bool, shown: int,
) -> None:  # fmt: skip
    """A value of the tree: what stands right below the unit, and every cell with who answers for it there."""
    from nianbao.publish.definition import define
    from nianbao.statistics.tree import cells_below, read_tree

    project = workspace.project
    indicator = project.indicators.get(indicator_id)
    if indicator is None:
        said = _("indicator {indicator_id!r} is not declared").format(indicator_id=indicator_id)
        raise UsageError(said, next_step=_("nianbao figures lists them"))
    unit = unit_asked(project.roster, under_text)
    tree = read_tree(workspace.connection, project, year, line, tree_day.date() if tree_day else None)
    if (found := tree.get(indicator_id, unit.code)) is None:
        said = _("there is no {indicator} of {unit} for {year}")
        step = _("nianbao figures --year {year} --under {unit} --line {line}")
        asked = {"indicator": indicator_id, "unit": unit.code, "year": year, "line": line}
        raise UsageError(said.format(**asked), next_step=step.format(**asked))
    below = [(each, tree.get(indicator_id, each.code)) for each in tree.below(unit.code)]
    cells = cells_below(workspace.connection, tree, indicator_id, unit.code)
    if as_json:
        say_json(
            {
                "indicator_id": indicator_id, "zh": indicator.zh, "year": year, "line": line, "tree_of": tree.day,
                "scope": unit.code, "value": found.value, "unit": indicator.unit,
                "definition": define(indicator, project), "formula": indicator.formula or None,
                "coverage": {"reported": found.reported, "asked": found.asked},
                "below": [
                    {"unit_code": each.code, "zh": each.short_zh, "value": its.value if its else None}
                    for each, its in below
                ],
                "cells": [vars(each.cell) | {"answered_by": each.unit_code, "share": each.share} for each in cells],
            }
        )  # fmt: skip
        return
    say(_head(tree))
    say(f"{unit.zh}及所属 {indicator.zh}（{indicator_id}）{year}年：{number_zh(found.value)} {indicator.unit}")
    say(f"口径：{define(indicator, project)}")
    say(f"覆盖：应报{found.asked}家，已报{found.reported}家")
    say()
    say_table(
        ("下级单位", "名称", "数值"),
        [(each.code, each.short_zh, its.value if its else None) for each, its in below],
        numbers=(2,),
    )
    say()
    listed = cells if show_all else cells[:shown]
    say_table(
        ("报送单位", "计入单位", "份额", "报送", "文件", "工作表", "单元格", "原文", "数值"),
        [
            (each.cell.unit_code, each.unit_code, _share(each.share), each.cell.submission_id, each.cell.file,
             each.cell.sheet, each.cell.cell, each.cell.text, each.cell.value)
            for each in listed
        ],
        numbers=(8,),
    )  # fmt: skip
    if len(listed) < len(cells):
        say(_("… {rest} more cells: --all, or --json").format(rest=len(cells) - len(listed)))


def _head(tree: Any) -> str:
    return f"{tree.year}年，按{tree.day}的{_LINES_ZH[tree.line]}隶属关系"


def _share(share: Decimal) -> str:
    return "" if share == 1 else f"{share.normalize():f}"
