"""Approvals 核准: whether what a unit reports is looked at by the level above, before it counts or after."""

from __future__ import annotations

from enum import StrEnum


class Approval(StrEnum):
    """What a form asks of the level above: nothing, a look at what counts, or a yes without which it does not."""

    NONE = "none"
    AFTER = "after"
    BEFORE = "before"


class ApprovalEvent(StrEnum):
    """What the level above did: it approved a submission, or took its approval back."""

    APPROVED = "approved"
    WITHDRAWN = "approval_withdrawn"
