"""approve, withdraw-approval: what the level above says of what was reported."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home


@click.command()
@place_options
@click.argument("submission_ids", nargs=-1, metavar="[SUBMISSION]...")
@click.option("--by", metavar="ROLE", help="Who approves, as a role of the unit above (海北州总审核岗).")
@json_option
def approve(
    project_path: Path | None, home: Path, submission_ids: tuple[str, ...], by: str | None, as_json: bool
) -> None:
    """List what waits for the level above; with submissions, approve them in its name."""
    from nianbao.runs.build import build_tables
    from nianbao.runs.decide import approve as approve_submissions
    from nianbao.runs.decide import list_to_approve
    from nianbao.runs.morning import open_run
    from nianbao.runs.workspace import open_workspace_to_read

    path, place = resolve_project(project_path), Home(home)
    if submission_ids:
        if not (by and by.strip()):
            raise click.UsageError(_("say who approves: --by ROLE"))
        with open_run(path, place, "approve") as workspace:
            for receipt in approve_submissions(workspace, submission_ids, by.strip()):
                say(_("approved; the unit is told: {receipt}").format(receipt=receipt))
            build_tables(workspace)
        return
    with open_workspace_to_read(path, place) as workspace:
        waiting = list_to_approve(workspace)
        units, forms = workspace.project.units, workspace.project.forms
    if as_json:
        say_json(
            [
                {
                    "submission_id": each.standing.submission_id, "unit_code": each.standing.unit_code,
                    "form_code": each.standing.form_code, "period": each.standing.period,
                    "approver": each.approver.code if each.approver else None, "counts": each.counts,
                }
                for each in waiting
            ]
        )  # fmt: skip
    elif waiting:
        say_table(
            ("报送", "单位", "报表", "报告期", "核准单位", "现在"),
            [
                (each.standing.submission_id, units[each.standing.unit_code].short_zh,
                 forms[each.standing.form_code].named, each.standing.period,
                 each.approver.short_zh if each.approver else "—",
                 "已计入" if each.counts else "未计入")
                for each in waiting
            ],
        )  # fmt: skip
    else:
        say(_("nothing waits for an approval"))


@click.command()
@place_options
@click.argument("submission_ids", nargs=-1, required=True, metavar="SUBMISSION...")
@click.option("--because", required=True, help="Why; the unit reads it in its receipt.")
@click.option("--by", required=True, metavar="ROLE", help="Who takes it back, as a role of the unit above.")
def withdraw_approval(
    project_path: Path | None, home: Path, submission_ids: tuple[str, ...], because: str, by: str
) -> None:
    """Take approvals back; what counts only with one waits again."""
    from nianbao.runs.build import build_tables
    from nianbao.runs.decide import withdraw_approval as withdraw
    from nianbao.runs.morning import open_run

    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    with open_run(resolve_project(project_path), Home(home), "withdraw-approval") as workspace:
        for receipt in withdraw(workspace, submission_ids, because.strip(), by.strip()):
            say(_("the approval is taken back; the unit is told: {receipt}").format(receipt=receipt))
        build_tables(workspace)
