"""Receipts: what a sender is told about a delivery. docs/receipt.schema.json is made from these types.

The page, the marked workbook and the JSON all show a `Receipt`; what a key means is said beside its type, once, and
what a schema says besides the type.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from nianbao.terms.contact import Contact
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import Given, Ruling
from nianbao.terms.finding import Severity

RECEIPT_SCHEMA = 1


class ReceiptRuling(StrEnum):
    """Where an explanation stands with the operator."""

    PENDING = "pending"
    APPROVED = Ruling.APPROVED.value
    REFUSED = Ruling.REFUSED.value


@dataclass(frozen=True)
class Before:
    """What the unit reported for a cell another time."""

    period: Annotated[str, "Period code, 2021Q3"]
    period_zh: Annotated[str, "The period in words"]
    value: Annotated[str, "What was reported; money in 元"]


@dataclass(frozen=True)
class Reason:
    """The unit's explanation of a finding, and what was ruled about it."""

    explanation_id: Annotated[str, "E39076CB5"]
    text: Annotated[str, "What the unit wrote"]
    given: Annotated[Given, "Beside the finding on 审核结果, in the 说明 of the form, or approved earlier"]
    ruling: ReceiptRuling
    ruling_zh: Annotated[str, "The ruling in words"]
    until: Annotated[dt.date | None, "Last day of the periods that an approval holds for"]


@dataclass(frozen=True)
class TakenBack:
    """When and why a submission was withdrawn."""

    at: dt.datetime
    by: str
    because: str
    number_in_force: int | None
    sentence: str


@dataclass(frozen=True)
class ReceiptLine:
    """What became of one form of the delivery."""

    submission_id: Annotated[str, "U100-2021Q4-A01-1"]
    form: Annotated[str, "Form code, A01"]
    form_zh: Annotated[str, "Title of the form"]
    period: Annotated[str, "Period of the form"]
    number: Annotated[int, "How many times the form has been sent for the period", {"minimum": 1}]
    decision: Decision
    decision_zh: Annotated[str, "The decision in words"]
    approval_zh: Annotated[
        str | None, "Where the form stands with the level above; null where that has no say, or the form was not taken"
    ]
    withdrawn: Annotated[
        TakenBack | None,
        "When it was taken back after it was accepted: when, by whom (a role), why, and which number counts instead "
        "(null: none)",
    ]
    table_no: Annotated[str, "Number that the form bears on its head, 表号"] = ""
    due_on: Annotated[dt.date | None, "Last day on which the form is on time; null where it has none"] = None
    accepted_until: Annotated[dt.date | None, "Last day on which it is taken for the first time"] = None

    @property
    def is_open(self) -> bool:
        """Whether the unit has to send the form again."""
        return self.decision in (Decision.REJECTED, Decision.AWAITING_EXPLANATION, Decision.WITHDRAWN)


@dataclass(frozen=True)
class ReceiptFinding:
    """A finding as the sender is told of it."""

    code: Annotated[str, "Rule, C05-1"]
    severity: Severity
    severity_zh: Annotated[str, "须改正, 须说明, 提示, or 已说明 when its reason was given"]
    submission_id: Annotated[str | None, "Submission it is about; null when it is about the whole file"]
    key: Annotated[
        str | None, "Names the finding from one submission to the next; stands in a hidden column of 审核结果"
    ]
    form: Annotated[str | None, "Form code"]
    field: Annotated[str | None, "Field code"]
    field_zh: Annotated[str | None, "Name of the field"]
    sheet: Annotated[str | None, "Sheet it stands on; null when the sheet is missing"]
    cell: Annotated[str | None, "Cell, E12; null when it is about the whole sheet"]
    value: Annotated[str | None, "What was given; money in 元, personal numbers masked"]
    expected: Annotated[str | None, "What it was compared with"]
    difference: Annotated[str | None, "value - expected, where both are numbers"]
    allowed: Annotated[str | None, "What the cell may hold, as the blank workbook says it"]
    last: Annotated[Before | None, "What the unit reported for the period before"]
    year_before: Annotated[Before | None, "What the unit reported for the same period a year before"]
    sentence: Annotated[str, "What the clerk is told"]
    because: Annotated[str | None, "Why the rule exists"]
    explanation: Annotated[Reason | None, "The unit's reason, if it has given one"]
    unit: Annotated[str | None, "What the field counts, 元 for money; null where it holds no number"] = None

    @property
    def is_explained(self) -> bool:
        """Whether it needs nothing more: its reason was given, and was not refused."""
        return self.explanation is not None and self.explanation.ruling is not ReceiptRuling.REFUSED

    @property
    def is_open(self) -> bool:
        """Whether the unit has to do something about it."""
        return self.severity.asks and not self.is_explained

    @property
    def look(self) -> Severity:
        """How it looks: one that is explained only informs."""
        return Severity.WARN if self.is_explained else self.severity


@dataclass(frozen=True)
class CellChange:
    """A cell that is otherwise; a row of a ledger is named by its first column, None stands where there is no cell."""

    submission_id: str
    replaced_id: str
    form_code: str
    part: str
    row_named: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ReceiptChange:
    """A cell in which a submission that counts differs from the one that counted before it."""

    submission_id: Annotated[str, "Submission that says it now"]
    against: Annotated[str, "Submission that counted before"]
    form: Annotated[str, "Form code"]
    row: Annotated[str, "Row of a ledger, by what stands in its first column; empty elsewhere"]
    field: Annotated[str, "Field code"]
    field_zh: Annotated[str, "Name of the field"]
    before: Annotated[str | None, "What stood there; null if nothing did; money in 元, nothing personal is repeated"]
    after: Annotated[str | None, "What stands there now"]
    unit: Annotated[str | None, "What the field counts, 元 for money; null where it holds no number"] = None


@dataclass(frozen=True)
class Receipt:
    """The answer to one delivery."""

    schema: Annotated[int, "Version of this format", {"const": RECEIPT_SCHEMA}]
    delivery_id: Annotated[str, "Number of the delivery, D000001"]
    file: Annotated[str, "Name the file came under"]
    sha256: Annotated[str, "SHA-256 of its bytes, under which the archive keeps them", {"pattern": "^[0-9a-f]{64}$"}]
    received_at: Annotated[dt.datetime, "When a run took it, in the federation's time"]
    unit_code: Annotated[str | None, "Unit that the cover names; null when it could not be told"]
    unit: Annotated[str | None, "Name of the unit"]
    period: Annotated[str | None, "Period of the cover, 2021Q4"]
    outcome: Outcome
    outcome_zh: Annotated[str, "The outcome as the clerk reads it"]
    duplicate_of: Annotated[str | None, "Path of the earlier delivery with the same bytes"]
    unchanged: Annotated[tuple[str, ...], "Forms in it that say what counts already, cell for cell; not entered again"]
    marked_workbook: Annotated[
        str | None,
        "Name of the marked workbook beside the receipt; null if nothing was found or it could not be marked",
    ]
    submissions: Annotated[tuple[ReceiptLine, ...], "What became of each form in it"]
    findings: Annotated[tuple[ReceiptFinding, ...], "Everything found, the gravest first"]
    changes: Annotated[
        tuple[ReceiptChange, ...], "What its submissions change, cell by cell, against what counted before them"
    ] = ()
    office: Annotated[Contact | None, "Office that answers questions about it; null where none is declared"] = None
