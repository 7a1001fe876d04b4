"""Findings: what is wrong with a submission."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding does to its submission: refuse it, hold it until the unit explains, only tell, or keep it back.

    What is kept back could not be judged for a fault of our own: the unit has nothing to do.
    """

    REJECT = "reject"
    EXPLAIN = "explain"
    WARN = "warn"
    KEEP = "keep"

    @property
    def asks(self) -> bool:
        """Whether the unit has to do something about it."""
        return self in (Severity.REJECT, Severity.EXPLAIN)


@dataclass(frozen=True)
class Finding:
    """One fault of a submission (or of a whole delivery): where it stands, what stood there, what the clerk is told.

    None means that the finding has no such place: a missing sheet has no cell, an unreadable file no form.
    """

    code: str
    severity: Severity
    form_code: str | None
    part: str | None
    field: str | None
    row_no: int | None
    sheet: str | None
    cell: str | None
    value: str | None
    expected: str | None
    sentence: str
    submission_id: str | None
    delivery_id: str | None
    because: str | None
