"""Explanations: what units write about findings that need a reason, and what the operator rules about it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from nianbao.terms.finding import Finding


class Given(StrEnum):
    """Where an explanation stands: beside its finding on 审核结果, in the 说明 of its form, or approved earlier."""

    BESIDE = "beside"
    NOTE = "note"
    EARLIER = "earlier"


class Ruling(StrEnum):
    """What the operator decides about an explanation."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class Explanation:
    """A unit's written reason for one finding of one submission.

    `earlier_id` names the approved explanation that a `Given.EARLIER` one repeats.
    """

    explanation_id: str
    submission_id: str
    delivery_id: str
    unit_code: str
    form_code: str
    period: str
    code: str
    part: str | None
    field: str | None
    row_no: int | None
    sentence: str
    explanation: str
    given: Given
    earlier_id: str | None
    explained_at: dt.datetime


@dataclass(frozen=True)
class Ruled:
    """What was ruled about an explanation, with what it was about: enough to apply it to later findings.

    An approval holds until a day, and where two numbers were compared in one `direction` (up, down) for a deviation of
    `most_pct` per cent at most.
    """

    explanation_id: str
    ruling: Ruling
    until: dt.date | None
    ruled_by: str
    ruled_at: dt.datetime
    unit_code: str
    form_code: str
    code: str
    field: str | None
    explanation: str
    direction: str | None = None
    most_pct: int | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether an approval reaches a finding: where two numbers are compared, the same direction and no more."""
        found = deviation_of(finding.value, finding.expected)
        if found is None:
            return self.direction is None
        direction, percent = found
        return self.direction == direction and self.most_pct is not None and percent <= self.most_pct


def deviation_of(value: str | None, expected: str | None) -> tuple[str, Decimal] | None:
    """In which direction and by how many per cent a number differs from another; None where two are not compared."""
    try:
        number, other = Decimal(value or ""), Decimal(expected or "")
    except InvalidOperation:
        return None
    if not (number.is_finite() and other.is_finite()):
        return None
    gap = abs(number - other)
    return "up" if number >= other else "down", 100 * gap / abs(other) if other else Decimal("Infinity")


def usual_bound(percent: Decimal) -> int | None:
    """How far an approval reaches when nobody says: as far as what it is about, rounded up to ten per cent."""
    return int(-(-percent // 10) * 10) if percent.is_finite() else None


def finding_key(finding: Finding) -> str:
    """What names a finding from one submission to the next: `U100-2021Q4-A01/C05-1/main/relief_total/1`."""
    subject = (finding.submission_id or "").rpartition("-")[0]
    return "/".join((subject, finding.code, finding.part or "", finding.field or "", str(finding.row_no or "")))


def explained_as(finding: Finding) -> str:
    """The id of a finding's explanation: the same whenever the same deliveries are taken in again."""
    return "E" + hashlib.sha256(f"{finding.submission_id}|{finding_key(finding)}".encode()).hexdigest()[:8].upper()
