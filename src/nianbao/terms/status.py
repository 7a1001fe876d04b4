"""Statuses: what has become of a form that a unit owes for a period, with the words and the sign for each."""

from __future__ import annotations

from enum import StrEnum

from nianbao.terms.delivery import Decision


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
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        """What it is called in English."""
        return _WORDS[self][1]

    @property
    def sign(self) -> str:
        """What stands for it where there is little room, and does not rest on colour."""
        return _WORDS[self][2]

    @property
    def is_owed(self) -> bool:
        """Whether the unit still has to do something."""
        return self not in (Status.ON_TIME, Status.LATE, Status.NOT_DUE, Status.KEPT, Status.AWAITING_APPROVAL)

    @property
    def is_irregular(self) -> bool:
        """Whether the form did not come on time; what is not due yet is neither."""
        return self not in (Status.ON_TIME, Status.NOT_DUE)


_WORDS = {
    Status.ON_TIME: ("按时", "on time", "●"),
    Status.LATE: ("迟报", "late", "迟"),
    Status.AWAITING_EXPLANATION: ("待说明", "awaiting explanation", "待"),
    Status.AWAITING_APPROVAL: ("待核准", "awaiting approval", "核"),
    Status.REJECTED: ("退回", "sent back", "退"),
    Status.WITHDRAWN: ("撤回", "withdrawn", "撤"),
    Status.KEPT: ("留存待审", "kept for a fault of ours", "存"),
    Status.MISSING: ("未报", "missing", "缺"),
    Status.NOT_DUE: ("未到期", "not due yet", "·"),
}
