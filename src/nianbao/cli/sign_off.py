"""preview, sign, publish, recall, onepager: how a release is issued, called back, and told on a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import progress, say, say_json
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.runs.publish import Published
    from nianbao.runs.workspace import Workspace
    from nianbao.terms.sign_off import SignOff

WAITS = 5


@click.command()
@place_options
@click.option("--year", type=int, help="Year of the report; by default every finished year whose figures changed.")
@click.option("--unfinished", is_flag=True, help="Also a year that is not finished; its edition says so on every page.")
@click.option("--publication", "publications", multiple=True, help="Only this one; may be given several times.")
@json_option
def preview(
    project_path: Path | None, home: Path, year: int | None, unfinished: bool, publications: tuple[str, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """Lay the next edition of what changed before those who sign, and say what it changes and what is open in it.

    Exit code 1: a required text or block is not written; such an edition cannot be signed.
    """
    from nianbao.runs.build import build_tables
    from nianbao.runs.morning import open_run
    from nianbao.runs.preview import tell_preview
    from nianbao.runs.preview_page import preview_in_markdown
    from nianbao.runs.propose import propose

    with open_run(resolve_project(project_path), Home(home), "preview") as workspace:
        build_tables(workspace)
        previews = propose(workspace, year, publications or None, unfinished=unfinished)
        roles = workspace.project.sign_off.roles
    if as_json:
        say_json([tell_preview(each) for each in previews])
    elif not previews:
        say(_("nothing to sign: every release prints what today's data do; unchanged"))
    else:
        for each in previews:
            say(preview_in_markdown(each))
            for role in roles:
                say(
                    _("next: nianbao sign {name} --as {id}   # {zh}").format(
                        name=each.proposal.name, id=role.id, zh=role.zh
                    )
                )
    if any(each.open_required for each in previews):
        sys.exit(1)


@click.command()
@place_options
@click.argument("name", metavar="PUBLICATION/YEAR/rN")
@click.option(
    "--as", "role", required=True, metavar="ROLE", help="The declared role that signs (reports/sign_off.toml)."
)
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The role's SSH key to sign with.")
@click.option(
    "--signature", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A signature made elsewhere: ssh-keygen -Y sign -n nianbao -f KEY < STATEMENT.",
)  # fmt: skip
@click.option(
    "--statement", "only_statement", is_flag=True, help="Print what is to be signed elsewhere, and sign nothing."
)
@json_option
def sign(
    project_path: Path | None, home: Path, name: str, role: str, key: Path | None, signature: Path | None,
    only_statement: bool, as_json: bool,
) -> None:  # fmt: skip
    """Sign in a role exactly the bytes that nianbao preview laid down; a role without keys signs as the OS user."""
    from nianbao.runs.morning import open_run
    from nianbao.runs.sign import proposal_and_role, user_of_this_process
    from nianbao.runs.sign import sign as run_sign
    from nianbao.runs.signatures import sign_with, statement_of
    from nianbao.runs.workspace import open_workspace_to_read
    from nianbao.terms.sign_off import Identity

    if key and signature:
        raise click.UsageError(_("--key makes a signature, --signature brings one: not both"))
    path, place = resolve_project(project_path), Home(home)
    made = signature.read_text(encoding="utf-8", errors="replace") if signature else ""
    if key or only_statement:
        with open_workspace_to_read(path, place) as reading:
            statement = statement_of(*proposal_and_role(reading, name, role))
        if only_statement:
            click.echo(statement, nl=False)
            return
        made = sign_with(key, statement) if key else ""  # no lock is held while a passphrase is typed
    with open_run(path, place, "sign") as workspace:
        signed = run_sign(workspace, name, role, Identity(user_of_this_process(), made))
        names = {each.id: each.zh for each in workspace.project.sign_off.roles}
    if as_json:
        say_json(vars(signed) | {"is_proven": signed.is_proven})
    else:
        say(_("{name} signed: {signature}").format(name=name, signature=_signature(signed, names)))


@click.command()
@place_options
@click.argument("names", nargs=-1, metavar="[PUBLICATION/YEAR/rN]...")
@click.option("--as-signed", is_flag=True, help="Also where today's data would print something else than was signed.")
@json_option
def publish(project_path: Path | None, home: Path, names: tuple[str, ...], as_signed: bool, as_json: bool) -> None:
    """Release what both roles have signed, byte for byte. Exit code 5: something waits, and it is said for what."""
    from nianbao.runs.build import build_tables
    from nianbao.runs.morning import open_run
    from nianbao.runs.publish import publish as run_publish

    with open_run(resolve_project(project_path), Home(home), "publish") as workspace:
        build_tables(workspace)
        published = run_publish(workspace, names, as_signed=as_signed)
        told = [_told(workspace, each) for each in published]
    if as_json:
        say_json(told)
    else:
        _say_published(told)
    if any(each.waits_for for each in published):
        sys.exit(WAITS)


@click.command()
@place_options
@click.argument("name", metavar="PUBLICATION/YEAR/rN")
@click.option("--because", required=True, help="Why; whoever reads of the release reads it.")
@click.option("--by", required=True, metavar="ROLE", help="Who calls it back, as a role (办公室签发岗).")
@json_option
def recall(project_path: Path | None, home: Path, name: str, because: str, by: str, as_json: bool) -> None:
    """Call a release back: it is marked wherever releases are told, and every byte of it stays."""
    from nianbao.runs.morning import open_run
    from nianbao.runs.publish import recall as run_recall

    if not because.strip() or not by.strip():
        raise click.UsageError(_("say why and who: --because REASON --by ROLE"))
    with open_run(resolve_project(project_path), Home(home), "recall") as workspace:
        recalled = run_recall(workspace, name, because.strip(), by.strip())
    if as_json:
        say_json(vars(recalled))
    else:
        at = f"{recalled.recalled_at:%Y-%m-%d %H:%M}"
        say(
            _("{name} recalled: {because} ({recalled_by}, {at})").format(
                name=name, because=recalled.because, recalled_by=recalled.recalled_by, at=at
            )
        )


def _told(workspace: Workspace, published: Published) -> dict[str, Any]:
    from nianbao.runs.sign import signed_by

    edition, proposal = published.edition, published.proposal
    names = {each.id: each.zh for each in workspace.project.sign_off.roles}
    return {
        "publication": proposal.publication,
        "year": proposal.year,
        "name": f"r{proposal.number}",
        "is_new": edition is not None,
        "path": edition.path if edition else workspace.home.path / proposal.path,
        "figures": edition.figures if edition else None,
        "revisions": edition.revisions if edition else None,
        "signed": [_signature(each, names) for each in signed_by(workspace, proposal)],
        "waits_for": list(published.waits_for),
    }


def _say_published(told: list[dict[str, Any]]) -> None:
    if not told:
        say(_("nothing lies before those who sign; nianbao preview lays down what changed"))
    for each in told:
        what = f"{each['publication']} {each['year']} {each['name']}"
        if each["is_new"]:
            counts = _("{figures} figures, {revisions} revisions").format(
                figures=each["figures"], revisions=each["revisions"]
            )
            say(f"{what}: {counts}  {each['path']}")
        else:
            say(_("{what} is not released yet and waits:").format(what=what))
        for line in each["signed"]:
            say(_("  signed: {line}").format(line=line))
        for line in each["waits_for"]:
            say(f"  {line}")


def _signature(signed: SignOff, names: dict[str, str]) -> str:
    who = names.get(signed.role, signed.role)
    return f"{who}，{signed.signed_by}，{signed.signed_at:%Y-%m-%d %H:%M}，{signed.proof_zh}"


@click.command()
@place_options
@click.option("--year", type=int, help="Only this year; by default every one that was released.")
@click.option("--publication", "publications", multiple=True, help="Only this publication; may be given again.")
@json_option
def onepager(
    project_path: Path | None, home: Path, year: int | None, publications: tuple[str, ...], as_json: bool
) -> None:
    """Write the pages of key figures of what was released: one of each report, one of every unit, HTML and PDF."""
    from nianbao.runs.one_page import write_one_pages
    from nianbao.runs.workspace import open_workspace
    from nianbao.settings import Home

    project = resolve_project(project_path)
    with open_workspace(project, Home(home), "onepager") as workspace, progress("writing") as report:
        written = write_one_pages(workspace, year, publications, report)
    if as_json:
        return say_json({name: [str(path) for path in paths] for name, paths in written.items()})
    for name, paths in written.items():
        say(
            _("{name}: {paths} files written").format(name=name, paths=len(paths))
            if paths
            else _("{name}: unchanged").format(name=name)
        )
    say(_("see {page}").format(page=Home(home).releases / "index.html"))
