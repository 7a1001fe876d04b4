"""corrections: what counts otherwise than when a release was issued, and the releases that no longer hold by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.publish.figure_lines import changed_rows, changed_texts, revise, revise_text
from nianbao.record.compare import Row
from nianbao.runs.editions import folder_of, sources_of
from nianbao.runs.releases import submissions_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.scopes import ALL
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.release import Correction, Lapse, LapsedRelease, Release
from nianbao.terms.unit import LINES
from nianbao.warehouse import issued
from nianbao.warehouse.connect import rows_of


@dataclass(frozen=True)
class Corrections:
    """The submissions that count otherwise than when a release was issued, with the fields that they change."""

    workspace: Workspace
    changed: Mapping[Correction, frozenset[tuple[str, str]]]

    @classmethod
    def since(cls, workspace: Workspace, release: Release, issued: Mapping[str, str]) -> Corrections:
        """What has changed since a release that rested on these submissions."""
        present = sources_of(workspace, release.year)["submissions"]
        rows = rows_of(
            workspace.connection,
            "SELECT submission_id, unit_code, form_code, period, number FROM ledger.submission "
            "WHERE submission_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY unit_code, form_code, period",
            [sorted(issued.keys() ^ present.keys())],
        )
        numbers = {row["submission_id"]: row["number"] for row in rows}
        places: dict[tuple[str, str, str], dict[str, str]] = {}
        for row in rows:
            side = "before" if row["submission_id"] in issued else "after"
            place = places.setdefault((row["unit_code"], row["form_code"], row["period"]), {"before": "", "after": ""})
            place[side] = row["submission_id"]
        roster, forms = workspace.project.roster, workspace.project.forms
        found = [
            Correction(
                code, unit.short_zh if unit else code, form, forms[form].zh if form in forms else form,
                period, before, after,
                is_taken_back=bool(before and after) and numbers[after] < numbers[before],
            )
            for (code, form, period), sides in places.items()
            for before, after in [(sides["before"], sides["after"])]
            for unit in [roster.named(code, Period.parse(period))]
        ]  # fmt: skip
        return cls(workspace, {each: _changed_fields(workspace, each) for each in found})

    def behind(self, was: Row) -> tuple[Correction, ...]:
        """Those that a printed figure rests on; where none touches its fields, those of its forms."""
        from nianbao.statistics.formulas import counted_behind  # it brings sqlglot, which an idle night does not need

        project = self.workspace.project
        if was["indicator_id"] not in project.indicators:
            return ()
        concerned: list[Correction] = []
        nearest: list[Correction] = []
        for name, back in counted_behind(project.indicators[was["indicator_id"]], project.indicators):
            indicator = project.indicators[name]
            for each, fields in self.changed.items():
                year = project.year_of(Period.parse(each.period))
                end = project.conventions.year.span(year)[1]
                above = (code for line in LINES for code in project.roster.ancestors(each.unit_code, line, end))
                is_of_scope = was["scope"] in (ALL, each.unit_code, *above)
                if each.form_code == indicator.form and year == int(was["year"]) - back and is_of_scope:
                    nearest.append(each)
                    if any(part == indicator.part and _takes(indicator, field) for part, field in fields):
                        concerned.append(each)
        return tuple(dict.fromkeys(concerned or nearest))

    def of_unit(self, code: str) -> tuple[Correction, ...]:
        """Those of one unit."""
        return tuple(each for each in self.changed if each.unit_code == code)


def _changed_fields(workspace: Workspace, correction: Correction) -> frozenset[tuple[str, str]]:
    """The parts and fields of which a submission says something else than the one before it."""
    rows = workspace.connection.execute(
        "SELECT DISTINCT part, field FROM (SELECT part, field, row_no, count(*) FROM raw.cell "
        "WHERE CASE submission_id WHEN $2 THEN came_in IS NULL "  # a supplement adds to what was there
        "WHEN $1 THEN NOT EXISTS (SELECT 1 FROM raw.cell WHERE submission_id = $2 AND came_in IS NOT NULL) "
        "ELSE FALSE END GROUP BY part, field, row_no, coalesce(read_as, text) "
        "HAVING count(*) = 1) AS single",
        [correction.before, correction.after],
    ).fetchall()
    return frozenset((part, field) for part, field in rows)


def _takes(indicator: Indicator, field: str) -> bool:
    """Whether an indicator is counted from a field: by its value, or by a condition on it."""
    said = f"{indicator.where} {indicator.measure}"
    return field in indicator.fields or re.search(rf"\b{re.escape(field)}(_yuan)?\b", said) is not None


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
