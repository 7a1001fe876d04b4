"""publish on the Prefect page: the steps of a release, with a form for each role that has still to sign."""

from pathlib import Path

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import deployment
from pydantic import Field

from flows.artifacts import inert, show_proposals, show_published
from flows.steps import Year, as_task, flow
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.build import build_tables
from nianbao.runs.morning import open_run
from nianbao.runs.propose import lay_down
from nianbao.runs.publish import Published
from nianbao.runs.publish import publish as run_publish
from nianbao.runs.sign import Wanted, sign, user_of_this_process, wanted_signatures
from nianbao.settings import Home
from nianbao.terms.sign_off import Identity

A_WEEK = 7 * 24 * 3600


class SignOffForm(RunInput):
    """What a role answers to the preview above."""

    signs: bool = Field(
        default=False, title=_("sign"), description=_("I have read what stands above, and agree to the release.")
    )
    signature: str = Field(
        default="",
        title=_("SSH signature"),
        description=_(
            "For a role with a key on file: nianbao sign … --statement gives the text; sign it with ssh-keygen -Y sign "
            "and paste the signature here."
        ),
    )


@flow("publish")
def publish(
    project: Path = Path("."),
    home: Path = Path("var"),
    year: Year | None = None,
    publications: list[str] | None = None,
    unfinished: bool = False,
    renew: bool = False,
    wait_seconds: int = A_WEEK,
) -> list[Published]:
    """Lay the next editions before the two roles that sign, wait for them without any lock, and release what they sign.

    Every step that the record has is left alone: a run that was resumed, or started again, goes on where it stands.

    Args:
        project: Folder of the declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
        year: Year of the reports; empty for every finished year.
        publications: Only these publications; empty for all of them.
        unfinished: Also a year that is not finished; its edition says so on every page.
        renew: Lay today's data down again; signatures are then void.
        wait_seconds: How long a form waits for an answer before the run fails.
    """
    place, path = Home(home.resolve()), project.resolve()
    with open_run(path, place, "preview") as workspace:
        build_tables(workspace, as_task)
        proposals = lay_down(workspace, year, publications or None, as_task, unfinished, renew)
        wanted = wanted_signatures(workspace, proposals)
    show_proposals(proposals)
    if deployment.id:  # only the run of a deployment can be left and taken up again
        for each in wanted:
            _ask(path, place, each, wait_seconds)
    with open_run(path, place, "publish") as workspace:
        build_tables(workspace, as_task)
        published = run_publish(workspace, [each.name for each in proposals], as_task)
    show_published(published)
    return published


def _ask(project: Path, home: Home, wanted: Wanted, wait_seconds: int) -> None:
    """Wait for one role's answer, and record it."""
    form = SignOffForm.with_initial_data(description=inert(f"# {wanted.role.zh}\n\n{wanted.preview}"))
    answer = suspend_flow_run(wait_for_input=form, timeout=wait_seconds, key=wanted.key)
    if not answer.signs:
        raise UsageError(
            _("{role} has not signed {name}").format(role=wanted.role.zh, name=wanted.proposal.name),
            next_step=_("mend what it says, and start the flow again with renew"),
        )
    with open_run(project, home, "sign") as workspace:
        by = Identity(user_of_this_process(), answer.signature.strip() and f"{answer.signature.strip()}\n")
        sign(workspace, wanted.proposal.name, wanted.role.id, by)
