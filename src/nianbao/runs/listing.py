"""The runs that are kept: listed for people, counted as text for a scraper."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nianbao.clock import ZONE
from nianbao.record import Archive, Manifest, Record
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from nianbao.terms.status import words_of
from nianbao.warehouse.connect import open_present

FAILED = "failed"
"""The key under which the summary of a run says why it could not go on."""


_NAMES = {outcome.value: words_of(outcome).zh for outcome in Outcome} | {
    "unit": "单位", "changed": "改动", "extensions": "延期", "deliveries": "来件", "outcomes": "其中",
    "received": "收到", "name": "版次", "dated": "曾记为", "ruled": "说明", "ruling": "裁定", "units": "单位",
    "forms": "报表", "blocks": "文字", "role": "岗位", "proven": "密钥证明", "publication": "报告", "year": "年度",
    "number": "版次", "decisions_changed": "结论改变", "because_of": "因", "reconsidered": "再审",
}  # fmt: skip
"""What a run says of one delivery stands under what became of it."""

_CHANGED = {"office": "处室", "phone": "电话", "mail": "邮箱"}

_KINDS = {
    "receive": "收件", "collect": "接收", "build": "生成", "draft": "起草", "preview": "送签", "sign": "签发",
    "publish": "发布", "recall": "收回", "approve": "核准", "withdraw_approval": "撤销核准", "withdraw": "撤回",
    "rule": "裁定说明", "extend": "延期", "contact": "联系方式", "unit": "名册", "remind": "催报", "held": "暂存",
    "rejudge": "重新审核", "reconsider": "再审", "judge_kept": "审核留存", "compose_kept": "补发回执",
    "take_over": "收回文字", "accept_clock": "确认时钟", "nightly": "夜间运行",
}  # fmt: skip


@dataclass(frozen=True)
class ListedRun:
    """One run: what it was, when it ended, who did it why, and what it came to."""

    manifest: Manifest

    @property
    def run_id(self) -> str:
        """`R000123`."""
        return self.manifest.run_id

    @property
    def at(self) -> str:
        """When it ended, `2022-01-16 01:00:00`."""
        return str(self.manifest.at)

    @property
    def kind(self) -> str:
        """What it was: collect, withdraw, publish …"""
        return self.manifest.kind

    @property
    def kind_zh(self) -> str:
        """What it was in words, with the word of the command."""
        return f"{_KINDS[self.kind]} {self.kind}" if self.kind in _KINDS else self.kind

    @property
    def actor(self) -> str | None:
        """Who did it, None for the timetable."""
        return self.manifest.actor

    @property
    def because(self) -> str | None:
        """Why, if somebody said so."""
        return self.manifest.because

    @property
    def summary(self) -> dict[str, Any]:
        """What it came to, as it was recorded."""
        return dict(json.loads(self.manifest.summary))

    @property
    def is_done(self) -> bool:
        """Whether it did what it was to do."""
        return FAILED not in self.summary

    @property
    def outcome_zh(self) -> str:
        """完成 or 失败."""
        return "完成" if self.is_done else "失败"

    @property
    def content(self) -> str:
        """What it came to in one line."""
        return "，".join(f"{_NAMES.get(key, key)} {_told(key, value)}" for key, value in self.summary.items())

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "run_id": self.run_id, "kind": self.kind, "started_at": self.manifest.started_at, "at": self.manifest.at,
            "done": self.is_done, "actor": self.actor, "because": self.because, "summary": self.summary,
            "version": self.manifest.version, "declarations": self.manifest.declarations,
        }  # fmt: skip


def list_runs(home: Home) -> list[ListedRun]:
    """Every run in its order, from the record alone."""
    return [ListedRun(manifest) for manifest in Record(Archive(home.archive)).headers()]


def metrics_text(home: Home, runs: Sequence[ListedRun]) -> str:
    """What a scraper asks for, in the text format of Prometheus."""
    return "".join(f"{line}\n" for line in (*_of_runs(runs), *_of_ledger(home)))


def _of_runs(runs: Sequence[ListedRun]) -> Iterator[str]:
    counts = Counter((run.kind, "done" if run.is_done else "failed") for run in runs)
    last = {(run.kind, "done" if run.is_done else "failed"): run.manifest.at for run in runs}
    yield "# HELP nianbao_runs_total Runs that changed something or failed."
    yield "# TYPE nianbao_runs_total counter"
    for (kind, outcome), count in sorted(counts.items()):
        yield f'nianbao_runs_total{{kind="{kind}",outcome="{outcome}"}} {count}'
    yield "# HELP nianbao_last_run_timestamp_seconds When the last run of a kind ended."
    yield "# TYPE nianbao_last_run_timestamp_seconds gauge"
    for (kind, outcome), at in sorted(last.items()):
        seconds = int(at.replace(tzinfo=ZONE).timestamp())
        yield f'nianbao_last_run_timestamp_seconds{{kind="{kind}",outcome="{outcome}"}} {seconds}'


def _of_ledger(home: Home) -> Iterator[str]:
    if not home.warehouse.exists():
        return
    connection = open_present(home.warehouse)
    try:
        for name, label, said, query in _COUNTED:
            yield f"# HELP {name} {said}"
            yield f"# TYPE {name} gauge"
            for key, count in connection.execute(query).fetchall():
                yield f'{name}{{{label}="{key}"}} {count}'
    finally:
        connection.close()


_COUNTED = (
    ("nianbao_deliveries", "outcome", "Deliveries by what became of them.",
     "SELECT outcome, count(*) FROM ledger.delivery GROUP BY outcome ORDER BY outcome"),
    ("nianbao_submissions", "state", "Submissions by their state.",
     "SELECT state, count(*) FROM ledger.state GROUP BY state ORDER BY state"),
    ("nianbao_deliveries_pending", "state", "Deliveries that were received and not judged.",
     "SELECT 'received', count(*) FROM ledger.received "
     "WHERE delivery_id NOT IN (SELECT delivery_id FROM ledger.delivery)"),
)  # fmt: skip


def _told(key: str, value: Any) -> str:
    if key == "outcomes":
        return "、".join(f"{words_of(Outcome(outcome)).zh} {count}" for outcome, count in value.items())
    if key == "changed":
        return "、".join(_CHANGED.get(each, each) for each in value.split("、"))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
