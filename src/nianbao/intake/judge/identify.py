"""identify: covers and sheets → who sent which form for which period; what is wrong with a cover becomes a fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.catalog import Project
from nianbao.intake.columns import FileRead, SheetRead, digest_of
from nianbao.intake.judge.senders import may_send
from nianbao.intake.text import compact
from nianbao.terms import workbook_words
from nianbao.terms.delivery import ONE_FORM_EACH, Delivery
from nianbao.terms.form import Form, Part
from nianbao.terms.period import Period
from nianbao.terms.source import STRANGER
from nianbao.terms.submission import Place, ReadingFault, Submission
from nianbao.terms.unit import Unit

PART_MISSING = "PART_MISSING"
WRONG_SENDER = "WRONG_SENDER"
_AD_HOC = "X"
_ANOTHER_UNIT = "UNIT_NAME_OF_ANOTHER"


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: the submission, the sheet it stands on, the parts that are asked, the sheet's faults."""

    submission: Submission
    sheet_no: int
    parts: tuple[Part, ...]
    faults: tuple[ReadingFault, ...]


@dataclass(frozen=True)
class Identified:
    """What a delivery turned out to be.

    `explanations` are the sender's, by the keys of findings; `absent` the forms that the unit owes with the workbook
    and that are not in it, with what they are called.
    """

    delivery: Delivery
    read: FileRead
    faults: tuple[ReadingFault, ...] = ()
    unit_code: str | None = None
    period: str | None = None
    sent: tuple[Sent, ...] = ()
    absent: Mapping[Place, str] = field(default_factory=dict)

    @property
    def explanations(self) -> Mapping[str, str]:
        """What the sender wrote beside findings, by their keys."""
        return self.read.explanations


_WITHOUT_FORM = frozenset({"HEADER_MISSING", "EMPTY_SUBMISSION"})
"""What already says why no form was found."""


def identify(delivery: Delivery, read: FileRead, project: Project) -> Identified:
    """Find out whose a delivery is and for when, and which forms are on it; none where its cover is refused."""
    cover = read.cover
    if not cover:
        return Identified(delivery, read, read.faults)
    code = project.roster.find(cover["unit_code"])
    period = _period_of(cover, delivery, project, code)
    faults = [*read.faults, *([period] if isinstance(period, ReadingFault) else [])]
    unit = project.roster.named(code, period if isinstance(period, Period) else None) if code else None
    if unit is None:
        faults.append(_cover_fault("UNKNOWN_UNIT", cover, "unit_code"))
    elif not may_send(project, delivery, unit.code):
        faults.append(_cover_fault(WRONG_SENDER, cover, "unit_code", _named(delivery.sender, project)))
        return Identified(delivery, read, tuple(faults))
    if unit is None or isinstance(period, ReadingFault):
        return Identified(delivery, read, tuple(faults))
    more, is_refused = _cover_faults(cover, unit, period, project)
    faults += more
    if is_refused:
        return Identified(delivery, read, tuple(faults), unit.code, period.code)
    if not read.sheets and not any(fault.code in _WITHOUT_FORM for fault in read.faults):
        faults.append(ReadingFault("NO_FORM"))
    sent = tuple(
        each
        for sheet_no, sheet in enumerate(read.sheets)
        for each in _sent(delivery, read, sheet_no, sheet, unit, period, project)
    )
    return Identified(
        delivery, read, tuple(faults), unit.code, period.code, sent, _absent(delivery, read, project, unit, period)
    )


def _cover_faults(
    cover: Mapping[str, str], unit: Unit, period: Period, project: Project
) -> tuple[list[ReadingFault], bool]:
    """What is wrong with the other answers of a cover, and whether nothing can be taken under it."""
    faults = []
    if fault := _name_fault(cover, unit, period, project):
        faults.append(fault)
        if fault.code == _ANOTHER_UNIT:
            return faults, True
    for key, allowed in (("money_unit", workbook_words.MONEY_UNITS), ("basis", workbook_words.BASES.values())):
        if cover.get(key) not in allowed:
            return [*faults, _cover_fault("BAD_COVER", cover, key, "、".join(allowed))], True
    return faults, False


def _absent(delivery: Delivery, read: FileRead, project: Project, unit: Unit, period: Period) -> dict[Place, str]:
    """The forms that the unit owes for the period and that are not on a workbook.

    A sheet that is there but could not be read has a fault of its own; a file for one form need not hold the others.
    """
    if not read.sheets or delivery.file_name.lower().endswith(ONE_FORM_EACH):
        return {}
    on_it = {sheet.form_code for sheet in read.sheets} | {fault.form_code for fault in read.faults}
    return {
        (unit.code, form.code, own_period.code): f"{workbook_words.sheet_name(form.code, form.zh)}（{own_period.zh}）"
        for form, own_period, _ in project.due_forms(unit, period)
        if project.is_asked(form, own_period) and form.code not in on_it
    }


def _sent(
    delivery: Delivery, read: FileRead, sheet_no: int, sheet: SheetRead, unit: Unit, period: Period, project: Project
) -> Iterator[Sent]:
    """The submissions of a sheet: one for each period of its form that closes with that of the cover."""
    form, cover = project.forms[sheet.form_code], read.cover
    own_periods = form.periods_closing_with(period)
    for own_period in own_periods or (period,):
        stood = project.roster.unit_in(unit.code, own_period)
        parts = form.parts_of(project.roster.named(unit.code, own_period) or unit, own_period) or form.parts
        deadline = project.deadline(form, own_period, stood or unit)
        submission = Submission(
            delivery_id=delivery.delivery_id,
            file_name=delivery.shown_name,
            unit_code=unit.code,
            unit_level=(stood or unit).level.code,
            form_code=form.code,
            period=own_period.code,
            suffix=own_period.suffix,
            year=project.year_of(own_period),
            period_start=own_period.start,
            period_end=own_period.end,
            basis="cumulative" if form.cumulative else _BASIS_CODES[cover["basis"]],
            money_unit=cover["money_unit"],
            edition=sheet.edition,
            declared_status=cover.get("status", ""),
            note=sheet.note or None,
            cells_sha256=_digest(sheet, read, f"{unit.code}-{own_period.code}-{form.code}/"),
            arrived_on=delivery.arrived_at.date(),
            due_on=deadline.due_on,
            accepted_until=deadline.accepted_until,
            in_roster=stood is not None,
            is_due=bool(own_periods) and form.is_reported_by(stood or unit),
            sheet=sheet.sheet,
        )
        yield Sent(submission, sheet_no, tuple(parts), _sheet_faults(sheet, form, own_period, parts))


_BASIS_CODES = {label: code for code, label in workbook_words.BASES.items()}


def _sheet_faults(sheet: SheetRead, form: Form, period: Period, asked: Sequence[Part]) -> tuple[ReadingFault, ...]:
    """The faults of a sheet; a part that the unit does not owe in the period is rightly not there."""
    unasked = {part.zh for part in form.parts if part not in asked}
    faults = [fault for fault in sheet.faults if fault.code != PART_MISSING or fault.expected not in unasked]
    expected = form.edition_in(period)
    if sheet.edition != expected:
        faults.append(ReadingFault("TEMPLATE_VERSION", form.code, sheet.sheet, None, sheet.edition, expected))
    return tuple(faults)


def _period_of(
    cover: Mapping[str, str], delivery: Delivery, project: Project, unit_code: str | None
) -> Period | ReadingFault:
    """The period that a cover names, or what is wrong with it."""
    try:
        period = Period.parse(cover.get("period", ""))
    except ValueError:
        return _cover_fault("BAD_PERIOD", cover, "period", "2021Q4、2021H1、2021")
    if period.suffix != _AD_HOC and project.workbook_period(period) is None:
        return _cover_fault("BAD_PERIOD", cover, "period", "2021Q4、2021H1、2021")
    if period.start.year < project.conventions.history_from:
        return _cover_fault("BAD_PERIOD", cover, "period", f"{project.conventions.history_from}年及以后的报告期")
    # For a unit that ends within a period, the period is over when the unit is.
    last_day = project.roster.last_day_in(unit_code, period) if unit_code else period.end
    if last_day >= delivery.received_at.date() + dt.timedelta(days=1):
        return _cover_fault("PERIOD_NOT_OVER", cover, "period", last_day.isoformat())
    return period


def _cover_fault(code: str, cover: Mapping[str, str], key: str, expected: str | None = None) -> ReadingFault:
    return ReadingFault(code, None, cover.get("sheet"), cover.get(f"{key}_cell"), cover.get(key, ""), expected)


def _name_fault(cover: Mapping[str, str], unit: Unit, period: Period, project: Project) -> ReadingFault | None:
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
    if unit_code == STRANGER:
        return "未登记的邮箱"
    unit = project.units.get(unit_code)
    return f"{unit.zh}（{unit_code}）" if unit else unit_code


def _digest(sheet: SheetRead, read: FileRead, subject: str) -> str:
    """What the form says, wherever its cells stand; a new reason beside one of its findings is a change too."""
    beside = sorted((key, text) for key, text in read.explanations.items() if key.startswith(subject))
    return digest_of([sheet.said_sha256, sheet.note, read.cover["money_unit"], read.cover["basis"], beside])
