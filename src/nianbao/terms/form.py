"""Forms: what units fill in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from nianbao.terms.approval import Approval
from nianbao.terms.period import Period
from nianbao.terms.span import ALWAYS, Span
from nianbao.terms.unit import Unit


class FieldType(StrEnum):
    """What a cell of a field holds."""

    INT = "int"
    MONEY = "money"
    DECIMAL = "decimal"
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    BOOL = "bool"


class Aggregate(StrEnum):
    """How the values of a field add up over records, units and periods."""

    SUM = "sum"
    LAST = "last"
    MAX = "max"
    MIN = "min"
    COUNT = "count"
    DISTINCT = "distinct"
    NONE = "none"


ADDITIVE = frozenset({Aggregate.SUM, Aggregate.LAST, Aggregate.COUNT})
"""The aggregates whose total over all units is the sum of the units' own."""


class Layout(StrEnum):
    """How a part of a form is laid out on its sheet."""

    INDICATOR = "indicator"
    LEDGER = "ledger"


NUMBERS = frozenset({FieldType.INT, FieldType.MONEY, FieldType.DECIMAL})


@dataclass(frozen=True)
class Swing:
    """By how many per cent a total may move against the same period of last year before the reason is asked (C00-8).

    Of a level in `levels` by as many as stand there. Totals below `least` last year are left alone; 0 asks nothing.
    """

    per_cent: int = 50
    least: int = 10
    levels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Field:
    """One question of a form. `codes` names the list a code comes from (codes.csv, `units`, a level, `accounts`).

    What a personal field says stays in the writer's warehouse and in the archive; no report or published file shows it.
    Where refunds are allowed (冲减) a negative number is an answer. `swing` is its own per cent instead of the form's.
    What `never_falls` is, in a ledger, a year-to-date amount that is no less than the year had before it. What
    `stands_all_year` is said once a year: blanks of its later periods have it filled in. Where `reporters` are named,
    the blanks of nobody else have the field.
    """

    code: str
    line: int
    zh: str
    en: str
    type: FieldType
    unit: str
    aggregate: Aggregate
    required: bool
    codes: str
    hint: str
    is_personal: bool
    span: Span = ALWAYS
    allows_refunds: bool = False
    never_falls: bool = False
    stands_all_year: bool = False
    reporters: frozenset[str] = frozenset()
    swing: int | None = None

    @property
    def comment(self) -> str:
        """What its column means: `送温暖资金（元） / warmth funds`."""
        return f"{self.zh}{f'（{self.unit}）' if self.unit else ''} / {self.en}"

    @property
    def column(self) -> str:
        """The column of the field in raw and core tables; money says its unit of measure."""
        return f"{self.code}_yuan" if self.type is FieldType.MONEY else self.code

    def is_asked_in(self, period: Period) -> bool:
        """Whether the field is on the form of a period."""
        return self.span.covers(period)

    def is_asked_of(self, unit: Unit, period: Period) -> bool:
        """Whether a unit that is asked for its part has the field on the form of a period."""
        return self.is_asked_in(period) and (not self.reporters or _names(self.reporters, unit))


@dataclass(frozen=True)
class Part:
    """A table of a form: one line per field (`indicator`) or one row per record (`ledger`).

    `rows` names the list that fills the first column in advance (a code list, a level, `accounts`), or is empty.
    `suffixes` are the periods in which the part is asked and `reporters` who is asked for it: subsets of the form's.
    `row_key` are the fields of a ledger that tell its rows apart, none where nothing does. `running` are those that a
    row keeps from period to period, as a project its number: blanks have them from the last submission that counts.
    """

    form_code: str
    code: str
    zh: str
    en: str
    layout: Layout
    rows: str
    suffixes: tuple[str, ...]
    reporters: frozenset[str]
    fields: tuple[Field, ...]
    row_key: tuple[str, ...] = ()
    running: tuple[str, ...] = ()

    @property
    def known_by(self) -> tuple[str, ...]:
        """The fields by which a blank knows its records from earlier ones; none where it has none filled in."""
        return (self.fields[0].code,) if self.rows else self.row_key if self.running else ()

    @property
    def filled_in(self) -> tuple[str, ...]:
        """The fields that a blank may have filled in besides the list of `rows`."""
        return (*self.running, *(field.code for field in self.fields if field.stands_all_year))

    @property
    def table(self) -> str:
        """The table of the part in the schemas raw, stage, known and core: `a03`, `a03_sites`."""
        stem = self.form_code.lower()
        return stem if self.code == "main" else f"{stem}_{self.code}"

    def is_reported_by(self, unit: Unit) -> bool:
        """Whether a unit that is asked for the form is asked for this part of it."""
        return _names(self.reporters, unit)

    def field(self, code: str) -> Field:
        """The field of a code.

        Raises:
            KeyError: no such field.
        """
        for field in self.fields:
            if field.code == code:
                return field
        raise KeyError(f"{self.form_code}.{self.code} has no field {code!r}")


@dataclass(frozen=True)
class FormEdition:
    """A version of a form, printed in the workbook, with the periods for which it was the one."""

    code: str
    span: Span


@dataclass(frozen=True)
class Form:
    """A statistical form 报表: its parts, who reports it, for which periods, and when it is due.

    `due_days` after the end of a period it is due, where a level has no days of its own in `level_due_days`.
    `approval` says what the level above has to do with it. `edition` is the present one; `earlier_editions` are those
    of periods that have their own. What is sent as a supplement (补报) adds its rows to those that count, where the
    form takes that. `approval_no` (批准文号) and `valid_until` (有效期至) are printed in the head as they are declared.
    """

    code: str
    zh: str
    en: str
    table_no: str
    edition: str
    suffixes: tuple[str, ...]
    reporters: frozenset[str]
    span: Span
    due_days: int
    grace_days: int
    cumulative: bool
    notes: tuple[str, ...]
    parts: tuple[Part, ...]
    earlier_editions: tuple[FormEdition, ...] = ()
    level_due_days: tuple[tuple[str, int], ...] = ()
    excludes_below: bool = False
    approval: Approval = Approval.NONE
    approval_no: str = ""
    valid_until: str = ""
    swing: Swing = Swing()
    takes_supplements: bool = False

    @property
    def named(self) -> str:
        """Its code with its name beside, as people are told of it: `A01 会员情况表`."""
        return f"{self.code} {self.zh}"

    def swing_of(self, field: Field, level: str) -> int:
        """By how many per cent a field of a unit of a level may move before the reason is asked; 0: as it likes."""
        return dict(self.swing.levels).get(level, self.swing.per_cent) if field.swing is None else field.swing

    def edition_in(self, period: Period) -> str:
        """The edition of the form for a period: what its workbook carries, and a correction of it may."""
        return next((each.code for each in self.earlier_editions if each.span.covers(period)), self.edition)

    def part(self, code: str) -> Part:
        """The part of a code.

        Raises:
            KeyError: no such part.
        """
        for part in self.parts:
            if part.code == code:
                return part
        raise KeyError(f"{self.code} has no part {code!r}")

    def parts_of(self, unit: Unit, period: Period) -> tuple[Part, ...]:
        """The parts a unit is asked for in a period; none when it does not owe the form."""
        if not self.is_reported_by(unit) or period.suffix not in self.suffixes:
            return ()
        return tuple(part for part in self.parts if period.suffix in part.suffixes and part.is_reported_by(unit))

    def is_asked_in(self, period: Period) -> bool:
        """Whether the form is asked for a period at all."""
        return self.span.covers(period)

    def is_reported_by(self, unit: Unit) -> bool:
        """Whether a unit is asked for the form; `reporters` holds levels and single unit codes."""
        return _names(self.reporters, unit)

    def periods_closing_with(self, period: Period) -> tuple[Period, ...]:
        """The form's periods that end on the same day as `period`: with 2021Q4 also 2021H2 and 2021."""
        return _closing_with(self.suffixes, period)

    def due_days_of(self, unit: Unit) -> int:
        """How many days after a period a unit's form is due."""
        return dict(self.level_due_days).get(unit.level.code, self.due_days)


def _names(reporters: frozenset[str], unit: Unit) -> bool:
    return unit.level.code in reporters or unit.code in reporters


@cache
def _closing_with(suffixes: tuple[str, ...], period: Period) -> tuple[Period, ...]:
    """Asked of every form of every workbook, and of a night all are of a few periods."""
    own = (period.with_suffix(suffix) for suffix in suffixes)
    return tuple(candidate for candidate in own if candidate.end == period.end)
