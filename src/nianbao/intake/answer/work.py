"""What a receipt asks to be marked in the sender's workbook: comments, and the lines of the sheet 审核结果."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nianbao.intake.answer.job import SIGN, Job, Line, Mark
from nianbao.intake.answer.receipt import (
    compared_zh,
    count_zh,
    difference_zh,
    grouped,
    is_explained,
    is_open,
    sheets_zh,
)
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.layout import ANSWER_SHEET
from nianbao.terms.period import Period

_MARKED = {Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REJECTED, Outcome.KEPT}
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


def is_to_be_marked(receipt: Mapping[str, Any]) -> bool:
    """Whether the sender gets the workbook back: something was found in it, and it could be opened."""
    findings = receipt["findings"]
    if Outcome(receipt["outcome"]) in _MARKED:
        return any(item["severity"] != Severity.KEEP.value for item in findings)
    # A file that was put aside has something wrong on its cover, or is not safe to open again.
    return any(item["sheet"] and item["cell"] and item["code"] not in _NOT_OPENED for item in findings)


def compose_job(receipt: Mapping[str, Any]) -> Job:
    """The marks and lines for the findings of a receipt."""
    findings = receipt["findings"]
    return Job(
        file_name=receipt["file"],
        title=ANSWER_SHEET,
        outcome=outcome_zh(receipt),
        guidance=_guidance(findings, receipt["file"]),
        lines=tuple(map(_line, grouped(findings))),
        marks=tuple(_marks(findings)),
    )


def outcome_zh(receipt: Mapping[str, Any]) -> str:
    """The outcome in a sentence: who, which period, what became of it, how many findings."""
    who = f"{receipt['unit'] or '未能识别的单位'}{Period.parse(receipt['period']).zh if receipt['period'] else ''}报表"
    counts = count_zh(receipt["findings"])
    found = f"审核意见：{counts}。" if counts else ""
    return f"{who}：{receipt['outcome_zh']}。{_forms_zh(receipt)}{found}"


def _forms_zh(receipt: Mapping[str, Any]) -> str:
    """The forms that are not taken, by decision, and those that say what they said before."""
    said = {
        "退回": Decision.REJECTED,
        "待说明": Decision.AWAITING_EXPLANATION,
        "后被撤回": Decision.WITHDRAWN,
        "留存待审": Decision.KEPT,
    }
    forms = {
        words: list(dict.fromkeys(item["form"] for item in receipt["submissions"] if item["decision"] == each.value))
        for words, each in said.items()
    } | {"此前已接收、没有改动": receipt["unchanged"]}
    return "".join(f"{words}：{_named(codes)}。" for words, codes in forms.items() if codes)


def _named(codes: Sequence[str]) -> str:
    rest = f"等{len(codes)}张表" if len(codes) > _FORMS_NAMED else ""
    return f"{'、'.join(codes[:_FORMS_NAMED])}{rest}"


def _guidance(findings: Sequence[Mapping[str, Any]], file: str) -> tuple[str, ...]:
    severities = {item["severity"] for item in findings if is_open(item)}
    if not severities:
        return _COLOURS, _NOTHING
    asked = {Severity.REJECT.value: _CORRECT, Severity.EXPLAIN.value: _EXPLAIN}
    return _COLOURS, "".join(line for severity, line in asked.items() if severity in severities) + (
        _RETURN_TABLE if file.lower().endswith(_TABLES) else _RETURN
    )


def _line(item: Mapping[str, Any]) -> Line:
    explanation = item["explanation"]
    asks = item["severity"] == Severity.EXPLAIN.value and bool(item["key"]) and is_open(item)
    return Line(
        severity=_look(item),
        severity_zh=item["severity_zh"],
        sheet=item["sheet"] or "",
        sheets=sheets_zh(item),
        cell=item["cell"] or "",
        value=(item["value"] or "")[:_LONGEST_CELL],
        expected=_expected(item)[:_LONGEST_CELL],
        opinion=f"{item['sentence']}（{item['code']}）",
        explanation=f"{explanation['text']}（{explanation['ruling_zh']}）" if explanation and not asks else "",
        key=item["key"] if asks else "",
    )


def _look(item: Mapping[str, Any]) -> Severity:
    """How a finding looks: one that is explained only informs."""
    return Severity.WARN if is_explained(item) else Severity(item["severity"])


def _expected(item: Mapping[str, Any]) -> str:
    """How it must be: a value, or what the cell allows; else only what it was compared with."""
    if item["severity"] == Severity.REJECT.value and not item["difference"]:
        return str(item["expected"] or item["allowed"] or "")
    return f"{compared_zh(item)} {item['expected']}" if item["expected"] else ""


def _marks(findings: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """One mark per cell, with everything that was found about it; it shows the gravest."""
    by_cell: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in findings:
        if item["sheet"] and item["cell"]:
            by_cell.setdefault((item["sheet"], item["cell"]), []).append(item)
    return [
        Mark(
            sheet,
            cell,
            min(map(_look, items), key=list(Severity).index),
            "\n\n".join(map(_comment, items))[:_LONGEST_COMMENT],
        )
        for (sheet, cell), items in by_cell.items()
    ]


def _comment(item: Mapping[str, Any]) -> str:
    lines = [f"{SIGN}{item['severity_zh']}（{item['code']}）", item["sentence"]]
    lines += [f"{label}：{text}" for label, text in _facts(item) if text]
    return "\n".join(lines)


def _facts(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    explanation = item["explanation"]
    facts = [
        ("填报值", (item["value"] or "")[:_LONGEST_CELL]),
        (compared_zh(item), (item["expected"] or "")[:_LONGEST_CELL]),
        ("相差", difference_zh(item)),
        ("填写要求", item["allowed"] or ""),
    ]
    for key, label in (("last", "上期"), ("year_before", "上年同期")):
        if item[key] and not (key == "year_before" and item["last"] == item[key]):
            facts.append((f"{label}（{item[key]['period_zh']}）", item[key]["value"]))
    facts.append(("依据", item["because"] or ""))
    if explanation:
        facts.append((f"说明（{explanation['ruling_zh']}）", explanation["text"]))
    elif item["severity"] == Severity.EXPLAIN.value:
        facts.append(("请", f"改正，或在“{ANSWER_SHEET}”表的“说明”栏写明原因"))
    return facts
