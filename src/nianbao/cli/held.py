"""held: files of another unit than the place they came from; confirmed, or sent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.personal import mask
from nianbao.terms.source import STRANGER

if TYPE_CHECKING:
    from nianbao.runs.workspace import Workspace

_STRANGERS = {STRANGER: "未登记的邮箱"}


@click.command()
@place_options
@click.option("--confirm", metavar="DELIVERY", help="It is the report of the unit on its cover: take it in as that.")
@click.option("--send-back", metavar="DELIVERY", help="It is not: the sender must correct it.")
@click.option("--because", default="", help="Why, for the record.")
@click.option("--by", metavar="ROLE", help="With --confirm or --send-back: who decides, as a role (统计审核岗).")
@json_option
def held(
    project_path: Path | None, home: Path, confirm: str | None, send_back: str | None, because: str, by: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List the files of another unit than their place is of; confirm one, or send it back."""
    from nianbao.runs.decide import confirm as confirm_held
    from nianbao.runs.decide import send_back as send_held_back
    from nianbao.runs.morning import open_run
    from nianbao.runs.workspace import open_workspace_to_read

    if confirm and send_back:
        raise click.UsageError(_("confirm or send back, not both at once"))
    if (confirm or send_back) and not (by and by.strip()):
        raise click.UsageError(_("say who decides: --by ROLE"))
    if confirm or send_back:
        decide = confirm_held if confirm else send_held_back
        with open_run(resolve_project(project_path), Home(home), "held") as workspace:
            receipts = decide(workspace, str(confirm or send_back), because.strip(), str(by).strip())
        for receipt in receipts:
            say(_("the sender is told: {receipt}").format(receipt=receipt))
        if confirm:
            say(_("the next run takes it in as the report of the unit on its cover: nianbao nightly"))
        return
    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        rows = tell_held(workspace)
    if as_json:
        say_json(rows)
    elif rows:
        say_held(rows)
    else:
        say(_("nothing is held"))


def tell_held(workspace: Workspace) -> list[dict[str, Any]]:
    """What is held, with the units by code and name."""
    from nianbao.warehouse.held import read_held

    units = workspace.project.units
    told = []
    for each in read_held(workspace.connection):
        code = workspace.project.roster.find(each.cover_unit) or each.cover_unit
        told.append(
            {
                "delivery_id": each.delivery_id,
                "origin": each.origin,
                "source": mask(each.source),
                "received_at": each.received_at,
                "unit_code": code,
                "unit": units[code].zh if code in units else None,
                "sender": each.sender,
                "sender_zh": units[each.sender].zh if each.sender in units else _STRANGERS.get(each.sender),
            }
        )
    return told


def say_held(rows: Sequence[Mapping[str, Any]]) -> None:
    """What is held, as a table, and what can be done about it."""
    if not rows:
        return
    say_table(
        ("待确认", "收到", "来源", "文件", "封面单位", "目录属于"),
        [
            (
                row["delivery_id"], f"{row['received_at']:%Y-%m-%d}", row["origin"], row["source"],
                f"{row['unit_code']} {row['unit'] or ''}".strip(), f"{row['sender']} {row['sender_zh'] or ''}".strip(),
            )
            for row in rows
        ],
    )  # fmt: skip
    say(_("      next: nianbao held --confirm DELIVERY --by ROLE, or nianbao held --send-back DELIVERY --by ROLE;"))
    say(_("      for a folder that several units use, declare its owner in reference/sources.toml"))
    say()
