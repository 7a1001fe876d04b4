"""The roster: every unit in all its versions, asked on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from nianbao.terms.period import Period
from nianbao.terms.unit import Comparison, Incomparable, Level, Standing, Succession, Unit


@dataclass(frozen=True)
class Roster:
    """The levels, the dated versions of units, each unit's in the order of time, and who took over from whom."""

    levels: Mapping[str, Level]
    versions: tuple[Unit, ...]
    successions: tuple[Succession, ...]

    @cached_property
    def latest(self) -> dict[str, Unit]:
        """Each unit as last known, by code, in the order in which units first stand in the roster."""
        return {code: versions[-1] for code, versions in self.by_code.items()}

    @cached_property
    def root(self) -> Unit:
        """The federation itself, as last known: the unit of the level that has no level above."""
        return next(unit for unit in self.latest.values() if unit.level.is_root)

    @property
    def ranked(self) -> Level | None:
        """The highest level whose units are counted: those that pages set beside each other."""
        return next((level for level in self.levels.values() if level.is_counted), None)

    def on(self, day: dt.date) -> Mapping[str, Unit]:
        """The units that existed on a day, as they stood on it, by code; many forms ask of the same few days."""
        if day not in self._on:
            self._on[day] = {code: unit for code in self.by_code if (unit := self.unit_on(code, day))}
        return self._on[day]

    @cached_property
    def _on(self) -> dict[dt.date, dict[str, Unit]]:
        return {}

    def one_of_each(self, day: dt.date) -> Mapping[str, Unit]:
        """The last unit of each level on a day, by the level's code."""
        if day not in self._of_level:
            self._of_level[day] = {unit.level.code: unit for unit in self.on(day).values()}
        return self._of_level[day]

    @cached_property
    def _of_level(self) -> dict[dt.date, dict[str, Unit]]:
        return {}

    def unit_on(self, code: str, day: dt.date) -> Unit | None:
        """A unit as it stood on a day, None where it did not exist."""
        return next((unit for unit in self.by_code.get(code, ()) if unit.is_valid_on(day)), None)

    def unit_in(self, code: str, period: Period) -> Unit | None:
        """A unit as it stood on its last day within a period, None where it existed on no day of it."""
        versions = [
            unit
            for unit in self.by_code.get(code, ())
            if unit.valid_from <= period.end and (unit.valid_to is None or period.start <= unit.valid_to)
        ]
        return versions[-1] if versions else None

    def units_in(self, period: Period) -> dict[str, Unit]:
        """The units that existed on any day of a period, each as it stood on its last day within it, by code."""
        return {code: unit for code in self.by_code if (unit := self.unit_in(code, period))}

    def last_day_in(self, code: str, period: Period) -> dt.date:
        """The last day of a period on which a unit existed: its end, for all but those that end within it."""
        unit = self.unit_in(code, period)
        return min(period.end, unit.valid_to) if unit and unit.valid_to else period.end

    def find(self, code: str) -> str | None:
        """The code of the roster that a written one means, whatever its case; None where there is none."""
        return self._spelled.get(code.casefold())

    def named(self, code: str, period: Period | None) -> Unit | None:
        """A unit under the name of a period; as last known where the period is unknown or it did not exist then."""
        return (self.unit_in(code, period) if period else None) or self.latest.get(code)

    def succeeded(self, code: str, since: dt.date, day: dt.date) -> tuple[Standing, ...]:
        """Who answers on `day` for what a unit was on the day `since`, with shares that make 1; often itself alone.

        Asked of a day before `since`, the answer is the unit itself: nothing is taken back.
        """
        steps = [each for each in self._successions.get(code, ()) if since < each.day <= day]
        if not steps:
            return (Standing(code, Decimal(1)),)
        first = min(step.day for step in steps)
        shares: dict[str, Decimal] = {}
        for step in steps:
            if step.day == first:
                for standing in self.succeeded(step.successor, first, day):
                    shares[standing.unit_code] = (
                        shares.get(standing.unit_code, Decimal(0)) + step.share * standing.share
                    )
        return tuple(Standing(name, share) for name, share in shares.items())

    def changes_between(self, first: dt.date, last: dt.date) -> tuple[Incomparable, ...]:
        """The units that are no like for like between two days: who came or went without a succession, and its kin.

        Kin are those who took over from it, or it from them, after `first` and up to `last`: their numbers hold its.
        """
        came = {code for code in self.by_code if self._came(code, first, last)}
        went = {code for code in self.by_code if self._went(code, first, last)}
        found = {code: Comparison.CAME if code in came else Comparison.WENT for code in (*came, *went)}
        pairs = [(each.unit_code, each.successor) for each in self.successions if first < each.day <= last]
        while (
            kin := {other for one, two in pairs for code, other in ((one, two), (two, one)) if code in found}
            - found.keys()
        ):
            found |= dict.fromkeys(kin, Comparison.KIN)
        return tuple(Incomparable(code, found[code]) for code in self.by_code if code in found)

    def _came(self, code: str, first: dt.date, last: dt.date) -> bool:
        """Whether a unit is new between two days, and took over from nobody when it came."""
        day = self.by_code[code][0].valid_from
        return first < day <= last and not any(each.successor == code and each.day <= day for each in self.successions)

    def _went(self, code: str, first: dt.date, last: dt.date) -> bool:
        """Whether a unit ended between two days, and nobody took over from it."""
        day = self.by_code[code][-1].valid_to
        return (
            day is not None and first <= day < last and self.succeeded(code, day, last) == (Standing(code, Decimal(1)),)
        )

    def ancestors(self, code: str, line: str, day: dt.date) -> tuple[str, ...]:
        """The units above a unit on a line on a day, the nearest first; for one that is gone those it last had.

        One that comes later has those that it will have first. In place of a parent that is gone by then stands who
        took over most of it; where nobody did, the one above it.
        """
        unit = self._nearest_to(code, day)
        parent = self._heir(unit.parent_on(line), day) if unit else ""
        above = self._line_from(parent, line, day)
        if code in above:
            above = above[: above.index(code)]
        return tuple(each for each in above if self.unit_on(each, day))

    def _line_from(self, code: str, line: str, day: dt.date) -> tuple[str, ...]:
        """A unit and those above it, each once, gone ones too; most units stand below a few, of which it is known."""
        key = code, line, day
        if key not in self._lines:
            found: list[str] = []
            while code and code not in found:
                found.append(code)
                unit = self._nearest_to(code, day)
                code = self._heir(unit.parent_on(line), day) if unit else ""
            self._lines[key] = tuple(found)
        return self._lines[key]

    @cached_property
    def _lines(self) -> dict[tuple[str, str, dt.date], tuple[str, ...]]:
        return {}

    def _heir(self, code: str, day: dt.date) -> str:
        """A unit that stands, or who took over most of it."""
        unit = self._last_by(code, day)
        if unit is None or unit.is_valid_on(day) or unit.valid_to is None:
            return code
        return max(self.succeeded(code, unit.valid_to, day), key=lambda standing: standing.share).unit_code

    def _nearest_to(self, code: str, day: dt.date) -> Unit | None:
        """A unit as it stood on a day or last before it; one that comes later as it will stand first."""
        return self._last_by(code, day) or next(iter(self.by_code.get(code, ())), None)

    def _last_by(self, code: str, day: dt.date) -> Unit | None:
        """A unit as it stood on a day, or last before it."""
        versions = [unit for unit in self.by_code.get(code, ()) if unit.valid_from <= day]
        return versions[-1] if versions else None

    @cached_property
    def by_code(self) -> dict[str, list[Unit]]:
        """The versions of each unit in the order of time, by code."""
        found: dict[str, list[Unit]] = {}
        for unit in self.versions:
            found.setdefault(unit.code, []).append(unit)
        return {code: sorted(units, key=lambda unit: unit.valid_from) for code, units in found.items()}

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {code.casefold(): code for code in self.by_code}

    @cached_property
    def _successions(self) -> dict[str, list[Succession]]:
        found: dict[str, list[Succession]] = {}
        for each in self.successions:
            found.setdefault(each.unit_code, []).append(each)
        return found
