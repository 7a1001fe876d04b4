"""What a clerk has typed into a workbook, before it is a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from nianbao.terms.period import Period
from nianbao.terms.submission import Value

Row = dict[str, Value]
"""One record of a form's part: field code → value; a field that is absent stays blank.

A text where a number is asked is typed as it stands, as a careless clerk would.
"""


RowKey = tuple[Value | None, ...]
"""What tells a record from the others of its part: the values of `Part.known_by`, none of a line."""


@dataclass(frozen=True)
class Filled:
    """The answers to write into a workbook: form → part → rows; an indicator part has one row.

    `notes` are the 说明 by form, `cover` the answers of the cover by the keys of `layout.COVER_LABELS`.
    With `only` the workbook has no sheet for a form that is not in `forms`.
    """

    forms: dict[str, dict[str, list[Row]]]
    notes: dict[str, str] = field(default_factory=dict)
    cover: dict[str, str] = field(default_factory=dict)
    only: bool = False


@dataclass(frozen=True)
class Earlier:
    """What counts of earlier periods, of a line or a record: 上期, 上年同期, 本年前期累计; None where nothing does."""

    last: Decimal | None
    year_ago: Decimal | None
    year_to_date: Decimal | None


@dataclass(frozen=True)
class SaidOfYear:
    """What an earlier period of the same year said of a field that stands all year."""

    value: Decimal
    said_in: Period


@dataclass(frozen=True)
class HeldBefore:
    """What the office holds already when it writes a workbook for a unit and period.

    `rows` are the records of the same period of last year by form and part, which say how many a ledger needs;
    `values` the earlier values by form, part, field and key of the record, which a line does not have; `running` the
    records of the last period that has any, as far as their part says that they run on; `said_of_year` what was said of
    the year, by the same places as `values`.
    """

    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)
    values: Mapping[tuple[str, str, str, RowKey], Earlier] = field(default_factory=dict)
    running: Mapping[tuple[str, str], tuple[Row, ...]] = field(default_factory=dict)
    said_of_year: Mapping[tuple[str, str, str, RowKey], SaidOfYear] = field(default_factory=dict)

    def has_values_of(self, form_code: str, part_code: str) -> bool:
        """Whether any earlier value of a part is known."""
        return any(place[:2] == (form_code, part_code) for place in self.values)
