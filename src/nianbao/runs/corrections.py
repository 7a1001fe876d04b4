"""corrections: the submissions that count otherwise than when a release was issued, and what was printed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nianbao.record.compare import Row
from nianbao.runs.editions import sources_of
from nianbao.runs.workspace import Workspace
from nianbao.statistics.formulas import counted_behind
from nianbao.statistics.scopes import ALL
from nianbao.terms.indicator import Indicator
from nianbao.terms.period import Period
from nianbao.terms.release import Correction, Release
from nianbao.terms.unit import LINES
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
        roster = workspace.project.roster
        found = [
            Correction(
                code, unit.short_zh if unit else code, form, period, before, after,
                is_taken_back=bool(before and after) and numbers[after] < numbers[before],
            )
            for (code, form, period), sides in places.items()
            for before, after in [(sides["before"], sides["after"])]
            for unit in [roster.named(code, Period.parse(period))]
        ]  # fmt: skip
        return cls(workspace, {each: _changed_fields(workspace, each) for each in found})

    def behind(self, was: Row) -> tuple[Correction, ...]:
        """Those that a printed figure rests on; where none touches its fields, those of its forms."""
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
