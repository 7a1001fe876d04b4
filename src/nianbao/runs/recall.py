"""recall: a release is called back; it stays, every byte of it, and is marked wherever releases are told."""

from __future__ import annotations

from dataclasses import asdict

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.shelf import refresh_shelves
from nianbao.runs.workspace import Workspace
from nianbao.terms.personal import mask
from nianbao.terms.sign_off import Recall
from nianbao.warehouse import issued


def recall(workspace: Workspace, name: str, because: str, by: str) -> Recall:
    """Call a release back with a reason; the next preview makes another of the same figures. One recall is enough.

    Raises:
        UsageError: there is no such release.
    """
    known = {each.name: each for each in issued.releases(workspace.connection)}
    if name not in known:
        choices = ", ".join(known) or _("none was issued yet")
        raise UsageError(
            _("there is no release {name!r}").format(name=name),
            next_step=_("name one of: {choices}").format(choices=choices),
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
