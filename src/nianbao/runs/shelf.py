"""The pages beside and over the releases, which tell what came after each of them: made when there is news."""

from __future__ import annotations

from dataclasses import replace

from nianbao.publish.site.landing import Drafted, Over, write_office_page, write_over, write_shelf
from nianbao.runs.editions import SAMPLE_NOTICE, folder_of, reported_years
from nianbao.runs.workspace import Workspace
from nianbao.terms.document import DRAFT
from nianbao.terms.morning import zh_day
from nianbao.terms.release import Release, ReleasedYear, Shelf, ShelvedRelease
from nianbao.terms.sign_off import Recall, SignOff
from nianbao.terms.unit import Comparison
from nianbao.warehouse import issued
from nianbao.warehouse.released import ANALYSTS_FILE, read_released


def refresh_shelves(workspace: Workspace) -> None:
    """Write the pages beside the releases of every publication and year, and over all, where they say anything new."""
    shelves = shelves_of(workspace)
    for shelf in shelves:
        folder = workspace.home.path / shelf.shelved[-1].release.path
        write_shelf(folder.parent, f"{shelf.zh} {shelf.year}年", shelf.shelved)
    if shelves:
        told = over_all(workspace, sorted({shelf.year for shelf in shelves}))
        write_over(workspace.home.releases, told, shelves, lambda: _released_years(workspace, shelves))


def shelves_of(workspace: Workspace) -> list[Shelf]:
    """The releases of every publication and year, each with what came after it and who signed it."""
    recalled = {(each.publication, each.year, each.number): each for each in issued.recalls(workspace.connection)}
    signed: dict[tuple[str, int, int], list[SignOff]] = {}
    for each in issued.sign_offs(workspace.connection):
        signed.setdefault((each.publication, each.year, each.number), []).append(each)
    found: dict[tuple[str, int], list[Release]] = {}
    for release in issued.releases(workspace.connection):
        found.setdefault((release.publication, release.year), []).append(release)
    names = {role.id: role.zh for role in workspace.project.sign_off.roles}
    shelves = []
    for (code, year), releases in found.items():
        publication = workspace.project.publications.get(code)
        shelved = []
        for release, later in zip(releases, [*releases[1:], None], strict=True):
            key = (code, year, release.number)
            manifest = issued.manifest_of(workspace.connection, release)
            lines = [_line(each, names) for each in signed.get(key, ()) if each.manifest_sha256 == manifest]
            shelved.append(_shelved(release, releases[-1] if later else None, recalled.get(key), lines))
        shelves.append(Shelf(publication.zh if publication else code, code, year, tuple(shelved)))
    return shelves


def refresh_office_page(workspace: Workspace) -> None:
    """Write the page of the drafts of every year reported and of what waits to be signed."""
    project, home, years = workspace.project, workspace.home.path, reported_years(workspace)
    lying = [
        Drafted(
            project.publications[each.publication].zh if each.publication in project.publications else each.publication,
            each.year, each.path, each.number, each.proposed_at, bool(each.open_required),
        )
        for each in issued.proposals(workspace.connection)
    ]  # fmt: skip
    drafts = [
        Drafted(publication.zh, year, path.relative_to(home).as_posix())
        for year in sorted(years, reverse=True)
        for code, publication in project.publications.items()
        if (path := folder_of(workspace, code, year) / DRAFT).exists()
    ]
    write_office_page(home, over_all(workspace, years), lying, drafts)


def over_all(workspace: Workspace, years: list[int]) -> Over:
    """What pages over all releases of these years say besides them."""
    project = workspace.project
    return Over(
        project.federation.zh,
        project.conventions.words.whole,
        {year: said for year in (*(years[0] - 1, *years),) if (said := break_before(workspace, year))},
        {year: project.conventions.year.label(year) for year in (*(years[0] - 1, *years),)},
        {code: each.zh for code, each in project.publications.items()},
        (SAMPLE_NOTICE,) if workspace.home.is_sample else (),
    )


def break_before(workspace: Workspace, year: int) -> str:
    """Which units came and went between the ends of two years without anybody before or after them."""
    project, basis = workspace.project, workspace.project.conventions.year
    first, last = basis.span(year - 1)[1], basis.span(year)[1]
    changes = project.roster.changes_between(first, last)
    named = {
        kind: [
            unit.short_zh for each in changes if each.because is kind and (unit := project.units.get(each.unit_code))
        ]
        for kind in (Comparison.CAME, Comparison.WENT)
    }
    said = ((Comparison.CAME, "新增"), (Comparison.WENT, "撤销"))
    return "；".join(f"{word}{'、'.join(named[kind])}" for kind, word in said if named[kind])


def _released_years(workspace: Workspace, shelves: list[Shelf]) -> list[ReleasedYear]:
    """Each released year as its last release has it that holds; the year before the first from that one, to compare."""
    basis, releases = workspace.project.conventions.year.code, workspace.home.releases
    last: dict[int, Release] = {}
    paths: dict[int, list[str]] = {}
    for release in (shelf.current.release for shelf in shelves if shelf.holds):
        paths.setdefault(release.year, []).append((workspace.home.path / release.path).relative_to(releases).as_posix())
        if release.year not in last or release.issued_at > last[release.year].issued_at:
            last[release.year] = release
    wanted = {year: last[year] for year in last}
    wanted |= {year - 1: last[year] for year in last if year - 1 not in last}
    found = []
    for year, release in sorted(wanted.items()):
        folder = workspace.home.path / release.path
        if (folder / ANALYSTS_FILE).exists():
            path = folder.relative_to(releases).as_posix()
            read = read_released(folder / ANALYSTS_FILE, path, tuple(paths[release.year]), year, basis)
            if read and read.values:
                found.append(replace(read, is_unfinished=release.is_unfinished and release.year == year))
    return found


def _shelved(release: Release, last: Release | None, recall: Recall | None, signed: list[str]) -> ShelvedRelease:
    because = f"{zh_day(recall.recalled_at)}{recall.recalled_by}：{recall.because}" if recall else ""
    return ShelvedRelease(release, last.edition if last else "", because, tuple(signed))


def _line(signed: SignOff, names: dict[str, str]) -> str:
    """A signature as readers see it: the role, and whether a key proves it; users of machines are the operator's."""
    how = "密钥签名" if signed.is_proven else "自报、未经证明"
    return f"{names.get(signed.role, signed.role)} {zh_day(signed.signed_at)}（{how}）"
