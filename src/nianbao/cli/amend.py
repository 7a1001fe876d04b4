"""extend, contact, unit: more time to report, how units are reached, and which units there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json
from nianbao.cli.units import unit_asked
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.deadline import EVERY

_DAY = click.DateTime(["%Y-%m-%d"])
_NAMED = {
    "zh": "Its name.", "short_zh": "Its short name.", "en": "Its English name.", "adcode": "Its GB/T 2260 code.",
    "place_parent": "The unit above it by place.", "industry_parent": "The unit above it by industry.",
}  # fmt: skip


def _by(command: Any) -> Any:
    command = click.option("--because", required=True, help="Why: the document, or who asked for it.")(command)
    return click.option("--by", required=True, metavar="ROLE", help="Who changes it, as a role (统计审核岗).")(command)


def _named(command: Any) -> Any:
    for name, text in reversed(_NAMED.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, help=text)(command)
    return command


@click.group()
def contact() -> None:
    """How a unit is reached: office, phone and address, never a person (reference/contacts.csv)."""


@contact.command("set")
@place_options
@click.argument("unit_text", metavar="UNIT")
@click.option("--office", help="The office that reports (办公室).")
@click.option("--phone", help="Its phone (0971-0000000).")
@click.option("--mail", help="Its address (office@example.org).")
@_by
def contact_set(
    project_path: Path | None, home: Path, unit_text: str, office: str | None, phone: str | None, mail: str | None,
    by: str, because: str,
) -> None:  # fmt: skip
    """Write how a UNIT is reached; what is not named stays as it is."""
    from nianbao.catalog import load_project
    from nianbao.runs.amend import set_contact

    said = {
        name: text.strip() for name, text in (("office", office), ("phone", phone), ("mail", mail)) if text is not None
    }
    if not said:
        raise click.UsageError(_("say what changes: --office, --phone or --mail"))
    path = resolve_project(project_path)
    unit = unit_asked(load_project(path).roster, unit_text)
    changed = set_contact(path, Home(home), unit, said, *_who(by, because))
    names = {"office": _("office"), "phone": _("phone"), "mail": _("address")}
    written = _("written: {changed}").format(changed="、".join(names[each] for each in changed))
    told = written if changed else _("nothing is otherwise than before")
    say(f"{unit.code} {unit.zh}  {told}")


@click.group()
def unit() -> None:
    """The roster: which units there are, from when until when (reference/units.csv)."""


@unit.command("add")
@place_options
@click.argument("code", metavar="CODE")
@click.option("--level", required=True, help="Its level, as in reference/levels.csv.")
@click.option("--from", "day", required=True, type=_DAY, help="Its first day (2023-01-01).")
@_named
@_by
def unit_add(
    project_path: Path | None, home: Path, code: str, level: str, day: dt.datetime, by: str, because: str,
    **named: str | None,
) -> None:  # fmt: skip
    """Write a new unit into the roster, under a CODE of its own."""
    from nianbao.runs.amend import add_unit

    path = resolve_project(project_path)
    said = _said(path, named)
    row = {"unit_code": code, "unit_level": level, "valid_from": f"{day:%Y-%m-%d}", "name_status": "confirmed"}
    add_unit(path, Home(home), row | {"zh": ""} | said, *_who(by, because))
    _say_written(code, said.get("zh", ""))


@unit.command("change")
@place_options
@click.argument("unit_text", metavar="UNIT")
@click.option("--from", "day", required=True, type=_DAY, help="From which day on it is so (2023-01-01).")
@_named
@_by
def unit_change(
    project_path: Path | None, home: Path, unit_text: str, day: dt.datetime, by: str, because: str, **named: str | None
) -> None:
    """Let a UNIT be called otherwise or stand elsewhere from a day on; what it was before stays so."""
    from nianbao.catalog import load_project
    from nianbao.runs.amend import change_unit

    path = resolve_project(project_path)
    changed = unit_asked(load_project(path).roster, unit_text)
    said = _said(path, named)
    if not said:
        raise click.UsageError(_("say what changes: --zh, --short-zh, --place-parent …"))
    change_unit(path, Home(home), changed, day.date(), said, *_who(by, because))
    _say_written(changed.code, said.get("zh", changed.zh))


@unit.command("end")
@place_options
@click.argument("unit_text", metavar="UNIT")
@click.option("--on", "day", required=True, type=_DAY, help="Its last day (2022-12-31).")
@click.option("--successor", help="The unit that stands for it from the next day on; several: successions.csv.")
@_by
def unit_end(
    project_path: Path | None,
    home: Path,
    unit_text: str,
    day: dt.datetime,
    successor: str | None,
    by: str,
    because: str,
) -> None:
    """Let a UNIT exist until a day; what it reported stays and counts."""
    from nianbao.catalog import load_project
    from nianbao.runs.amend import end_unit

    path = resolve_project(project_path)
    roster = load_project(path).roster
    ended = unit_asked(roster, unit_text)
    heir = unit_asked(roster, successor) if successor else None
    end_unit(path, Home(home), ended, day.date(), heir, *_who(by, because))
    _say_written(ended.code, ended.zh)


def _say_written(code: str, zh: str) -> None:
    follows = _("written into the roster; the next run asks and counts by it")
    say(f"{code} {zh}  {follows}")


def _who(by: str, because: str) -> tuple[str, str]:
    """Who and why, both said."""
    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    return by.strip(), because.strip()


def _said(path: Path, named: Mapping[str, str | None]) -> dict[str, str]:
    """What was said of a unit, the units above it by their codes."""
    from nianbao.catalog import load_project

    said = {name: text.strip() for name, text in named.items() if text is not None}
    roster = load_project(path).roster
    parents = {name: unit_asked(roster, text).code for name, text in said.items() if name.endswith("_parent") and text}
    return said | parents


@click.command()
@place_options
@click.argument("period")
@click.option("--until", required=True, type=_DAY, help="The last day (2022-01-25).")
@click.option("--unit", default=EVERY, help="Whose: a unit, a level, or * for everybody, which is the default.")
@click.option("--form", default=EVERY, help="Which form; * for all of them is the default.")
@click.option("--because", required=True, help="Why.")
@click.option("--by", required=True, metavar="ROLE", help="Who grants it, as a role (统计审核岗).")
@json_option
def extend(
    project_path: Path | None, home: Path, period: str, until: dt.datetime, unit: str, form: str, because: str, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Grant more time for a PERIOD: to a unit, a level or everybody.

    Granted by the due day it moves that day; granted later it lets the form in, which stays late.
    """
    from nianbao import clock
    from nianbao.runs.amend import extend as grant
    from nianbao.terms.deadline import Extension

    by, because = _who(by, because)
    asked = Extension(unit, form, period.upper(), clock.now().date(), until.date(), by, because)
    granted = grant(resolve_project(project_path), Home(home), asked)
    if as_json:
        say_json(vars(granted))
    else:
        say(f"{granted.unit_code} {granted.form_code} {granted.period}: 延期至 {granted.accepted_until}")
        say(_("what was sent back as too late is taken when it is sent again"))
