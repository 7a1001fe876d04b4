"""Plans every file of the sample year: what is in it, when it is sent, and under which name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from nianbao.sample.events import Duplicate, Events, LeftOut, Resent, SentFile, Stray, changed
from nianbao.sample.workbooks import Bench
from nianbao.sample.working import Working
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.terms.workbook_words import CORRECTION, FIRST

ON_TIME = "on time"


@dataclass(frozen=True)
class Planned:
    """A file to be sent: a workbook, or the text of one that is none."""

    unit: Unit
    period: Period
    sent_at: dt.datetime
    file_name: str
    content: Filled | str
    story: str


class Post:
    """The units' outgoing post of the year."""

    def __init__(self, desk: Working, bench: Bench, events: Events) -> None:
        self._desk = desk
        self._bench = bench
        self._events = events

    def plan(self) -> list[Planned]:
        """Every file in the order in which it is sent."""
        quarters = [f"{self._desk.year}Q{quarter}" for quarter in range(1, 5)]
        planned: list[Planned] = []
        for code in (*self._events.sending.earlier, *quarters):
            period = Period.parse(code)
            for unit in self._desk.project.units.values():
                if unit.is_valid_on(period.end) and self._desk.project.due_forms(unit, period):
                    planned.extend(self._from(unit, period))
        planned.extend(self._stray(stray) for stray in self._events.stray)
        return sorted(planned, key=lambda each: (each.sent_at, each.unit.code, each.file_name))

    def _from(self, unit: Unit, period: Period) -> Iterator[Planned]:
        filled = self._explained(unit, period, self._bench.fill(unit, period))
        if not filled.forms:
            return
        usual = Planned(unit, period, self._usual_time(unit, period), self._file_name(unit, period), filled, ON_TIME)
        for own in _about(unit, period, self._events.sent):
            usual = replace(usual, sent_at=self._at(own.on, usual), story=own.story)
        for left_out in _about(unit, period, self._events.left_out):
            usual = replace(usual, story=f"without {left_out.form}")
        sent = [usual]
        for resent in _about(unit, period, self._events.resent):
            sent = list(self._twice(resent, usual, filled))
        yield from map(_dated, sent)
        for copy in _about(unit, period, self._events.duplicate):
            yield self._copy(copy, _dated(sent[0]))

    def _explained(self, unit: Unit, period: Period, filled: Filled) -> Filled:
        notes = dict(filled.notes)
        for explained in self._events.explained:
            if explained.form in filled.forms and explained.concerns(unit, period.code):
                note = self._desk.dice("note", unit.code, explained.form).choice(explained.notes)
                notes[explained.form] = note.replace("{period}", period.zh)
                filled = changed(filled, explained.changes)
        return replace(filled, notes=notes, cover={**self._events.sending.cover, "status": FIRST})

    def _twice(self, resent: Resent, usual: Planned, filled: Filled) -> Iterator[Planned]:
        notes = {form: note for form, note in filled.notes.items() if form not in resent.without_note}
        wrong = changed(replace(filled, notes=notes), resent.changes)
        sent_at = self._at(resent.on, usual) if resent.on else usual.sent_at
        yield replace(usual, sent_at=sent_at, content=wrong, story=resent.story)
        kept = resent.forms or tuple(filled.forms)
        again = replace(
            filled,
            forms={form: filled.forms[form] for form in kept},
            cover={**filled.cover, "status": CORRECTION},
        )
        name = resent.again_name.format(unit=usual.unit.zh, period=usual.period.code)
        yield replace(
            usual, sent_at=self._at(resent.again_on, usual), file_name=name, content=again, story=resent.again_story
        )

    def _copy(self, copy: Duplicate, original: Planned) -> Planned:
        name = copy.name.format(unit=original.unit.zh, period=original.period.code)
        return replace(original, sent_at=self._at(copy.on, original), file_name=name, story=copy.story)

    def _stray(self, stray: Stray) -> Planned:
        unit, period = self._desk.project.units[stray.unit], Period.parse(stray.period)
        sent_at = dt.datetime.combine(stray.on, self._time_of_day(unit, stray.name))
        return Planned(unit, period, sent_at, stray.name, stray.text, stray.story)

    def _usual_time(self, unit: Unit, period: Period) -> dt.datetime:
        sending = self._events.sending
        after = (period.end + dt.timedelta(days=days) for days in range(sending.first_day, sending.last_day + 1))
        days = [day for day in after if sending.is_worked(day)]
        day = self._desk.dice("day", unit.code, period.code).choice(days)
        return dt.datetime.combine(day, self._time_of_day(unit, period.code))

    def _at(self, day: dt.date, like: Planned) -> dt.datetime:
        return dt.datetime.combine(day, self._time_of_day(like.unit, str(day)))

    def _time_of_day(self, unit: Unit, what: str) -> dt.time:
        dice, sending = self._desk.dice("time", unit.code, what), self._events.sending
        return dt.time(dice.randrange(sending.opens, sending.closes), dice.randrange(60), dice.randrange(60))

    def _file_name(self, unit: Unit, period: Period) -> str:
        names, dice = self._events.sending.file_names, self._desk.dice("name", unit.code)
        usual = dice.randrange(100) < self._events.sending.usual_names
        return (names[0] if usual else dice.choice(names)).format(unit=unit.zh, period=period.code, period_zh=period.zh)


E = TypeVar("E", SentFile, LeftOut, Resent, Duplicate)


def _about(unit: Unit, period: Period, events: Iterable[E]) -> Iterator[E]:
    return (event for event in events if (event.unit, event.period) == (unit.code, period.code))


def _dated(planned: Planned) -> Planned:
    if isinstance(planned.content, str):
        return planned
    cover = {**planned.content.cover, "filled_on": planned.sent_at.date().isoformat()}
    return replace(planned, content=replace(planned.content, cover=cover))
