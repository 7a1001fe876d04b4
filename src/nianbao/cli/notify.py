"""notify: tell people by the declared channels."""

from __future__ import annotations

import os
from pathlib import Path

import click

from nianbao.cli.main import home_option, json_option, project_option, resolve_project
from nianbao.cli.show import say, say_alarms, say_json
from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.notice import Event


@click.command()
@project_option
@home_option
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
