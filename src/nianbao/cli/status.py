"""status: who has reported what, what waits, and what is wrong at the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import say, say_alarms, say_json, say_table
from nianbao.cli.units import unit_asked
from nianbao.settings import Home
from nianbao.terms.status import Status

_COUNTS = tuple(f"units_{status}" for status in Status)


@click.command()
@project_option
@home_option
@click.option("--year", type=int, help="The year; by default the latest with submissions.")
@click.option("--unit", "unit_text", help="Only this unit, form by form: its code or name.")
@json_option
def status(project_path: Path | None, home: Path, year: int | None, unit_text: str | None, as_json: bool) -> None:
    """Show who has reported what, on time or late, and which findings wait."""
    from nianbao import clock
    from nianbao.cli.held import say_held, tell_held
    from nianbao.cli.lapsed import say_lapsed, tell_lapsed
    from nianbao.runs.lapsed import find_lapsed
    from nianbao.runs.sources import read_alarms
    from nianbao.runs.workspace import open_workspace_to_read
    from nianbao.statistics.reporting import forms_of_year, is_built, not_reported, waiting_findings

    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        unit_code = None if unit_text is None else unit_asked(workspace.project.roster, unit_text).code
        today, built = clock.now().date(), is_built(workspace.connection)
        forms = forms_of_year(workspace.connection, today, year, unit_code) if built else []
        absent = not_reported(workspace.connection, today, year, unit_code) if built else []
        waiting = waiting_findings(workspace.connection, unit_code)
        held = tell_held(workspace) if unit_code is None else []
        lapsed = find_lapsed(workspace) if built and unit_code is None else ()
    sources = read_alarms(Home(home)) if unit_code is None else None
    if as_json:
        answer = {"forms": forms, "not_reported": absent, "waiting": waiting}
        say_json(
            answer if sources is None else answer | {"sources": sources, "held": held, "lapsed": tell_lapsed(lapsed)}
        )
        return
    if sources:
        say_alarms(sources["alarms"])
        _say_unfinished(sources["unfinished"])
        say_held(held)
    if not built:
        say("no tables have been built yet: nianbao nightly")
        return
    if unit_code is None:
        head = ("表号", "报表", "报告期", "应报", *(status.zh for status in Status))
        keys = ("form_code", "form_zh", "period", "units_due", *_COUNTS)
        say_table(head, [[row[key] for key in keys] for row in forms], numbers=range(3, len(head)))
    else:
        _say_unit(workspace.project.units[unit_code], forms, absent, bool(waiting))
    _say_absent(absent)
    say_lapsed(lapsed)
    if waiting:
        say()
    for row in waiting:
        say(f"{row['submission_id']}  {row['code']}  {row['sheet']} {row['cell'] or ''}  {row['sentence']}")


def _say_unit(unit: Any, forms: Sequence[Mapping[str, Any]], absent: Sequence[Mapping[str, Any]], waits: bool) -> None:
    """One line: how many forms the unit owes, what became of them, and whether all is well."""
    counts = {status.zh: sum(row[f"units_{status}"] for row in forms) for status in Status}
    told = "，".join(f"{zh}{count}张" for zh, count in counts.items() if count)
    say(f"{unit.code} {unit.zh}：应报{len(forms)}张，{told}" if forms else f"{unit.code} {unit.zh}：没有应报的表")
    if not waits and not any(Status(row["status"]).is_owed for row in absent):
        say("all is well: nothing is owed, nothing waits")


def _say_absent(absent: Sequence[Mapping[str, Any]]) -> None:
    if not absent:
        return
    say()
    say_table(
        ("单位", "名称", "表号", "报告期", "状态", "到达", "截止"),
        [
            (row["unit_code"], row["short_zh"], row["form_code"], row["period"], Status(row["status"]).zh,
             row["arrived_on"], row["due_on"])
            for row in absent
        ],
    )  # fmt: skip


def _say_unfinished(files: Sequence[Mapping[str, str]]) -> None:
    for each in files:
        say(f"still being written at {each['source']} since {each['since']}: {each['name']}")
    if files:
        say("      next: it is not taken; ask the sender to finish it or send it again, or remove it")
