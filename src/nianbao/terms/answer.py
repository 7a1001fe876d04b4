"""Answers: everything the ledger says about one delivery, from which its receipt is made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Finding


@dataclass(frozen=True)
class AnswerStanding:
    """A submission and the state that it is in: since when, by whom and why, where somebody decided it.

    `number_in_force` is the submission that counts in its place, if it was taken back and one does;
    `approval` what the level above did last, if it did anything.
    """

    submission_id: str
    delivery_id: str
    unit_code: str
    form_code: str
    period: str
    suffix: str
    year: int
    period_start: dt.date
    number: int
    state: Decision
    decided_at: dt.datetime
    decided_by: str | None = None
    because: str | None = None
    number_in_force: int | None = None
    approval: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a delivery, with its submissions and its findings.

    `unchanged` are the forms in it that say what counts already, `duplicate_of` is the path of the first delivery with
    the same bytes. `is_newest` says that no later one came under its name.
    """

    delivery_id: str
    file_name: str
    origin: str
    source: str
    sha256: str
    received_at: dt.datetime
    unit_code: str | None
    period: str | None
    outcome: Outcome
    unchanged: tuple[str, ...]
    duplicate_of: str | None
    is_newest: bool
    submissions: tuple[AnswerStanding, ...]
    findings: tuple[Finding, ...]
