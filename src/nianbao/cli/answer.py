"""check, explanations, withdraw: what a sender is told, and what the operator thinks of what was sent."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import progress, say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.document import Impact
from nianbao.terms.receipt import Receipt

NOT_TAKEN = 1
_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = 40


@click.command()
@place_options
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--mark", is_flag=True, help="Write FILE.审核.xlsx beside each file with findings.")
@json_option
def check(project_path: Path | None, home: Path, files: tuple[Path, ...], mark: bool, as_json: bool) -> None:
    """Give the answer to workbooks on the spot, without loading anything.

    Last year's values and the other forms come from the warehouse where there is one. Of what would be accepted it is
    said what it would move in the releases, all files together. Exit code 0: every form would be
    accepted; 1: something would be sent back or wait for an explanation.
    """
    from nianbao.intake.answer.receipt_json import to_plain
    from nianbao.runs.check import check_files
    from nianbao.runs.impact import find_impact, tell_impact

    with progress("checking") as report:
        checked = list(check_files(resolve_project(project_path), Home(home), files, mark, report))
        new = [item for item in checked if item.is_taken and not item.is_known]
        periods = [line.period for item in new for line in item.receipt.submissions]
        impact = find_impact(resolve_project(project_path), Home(home), [item.path for item in new], periods)
    if as_json:
        told = tell_impact(impact)
        say_json(
            [
                {"checked": str(item.path), **to_plain(item.receipt), **({"impact": told} if item in new else {})}
                for item in checked
            ]
        )
    else:
        for item in checked:
            _say_receipt(item.path, item.receipt, item.is_known)
            if item.marked:
                say(f"  → {item.marked}")
        _say_impact(impact)
    if not all(item.is_taken for item in checked):
        sys.exit(NOT_TAKEN)


def _say_impact(impact: Sequence[Impact]) -> None:
    """What of which releases would move, the material first, and by how much."""
    for name in dict.fromkeys(each.release.name for each in impact):
        own = sorted((each for each in impact if each.release.name == name), key=lambda each: not each.is_material)
        material = sum(each.is_material for each in own)
        say()
        say(
            _("once taken in, {own} places of {name} would be printed differently, {material} of them material").format(
                name=name, own=len(own), material=material
            )
        )
        say_table(
            ("数字", "年份", "章节", "已印", "会印", "变动", "原表述", "重要性"),
            [
                (
                    *(each.revision.zh, each.revision.year, each.revision.section),
                    *(each.revision.before, each.revision.after, _moved(each)),
                    *(_HOLDS_ZH[each.revision.before_holds], "达到" if each.is_material else ""),
                )
                for each in own[:_SHOWN]
            ],
        )
        if len(own) > _SHOWN:
            say(_("… {rest} more: --json").format(rest=len(own) - _SHOWN))


_HOLDS_ZH = {True: "仍成立", False: "不再成立", None: "—"}


def _moved(impact: Impact) -> str:
    from nianbao.publish.plain import exact_text

    if impact.change is None:
        return "—"
    share = "" if impact.percent is None else f"（{impact.percent:+.2f}%）"
    return f"{'+' if impact.change > 0 else ''}{exact_text(impact.change)}{share}"


def _say_receipt(path: Path, receipt: Receipt, is_known: bool) -> None:
    from nianbao.intake.answer.receipt import grouped
    from nianbao.intake.answer.work import outcome_zh

    say(str(path))
    if is_known:
        at = f"{receipt.received_at:%Y-%m-%d %H:%M}"
        say(
            _("  already received, unchanged: {delivery_id}, {at}; it was answered:").format(
                delivery_id=receipt.delivery_id, at=at
            )
        )
    say(f"  {outcome_zh(receipt)}")
    for shown in grouped(receipt.findings):
        item = shown.finding
        place = f"{shown.sheets_zh} {item.cell or ''}".strip()
        say(f"  {item.severity_zh}  {item.code}  {place}  {item.sentence}")


@click.command()
@place_options
@click.option("--all", "show_all", is_flag=True, help="Also those that are ruled on.")
@click.option("--approve", metavar="ID", help="Accept the explanation for later reports too.")
@click.option("--refuse", metavar="ID", help="Not accept it: the unit must correct or explain anew.")
@click.option("--until", type=_DAY, help="With --approve: it holds for periods that end by this day (2022-12-31).")
@click.option(
    "--at-most",
    "most_pct",
    type=click.IntRange(min=1),
    metavar="PERCENT",
    help="With --approve: it holds for changes in the same direction up to this; by default as far as this one.",
)
@click.option("--by", metavar="ROLE", help="With --approve or --refuse: who rules, as a role (统计审核岗).")
@json_option
def explanations(
    project_path: Path | None, home: Path, show_all: bool, approve: str | None, refuse: str | None,
    until: dt.datetime | None, most_pct: int | None, by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List what units explain; approve it until a day and up to a size, or refuse it."""
    from nianbao.runs.workspace import open_workspace_to_read
    from nianbao.terms.numbers import part_thousands
    from nianbao.warehouse.explanations import explanations as read_explanations

    place = Home(home)
    if approve or refuse:
        _rule(resolve_project(project_path), place, approve, refuse, until, most_pct, by)
        return
    with open_workspace_to_read(resolve_project(project_path), place) as workspace:
        units = {unit.code: unit.short_zh or unit.zh for unit in workspace.project.units.values()}
        forms = workspace.project.forms
        rows = [
            row | {"sentence": part_thousands(row["sentence"], workspace.project.measures)}
            for row in read_explanations(workspace.connection)
            if show_all or not row["ruling"]
        ]
    if as_json:
        say_json(rows)
        return
    if not rows:
        say(_("nothing waits for a ruling"))
        return
    say_table(
        ("编号", "单位", "报告期", "报表", "规则", "单元格", "审核", "有效期止", "变动不超过", "审核意见", "说明"),
        [
            (
                row["explanation_id"], units.get(row["unit_code"], row["unit_code"]), row["period"],
                forms[row["form_code"]].named if row["form_code"] in forms else row["form_code"],
                row["code"], row["cell"], _RULED_ZH[row["ruling"]], row["until"], _bound(row), _short(row["sentence"]),
                row["explanation"],
            )
            for row in rows
        ],
    )  # fmt: skip


def _bound(row: Mapping[str, Any]) -> str:
    """`增50%`, empty where an approval is about no change of a number."""
    if not row["direction"]:
        return ""
    return f"{'增' if row['direction'] == 'up' else '减'}{row['most_pct']}%" if row["most_pct"] else "仅此一次"


_RULED_ZH = {None: "待审核", "approved": "认可", "refused": "不认可"}


def _rule(
    project: Path, home: Home, approve: str | None, refuse: str | None, until: dt.datetime | None,
    most_pct: int | None, by: str | None,
) -> None:  # fmt: skip
    from nianbao.runs.decide import rule
    from nianbao.runs.morning import open_run
    from nianbao.terms.explanation import Ruling

    if approve and refuse:
        raise click.UsageError(_("approve or refuse, not both at once"))
    if not by:
        raise click.UsageError(_("say who rules: --by ROLE"))
    if bool(approve) != bool(until):
        raise click.UsageError(_("--until DATE goes with --approve ID, and only with it"))
    if most_pct and not approve:
        raise click.UsageError(_("--at-most PERCENT goes with --approve ID"))
    ruling = Ruling.APPROVED if approve else Ruling.REFUSED
    with open_run(project, home, "explanations") as workspace:
        receipts = rule(workspace, str(approve or refuse), ruling, by, until.date() if until else None, most_pct)
    for receipt in receipts:
        say(_("{value}; the unit is told: {receipt}").format(value=_RULED_ZH[ruling.value], receipt=receipt))


@click.command()
@place_options
@click.argument("submission_id")
@click.option("--because", required=True, help="Why; the unit reads it in its receipt.")
@click.option("--by", required=True, metavar="ROLE", help="Who withdraws, as a role (统计审核岗).")
def withdraw(project_path: Path | None, home: Path, submission_id: str, because: str, by: str) -> None:
    """Take back an accepted submission; the one before it counts again.

    It stays in the ledger with who, when and why, and the unit gets a new receipt.
    """
    from nianbao.runs.build import build_tables
    from nianbao.runs.decide import withdraw as withdraw_submission
    from nianbao.runs.morning import open_run

    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    with open_run(resolve_project(project_path), Home(home), "withdraw") as workspace:
        receipts = withdraw_submission(workspace, submission_id, because.strip(), by.strip())
        for receipt in receipts:
            say(_("withdrawn; the unit is told: {receipt}").format(receipt=receipt))
        build_tables(workspace)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
