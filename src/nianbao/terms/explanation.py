"""Explanations: what units write about findings that need a reason, and what the operator rules about it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
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
    """What was ruled about an explanation, with what it was about: enough to apply it to later findings."""

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


def finding_key(finding: Finding) -> str:
    """What names a finding from one submission to the next: `U100-2021Q4-A01/C05-1/main/relief_total/1`."""
    subject = (finding.submission_id or "").rpartition("-")[0]
    return "/".join((subject, finding.code, finding.part or "", finding.field or "", str(finding.row_no or "")))


def explained_as(finding: Finding) -> str:
    """The id of a finding's explanation: the same whenever the same deliveries are taken in again."""
    return "E" + hashlib.sha256(f"{finding.submission_id}|{finding_key(finding)}".encode()).hexdigest()[:8].upper()
