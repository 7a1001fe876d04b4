"""What has become of deliveries, submissions and forms that are due: the words for every state, here and nowhere else.

Pages, commands, receipts, tables and the Prefect page all ask `words_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity


class Status(StrEnum):
    """What has become of a form that is due: it counts, it is in the state of what was sent last, or nothing came."""

    ON_TIME = "on_time"
    LATE = "late"
    AWAITING_EXPLANATION = Decision.AWAITING_EXPLANATION.value
    AWAITING_APPROVAL = Decision.AWAITING_APPROVAL.value
    REJECTED = Decision.REJECTED.value
    WITHDRAWN = Decision.WITHDRAWN.value
    KEPT = Decision.KEPT.value
    MISSING = "missing"
    NOT_DUE = "not_due"

    @property
    def zh(self) -> str:
        """What it is called in Chinese."""
        return words_of(self).zh

    @property
    def en(self) -> str:
        """What it is called in English."""
        return words_of(self).en

    @property
    def sign(self) -> str:
        """What stands for it where there is little room, and does not rest on colour."""
        return _SIGNS[self]

    @property
    def is_owed(self) -> bool:
        """Whether the unit still has to do something."""
        return self not in (Status.ON_TIME, Status.LATE, Status.NOT_DUE, Status.KEPT, Status.AWAITING_APPROVAL)

    @property
    def is_irregular(self) -> bool:
        """Whether the form did not come on time; what is not due yet is neither."""
        return self not in (Status.ON_TIME, Status.NOT_DUE)


class StateWords(NamedTuple):
    """What a state is called in Chinese and in English."""

    zh: str
    en: str


def words_of(state: Outcome | Decision | Severity | Status) -> StateWords:
    """What a state is called."""
    return _WORDS[type(state)][state]


def words_of_code(code: str) -> StateWords:
    """What the state of a submission is called, or the outcome of a delivery, that a table tells by its code."""
    return words_of(Decision(code) if code in set(Decision) else Outcome(code))


_WORDS: Mapping[type[StrEnum], Mapping[StrEnum, StateWords]] = {
    Status: {
        Status.ON_TIME: StateWords("按时", "on time"),
        Status.LATE: StateWords("迟报", "late"),
        Status.AWAITING_EXPLANATION: StateWords("待说明", "awaiting explanation"),
        Status.AWAITING_APPROVAL: StateWords("待核准", "awaiting approval"),
        Status.REJECTED: StateWords("退回", "sent back"),
        Status.WITHDRAWN: StateWords("撤回", "withdrawn"),
        Status.KEPT: StateWords("留存待审", "kept for a fault of ours"),
        Status.MISSING: StateWords("未报", "missing"),
        Status.NOT_DUE: StateWords("未到期", "not due yet"),
    },
    Decision: {
        Decision.ACCEPTED: StateWords("接收", "accepted"),
        Decision.ACCEPTED_WITH_WARNINGS: StateWords("接收（有提示）", "accepted with warnings"),
        Decision.AWAITING_EXPLANATION: StateWords("待说明", "awaiting explanation"),
        Decision.REJECTED: StateWords("退回", "sent back"),
        Decision.AWAITING_APPROVAL: StateWords("已报，待上级核准后计入", "awaiting approval"),
        Decision.WITHDRAWN: StateWords("已撤回", "withdrawn"),
        Decision.KEPT: StateWords("留存待审", "kept for a fault of ours"),
        Decision.REOPENED: StateWords("已计入，须复核", "reopened"),
    },
    Outcome: {
        Outcome.ACCEPTED: StateWords("全部接收", "accepted whole"),
        Outcome.PARTLY: StateWords("部分接收", "accepted in part"),
        Outcome.REJECTED: StateWords("未接收", "not accepted"),
        Outcome.QUARANTINED: StateWords("无法读取", "quarantined"),
        Outcome.DUPLICATE: StateWords("重复", "duplicate"),
        Outcome.KEPT: StateWords("留存待审", "kept for a fault of ours"),
        Outcome.REOPENED: StateWords("须复核", "reopened"),
        Outcome.HELD: StateWords("待确认", "held"),
        Outcome.PASSED_ON: StateWords("已转", "passed on"),
    },
    Severity: {
        Severity.REJECT: StateWords("须改正", "to correct"),
        Severity.EXPLAIN: StateWords("须说明", "to explain"),
        Severity.WARN: StateWords("提示", "warning"),
        Severity.KEEP: StateWords("系统待处理", "ours to mend"),
    },
}

_SIGNS = {
    Status.ON_TIME: "●",
    Status.LATE: "迟",
    Status.AWAITING_EXPLANATION: "待",
    Status.AWAITING_APPROVAL: "核",
    Status.REJECTED: "退",
    Status.WITHDRAWN: "撤",
    Status.KEPT: "存",
    Status.MISSING: "缺",
    Status.NOT_DUE: "·",
}

TOLD: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "全部接收",
    Outcome.PARTLY: "部分接收，其余请按下列意见改正或说明后重报",
    Outcome.REJECTED: "未接收，请按下列意见改正或说明后重报",
    Outcome.QUARANTINED: "不能登记，已隔离保存，请按下列问题改正后重新报送",
    Outcome.DUPLICATE: "与此前报送的文件完全相同，未重复登记",
    Outcome.KEPT: "已收到保存，因系统故障暂未审核完，本单位不必重报",
    Outcome.REOPENED: "已接收并计入，后来报送的更正与本次的数不符，请按下列问题核对后更正或说明",
    Outcome.HELD: "封面上的单位不是本报送目录的单位，已暂存，待办公室确认，暂不计入",
    Outcome.PASSED_ON: "已由办公室确认，按封面上的单位登记，审核意见由办公室转告该单位",
}
"""What the sender of a delivery is told of its outcome."""
