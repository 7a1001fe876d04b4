"""The receipt as JSON: what became of a delivery, form by form and finding by finding (docs/receipt.schema.json)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.template.limits import Limits, LimitsByColumn, describe_entry, limits_by_column
from nianbao.terms import layout
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.explanation import Given, Ruling, finding_key
from nianbao.terms.finding import Finding, Severity
from nianbao.terms.form import NUMBERS, Field, FieldType
from nianbao.terms.form import Layout as PartLayout
from nianbao.terms.period import Period

RECEIPT_SCHEMA = 1

OUTCOMES = {
    Outcome.ACCEPTED: "全部接收",
    Outcome.PARTLY: "部分接收，其余请按下列问题修改后重报",
    Outcome.REJECTED: "未接收，请按下列问题修改后重报",
    Outcome.QUARANTINED: "不能登记，已隔离保存，请按下列问题改正后重新报送",
    Outcome.DUPLICATE: "与此前报送的文件完全相同，未重复登记",
    Outcome.KEPT: "已收到保存，因系统故障暂未审核完，本单位不必重报",
}
DECISIONS = {
    Decision.ACCEPTED: "接收",
    Decision.ACCEPTED_WITH_WARNINGS: "接收（有提示）",
    Decision.AWAITING_EXPLANATION: "待说明",
    Decision.REJECTED: "退回",
    Decision.WITHDRAWN: "已撤回",
    Decision.KEPT: "留存待审",
}
SEVERITIES = {Severity.REJECT: "须改正", Severity.EXPLAIN: "须说明", Severity.WARN: "提示", Severity.KEEP: "系统待处理"}
EXPLAINED = "已说明"
_ORDER = {severity: number for number, severity in enumerate(Severity)}
_RULED = {Ruling.APPROVED: "已认可", Ruling.REFUSED: "未认可", None: "待审核认可"}
_SHEETS_NAMED = 4
_FINDING_COLUMNS = Finding.__dataclass_fields__


class ReceiptWriter:
    """Composes receipts; `earlier` are the values that units reported the time before (warehouse.explanations)."""

    def __init__(
        self,
        project: Project,
        explanations: Iterable[Mapping[str, Any]] = (),
        earlier: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self._project = project
        self._limits: LimitsByColumn = limits_by_column(project.rules)
        self._explanations = {_place(row): row for row in explanations}
        self._earlier = {
            (row["submission_id"], row["part"], row["field"], row["which"]): (row["period"], row["value"])
            for row in earlier
        }

    def compose(self, answer: Mapping[str, Any], marked: str | None = None) -> dict[str, Any]:
        """The receipt for an answer of the ledger; `marked` is the name of the marked workbook beside it."""
        period = Period.parse(answer["period"]) if answer["period"] else None
        unit = self._project.roster.named(answer["unit_code"] or "", period)
        outcome = Outcome(answer["outcome"])
        return {
            "schema": RECEIPT_SCHEMA,
            "delivery_id": answer["delivery_id"],
            "file": answer["file_name"],
            "sha256": answer["sha256"],
            "received_at": answer["received_at"].isoformat(),
            "unit_code": answer["unit_code"],
            "unit": unit.zh if unit else None,
            "period": answer["period"],
            "outcome": outcome.value,
            "outcome_zh": OUTCOMES[outcome],
            "duplicate_of": answer["duplicate_source"],
            "unchanged": (answer.get("unchanged") or "").split(),
            "marked_workbook": marked,
            "submissions": [self._submission(row) for row in answer["submissions"]],
            "findings": [self._finding(row) for row in sorted(answer["findings"], key=_urgency)],
        }

    def _submission(self, row: Mapping[str, Any]) -> dict[str, Any]:
        decision = Decision(row["state"])
        return {
            "submission_id": row["submission_id"],
            "form": row["form_code"],
            "form_zh": self._project.forms[row["form_code"]].zh,
            "period": row["period"],
            "number": row["number"],
            "decision": decision.value,
            "decision_zh": DECISIONS[decision],
            "withdrawn": _withdrawn(row) if decision is Decision.WITHDRAWN else None,
        }

    def _finding(self, row: Mapping[str, Any]) -> dict[str, Any]:
        finding = Finding(**{name: row[name] for name in _FINDING_COLUMNS} | {"severity": Severity(row["severity"])})
        field = self._field(finding)
        explanation = _explanation(self._explanations.get(_place(row)))
        return {
            "code": finding.code,
            "severity": finding.severity.value,
            "severity_zh": EXPLAINED if is_explained({"explanation": explanation}) else SEVERITIES[finding.severity],
            "submission_id": finding.submission_id,
            "key": finding_key(finding) if finding.submission_id else None,
            "form": finding.form_code,
            "field": finding.field,
            "field_zh": field.zh if field else None,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "value": finding.value,
            "expected": finding.expected,
            "difference": _difference(finding.value, finding.expected),
            "allowed": describe_entry(field, self._limits_of(finding, field)) if field else None,
            "last": self._before(finding, field, "last"),
            "year_before": self._before(finding, field, "year_before"),
            "sentence": finding.sentence,
            "because": finding.because,
            "explanation": explanation,
        }

    def _field(self, finding: Finding) -> Field | None:
        try:
            return self._project.forms[finding.form_code or ""].part(finding.part or "").field(finding.field or "")
        except KeyError:
            return None

    def _limits_of(self, finding: Finding, field: Field) -> Limits:
        return self._limits.get((finding.form_code or "", finding.part or "", field.column)) or Limits()

    def _before(self, finding: Finding, field: Field | None, which: str) -> dict[str, str] | None:
        """What the unit reported for the cell before; only where a part has one row is it surely the same cell."""
        found = self._earlier.get((finding.submission_id, finding.part, finding.field, which))
        if found is None or field is None:
            return None
        if self._project.forms[finding.form_code or ""].part(finding.part or "").layout is not PartLayout.INDICATOR:
            return None
        period, value = found
        return {"period": period, "period_zh": Period.parse(period).zh, "value": _shown(value, field)}


def _withdrawn(row: Mapping[str, Any]) -> dict[str, Any]:
    """Who took a submission back, when and why, and which one counts instead."""
    number = row["number_in_force"]
    return {
        "at": row["decided_at"].isoformat(),
        "by": row["decided_by"],
        "because": row["because"],
        "number_in_force": number,
        "sentence": f"{row['decided_at']:%Y年%m月%d日}由{row['decided_by']}撤回，原因：{row['because']}。"
        + (f"第{number}次报送的数继续计入。" if number else "本表现在没有计入的数，请核对后重新报送。"),
    }


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("submission_id", "code", "part", "field", "row_no"))


def _urgency(row: Mapping[str, Any]) -> tuple[int, str, str, int, str]:
    return (
        _ORDER[Severity(row["severity"])], row["form_code"] or "", row["sheet"] or "", row["row_no"] or 0, row["code"]
    )  # fmt: skip


def _explanation(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    ruling = Ruling(row["ruling"]) if row["ruling"] else None
    until: dt.date | None = row["until"]
    return {
        "explanation_id": row["explanation_id"],
        "text": row["explanation"],
        "given": Given(row["given"]).value,
        "ruling": ruling.value if ruling else "pending",
        "ruling_zh": _RULED[ruling],
        "until": until.isoformat() if until else None,
    }


def _difference(value: str | None, expected: str | None) -> str | None:
    """How much more was given than expected, where both are numbers."""
    try:
        gap = Decimal(value or "") - Decimal(expected or "")
    except InvalidOperation:
        return None
    return f"{gap.normalize():f}" if gap.is_finite() and gap else None


def _shown(value: str, field: Field) -> str:
    if field.type is FieldType.BOOL:
        return {"true": layout.YES, "false": layout.NO}.get(value, value)
    return f"{Decimal(value).normalize():f}" if field.type in NUMBERS and _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def grouped(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The findings as they are shown: what is said of several whole sheets in the same words is said once."""
    shown: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, item in enumerate(findings):
        whole = item["sheet"] and not item["cell"] and item["severity"] != Severity.EXPLAIN.value
        key = (item["severity"], item["code"], item["sentence"]) if whole else (number,)
        if key in shown:
            shown[key]["sheets"].append(item["sheet"])
        else:
            shown[key] = {**item, "sheets": [item["sheet"]] if item["sheet"] else []}
    return list(shown.values())


def sheets_zh(item: Mapping[str, Any]) -> str:
    """The sheets of a shown finding."""
    sheets = list(dict.fromkeys(item["sheets"]))
    rest = f"等{len(sheets)}张表" if len(sheets) > _SHEETS_NAMED else ""
    return "、".join(sheets[:_SHEETS_NAMED]) + rest


def compared_zh(item: Mapping[str, Any]) -> str:
    """What the other value of a finding is called: of two numbers one is a bound or a sum, and not what must be."""
    is_must = item["severity"] == Severity.REJECT.value and not item["difference"]
    return "应为" if is_must else "对照值"


def difference_zh(item: Mapping[str, Any]) -> str:
    """`多1490`, empty where nothing can be subtracted."""
    difference = item["difference"] or ""
    return f"{'少' if difference.startswith('-') else '多'}{difference.lstrip('-')}" if difference else ""


def is_explained(item: Mapping[str, Any]) -> bool:
    """Whether a finding needs nothing more: its reason was given, and was not refused."""
    return bool(item["explanation"]) and item["explanation"]["ruling"] != Ruling.REFUSED.value


def is_open(item: Mapping[str, Any]) -> bool:
    """Whether the unit has to do something about a finding."""
    return Severity(item["severity"]).asks and not is_explained(item)


def by_weight(findings: Sequence[Mapping[str, Any]]) -> list[tuple[Severity, str, list[Mapping[str, Any]]]]:
    """The findings by what they ask for, the gravest first: how each group looks, what it is called, what is in it."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for item in findings:
        groups.setdefault(item["severity_zh"], []).append(item)
    looks = {zh: severity for severity, zh in SEVERITIES.items()} | {EXPLAINED: Severity.WARN}
    return [(looks[zh], zh, groups[zh]) for zh in (*SEVERITIES.values(), EXPLAINED) if zh in groups]


def count_zh(findings: Sequence[Mapping[str, Any]]) -> str:
    """`须改正3条、须说明1条`, empty when nothing was found."""
    return "、".join(f"{zh}{len(items)}条" for _, zh, items in by_weight(findings))
