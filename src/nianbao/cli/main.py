"""The group of commands, what they share, and how faults become exit codes."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from pathlib import Path
from typing import Any

import click

from nianbao import __version__
from nianbao.cli.help import speak_the_language
from nianbao.errors import NianbaoError
from nianbao.language import _, choose_language
from nianbao.settings import keep_files_private, look_for_garbage_seldom

# Where each command lives; a command's module is imported when it is asked for, so that --help answers at once.
COMMANDS = {
    "init": ("make", "Make a home: the folder of inbox, outbox, archive, warehouse and releases; --like: a project."),
    "template": ("make", "Write the blank workbook of a unit and period, or of all units."),
    "sample": ("make", "Write the synthetic sample year into the inbox."),
    "nightly": ("run", "Collect, build, and refresh the drafts and the analysts' file."),
    "collect": ("run", "Take in what is new at the sources and answer every delivery."),
    "build": ("run", "Build and verify the tables; with --as-of, report as it was known on a day."),
    "draft": ("run", "Write the drafts whole: PDF, Word, workbook, SDMX, every unit and cell."),
    "preview": ("sign_off", "Lay the next edition of what changed before those who sign, and say what it changes."),
    "sign": ("sign_off", "Sign in a role exactly the bytes that nianbao preview laid down."),
    "publish": ("sign_off", "Release what both roles have signed."),
    "recall": ("sign_off", "Call a release back: with a reason; it is marked, and every byte of it stays."),
    "bind": ("bind", "Bind the released reports of one issue: one red head, contents and tail, in Word and PDF."),
    "onepager": ("sign_off", "Write the pages of key figures of what was released, of reports and of every unit."),
    "check": ("answer", "Give the answer to workbooks on the spot, without loading anything."),
    "explanations": ("answer", "List what units explain; approve it until a day, or refuse it."),
    "extend": ("amend", "Grant more time for a PERIOD: to a unit, a level or everybody."),
    "contact": ("amend", "How a unit is reached: contact set writes its office, phone and address."),
    "unit": ("amend", "The roster: which units there are; unit add, unit change from a day on, unit end."),
    "approve": ("approve", "List what waits for the level above; with submissions, approve them in its name."),
    "withdraw-approval": ("approve", "Take approvals back; what counts only with one waits again."),
    "withdraw": ("answer", "Take back an accepted submission; the one before it counts again."),
    "runs": ("record", "List the runs that changed something or failed, the last first."),
    "verify": ("record", "Hold everything that is kept against the hashes that were recorded."),
    "backup": ("record", "Keep what was recorded, and every file it names, in one new file."),
    "restore": ("record", "Make a home at a new place from a backup, held against its hashes, and rebuild it."),
    "accept-clock": ("record", "Say that the clock is right now, after a night whose clock ran ahead."),
    "receipts": ("record", "Write receipts into the outbox again as they were recorded."),
    "rebuild": ("record", "Make warehouse, tables and receipts anew from the record alone."),
    "release": ("record", "Put an issued release back, byte for byte: release restore."),
    "rejudge": ("rejudge", "Judge deliveries again by what is declared today, after a look at what would change."),
    "rehearse": ("rejudge", "Try a rule on everything that was ever submitted; nothing is changed."),
    "status": ("status", "Show how the reporting stands: what matters first, then by unit whom to call."),
    "remind": ("remind", "Remind the units that owe something: once, before the last day or after it."),
    "quality": ("quality", "Tell how well units report, by the declared rule: 质量通报, as a Word document with -o."),
    "figures": ("figures", "Print the figures of a year."),
    "targets": ("ask", "Show what was promised for a year and what was reached."),
    "explain": ("ask", "Trace a figure: formula, values by unit, submissions, cells."),
    "feeds": ("ask", "Trace the other way: the figures and releases that a submission is counted in."),
    "review": ("review", "Documents that come back from the office: review take-over keeps their blocks."),
    "proof": ("proof", "Check the numbers of an edited draft against the warehouse."),
    "layout": ("review", "Measure a Word document against GB/T 9704, the official layout."),
    "sql": ("ask", "Query the published file: no writes, no files, no network."),
    "held": ("held", "List the files of another unit than their place is of; confirm one, or send it back."),
    "notify": ("remind", "Tell people what a monitor noticed, or try the channels: notify test."),
    "where": ("where", "Say where everything lies, what may be deleted and how it is backed up."),
    "doctor": ("ask", "Check that everything nianbao needs is in place."),
}
_ATTRIBUTES = {"build": "build_command", "withdraw-approval": "withdraw_approval", "accept-clock": "accept_clock"}
INTERRUPTED = 130
_QUERY_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of a KeyboardInterrupt that strikes while it works: a RuntimeError without a type of its own."""


def load_command(name: str) -> click.Command:
    """The command of a name, with its module."""
    module = importlib.import_module(f"nianbao.cli.{COMMANDS[name][0]}")
    command: click.Command = getattr(module, _ATTRIBUTES.get(name, name))
    return command


class Commands(click.Group):
    """The commands in the order of the table above, each imported late."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, with its module."""
        return speak_the_language(load_command(cmd_name)) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(text)) for name, (_module, text) in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; a fault of ours ends with its message and its exit code, never with a traceback."""
        try:
            choose_language()
            keep_files_private()
            look_for_garbage_seldom()
            speak_the_language(self)
            return super().main(*args, **kwargs)
        except NianbaoError as error:
            click.echo(f"nianbao: {error}", err=True)
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command; when it is interrupted, end with the code that shells expect of that."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # click would make it a common failure
            sys.exit(INTERRUPTED)
        except RuntimeError as error:
            if str(error) != _QUERY_INTERRUPTED:
                raise
            sys.exit(INTERRUPTED)


@click.group(
    cls=Commands,
    help="nianbao 年报: from a federation's workbooks to its annual report, every figure traceable to a cell.",
    epilog="Exit codes: 0 done, 1 a checked file would be sent back or deviates, 2 wrong arguments, 3 something was "
    "kept back for a fault of ours, 4 built tables break an expectation, 5 a release waits, 64 no such thing, "
    "70 our own fault, 74 file, disk or source, 75 another run is writing, 78 a declared file is wrong.",
)
@click.version_option(__version__, prog_name="nianbao")
def main() -> None:
    """The entry point."""


def place_options(command: Any) -> Any:
    """--project DIR: whose declared folders to read; --home DIR: where inbox, warehouse and releases are."""
    command = click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        callback=_home,
        help="Folder of inbox, outbox, archive, warehouse and releases; by default var/ in the project's folder.",
    )(command)
    return click.option(
        "--project",
        "project_path",
        is_eager=True,  # the default of --home depends on it
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=None,
        help="Folder with forms/, reference/ …; by default the nearest one upward that holds forms/.",
    )(command)


def _home(context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    """The home as given, or var/ beside the declared folders; where there are none, var/ here."""
    from nianbao.catalog import find_project
    from nianbao.errors import DeclarationError

    if given is not None:
        return given.resolve()
    try:
        return (context.params.get("project_path") or find_project(Path.cwd())).resolve() / "var"
    except DeclarationError:
        return Path.cwd() / "var"


def past_day(_context: click.Context, _parameter: click.Parameter, given: dt.datetime | None) -> dt.datetime | None:
    """A day as given; what will be known on a day to come nobody knows."""
    from nianbao import clock
    from nianbao.errors import UsageError

    if given is not None and given.date() > (today := clock.now().date()):
        raise UsageError(
            _("{date} is still to come").format(date=given.date()),
            next_step=_("name {today} or an earlier day").format(today=today),
        )
    return given


def json_option(command: Any) -> Any:
    """--json: for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def resolve_project(project_path: Path | None) -> Path:
    """The project's folder: as given, or the nearest one upward."""
    from nianbao.catalog import find_project

    return project_path.resolve() if project_path else find_project(Path.cwd())
