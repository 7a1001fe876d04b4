"""Puts the answers together into what each unit writes into its workbook of a period."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from nianbao.sample.ledgers import Ledgers
from nianbao.sample.totals import Place
from nianbao.sample.working import Answers, Working
from nianbao.terms.filled import Filled, Row
from nianbao.terms.form import NUMBERS, Field, FieldType, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Value
from nianbao.terms.unit import Unit

Keyed = dict[tuple[str, str], dict[str, list[Place]]]
"""The series by form and part, and there by the key of the row they stand in."""


class Bench:
    """Where workbooks are put together."""

    def __init__(self, desk: Working, ledgers: Ledgers) -> None:
        self._desk = desk
        self._ledgers = ledgers
        self._series: Keyed = defaultdict(lambda: defaultdict(list))
        for place in desk.answers:
            self._series[place.form, place.part][place.key].append(place)

    def fill(self, unit: Unit, period: Period) -> Filled:
        """Every form the unit owes at the end of a period; before the sample's year only those it has answers for."""
        earlier = period.year < self._desk.year
        forms: dict[str, dict[str, list[Row]]] = {}
        for form, own, parts in self._desk.project.due_forms(unit, period):
            if self._desk.is_left_out(unit, form.code, own):
                continue
            filled = {part.code: self._rows(part, unit, own) for part in parts}
            if any(filled.values()) or not earlier:
                forms[form.code] = {part.code: filled[part.code] or self._nothing(part, own) for part in parts}
        return Filled(forms, only=True)

    def _rows(self, part: Part, unit: Unit, period: Period) -> list[Row]:
        written = self._ledgers.get((part.form_code, part.code, unit.code, period.code), [])
        series = self._series.get((part.form_code, part.code), {})
        own = {key: _answers(self._desk.answers, places, unit, period, part) for key, places in series.items()}
        rows = {key: row for key, row in own.items() if row}
        if part.layout is Layout.INDICATOR:
            return [{**self._nothing(part, period)[0], **row} for row in rows.values()]
        return [{part.fields[0].code: key, **row} for key, row in rows.items()] + written

    def _nothing(self, part: Part, period: Period) -> list[Row]:
        """What stands in a part of which the unit has nothing to say: noughts, or no record."""
        if part.layout is Layout.LEDGER:
            return []
        return [{field.code: _nought(field) for field in part.fields if _is_asked(field, period)}]


def _answers(answers: Answers, places: list[Place], unit: Unit, period: Period, part: Part) -> Row:
    cell = (unit.code, period.code)
    return {
        place.field: _typed(part.field(place.field), answers[place][cell]) for place in places if cell in answers[place]
    }


def _typed(field: Field, value: Decimal) -> Value:
    return int(value) if field.type is FieldType.INT else value


def _nought(field: Field) -> Value:
    return 0 if field.type is FieldType.INT else Decimal(0)


def _is_asked(field: Field, period: Period) -> bool:
    return field.required and field.type in NUMBERS and field.is_asked_in(period)
