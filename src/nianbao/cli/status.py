"""status: the morning: what matters first, then whom to call, and the rest on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_alarms, say_csv, say_json, say_table
from nianbao.cli.units import unit_asked
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.morning import name_forms
from nianbao.terms.status import Status

if TYPE_CHECKING:
    from nianbao.runs.morning import Asked
    from nianbao.runs.workspace import Workspace
    from nianbao.terms.morning import Morning, Owed, UnitStanding

_UNITS = 20
_LABEL = 14


@click.command()
@place_options
@click.option("--year", type=int, help="Only this year; by default every year in which something is open.")
@click.option("--unit", "unit_text", help="Only this unit, form by form: its code or name.")
@click.option("--form", "form_code", default="", help="Only this form.")
@click.option("--period", default="", help="Only this period (2021Q4).")
@click.option("--missing", is_flag=True, help="Only what has not come and is past its day.")
@click.option("--all", "everything", is_flag=True, help="All units, every form and period, and the findings that wait.")
@click.option("--csv", "as_csv", is_flag=True, help="Print what did not come on time as CSV.")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a workbook.")
@json_option
def status(
    project_path: Path | None, home: Path, year: int | None, unit_text: str | None, form_code: str, period: str,
    missing: bool, everything: bool, as_csv: bool, xlsx: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Show how the reporting stands: what matters first, then by unit whom to call.

    The forms, all units and the findings that wait: --all.
    """
    from nianbao.runs.morning import Asked, read_morning, years_told
    from nianbao.runs.workspace import open_workspace_to_read

    with open_workspace_to_read(resolve_project(project_path), Home(home)) as workspace:
        unit = None if unit_text is None else unit_asked(workspace.project.roster, unit_text)
        asked = Asked(year, unit.code if unit else "", form_code.upper(), period.upper())
        _refuse_unknown(workspace, asked)
        years = years_told(workspace, asked)
        answer = _answer(workspace, asked, years)
        morning = read_morning(workspace, asked, answer["lapsed_releases"])
    if missing:
        morning = _with_status(morning, Status.MISSING)
    if as_csv or xlsx:
        _give_lists(morning, as_csv, xlsx)
    elif as_json:
        say_json(_for_programs(answer, morning))
    elif missing:
        _say_units(morning.units, None, "没有逾期未报的")
    else:
        _say_sources(answer)
        if not years:
            say(_("no tables have been built yet: nianbao nightly"))
            return
        if unit:
            _say_unit(f"{unit.code} {unit.zh}", morning, bool(answer["waiting"]))
        else:
            _say_morning(morning, everything, answer)
        if unit or everything:
            _say_waiting(answer["waiting"])


def _refuse_unknown(workspace: Workspace, asked: Asked) -> None:
    from nianbao.errors import UsageError
    from nianbao.terms.period import Period

    forms = workspace.project.forms
    if asked.form_code and asked.form_code not in forms:
        raise UsageError(
            _("form {form_code} is not declared").format(form_code=asked.form_code),
            next_step=_("name one of: {shown}{more}").format(shown=", ".join(forms), more=""),
        )
    try:
        _period = asked.period and Period.parse(asked.period)
    except ValueError as error:
        raise UsageError(str(error), next_step=_("write a period like 2021Q4 or 2021H2")) from error


def _answer(workspace: Workspace, asked: Asked, years: Sequence[int]) -> dict[str, Any]:
    """What is answered besides the morning itself."""
    from nianbao import clock
    from nianbao.cli.held import tell_held
    from nianbao.runs.corrections import find_lapsed
    from nianbao.runs.sources import read_alarms
    from nianbao.statistics.reporting import forms_of_years, not_reported, waiting_findings
    from nianbao.terms.numbers import part_thousands

    unit, today = asked.unit_code or None, clock.now().date()
    place = (workspace.connection, today, years, unit)
    found: dict[str, Any] = {
        "years": list(years),
        "forms": forms_of_years(*place) if years else [],
        "not_reported": not_reported(*place) if years else [],
        "waiting": [
            row | {"sentence": part_thousands(row["sentence"], workspace.project.measures)}
            for row in waiting_findings(workspace.connection, unit)
        ],
        "lapsed_releases": find_lapsed(workspace) if years and unit is None else (),
    }
    if unit is None:
        found |= {"sources": read_alarms(workspace.home), "held": tell_held(workspace)}
    return found


def _for_programs(answer: dict[str, Any], morning: Morning) -> dict[str, Any]:
    from nianbao.cli.lapsed import tell_lapsed

    lapsed = answer.pop("lapsed_releases")
    told = {each.code for each in morning.units}
    chosen = [row for row in answer["not_reported"] if row["unit_code"] in told]
    kept = {(each.unit_code, each.form_code, each.period) for unit in morning.units for each in unit.owed}
    answer["not_reported"] = [row for row in chosen if (row["unit_code"], row["form_code"], row["period"]) in kept]
    answer["headlines"] = [vars(each) for each in morning.headlines]
    answer["units"] = [
        {"unit_code": each.code, "unit": each.zh, "contact": vars(each.contact), "lines": each.lines}
        for each in morning.units
    ]
    return answer | ({"lapsed": tell_lapsed(lapsed)} if "sources" in answer else {})


def _with_status(morning: Morning, status: Status) -> Morning:
    from dataclasses import replace

    found = (replace(unit, owed=tuple(o for o in unit.owed if o.status is status)) for unit in morning.units)
    return replace(morning, units=tuple(unit for unit in found if unit.owed))


def _say_sources(answer: Mapping[str, Any]) -> None:
    from nianbao.cli.held import say_held

    if "sources" not in answer:
        return
    say_alarms(answer["sources"]["alarms"])
    _say_unfinished(answer["sources"]["unfinished"])
    say_held(answer["held"])


def _say_morning(morning: Morning, everything: bool, answer: Mapping[str, Any]) -> None:
    from nianbao.cli.lapsed import say_lapsed

    say(f"{morning.title}　{morning.at:%Y-%m-%d %H:%M}")
    for each in morning.headlines:
        from nianbao.cli.show import width_of

        sign = "！" if each.is_urgent else "　"
        say(f"{sign}{each.label}{' ' * (_LABEL - width_of(each.label))}{each.text}", indent=" " * (_LABEL + 2))
    units = morning.units if everything else morning.to_chase
    if units:
        say()
        _say_units(units, None if everything else _UNITS, "")
    if everything:
        _say_forms(morning)
        say_lapsed(answer["lapsed_releases"])
    else:
        say()
        say(_("forms, all units and the findings that wait: nianbao status --all; one unit: --unit"))


def _say_units(units: Sequence[UnitStanding], most: int | None, nothing: str) -> None:
    if not units:
        say(nothing)
        return
    shown = units[:most]
    say_table(
        ("单位", "情况", "联系"),
        [
            (each.zh if number == 0 else "", line, each.contact.zh if number == 0 else "")
            for each in shown
            for number, line in enumerate(each.lines)
        ],
    )
    if named := name_forms(shown):
        say()
        say(named)
    if len(units) > len(shown):
        say(_("{rest:,} more units: nianbao status --all, or --csv, --xlsx FILE").format(rest=len(units) - len(shown)))


def _say_forms(morning: Morning) -> None:
    say()
    found = [status for status in Status if morning.counts[status]]
    head = ("代码", "报表", "报告期", "应报", *(status.zh for status in found))
    say_table(
        head,
        [
            (each.form_code, each.form_zh, each.period, f"{each.due:,}", *(f"{each.counts[s]:,}" for s in found))
            for each in morning.forms
        ],
        numbers=range(3, len(head)),
    )


def _say_unit(name: str, morning: Morning, waits: bool) -> None:
    """One line: how many forms the unit owes, what became of them; then each, and whether all is well."""
    told = "，".join(f"{status.zh}{morning.counts[status]}张" for status in Status if morning.counts[status])
    owes = f"应报{sum(morning.counts.values())}张，{told}" if told else "没有应报的表"
    say(f"{name}：{morning.years_zh}{owes}")
    owed = [each for unit in morning.units for each in unit.owed]
    if not waits and not any(each.status.is_owed for each in owed):
        say(_("all is well: nothing is owed, nothing waits"))
    if owed:
        say()
        say_table(
            ("代码", "报表", "报告期", "状态", "到达", "截止"),
            [(o.form_code, o.form_zh, o.period, o.status.zh, o.arrived_on, o.due_on) for o in owed],
        )


def _say_waiting(waiting: Sequence[Mapping[str, Any]]) -> None:
    if waiting:
        say()
    for row in waiting:
        say(f"{row['submission_id']}  {row['code']}  {row['sheet']} {row['cell'] or ''}  {row['sentence']}", "    ")


def _say_unfinished(files: Sequence[Mapping[str, str]]) -> None:
    for each in files:
        say(
            _("still being written at {source} since {since}: {name}").format(
                source=each["source"], since=each["since"], name=each["name"]
            )
        )
    if files:
        say(_("      next: it is not taken; ask the sender to finish it or send it again, or remove it"))


_HEAD = ("单位代码", "单位", "代码", "报表", "报告期", "状态", "截止", "最迟接收", "到达", "联系科室", "电话", "邮箱")


def _give_lists(morning: Morning, as_csv: bool, xlsx: Path | None) -> None:
    """What did not come on time, a row for each form, with whom to call."""
    from nianbao.publish.xlsx.book import XlsxBook, XlsxColumn

    rows = [_row(unit, each) for unit in morning.units for each in unit.owed]
    if xlsx:
        book = XlsxBook(xlsx)
        book.add_lists("未按时报送", [XlsxColumn(zh) for zh in _HEAD], rows)
        book.workbook.close()
        if not as_csv:
            say(_("{rows:,} rows: {xlsx}").format(rows=len(rows), xlsx=xlsx))
    if as_csv:
        say_csv(_HEAD, rows)


def _row(unit: UnitStanding, each: Owed) -> tuple[str, ...]:
    contact = unit.contact
    return (
        unit.code, unit.zh, each.form_code, each.form_zh, each.period, each.status.zh, str(each.due_on),
        str(each.accepted_until), str(each.arrived_on or ""), contact.office, contact.phone, contact.mail,
    )  # fmt: skip
