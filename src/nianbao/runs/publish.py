"""publish, recall: editions that both roles have signed become releases, byte for byte, and may be called back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.publish.release import Edition, move_into_place
from nianbao.runs.documents import documents_of_year
from nianbao.runs.editions import folder_of
from nianbao.runs.propose import content_of
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.releases import put_back_missing, record_release, refuse_other_bytes
from nianbao.runs.shelf import refresh_office_page, refresh_shelves
from nianbao.runs.sign import signed_by
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.terms.document import Document
from nianbao.terms.personal import mask
from nianbao.terms.release import Release
from nianbao.terms.sign_off import Proposal, Recall
from nianbao.warehouse import issued


@dataclass(frozen=True)
class Published:
    """What became of a proposal: the edition that it is now, or what it waits for, in Chinese and English."""

    proposal: Proposal
    edition: Edition | None
    waits_for: tuple[str, ...] = ()


def publish(
    workspace: Workspace, names: Sequence[str] = (), step: Step = at_once, as_signed: bool = False
) -> list[Published]:
    """Release what both roles have signed, of these proposals or of all; what is not signed waits and says for what.

    What today's data would print otherwise than it was signed waits too; with `as_signed` it is released as it is.

    Raises:
        UsageError: no such proposal lies before those who sign.
        StoreError: the files of a proposal are not those that were signed.
    """
    put_back_missing(workspace)
    lying = {each.name: each for each in issued.proposals(workspace.connection)}
    if unknown := [name for name in names if name not in lying]:
        raise UsageError(
            _("{unknown} does not lie before those who sign").format(unknown=unknown[0]),
            next_step=_("name one of: {lying}; nianbao preview lays the next edition before them").format(
                lying=", ".join(lying) or "none"
            ),
        )
    chosen = [lying[name] for name in names or lying]
    waits = {each.name: tuple(_unsigned(workspace, each)) for each in chosen}
    years = {each.year for each in chosen if not waits[each.name]} if not as_signed else set()
    today = {year: documents_of_year(workspace, year, "release", is_whole=False) for year in sorted(years)}
    published = [_publish(workspace, each, waits[each.name], today, step) for each in chosen]
    refresh_shelves(workspace)
    refresh_office_page(workspace)
    return published


def _unsigned(workspace: Workspace, proposal: Proposal) -> Iterator[str]:
    """What has still to happen before a proposal can be released."""
    yield from (f"必写而未写 still to be written: {each}" for each in proposal.open_required)
    signed = {each.role for each in signed_by(workspace, proposal)}
    for role in workspace.project.sign_off.roles:
        if role.id not in signed:
            yield f"待签发 not signed: {role.zh}（nianbao sign {proposal.name} --as {role.id}）"
    if not workspace.project.sign_off.roles:
        yield "没有登记签发岗位 no roles are declared: reports/sign_off.toml"


def _publish(
    workspace: Workspace,
    proposal: Proposal,
    waits: tuple[str, ...],
    today: Mapping[int, Mapping[str, Document]],
    step: Step,
) -> Published:
    if (
        not waits
        and proposal.year in today
        and content_of(today[proposal.year][proposal.publication]) != proposal.content_sha256
    ):
        again = f"nianbao preview --year {proposal.year}；按已签的发布：--as-signed"
        waits = (f"送签后数据有变动，现在会印出不同的数：{again}",)
    if waits:
        return Published(proposal, None, waits)
    return Published(proposal, step(_("release {name}").format(name=proposal.name), _release, workspace, proposal))


def _release(workspace: Workspace, proposal: Proposal) -> Edition:
    """Record the signed files, then move them: it is issued from the record on, whatever becomes of the folder."""
    folder = workspace.home.path / proposal.path
    said = refuse_other_bytes(folder, proposal)
    target = folder_of(workspace, proposal.publication, proposal.year) / f"r{proposal.number}"
    release = Release(
        publication=proposal.publication,
        year=proposal.year,
        number=proposal.number,
        issued_at=clock.now(),
        path=target.relative_to(workspace.home.path).as_posix(),
        figures_sha256=proposal.content_sha256,
        is_unfinished=bool(said["unfinished"]),
    )
    record_release(workspace, release, folder)
    move_into_place(folder, target)
    counts = said["figures"], said["revisions"]
    zh = workspace.project.publications[proposal.publication].zh
    return Edition(proposal.publication, proposal.year, release.edition, target, *counts, is_new=True, zh=zh)


def recall(workspace: Workspace, name: str, because: str, by: str) -> Recall:
    """Call a release back with a reason; the next preview makes another of the same figures. One recall is enough.

    Raises:
        UsageError: there is no such release.
    """
    known = {each.name: each for each in issued.releases(workspace.connection)}
    if name not in known:
        one_of = _("name one of: {choices}").format(choices=", ".join(known))
        raise UsageError(
            _("there is no release {name!r}").format(name=name),
            next_step=one_of if known else _("none was issued yet"),
        )
    release = known[name]
    for each in issued.recalls(workspace.connection):
        if (each.publication, each.year, each.number) == (release.publication, release.year, release.number):
            return each
    recalled = Recall(release.publication, release.year, release.number, mask(because), mask(by), clock.now())
    doing = Doing("recall", actor=recalled.recalled_by, because=recalled.because, summary={"name": name})
    record_run(workspace, doing, {"recall": [asdict(recalled)]})
    refresh_shelves(workspace)
    return recalled
