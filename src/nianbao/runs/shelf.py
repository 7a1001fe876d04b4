"""The pages beside the releases, which tell what came after each of them: made from the record when it has news."""

from __future__ import annotations

from nianbao.publish.site.shelf import write_shelf
from nianbao.runs.workspace import Workspace
from nianbao.terms.release import Release, ShelvedRelease
from nianbao.terms.sign_off import Recall, SignOff
from nianbao.warehouse import issued


def refresh_shelves(workspace: Workspace) -> None:
    """Write the page and the script beside the releases of every publication and year, where they say anything new."""
    recalled = {(each.publication, each.year, each.number): each for each in issued.recalls(workspace.connection)}
    signed: dict[tuple[str, int, int], list[SignOff]] = {}
    for each in issued.sign_offs(workspace.connection):
        signed.setdefault((each.publication, each.year, each.number), []).append(each)
    shelves: dict[tuple[str, int], list[Release]] = {}
    for release in issued.releases(workspace.connection):
        shelves.setdefault((release.publication, release.year), []).append(release)
    names = {role.id: role.zh for role in workspace.project.sign_off.roles}
    for (code, year), releases in shelves.items():
        publication = workspace.project.publications.get(code)
        shelved = []
        for release, later in zip(releases, [*releases[1:], None], strict=True):
            key = (code, year, release.number)
            manifest = issued.manifest_of(workspace.connection, release)
            lines = [_line(each, names) for each in signed.get(key, ()) if each.manifest_sha256 == manifest]
            shelved.append(_shelved(release, releases[-1] if later else None, recalled.get(key), lines))
        folder = workspace.home.path / releases[-1].path
        write_shelf(folder.parent, f"{publication.zh if publication else code} {year}年", shelved)


def _shelved(release: Release, last: Release | None, recall: Recall | None, signed: list[str]) -> ShelvedRelease:
    because = f"{recall.recalled_at:%Y-%m-%d} {recall.recalled_by}：{recall.because}" if recall else ""
    return ShelvedRelease(release, last.edition if last else "", because, tuple(signed))


def _line(signed: SignOff, names: dict[str, str]) -> str:
    """A signature as readers see it: the role, and whether a key proves it; users of machines are the operator's."""
    how = "密钥签名" if signed.is_proven else "自报、未经证明"
    return f"{names.get(signed.role, signed.role)} {signed.signed_at:%Y-%m-%d}（{how}）"
