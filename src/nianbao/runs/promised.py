"""What the reports of a year promise: targets and what became of them, and the claims that might not survive."""

from __future__ import annotations

from typing import Any

from nianbao import clock
from nianbao.publish.compose import compose
from nianbao.publish.release import doubted
from nianbao.runs.editions import year_asked
from nianbao.runs.workspace import Workspace
from nianbao.statistics.claims import read_claims
from nianbao.statistics.figures import read_figures
from nianbao.statistics.targets import read_targets
from nianbao.terms.target import Target
from nianbao.warehouse import ledger


def promised(workspace: Workspace, year: int) -> tuple[Target, ...]:
    """The targets of a year, with what has become of them as far as is known."""
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    as_of = ledger.known_until(workspace.connection) or clock.now()
    return read_targets(workspace.connection, claims, year, as_of.date())


def doubtful_claims(workspace: Workspace, year: int | None = None) -> list[dict[str, Any]]:
    """What the reports of a year say and might not be true once everybody has reported, with the reason."""
    year = year_asked(workspace, year)
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    return [
        {
            "publication": code, "section": figure.section, "indicator_id": figure.indicator_id, "zh": figure.zh,
            "year": figure.year, "printed": figure.text, "wording": figure.wording, "value": figure.value,
            "unit": figure.unit, "claim": figure.claim, "reported": figure.coverage.reported,
            "asked": figure.coverage.expected,
            "missing_share_of_last_year": figure.missing_share_of_last_year, "doubt": figure.doubt,
        }
        for code, publication in workspace.project.publications.items()
        for figure in doubted(compose(publication, claims, year, "draft", clock.now(), ()))
    ]  # fmt: skip
