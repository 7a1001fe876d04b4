"""lapsed: issued releases that no longer hold: what today's data would print otherwise, and whose correction it is."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.publish.revisions import Row, changed_rows, revise
from nianbao.runs.editions import folder_of, sources_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.formulas import counted_behind
from nianbao.statistics.scopes import ALL
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.release import Correction, Lapse, LapsedRelease, Release
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of

FIGURES, TEXTS, MANIFEST = "figures.csv", "texts.csv", "manifest.json"
_SHOWN = 24


def find_lapsed(workspace: Workspace) -> tuple[LapsedRelease, ...]:
    """The last release of each publication and year that differs from its draft, which says what today's data print.

    Drafts are those of the last run that refreshed them; a release without a draft beside it is not judged.

    Raises:
        StoreError: what was issued is gone from the archive, or damaged.
    """
    return tuple(found for each in ledger.last_finished(workspace.connection) if (found := _lapsed(workspace, each)))


def _lapsed(workspace: Workspace, release: Release) -> LapsedRelease | None:
    draft = folder_of(workspace, release.publication, release.year) / "draft"
    if not (draft / FIGURES).exists():
        return None
    paths = {file.path: file.sha256 for file in ledger.release_files(workspace.connection, release)}
    issued = {
        name: workspace.record.archive.checked(paths[name]) for name in (FIGURES, TEXTS, MANIFEST) if name in paths
    }
    figures = list(changed_rows(_lines(issued.get(FIGURES)), _lines(draft / FIGURES)))
    texts = list(_changed_texts(_lines(issued.get(TEXTS)), _lines(draft / TEXTS)))
    if not figures and not texts:
        return None
    corrected = _Corrections.since(workspace, release, json.loads(issued[MANIFEST].read_bytes())["submissions"])
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


def _lines(path: Path | None) -> list[str]:
    """The lines of a listing; an edition without texts has none."""
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path and path.exists() else []


def _changed_texts(old: list[str], new: list[str]) -> Iterator[tuple[Row, Row | None]]:
    """The texts that a release quotes and that are said otherwise now, or not at all."""
    now = {(row["key"], row["unit_code"]): row for row in csv.DictReader(new)}
    said = {row["text"] for row in now.values()}
    for was in csv.DictReader(old):
        if was["text"] not in said:
            yield was, now.get((was["key"], was["unit_code"]))


def _lapse_of_text(was: Row, now: Row | None, year: int, corrected: _Corrections) -> Lapse:
    after = _short(now["text"]) if now else "不再引用"
    zh = f"{was['zh']}（{was['unit_zh']}）"
    return Lapse(zh, year, was["section"], _short(was["text"]), after, False, corrected.of_unit(was["unit_code"]))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@dataclass(frozen=True)
class _Corrections:
    """The submissions that count otherwise than when a release was issued, with the fields that they change."""

    workspace: Workspace
    changed: Mapping[Correction, frozenset[tuple[str, str]]]

    @classmethod
    def since(cls, workspace: Workspace, release: Release, issued: Mapping[str, str]) -> _Corrections:
        """What has changed since a release that rested on these submissions."""
        present = sources_of(workspace, release.year)["submissions"]
        rows = rows_of(
            workspace.connection,
            "SELECT submission_id, unit_code, form_code, period FROM ledger.submission "
            "WHERE submission_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY unit_code, form_code, period",
            [sorted(issued.keys() ^ present.keys())],
        )
        places: dict[tuple[str, str, str], dict[str, str]] = {}
        for row in rows:
            side = "before" if row["submission_id"] in issued else "after"
            place = places.setdefault((row["unit_code"], row["form_code"], row["period"]), {"before": "", "after": ""})
            place[side] = row["submission_id"]
        roster = workspace.project.roster
        found = [
            Correction(code, unit.short_zh if unit else code, form, period, **sides)
            for (code, form, period), sides in places.items()
            for unit in [roster.named(code, Period.parse(period))]
        ]
        return cls(workspace, {each: _changed_fields(workspace, each) for each in found})

    def behind(self, was: Row) -> tuple[Correction, ...]:
        """Those that a printed figure rests on; where none touches its fields, those of its forms."""
        project = self.workspace.project
        if was["indicator"] not in project.indicators:
            return ()
        concerned: list[Correction] = []
        nearest: list[Correction] = []
        for name, back in counted_behind(project.indicators[was["indicator"]], project.indicators):
            indicator = project.indicators[name]
            for each, fields in self.changed.items():
                year = project.year_of(Period.parse(each.period))
                is_of_scope = was["scope"] in (ALL, each.unit_code)
                if each.form_code == indicator.form and year == int(was["period"]) - back and is_of_scope:
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
        "WHERE submission_id IN ($1, $2) GROUP BY part, field, row_no, coalesce(read_as, text) "
        "HAVING count(*) = 1) AS single",
        [correction.before, correction.after],
    ).fetchall()
    return frozenset((part, field) for part, field in rows)


def _takes(indicator: Indicator, field: str) -> bool:
    """Whether an indicator is counted from a field: by its value, or by a condition on it."""
    said = f"{indicator.where} {indicator.measure}"
    return field in indicator.fields or re.search(rf"\b{re.escape(field)}(_yuan)?\b", said) is not None
