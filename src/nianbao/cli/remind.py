"""remind, notify: texts to the units that owe something, and what people are told by the declared channels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_alarms, say_json, say_table
from nianbao.cli.units import unit_asked
from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.notice import Event

if TYPE_CHECKING:
    from nianbao.runs.morning import Asked
    from nianbao.runs.workspace import Workspace
    from nianbao.terms.reminder import Reminder


@click.command()
@place_options
@click.option("--unit", "unit_text", help="Only this unit: its code or name.")
@click.option("--form", "form_code", default="", help="Only this form.")
@click.option("--period", default="", help="Only this period (2021Q4).")
@click.option("--year", type=int, help="Only this year; by default every year in which something is open.")
@click.option("--days", type=click.IntRange(0, 90), default=5, show_default=True, help="So many days before the last.")
@click.option("--again", is_flag=True, help="Also what a unit was reminded of already.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write a text for each unit, and a list.")
@click.option("--notify", is_flag=True, help="Give the texts to the channels that want the event reminder.")
@click.option("--by", metavar="ROLE", help="With --out or --notify: who reminds, as a role (统计审核岗).")
@json_option
def remind(
    project_path: Path | None, home: Path, unit_text: str | None, form_code: str, period: str, year: int | None,
    days: int, again: bool, out: Path | None, notify: bool, by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Remind the units that owe something: once, before the last day or after it.

    With --out or --notify it is done and recorded; without them it is shown. Who has reported is not reminded.
    """
    from nianbao.runs.morning import Asked
    from nianbao.runs.remind import list_reminders
    from nianbao.runs.workspace import open_workspace, open_workspace_to_read

    if (out or notify) and not (by and by.strip()):
        raise click.UsageError(_("say who reminds: --by ROLE"))
    path, place = resolve_project(project_path), Home(home)

    def asked(workspace: Workspace) -> Asked:
        code = unit_asked(workspace.project.roster, unit_text).code if unit_text else ""
        return Asked(year, code, form_code.upper(), period.upper())

    if not (out or notify):
        with open_workspace_to_read(path, place) as workspace:
            reminders = list_reminders(workspace, asked(workspace), days, again)
        say_json([_told(each) for each in reminders]) if as_json else _say(reminders)
        return
    with open_workspace(path, place, "remind") as workspace:
        reminders = list_reminders(workspace, asked(workspace), days, again)
        _give(workspace, reminders, out, notify, str(by).strip(), as_json)


def _give(
    workspace: Workspace, reminders: Sequence[Reminder], out: Path | None, notify: bool, by: str, as_json: bool
) -> None:
    """Write or send the texts, and record them only when that was done."""
    from nianbao.errors import StoreError, UsageError
    from nianbao.runs.remind import record_reminders, tell_reminders, write_reminders

    try:
        written = write_reminders(reminders, out) if out and reminders else []
    except FileExistsError as error:
        raise UsageError(
            _("{error} is there already").format(error=error), next_step=_("name another folder with --out")
        ) from error
    alarms: list[dict[str, Any]] = []
    if notify and reminders:
        told = tell_reminders(workspace, reminders, os.environ.get)
        alarms = [vars(alarm) for alarm in told.alarms]
        if not told.sent and not alarms:
            raise UsageError(_("no channel wants reminders"), next_step=_("declare one: docs/notices.md"))
    if not alarms:
        record_reminders(workspace, reminders, by)
    if as_json:
        say_json({"reminders": [_told(each) for each in reminders], "written": written, "alarms": alarms})
    else:
        _say(reminders)
        for path in written[-1:]:
            say(_("{written} files: {folder}").format(written=len(written), folder=path.parent))
        say_alarms(alarms)
    if alarms:
        raise StoreError(_("a channel did not take it"), next_step=_("see the alarms; nobody is noted as reminded"))


def _say(reminders: Sequence[Reminder]) -> None:
    if not reminders:
        say("没有需要催报的（催过的不再列出，要再催请加--again）")
        return
    say_table(
        ("类别", "单位", "张数", "内容", "联系"),
        [(each.reminding.zh, each.unit_zh, len(each.owed), each.title, each.contact.zh) for each in reminders],
        numbers=(2,),
    )


def _told(each: Reminder) -> dict[str, Any]:
    return {
        "unit_code": each.unit_code,
        "unit": each.unit_zh,
        "kind": each.reminding.value,
        "contact": vars(each.contact),
        "forms": [{"form_code": owed.form_code, "period": owed.period, "status": owed.status} for owed in each.owed],
        "text": each.text,
    }


@click.command()
@place_options
@click.argument("event", type=click.Choice([event.value for event in Event]))
@click.argument("text", nargs=-1)
@json_option
def notify(project_path: Path | None, home: Path, event: str, text: tuple[str, ...], as_json: bool) -> None:
    """Tell people what a monitor noticed: EVENT, in the words of TEXT, by every channel that wants it.

    Channels are declared in reference/notices.toml; `notify test` tries them all. systemd and Prefect call this for
    nights that could not tell of themselves.
    """
    from nianbao.runs.telling import tell_event

    path = resolve_project(project_path)
    told = tell_event(path, Home(home), Event(event), " ".join(text) or Event(event).zh, os.environ.get)
    if as_json:
        say_json({"sent": told.sent, "alarms": [vars(alarm) for alarm in told.alarms]})
    else:
        say(_("told {sent} times").format(sent=told.sent))
        say_alarms([vars(alarm) for alarm in told.alarms])
    if told.alarms:
        raise StoreError(_("a channel did not take it"), next_step=_("see the alarms; nothing else was lost"))
    if not told.sent:
        raise UsageError(
            _("no channel wants {event}").format(event=event),
            str(path / "reference" / "notices.toml"),
            _("declare one: docs/notices.md"),
        )
