"""lapsed: issued releases that no longer hold: what today's data would print otherwise, and whose correction it is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from nianbao.publish.revisions import Row, changed_rows, revise
from nianbao.runs.corrections import Corrections
from nianbao.runs.editions import folder_of
from nianbao.runs.releases import submissions_of
from nianbao.runs.workspace import Workspace
from nianbao.terms.release import Lapse, LapsedRelease, Release
from nianbao.warehouse import issued

FIGURES, TEXTS = "figures.csv", "texts.csv"
_SHOWN = 24


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
    figures = list(changed_rows(lines_of(printed.get(FIGURES)), lines_of(draft / FIGURES)))
    texts = list(changed_texts(lines_of(printed.get(TEXTS)), lines_of(draft / TEXTS)))
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
    lapses += [_lapse_of_text(was, now, release.year, corrected) for was, now in texts]
    return LapsedRelease(release, tuple(lapses)) if lapses else None


def _was_unknown_history(workspace: Workspace, was: Row) -> bool:
    """Whether a release had no value of a year before the first day: history that arrives takes nothing back."""
    conventions = workspace.project.conventions
    return not was["value"] and conventions.year.span(int(was["period"]))[1] < conventions.first_day


def lines_of(path: Path | None) -> list[str]:
    """The lines of a listing; an edition without texts has none."""
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path and path.exists() else []


def changed_texts(old: list[str], new: list[str]) -> Iterator[tuple[Row, Row | None]]:
    """The texts that a release quotes and that are said otherwise now, or not at all."""
    now = {(row["key"], row["unit_code"]): row for row in csv.DictReader(new)}
    said = {row["text"] for row in now.values()}
    for was in csv.DictReader(old):
        if was["text"] not in said:
            yield was, now.get((was["key"], was["unit_code"]))


def _lapse_of_text(was: Row, now: Row | None, year: int, corrected: Corrections) -> Lapse:
    after = _short(now["text"]) if now else "不再引用"
    zh = f"{was['zh']}（{was['unit_zh']}）"
    return Lapse(zh, year, was["section"], _short(was["text"]), after, False, corrected.of_unit(was["unit_code"]))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
