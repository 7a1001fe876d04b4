"""runs, verify, backup, restore, receipts, rebuild, release: what was recorded, kept and written out again."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import progress, say, say_json, say_table
from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.settings import Home

_SHOWN = 40


@click.command()
@place_options
@click.option("--all", "show_all", is_flag=True, help="Every run, not only the last ones.")
@click.option("--metrics", is_flag=True, help="Counts and times as text for a scraper (Prometheus).")
@json_option
def runs(project_path: Path | None, home: Path, show_all: bool, metrics: bool, as_json: bool) -> None:
    """List the runs that changed something or failed, the last first."""
    from nianbao.runs.listing import list_runs, metrics_text

    listed = list_runs(Home(home))
    if metrics:
        click.echo(metrics_text(Home(home), listed).rstrip("\n"))
        return
    shown = listed if show_all else listed[-_SHOWN:]
    if as_json:
        say_json([run.as_json() for run in reversed(shown)])
        return
    say_table(
        ("运行", "时间", "种类", "结果", "办理人", "原因", "内容"),
        [
            (run.run_id, run.at, run.kind_zh, run.outcome_zh, run.actor or "", run.because or "", run.content)
            for run in reversed(shown)
        ],
    )
    if len(shown) < len(listed):
        say(_("… {rest} more: --all, or --json").format(rest=len(listed) - len(shown)))


@click.command()
@place_options
@json_option
def verify(project_path: Path | None, home: Path, as_json: bool) -> None:
    """Hold everything that is kept against the hashes that were recorded."""
    from nianbao.runs.verify import verify_home

    with progress("verifying") as report:
        verified = verify_home(Home(home), report or (lambda done, all_: None))
    looked = verified.looked
    if as_json:
        say_json(
            vars(looked)
            | {
                "releases": verified.releases,
                "signatures": verified.signatures,
                "damages": [vars(each) for each in verified.damages],
            }
        )
    else:
        for damage in verified.damages:
            say(_("DAMAGED  {where}: {what}").format(where=damage.where, what=damage.what))
            say(_("      next: {next_step}").format(next_step=damage.next_step))
        say(
            _("{runs} runs, {tables} tables, {files} files, {releases} releases held against the record").format(
                runs=looked.runs, tables=looked.tables, files=looked.files, releases=verified.releases
            )
        )
    if verified.damages:
        raise StoreError(
            _("{damages} things are not what was recorded").format(damages=len(verified.damages)),
            next_step=_("see the lines above"),
        )


@click.command("accept-clock")
@place_options
@click.option("--because", required=True, help="Why.")
@click.option("--by", required=True, metavar="ROLE", help="Who says so, as a role (统计审核岗).")
@json_option
def accept_clock(project_path: Path | None, home: Path, because: str, by: str, as_json: bool) -> None:
    """Say that the clock is right now, after a night whose clock ran ahead; recorded with who says so and why.

    The alarm CLOCK ends, and editions are again as of the day on which their data were known.
    """
    from nianbao.runs.decide import accept_clock as accept
    from nianbao.runs.workspace import open_workspace

    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    with open_workspace(resolve_project(project_path), Home(home), "accept_clock") as workspace:
        dated = accept(workspace, because.strip(), by.strip())
    if as_json:
        say_json({"dated": str(dated)})
    else:
        say(_("decisions dated up to {dated} were taken before now").format(dated=dated))


@click.command()
@place_options
@click.argument("deliveries", nargs=-1)
@json_option
def receipts(project_path: Path | None, home: Path, deliveries: tuple[str, ...], as_json: bool) -> None:
    """Write receipts into the outbox again as they were recorded; without DELIVERIES, all that are not there."""
    from nianbao.runs.answer import write_again
    from nianbao.runs.workspace import open_workspace

    with open_workspace(resolve_project(project_path), Home(home), "receipts") as workspace:
        written = write_again(workspace, deliveries)
    if as_json:
        say_json([str(path) for path in written])
    else:
        say(_("{written} receipts lie in the outbox").format(written=len(written)))


@click.command()
@place_options
@json_option
def rebuild(project_path: Path | None, home: Path, as_json: bool) -> None:
    """Make warehouse, tables and receipts anew from the record alone, by the declarations it holds."""
    from nianbao.runs.rebuild import rebuild as run_rebuild

    rebuilt = run_rebuild(Home(home))
    if as_json:
        say_json(vars(rebuilt))
    else:
        say(
            _("{runs} runs applied, {built} tables built, {receipts} receipts in the outbox").format(
                runs=rebuilt.runs, built=rebuilt.built, receipts=rebuilt.receipts
            )
        )


@click.group()
def release() -> None:
    """Put an issued release back, byte for byte."""


@release.command("restore")
@place_options
@click.argument("name", metavar="PUBLICATION/YEAR/rN")
@json_option
def restore_issued(project_path: Path | None, home: Path, name: str, as_json: bool) -> None:
    """Put an issued release back byte for byte, as it was recorded."""
    from nianbao.runs.releases import restore_release

    restored, altered = restore_release(Home(home), name)
    path = Home(home).path / restored.path
    if as_json:
        say_json({"release": restored.name, "path": str(path), "put_back": altered})
    else:
        said = (
            _("{altered} files were not what was issued and are again").format(altered=len(altered))
            if altered
            else _("nothing was to be done")
        )
        say(f"{restored.name}: {said}  {path}")


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@place_options
@click.argument("file", type=_FILE)
@json_option
def backup(project_path: Path | None, home: Path, file: Path, as_json: bool) -> None:
    """Keep what was recorded, and every file it names, in a new FILE (.tar); a run may write meanwhile."""
    from nianbao.runs.rebuild import back_up

    kept = back_up(Home(home), file.resolve())
    if as_json:
        say_json(vars(kept) | {"path": str(file.resolve())})
    else:
        said = _("{runs} runs, {files} files, {size} bytes, each compared with its hash")
        say(f"{file}: {said.format(runs=kept.runs, files=f'{kept.files:,}', size=f'{kept.size:,}')}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("newhome", type=click.Path(path_type=Path, file_okay=False))
@json_option
def restore(file: Path, newhome: Path, as_json: bool) -> None:
    """Make a home at NEWHOME from the FILE of a backup, hold it against its hashes, and rebuild its tables."""
    from nianbao.runs.rebuild import restore_home

    rebuilt = restore_home(file.resolve(), Home(newhome.resolve()))
    if as_json:
        say_json(vars(rebuilt))
    else:
        say(
            _("{runs} runs applied, {built} tables built, {receipts} receipts in the outbox").format(
                runs=rebuilt.runs, built=rebuilt.built, receipts=rebuilt.receipts
            )
        )
