"""nianbao where: the folders and files of a home, what each is for, and how it is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home


class Place(NamedTuple):
    """A folder or file: what it is called, where it lies, what it holds, and how it is kept or comes back."""

    name: str
    path: Path
    holds: str
    keeping: str


@click.command()
@place_options
@click.argument("name", required=False)
@json_option
def where(project_path: Path | None, home: Path, name: str | None, as_json: bool) -> None:
    """Say where everything lies, what may be deleted and how it is backed up; with NAME, that path alone."""
    places = _places(resolve_project(project_path), Home(home))
    if name is not None:
        named = {place.name: place for place in places}
        if name not in named:
            raise click.UsageError(_("{name} is none of {names}").format(name=name, names="、".join(named)))
        say(str(named[name].path))
    elif as_json:
        say_json([{**place._asdict(), "bytes": _size(place.path, home)} for place in places])
    else:
        rows = [
            (place.name, place.path, _shown(_size(place.path, home)), place.holds, place.keeping) for place in places
        ]
        say_table((_("name"), _("path"), _("size"), _("holds"), _("keeping")), rows, numbers=(2,))


def _places(project: Path, home: Home) -> list[Place]:
    again = _("may be deleted: {how}")
    return [
        Place("project", project, _("what is declared: forms, units, rules, reports"), _("in version control")),
        Place("inbox", home.inbox, _("what came"), _("a file that has its receipt may be deleted")),
        Place("outbox", home.outbox, _("receipts and marked workbooks"), again.format(how="nianbao receipts")),
        Place("archive", home.archive, _("the record, and every file that came or was issued"),
              _("NEVER delete it: all else follows from it; nianbao backup FILE")),
        Place("warehouse", home.warehouse, _("the tables that the runs write"), again.format(how="nianbao rebuild")),
        Place("releases", home.releases, _("drafts, releases, the analysts' files"),
              again.format(how="nianbao nightly")),
        Place("status", home.status, _("how the reporting stands, with contacts"),
              again.format(how="nianbao nightly")),
        Place("scratch", home.scratch, _("what does not fit into memory"), _("may be deleted between runs")),
        Place("prefect", Path(os.environ.get("PREFECT_HOME") or project / "var" / "prefect"),
              _("timetable, automations, history and logs of Prefect, where it is used"),
              _("copy the folder while its server is stopped; nothing that counts is in it")),
    ]  # fmt: skip


def _size(path: Path, home: Path) -> int | None:
    """How many bytes of the home lie there; None where nothing is, or where other things lie, too."""
    if not path.is_relative_to(home):
        return None
    if path.is_dir():
        files = (Path(folder, name) for folder, _folders, names in os.walk(path) for name in names)
        return sum(each.lstat().st_size for each in files)
    return path.stat().st_size if path.exists() else None


def _shown(size: int | None) -> str:
    return "—" if size is None else f"{size / 1e6:,.1f} MB"
