"""acknowledge: the receipt for a delivery, as JSON for programs and as a Chinese text for the clerk."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.sources.name import safe_path
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.period import Period
from nianbao.terms.source import LOCAL_INBOX

RECEIPT_SCHEMA = 1

OUTCOMES = {
    Outcome.ACCEPTED: "全部接收",
    Outcome.PARTLY: "部分接收，其余请按下列问题修改后重报",
    Outcome.REJECTED: "未接收，请按下列问题修改后重报",
    Outcome.QUARANTINED: "无法读取，已隔离保存，请重新报送",
    Outcome.DUPLICATE: "与此前报送的文件完全相同，未重复登记",
}
DECISIONS = {
    Decision.ACCEPTED: "接收",
    Decision.ACCEPTED_WITH_WARNINGS: "接收（有提示）",
    Decision.AWAITING_EXPLANATION: "待说明",
    Decision.REJECTED: "退回",
}
SEVERITIES = {Severity.REJECT: "须改正", Severity.EXPLAIN: "须说明", Severity.WARN: "提示"}


def acknowledge(answer: Mapping[str, Any], project: Project, outbox: Path) -> Path:
    """Write the receipts for one delivery into the outbox, under the folder and name it came with.

    Returns the path of the JSON receipt.
    """
    target = outbox / place_of(answer)
    target.parent.mkdir(parents=True, exist_ok=True)
    receipt = compose_receipt(answer, project)
    path = target.with_name(target.name + ".回执.json")
    _write(path, json.dumps(receipt, ensure_ascii=False, indent=2) + "\n")
    _write(target.with_name(target.name + ".回执.txt"), _text(receipt))
    return path


def compose_receipt(answer: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """What a receipt says, in the shape that docs/operators.md documents (schema 1)."""
    unit = project.units.get(answer["unit_code"] or "")
    outcome = Outcome(answer["outcome"])
    return {
        "schema": RECEIPT_SCHEMA,
        "file": answer["file_name"],
        "sha256": answer["sha256"],
        "received_at": answer["received_at"].isoformat(),
        "unit_code": answer["unit_code"],
        "unit": unit.zh if unit else None,
        "period": answer["period"],
        "outcome": outcome.value,
        "outcome_zh": OUTCOMES[outcome],
        "duplicate_of": answer["duplicate_source"],
        "submissions": [_submission(row, project) for row in answer["submissions"]],
        "findings": [_finding(row) for row in answer["findings"]],
    }


def _submission(row: Mapping[str, Any], project: Project) -> dict[str, Any]:
    decision = Decision(row["decision"])
    return {
        "submission_id": row["submission_id"],
        "form": row["form_code"],
        "form_zh": project.forms[row["form_code"]].zh,
        "period": row["period"],
        "number": row["number"],
        "decision": decision.value,
        "decision_zh": DECISIONS[decision],
    }


def _finding(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("code", "severity", "submission_id", "sheet", "cell", "value", "expected", "sentence", "because")
    return {key: row[key] for key in keys} | {"severity_zh": SEVERITIES[Severity(row["severity"])]}


def _text(receipt: Mapping[str, Any]) -> str:
    """The receipt as a clerk reads it."""
    received = dt.datetime.fromisoformat(receipt["received_at"])
    lines = [
        "报表回执",
        "",
        f"文件：{receipt['file']}",
        f"单位：{receipt['unit'] or '未能识别'}",
        f"报告期：{Period.parse(receipt['period']).zh if receipt['period'] else '未能识别'}",
        f"收到时间：{received:%Y年%m月%d日 %H:%M}",
        f"结果：{receipt['outcome_zh']}",
    ]
    if receipt["duplicate_of"]:
        lines.append(f"此前的文件：{receipt['duplicate_of']}")
    if receipt["submissions"]:
        lines += ["", "各表审核结论"]
        lines += [
            f"　{item['form']} {item['form_zh']}（{Period.parse(item['period']).zh}，第{item['number']}次）：{item['decision_zh']}"
            for item in receipt["submissions"]
        ]
    for severity in Severity:
        found = [item for item in receipt["findings"] if item["severity"] == severity.value]
        if found:
            lines += ["", f"{SEVERITIES[severity]}（{len(found)}条）"]
            lines += [f"　{number}. {_place(item)}{item['sentence']}" for number, item in enumerate(found, start=1)]
    return "\n".join(lines) + "\n"


def _place(item: Mapping[str, Any]) -> str:
    if not item["sheet"]:
        return ""
    return f"【{item['sheet']}{'　' + item['cell'] if item['cell'] else ''}】"


def place_of(answer: Mapping[str, Any]) -> Path:
    """Where in the outbox the answer to a delivery lies: as in the inbox, or under `@` and the name of its source."""
    origin = answer["origin"] or LOCAL_INBOX
    inside = safe_path(str(answer["source"]))
    return inside if origin == LOCAL_INBOX else Path(f"@{origin}") / inside


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)
