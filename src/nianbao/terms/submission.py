"""Submissions: one form of one unit for one period, out of a delivery."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

Value = int | Decimal | str | bool | dt.date
"""What a cell holds once it is read."""

Place = tuple[str, str, str]
"""Unit, form and period: what is submitted once, and then again in other versions."""


NOT_APPLICABLE = "NOT_APPLICABLE"
"""The fault of a number cell that says that the question does not apply: it is an answer, and no number."""


class Cell(NamedTuple):
    """One filled cell of a known field: the text that stood there, and the value read from it or the fault.

    `shown` is what a person sees in the cell, where its format makes another number of it, as 0.13 of 0.125.
    `value` is None when the cell is not applicable (`-`, 无) or could not be read; then `fault` says why.
    A plain tuple: there is one for each of a hundred cells of every workbook.
    """

    part: str
    row_no: int
    field: str
    cell: str
    text: str
    value: Value | None
    fault: str | None
    shown: str | None = None

    @property
    def said(self) -> str:
        """What the cell says, however it is written: 1,940 and １９４０ and 1940.00 say the same."""
        if isinstance(self.value, Decimal):
            return f"{self.value.normalize():f}"
        return self.text if self.value is None else str(self.value)


@dataclass(frozen=True)
class ReadingFault:
    """Something the reader found wrong; its sentence is in expectations/reading.yaml under `code`."""

    code: str
    form_code: str | None = None
    sheet: str | None = None
    cell: str | None = None
    value: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class FormFrame:
    """What one sheet of a workbook said: the cells of one form."""

    form_code: str
    sheet: str
    edition: str
    note: str
    cells: tuple[Cell, ...]
    faults: tuple[ReadingFault, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What the reader made of one delivery: the cover, the forms, and what was wrong with the file itself.

    `explanations` pairs the keys of findings with what the sender wrote beside them on a marked workbook sent back.
    """

    cover: dict[str, str] = field(default_factory=dict)
    frames: tuple[FormFrame, ...] = ()
    faults: tuple[ReadingFault, ...] = ()
    explanations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Submission:
    """One form of one unit for one period, as it came in a delivery.

    `number` says that it is the how many-th of its form and period; it is 0 until it has been given one. `basis` is
    `period` or `cumulative`, whatever the cover calls it; `note` the 说明 of the form. `in_roster` says whether the
    unit was there in the period, `is_due` whether it owes the form.
    """

    delivery_id: str
    file_name: str
    unit_code: str
    unit_level: str
    form_code: str
    period: str
    suffix: str
    year: int
    period_start: dt.date
    period_end: dt.date
    basis: str
    money_unit: str
    edition: str
    declared_status: str
    note: str | None
    cells_sha256: str
    arrived_on: dt.date
    due_on: dt.date
    accepted_until: dt.date
    in_roster: bool
    is_due: bool
    sheet: str
    number: int = 0

    @property
    def place(self) -> Place:
        """What versions of a submission have in common: unit, form and period."""
        return self.unit_code, self.form_code, self.period

    @cached_property
    def submission_id(self) -> str:
        """`U100-2021Q4-A01-1`."""
        return f"{self.unit_code}-{self.period}-{self.form_code}-{self.number}"
