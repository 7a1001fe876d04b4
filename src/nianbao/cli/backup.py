"""backup, restore: what was recorded, kept in one file, and a home made anew from it."""

from __future__ import annotations

from pathlib import Path

import click

from nianbao.cli.main import home_option, json_option, project_option
from nianbao.cli.show import say, say_json
from nianbao.language import _
from nianbao.settings import Home

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@project_option
@home_option
@click.argument("file", type=_FILE)
@json_option
def backup(project_path: Path | None, home: Path, file: Path, as_json: bool) -> None:
    """Keep what was recorded, and every file it names, in a new FILE (.tar); a run may write meanwhile."""
    from nianbao.runs.backup import back_up

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
    from nianbao.runs.backup import restore_home

    rebuilt = restore_home(file.resolve(), Home(newhome.resolve()))
    if as_json:
        say_json(vars(rebuilt))
    else:
        say(
            _("{runs} runs applied, {built} tables built, {receipts} receipts in the outbox").format(
                runs=rebuilt.runs, built=rebuilt.built, receipts=rebuilt.receipts
            )
        )
