"""What a receipt asks to be marked in the sender's workbook: comments, and the lines of the sheet 审核结果."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from nianbao.intake.answer.job import SIGN, AnswerLine, Job, Mark
from nianbao.intake.answer.receipt import (
    Shown,
    compared_zh,
    count_zh,
    grouped,
)
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.morning import zh_day
from nianbao.terms.numbers import write_before, write_difference, write_expected, write_value
from nianbao.terms.period import Period
from nianbao.terms.receipt import Receipt, ReceiptFinding
from nianbao.terms.workbook_words import ANSWER_SHEET

_MARKED = {Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REJECTED, Outcome.KEPT, Outcome.REOPENED}
_NOT_OPENED = ("TOO_MANY_CELLS",)
_LONGEST_COMMENT = 2_000
_LONGEST_CELL = 300
_FORMS_NAMED = 6
_COLOURS = "红色是须改正的，橙色是须说明的，蓝色是提示。点“单元格”一栏可跳到该格；该格的批注里写着依据、上期数等。"
_CORRECT = "须改正的，请在相应的单元格改正。"
_EXPLAIN = "须说明的，数字有误就改，属实就在右边“说明”栏写明原因。"
_RETURN = "改好写好后，封面的报送类型选“更正”，保存，把本文件报回即可，不必另写文件。"
_RETURN_TABLE = "改好写好后保存，把本文件（xlsx）报回即可；也可以改正原来的文件再报。"
_TABLES = (".csv", ".tsv", ".json")
"""Files without a cover to choose 更正 on."""

_NOTHING = "本次没有必须改正或说明的问题，以下供核对。"


def is_to_be_marked(receipt: Receipt) -> bool:
    """Whether the sender gets the workbook back: something was found in it, and it could be opened."""
    findings = receipt.findings
    if receipt.outcome in _MARKED:
        return any(item.severity is not Severity.KEEP for item in findings)
    # A file that was put aside has something wrong on its cover, or is not safe to open again.
    return any(item.sheet and item.cell and item.code not in _NOT_OPENED for item in findings)


def compose_job(receipt: Receipt) -> Job:
    """The marks and lines for the findings of a receipt."""
    findings = receipt.findings
    return Job(
        file_name=receipt.file,
        title=ANSWER_SHEET,
        outcome=outcome_zh(receipt),
        guidance=_guidance(receipt),
        lines=tuple(map(_line, grouped(findings))),
        marks=tuple(_marks(findings)),
    )


def outcome_zh(receipt: Receipt) -> str:
    """The outcome in a sentence: who, which period, what became of it, how many findings."""
    unknown = "本次报送的" if receipt.outcome is Outcome.KEPT else "未能识别的单位"
    who = f"{receipt.unit or unknown}{Period.parse(receipt.period).zh if receipt.period else ''}报表"
    counts = count_zh(receipt.findings)
    found = f"审核意见：{counts}。" if counts else ""
    return f"{who}：{receipt.outcome_zh}。{_forms_zh(receipt)}{found}"


def _forms_zh(receipt: Receipt) -> str:
    """The forms that are not taken, by decision, and those that say what they said before."""
    said = {
        "退回": Decision.REJECTED,
        "待说明": Decision.AWAITING_EXPLANATION,
        "待上级核准": Decision.AWAITING_APPROVAL,
        "后被撤回": Decision.WITHDRAWN,
        "留存待审": Decision.KEPT,
        "已计入、须复核": Decision.REOPENED,
    }
    forms = {
        words: list(dict.fromkeys(item.form for item in receipt.submissions if item.decision is each))
        for words, each in said.items()
    } | {"此前已接收、没有改动": receipt.unchanged}
    return "".join(f"{words}：{_named(codes)}。" for words, codes in forms.items() if codes)


def _named(codes: Sequence[str]) -> str:
    rest = f"等{len(codes)}张表" if len(codes) > _FORMS_NAMED else ""
    return f"{'、'.join(codes[:_FORMS_NAMED])}{rest}"


def last_days_zh(receipt: Receipt) -> list[str]:
    """Until when the forms that are to be sent again are due and taken, as long as that is to come: one a day."""
    days: dict[tuple[str, dt.date, dt.date], list[str]] = {}
    for line in receipt.submissions:
        if line.is_open and line.due_on and line.accepted_until and line.accepted_until >= receipt.received_at.date():
            days.setdefault((line.period, line.due_on, line.accepted_until), []).append(line.form)
    return [
        f"{Period.parse(period).zh}{_named(codes)}的报送期限：{zh_day(due_on)}（含当日）"
        + (f"，最迟{zh_day(until)}接收。" if until != due_on else "。")
        for (period, due_on, until), codes in days.items()
    ]


def office_zh(receipt: Receipt) -> tuple[str, ...]:
    """Whom to call, in a sentence; none where no office is declared."""
    office = receipt.office
    if office is None:
        return ()
    return (f"有疑问请联系：{office.office}{f'，电话{office.phone}' if office.phone else ''}。",)


def _guidance(receipt: Receipt) -> tuple[str, ...]:
    asked_by = "".join((*last_days_zh(receipt), *office_zh(receipt)))
    return (*_what_to_do(receipt.findings, receipt.file), *([asked_by] if asked_by else []))


def _what_to_do(findings: Sequence[ReceiptFinding], file: str) -> tuple[str, ...]:
    severities = {item.severity for item in findings if item.is_open}
    if not severities:
        return _COLOURS, _NOTHING
    asked = {Severity.REJECT: _CORRECT, Severity.EXPLAIN: _EXPLAIN}
    return _COLOURS, "".join(line for severity, line in asked.items() if severity in severities) + (
        _RETURN_TABLE if file.lower().endswith(_TABLES) else _RETURN
    )


def _line(shown: Shown) -> AnswerLine:
    item = shown.finding
    explanation = item.explanation
    asks = item.severity is Severity.EXPLAIN and bool(item.key) and item.is_open
    return AnswerLine(
        severity=item.look,
        severity_zh=item.severity_zh,
        sheet=item.sheet or "",
        sheets=shown.sheets_zh,
        cell=item.cell or "",
        value=write_value(item)[:_LONGEST_CELL],
        expected=_expected(item)[:_LONGEST_CELL],
        opinion=f"{item.sentence}（{item.code}）",
        explanation=f"{explanation.text}（{explanation.ruling_zh}）" if explanation and not asks else "",
        key=(item.key or "") if asks else "",
    )


def _expected(item: ReceiptFinding) -> str:
    """How it must be: a value, or what the cell allows; else only what it was compared with."""
    if item.severity is Severity.REJECT and not item.difference:
        return write_expected(item) or item.allowed or ""
    return f"{compared_zh(item)} {write_expected(item)}" if write_expected(item) else ""


def _marks(findings: Sequence[ReceiptFinding]) -> list[Mark]:
    """One mark per cell, with everything that was found about it; it shows the gravest."""
    by_cell: dict[tuple[str, str], list[ReceiptFinding]] = {}
    for item in findings:
        if item.sheet and item.cell:
            by_cell.setdefault((item.sheet, item.cell), []).append(item)
    return [
        Mark(
            sheet,
            cell,
            min((item.look for item in items), key=list(Severity).index),
            "\n\n".join(map(_comment, items))[:_LONGEST_COMMENT],
        )
        for (sheet, cell), items in by_cell.items()
    ]


def _comment(item: ReceiptFinding) -> str:
    lines = [f"{SIGN}{item.severity_zh}（{item.code}）", item.sentence]
    lines += [f"{label}：{text}" for label, text in _facts(item) if text]
    return "\n".join(lines)


def _facts(item: ReceiptFinding) -> list[tuple[str, str]]:
    explanation = item.explanation
    facts = [
        ("填报值", write_value(item)[:_LONGEST_CELL]),
        (compared_zh(item), write_expected(item)[:_LONGEST_CELL]),
        ("相差", write_difference(item)),
        ("填写要求", item.allowed or ""),
    ]
    year_before = item.year_before if item.year_before != item.last else None
    for label, before in (("上期", item.last), ("上年同期", year_before)):
        if before:
            facts.append((f"{label}（{before.period_zh}）", write_before(before, item)))
    facts.append(("依据", item.because or ""))
    if explanation:
        facts.append((f"说明（{explanation.ruling_zh}）", explanation.text))
    elif item.severity is Severity.EXPLAIN:
        facts.append(("请", f"改正，或在“{ANSWER_SHEET}”表的“说明”栏写明原因"))
    return facts
