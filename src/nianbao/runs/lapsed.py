"""lapsed: issued releases that no longer hold: what today's data would print otherwise, and whose correction it is."""

from __future__ import annotations

from pathlib import Path

from nianbao.publish.revisions import changed_rows, changed_texts, revise, revise_text
from nianbao.record.compare import Row
from nianbao.runs.corrections import Corrections
from nianbao.runs.editions import folder_of
from nianbao.runs.releases import submissions_of
from nianbao.runs.workspace import Workspace
from nianbao.terms.release import Lapse, LapsedRelease, Release
from nianbao.warehouse import issued

FIGURES, TEXTS = "figures.csv", "texts.csv"


def find_lapsed(workspace: Workspace) -> tuple[LapsedRelease, ...]:
    """The last release of each publication and year that differs from its draft, which says what today's data print.

    Drafts are those of the last run that refreshed them; a release without a draft beside it is not judged.

    Raises:
        StoreError: what was issued is gone from the archive, or damaged.
    """
    return tuple(found for each in issued.last_finished(workspace.connection) if (found := _lapsed(workspace, each)))


def _lapsed(workspace: Workspace, release: Release) -> LapsedRelease | None:
    draft = folder_of(workspace, release.publication, release.year) / "draft"
    if not (draft / FIGURES).exists():
        return None
    paths = {file.path: file.sha256 for file in issued.release_files(workspace.connection, release)}
    printed = {name: workspace.record.archive.checked(paths[name]) for name in (FIGURES, TEXTS) if name in paths}
    figures = list(
        changed_rows(lines_of(printed.get(FIGURES)), lines_of(draft / FIGURES), workspace.project.renamed_indicators)
    )
    texts = [
        (was, now) for was, now in changed_texts(lines_of(printed.get(TEXTS)), lines_of(draft / TEXTS)) if was
    ]  # what is said besides takes nothing back
    if not figures and not texts:
        return None
    corrected = Corrections.since(workspace, release, submissions_of(workspace, release))
    units = {code: unit.short_zh for code, unit in workspace.project.units.items()}
    lapses = [
        Lapse(each.zh, each.year, each.section, each.before, each.after, each.before_holds, corrected.behind(was))
        for was, now in figures
        if not _was_unknown_history(workspace, was)
        for each in [revise(was, now, units)]
    ]
    lapses += [
        Lapse(each.zh, each.year, each.section, each.before, each.after, False, corrected.of_unit(was["unit_code"]))
        for was, now in texts
        for each in [revise_text(was, now, release.year)]
    ]
    return LapsedRelease(release, tuple(lapses)) if lapses else None


def _was_unknown_history(workspace: Workspace, was: Row) -> bool:
    """Whether a release had no value of a year before the first day: history that arrives takes nothing back."""
    conventions = workspace.project.conventions
    return not was["value"] and conventions.year.span(int(was["year"]))[1] < conventions.first_day


def lines_of(path: Path | None) -> list[str]:
    """The lines of a listing; an edition without texts has none."""
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path and path.exists() else []
