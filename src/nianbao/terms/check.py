"""Checks: what a submission, or a built table, must satisfy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.terms.finding import Severity
from nianbao.terms.span import ALWAYS, Span

SQL_RULE = "unexpected_rows_expectation"
"""The type of a rule that is a query for its offenders, kept in `kwargs[QUERY]`."""

QUERY = "unexpected_rows_query"

_KNOWN = re.compile(r"\bknown(_of_all)?\.")
_OF_ALL = re.compile(r"\bknown_of_all\.")


@dataclass(frozen=True)
class Condition:
    """What a rule compares, over fields by their codes: `must` holds wherever `when` does, always where it is empty.

    `expected` is told as what is due where no number or field says it.
    """

    must: str
    when: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule of a check, evaluated on one table.

    Several rules may share a check's `code` (late warns, very late rejects); `name` is unique in a project.
    `form` is `*` for a rule on all forms; `type` and `kwargs` are those of a Great Expectations expectation.
    It holds for the periods of `span`. A rule that was declared as `comparisons` has its query from them, and so does
    the blank workbook have its self-check.
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
    span: Span = ALWAYS
    comparisons: tuple[Condition, ...] = ()

    @property
    def looks_beyond(self) -> bool:
        """Whether the rule compares a submission with others: it may find something else when those change."""
        return self.is_sql and _KNOWN.search(str(self.kwargs[QUERY])) is not None

    @property
    def across_units(self) -> bool:
        """Whether the rule compares with what other units report: no other sees them."""
        return self.is_sql and _OF_ALL.search(str(self.kwargs[QUERY])) is not None

    @property
    def is_sql(self) -> bool:
        """Whether the rule is a query for its offenders."""
        return self.type == SQL_RULE


@dataclass(frozen=True)
class Offender:
    """A row that breaks a rule.

    `row` holds what the rule's query selected. Of any other rule it holds the rule's columns under their names, the
    first of them also as `column` and `value`, and of a pair the second also as `expected`. Values are as stored.
    """

    rule: Rule
    submission_id: str
    row_no: int | None
    row: Mapping[str, object]


class Verdict(NamedTuple):
    """Whether a whole table keeps a rule, and the number that was compared."""

    rule: Rule
    observed: object
    success: bool
