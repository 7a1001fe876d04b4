"""The receipt: what became of a delivery, form by form and finding by finding, in the words of the sender."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.blank.limits import Limits, LimitsByColumn, describe_entry, limits_by_column
from nianbao.terms import workbook_words
from nianbao.terms.answer import Answer, AnswerStanding
from nianbao.terms.approval import Approval, ApprovalEvent
from nianbao.terms.deadline import NEVER
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import Given, finding_key
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.form import NUMBERS, Field, FieldType
from nianbao.terms.form import Layout as PartLayout
from nianbao.terms.numbers import part_thousands, unit_of_number
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.receipt import (
    RECEIPT_SCHEMA,
    Before,
    CellChange,
    Reason,
    Receipt,
    ReceiptChange,
    ReceiptFinding,
    ReceiptLine,
    ReceiptRuling,
    TakenBack,
)
from nianbao.terms.status import TOLD, words_of

EXPLAINED = "已说明"
_GROUPS = (*(words_of(severity).zh for severity in Severity), EXPLAINED)
"""What findings ask for, the gravest first."""

_APPROVED: dict[str, str] = {ApprovalEvent.APPROVED: "{zh}已核准", ApprovalEvent.WITHDRAWN: "{zh}已撤回核准"}
_ORDER = {severity: number for number, severity in enumerate(Severity)}
_RULED = {ReceiptRuling.APPROVED: "已认可", ReceiptRuling.REFUSED: "未认可", ReceiptRuling.PENDING: "待审核认可"}
_SHEETS_NAMED = 4
_PERSONAL = "（个人信息）"


def kept_receipt(delivery_id: str, file: str, sha256: str, received_at: dt.datetime) -> Receipt:
    """What a sender is told while we fail over the answer itself: that the file came, and nothing else."""
    return Receipt(
        schema=RECEIPT_SCHEMA,
        delivery_id=delivery_id,
        file=file,
        sha256=sha256,
        received_at=received_at,
        unit_code=None,
        unit=None,
        period=None,
        outcome=Outcome.KEPT,
        outcome_zh=TOLD[Outcome.KEPT],
        duplicate_of=None,
        unchanged=(),
        marked_workbook=None,
        submissions=(),
        findings=(),
        changes=(),
    )


class ReceiptWriter:
    """Composes receipts.

    `earlier` are the values that units reported the time before (warehouse.explanations), `changes` what submissions
    say otherwise than those that they replace.
    """

    def __init__(
        self,
        project: Project,
        explanations: Iterable[Mapping[str, Any]] = (),
        earlier: Iterable[Mapping[str, Any]] = (),
        changes: Iterable[CellChange] = (),
    ) -> None:
        self._project = project
        self._limits: LimitsByColumn = limits_by_column(project.rules)
        self._explanations: dict[_Place, Mapping[str, Any]] = {
            (row["submission_id"], row["code"], row["part"], row["field"], row["row_no"]): row for row in explanations
        }
        self._earlier = {
            (row["submission_id"], row["part"], row["field"], row["which"]): (row["period"], row["value"])
            for row in earlier
        }
        self._changes: dict[str, list[CellChange]] = {}
        for change in changes:
            self._changes.setdefault(change.submission_id, []).append(change)

    def compose(self, answer: Answer) -> Receipt:
        """The receipt for an answer of the ledger; its marked workbook is named when it has been written."""
        period = Period.parse(answer.period) if answer.period else None
        unit = self._project.roster.named(answer.unit_code or "", period)
        return Receipt(
            schema=RECEIPT_SCHEMA,
            delivery_id=answer.delivery_id,
            file=answer.file_name,
            sha256=answer.sha256,
            received_at=answer.received_at,
            unit_code=answer.unit_code,
            unit=unit.zh if unit else None,
            period=answer.period,
            outcome=answer.outcome,
            outcome_zh=TOLD[answer.outcome],
            duplicate_of=answer.duplicate_of,
            unchanged=answer.unchanged,
            marked_workbook=None,
            submissions=tuple(map(self._line, answer.submissions)),
            findings=tuple(map(self._finding, sorted(answer.findings, key=_urgency))),
            changes=tuple(
                told
                for each in answer.submissions
                for change in self._changes.get(each.submission_id, ())
                if (told := self._change(change))
            ),
            office=self._project.contacts.get(self._project.federation.code),
        )

    def _change(self, change: CellChange) -> ReceiptChange | None:
        """A change as it is told; what is personal is not repeated, and a field that is gone has no name."""
        try:
            part = self._project.forms[change.form_code].part(change.part)
            field = part.field(change.field)
        except KeyError:
            return None
        row = _PERSONAL if change.row_named and part.fields[0].is_personal else mask(change.row_named)
        before, after = (
            text if text is None else _PERSONAL if field.is_personal else mask(_shown(text, field))
            for text in (change.before, change.after)
        )
        return ReceiptChange(
            change.submission_id, change.replaced_id, change.form_code, row, field.code, field.zh,
            before, after, unit_of_number(field),
        )  # fmt: skip

    def _line(self, standing: AnswerStanding) -> ReceiptLine:
        form, period = self._project.forms[standing.form_code], Period.parse(standing.period)
        unit = self._project.roster.named(standing.unit_code, period)
        deadline = self._project.deadline(form, period, unit) if unit else NEVER
        has_one = deadline != NEVER
        return ReceiptLine(
            submission_id=standing.submission_id,
            form=standing.form_code,
            form_zh=form.zh,
            period=standing.period,
            number=standing.number,
            decision=standing.state,
            decision_zh=words_of(standing.state).zh,
            approval_zh=self._approval(standing),
            withdrawn=_taken_back(standing) if standing.state is Decision.WITHDRAWN else None,
            table_no=form.table_no,
            due_on=deadline.due_on if has_one else None,
            accepted_until=deadline.accepted_until if has_one else None,
        )

    def _approval(self, standing: AnswerStanding) -> str | None:
        """Where a form stands with the level above; nothing where that has no say, or the form was not taken."""
        if self._project.forms[standing.form_code].approval is Approval.NONE or not standing.state.is_loaded:
            return None
        approver = self._project.approver_of(standing.unit_code, Period.parse(standing.period))
        if approver is None:
            return None
        said = _APPROVED.get(standing.approval or "", "待{zh}核准")
        return said.format(zh=approver.zh)

    def _finding(self, finding: Finding) -> ReceiptFinding:
        field = self._field(finding)
        told = ReceiptFinding(
            code=finding.code,
            severity=finding.severity,
            severity_zh=words_of(finding.severity).zh,
            submission_id=finding.submission_id,
            key=finding_key(finding) if finding.submission_id else None,
            form=finding.form_code,
            field=finding.field,
            field_zh=field.zh if field else None,
            sheet=finding.sheet,
            cell=finding.cell,
            value=finding.value,
            expected=finding.expected,
            difference=_difference(finding.value, finding.expected),
            allowed=describe_entry(field, self._limits_of(finding, field)) if field else None,
            last=self._before(finding, field, "last"),
            year_before=self._before(finding, field, "year_before"),
            sentence=part_thousands(finding.sentence, self._project.measures),
            because=finding.because,
            explanation=_reason(self._explanations.get(_place(finding))),
            unit=unit_of_number(field),
        )
        return replace(told, severity_zh=EXPLAINED) if told.is_explained else told

    def _field(self, finding: Finding) -> Field | None:
        try:
            return self._project.forms[finding.form_code or ""].part(finding.part or "").field(finding.field or "")
        except KeyError:
            return None

    def _limits_of(self, finding: Finding, field: Field) -> Limits:
        return self._limits.get((finding.form_code or "", finding.part or "", field.column)) or Limits()

    def _before(self, finding: Finding, field: Field | None, which: str) -> Before | None:
        """What the unit reported for the cell before; only where a part has one row is it surely the same cell."""
        found = self._earlier.get((finding.submission_id, finding.part, finding.field, which))
        if found is None or field is None:
            return None
        if self._project.forms[finding.form_code or ""].part(finding.part or "").layout is not PartLayout.INDICATOR:
            return None
        period, value = found
        return Before(period, Period.parse(period).zh, _shown(value, field))


def _taken_back(standing: AnswerStanding) -> TakenBack:
    """Who took a submission back, when and why, and which one counts instead."""
    at, number = standing.decided_at, standing.number_in_force
    by, because = standing.decided_by or "", standing.because or ""
    instead = f"第{number}次报送的数继续计入。" if number else "本表现在没有计入的数，请核对后重新报送。"
    return TakenBack(at, by, because, number, f"{at:%Y年%m月%d日}由{by}撤回，原因：{because}。{instead}")


_Place = tuple[str | None, str, str | None, str | None, int | None]


def _place(finding: Finding) -> _Place:
    return finding.submission_id, finding.code, finding.part, finding.field, finding.row_no


def _urgency(finding: Finding) -> tuple[int, str, str, int, str]:
    return (
        _ORDER[finding.severity], finding.form_code or "", finding.sheet or "", finding.row_no or 0, finding.code
    )  # fmt: skip


def _reason(row: Mapping[str, Any] | None) -> Reason | None:
    if row is None:
        return None
    ruling = ReceiptRuling(row["ruling"] or ReceiptRuling.PENDING)
    return Reason(row["explanation_id"], row["explanation"], Given(row["given"]), ruling, _RULED[ruling], row["until"])


def _difference(value: str | None, expected: str | None) -> str | None:
    """How much more was given than expected, where both are numbers."""
    try:
        gap = Decimal(value or "") - Decimal(expected or "")
    except InvalidOperation:
        return None
    return f"{gap.normalize():f}" if gap.is_finite() and gap else None


def _shown(value: str, field: Field) -> str:
    if field.type is FieldType.BOOL:
        return {"true": workbook_words.YES, "false": workbook_words.NO}.get(value, value)
    return f"{Decimal(value).normalize():f}" if field.type in NUMBERS and _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


@dataclass(frozen=True)
class Shown:
    """A finding as it is shown, with all the sheets of which the same is said."""

    finding: ReceiptFinding
    sheets: tuple[str, ...]

    @property
    def sheets_zh(self) -> str:
        """Its sheets in words."""
        rest = f"等{len(self.sheets)}张表" if len(self.sheets) > _SHEETS_NAMED else ""
        return "、".join(self.sheets[:_SHEETS_NAMED]) + rest


def grouped(findings: Sequence[ReceiptFinding]) -> list[Shown]:
    """The findings as they are shown: what is said of several whole sheets in the same words is said once."""
    groups: dict[tuple[object, ...], list[ReceiptFinding]] = {}
    for number, item in enumerate(findings):
        is_whole = item.sheet and not item.cell and item.severity is not Severity.EXPLAIN
        groups.setdefault((item.severity, item.code, item.sentence) if is_whole else (number,), []).append(item)
    return [
        Shown(items[0], tuple(dict.fromkeys(item.sheet for item in items if item.sheet))) for items in groups.values()
    ]


def compared_zh(item: ReceiptFinding) -> str:
    """What the other value of a finding is called: of two numbers one is a bound or a sum, and not what must be."""
    return "应为" if item.severity is Severity.REJECT and not item.difference else "对照值"


def by_weight(shown: Sequence[Shown]) -> list[tuple[Severity, str, list[Shown]]]:
    """The findings by what they ask for, the gravest first: how each group looks, what it is called, what is in it."""
    groups: dict[str, list[Shown]] = {}
    for each in shown:
        groups.setdefault(each.finding.severity_zh, []).append(each)
    return [(groups[zh][0].finding.look, zh, groups[zh]) for zh in _GROUPS if zh in groups]


def count_zh(findings: Sequence[ReceiptFinding]) -> str:
    """`须改正3条、须说明1条`, empty when nothing was found."""
    counts = Counter(item.severity_zh for item in findings)
    return "、".join(f"{zh}{counts[zh]}条" for zh in _GROUPS if counts[zh])
