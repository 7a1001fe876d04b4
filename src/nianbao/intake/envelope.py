"""Covers and frames → submissions: who sent which form for which period, and for the how-manieth time."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.formats.delimited import DELIMITERS
from nianbao.intake.text import compact
from nianbao.terms import layout
from nianbao.terms.delivery import Delivery
from nianbao.terms.finding import Severity
from nianbao.terms.form import Form, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault
from nianbao.terms.unit import Unit

PART_MISSING = "PART_MISSING"
_AD_HOC = "X"
_ANOTHER_UNIT = "UNIT_NAME_OF_ANOTHER"


@dataclass(frozen=True)
class Candidate:
    """A submission that is to be checked: the row that staging and the ledger share, its cells and its parts."""

    row: Mapping[str, Any]
    cells: tuple[Cell, ...]
    parts: tuple[Part, ...]
    faults: tuple[ReadingFault, ...]

    @property
    def submission_id(self) -> str:
        """`QH630100-2021Q4-GH05-1`."""
        return str(self.row["submission_id"])

    def cell_at(self, part: str, row_no: int | None, field_code: str | None) -> Cell | None:
        """The cell of a field in a row, if the sheet has it."""
        for cell in self.cells:
            if (cell.part, cell.row_no, cell.field) == (part, row_no or 1, field_code):
                return cell
        return None


@dataclass
class Opened:
    """What a delivery turned out to be; `explanations` are the sender's, by the keys of findings."""

    delivery: Delivery
    unit_code: str | None = None
    period: str | None = None
    faults: list[ReadingFault] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    explanations: dict[str, str] = field(default_factory=dict)


class Numbering:
    """Hands out submission numbers and recognises forms that were sent again without a change."""

    def __init__(self, numbers: dict[tuple[str, str, str], int], in_force: dict[tuple[str, str, str], str]) -> None:
        self._numbers = numbers
        self._in_force = in_force

    def next(self, key: tuple[str, str, str]) -> int:
        """The next number for a unit, form and period."""
        self._numbers[key] = self._numbers.get(key, 0) + 1
        return self._numbers[key]

    def is_unchanged(self, key: tuple[str, str, str], cells_sha256: str) -> bool:
        """Whether the same cells are already in force."""
        return self._in_force.get(key) == cells_sha256

    def is_known(self, key: tuple[str, str, str]) -> bool:
        """Whether the form has been sent before, whatever became of it."""
        return key in self._numbers


_WITHOUT_FORM = frozenset({"HEADER_MISSING", "EMPTY_SUBMISSION"})
"""What already says why no form was found."""

_ONE_BY_ONE = (*DELIMITERS, ".json")
"""Files of these kinds may hold one form each; a workbook holds all of them."""


def open_delivery(delivery: Delivery, reading: Reading, project: Project, numbering: Numbering) -> Opened:
    """Make submissions of a reading; what is wrong with the file or its cover becomes a fault."""
    opened = Opened(delivery, faults=list(reading.faults), explanations=dict(reading.explanations))
    cover = reading.cover
    if not cover:
        return opened
    code = project.roster.find(cover["unit_code"])
    period = _period_of(cover, opened, project, code)
    unit = project.roster.named(code, period) if code else None
    if unit is None:
        opened.faults.append(_cover_fault("UNKNOWN_UNIT", cover, "unit_code"))
    elif delivery.sender and unit.code != delivery.sender:
        opened.faults.append(_cover_fault("WRONG_SENDER", cover, "unit_code", _named(delivery.sender, project)))
        return opened
    if unit is None or period is None:
        return opened
    opened.unit_code, opened.period = unit.code, period.code
    if fault := _name_fault(cover, unit, period, project):
        opened.faults.append(fault)
        if fault.code == _ANOTHER_UNIT:
            return opened
    for key, allowed in (("money_unit", layout.MONEY_UNITS), ("basis", layout.BASES.values())):
        if cover.get(key) not in allowed:
            opened.faults.append(_cover_fault("BAD_COVER", cover, key, "、".join(allowed)))
            return opened
    if not reading.frames and not any(fault.code in _WITHOUT_FORM for fault in reading.faults):
        opened.faults.append(ReadingFault("NO_FORM"))
    for frame in reading.frames:
        form = project.forms[frame.form_code]
        for sent in _candidates(opened, frame, form, unit, period, cover, project):
            place = (unit.code, form.code, str(sent["period"]))
            own_period = Period.parse(sent["period"])
            parts = form.parts_of(project.roster.named(unit.code, own_period) or unit, own_period) or form.parts
            faults = _sheet_faults(frame, form, parts)
            if numbering.is_unchanged(place, sent["cells_sha256"]) and not is_refused(faults, project):
                opened.unchanged.append(form.code)
                continue
            number = numbering.next(place)
            row = sent | {
                "number": number,
                "submission_id": f"{unit.code}-{sent['period']}-{form.code}-{number}",
            }
            opened.candidates.append(Candidate(row, frame.cells, parts, faults))
    if reading.frames and not delivery.file_name.lower().endswith(_ONE_BY_ONE):
        opened.faults += _missing_forms(reading, project, unit, period, numbering)
    return opened


def is_refused(faults: Sequence[ReadingFault], project: Project) -> bool:
    """Whether a sheet has a fault for which it goes back: what is read from it may not be what was meant."""
    return any(project.reading_rules[fault.code].severity is Severity.REJECT for fault in faults)


def _missing_forms(
    reading: Reading, project: Project, unit: Unit, period: Period, numbering: Numbering
) -> Iterator[ReadingFault]:
    """The forms that the unit owes for the period and has never sent, in one fault.

    A sheet that is there but could not be read has a fault of its own.
    """
    sent = {frame.form_code for frame in reading.frames} | {fault.form_code for fault in reading.faults}
    missing = [
        f"{layout.sheet_name(form.code, form.zh)}（{own_period.zh}）"
        for form, own_period, _ in project.due_forms(unit, period)
        if form.since <= own_period.year
        and form.code not in sent
        and not numbering.is_known((unit.code, form.code, own_period.code))
    ]
    if missing:
        yield ReadingFault("FORM_MISSING", expected="、".join(missing))


def _candidates(
    opened: Opened, frame: FormFrame, form: Form, unit: Unit, period: Period, cover: dict[str, str], project: Project
) -> Iterator[dict[str, Any]]:
    delivery = opened.delivery
    own_periods = form.periods_closing_with(period)
    for own_period in own_periods or (period,):
        stood = project.roster.unit_in(unit.code, own_period)
        yield {
            "delivery_id": delivery.delivery_id,
            "file_name": delivery.file_name,
            "unit_code": unit.code,
            "unit_level": (stood or unit).level.code,
            "form_code": form.code,
            "period": own_period.code,
            "suffix": own_period.suffix,
            "year": own_period.year,
            "period_start": own_period.start,
            "period_end": own_period.end,
            "basis": "cumulative" if form.cumulative else _BASIS_CODES[cover["basis"]],
            "money_unit": cover["money_unit"],
            "edition": frame.edition,
            "declared_status": cover.get("status", ""),
            "note": frame.note or None,
            "cells_sha256": _digest(frame, cover, _beside(opened, f"{unit.code}-{own_period.code}-{form.code}/")),
            "arrived_on": delivery.arrived_at.date(),
            "due_on": form.due_on(own_period),
            "accepted_until": form.accepted_until(own_period),
            "in_roster": stood is not None,
            "is_due": bool(own_periods) and form.is_reported_by(stood or unit),
            "sheet": frame.sheet,
        }


_BASIS_CODES = {label: code for code, label in layout.BASES.items()}


def _sheet_faults(frame: FormFrame, form: Form, asked: Sequence[Part]) -> tuple[ReadingFault, ...]:
    """The faults of a sheet; a part that the unit does not owe in the period is rightly not there."""
    unasked = {part.zh for part in form.parts if part not in asked}
    faults = [fault for fault in frame.faults if fault.code != PART_MISSING or fault.expected not in unasked]
    if frame.edition != form.edition:
        faults.append(ReadingFault("TEMPLATE_VERSION", form.code, frame.sheet, None, frame.edition, form.edition))
    return tuple(faults)


def _period_of(cover: dict[str, str], opened: Opened, project: Project, unit_code: str | None) -> Period | None:
    try:
        period = Period.parse(cover.get("period", ""))
    except ValueError:
        opened.faults.append(_cover_fault("BAD_PERIOD", cover, "period", "2021Q4、2021H1、2021"))
        return None
    if period.suffix != _AD_HOC and project.workbook_period(period) is None:
        opened.faults.append(_cover_fault("BAD_PERIOD", cover, "period", "2021Q4、2021H1、2021"))
        return None
    # For a unit that ends within a period, the period is over when the unit is.
    last_day = project.roster.last_day_in(unit_code, period) if unit_code else period.end
    if last_day >= opened.delivery.received_at.date() + dt.timedelta(days=1):
        opened.faults.append(_cover_fault("PERIOD_NOT_OVER", cover, "period", last_day.isoformat()))
        return None
    return period


def _cover_fault(code: str, cover: dict[str, str], key: str, expected: str | None = None) -> ReadingFault:
    return ReadingFault(code, None, cover.get("sheet"), cover.get(f"{key}_cell"), cover.get(key, ""), expected)


def _name_fault(cover: dict[str, str], unit: Unit, period: Period, project: Project) -> ReadingFault | None:
    """What is wrong with the unit's name on the cover: in the period another unit's, or not as the roster writes it."""
    said = compact(cover.get("unit_name", ""))
    if said in ("", compact(unit.zh)):
        return None
    named = project.roster.units_in(period).values()
    others = {compact(name): other for other in named for name in (other.zh, other.short_zh) if name}
    is_other = said in others and others[said].code != unit.code and said != compact(unit.short_zh)
    expected = f"{unit.zh}（{unit.code}）" if is_other else unit.zh
    return _cover_fault(_ANOTHER_UNIT if is_other else "UNIT_NAME_VARIANT", cover, "unit_name", expected)


def _named(unit_code: str, project: Project) -> str:
    unit = project.units.get(unit_code)
    return f"{unit.zh}（{unit_code}）" if unit else unit_code


def _beside(opened: Opened, subject: str) -> list[tuple[str, str]]:
    """What the sender wrote beside the findings of one form."""
    return sorted((key, text) for key, text in opened.explanations.items() if key.startswith(subject))


def _digest(frame: FormFrame, cover: dict[str, str], beside: list[tuple[str, str]]) -> str:
    """What the form says, wherever its cells stand; a new reason for a finding is a change, wherever it stands."""
    said = sorted((cell.part, cell.row_no, cell.field, cell.said) for cell in frame.cells if cell.text)
    whole = [said, frame.note, cover["money_unit"], cover["basis"], *([beside] if beside else [])]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()
