"""Checks: what a submission, or a built table, must satisfy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nianbao.terms.finding import Severity

SQL_RULE = "unexpected_rows_expectation"
"""The type of a rule that is a query for its offenders, kept in `kwargs["unexpected_rows_query"]`."""


@dataclass(frozen=True)
class Rule:
    """One rule of a check, evaluated on one table.

    Several rules may share a check's `code` (late warns, very late rejects); `name` is unique in a project.
    `form` is `*` for a rule on all forms; `type` and `kwargs` are those of a Great Expectations expectation.
    """

    name: str
    code: str
    form: str
    table: str
    part: str
    severity: Severity
    says: str
    because: str
    type: str
    kwargs: Mapping[str, object]
