"""A federation's project: its declared folders, read and cross-checked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.catalog.contacts import CONTACTS, read_contacts
from nianbao.catalog.conventions import Conventions, Nouns, read_conventions
from nianbao.catalog.deadlines import CALENDAR, EXTENSIONS, read_calendar, read_extensions
from nianbao.catalog.declared import read_csv
from nianbao.catalog.forms import read_forms
from nianbao.catalog.indicators import read_indicators
from nianbao.catalog.notices import read_notices
from nianbao.catalog.passages import read_wordings
from nianbao.catalog.publications import read_publications
from nianbao.catalog.reference import QUALITY, Codes, read_codes, read_quality, read_tiles
from nianbao.catalog.roster import read_roster
from nianbao.catalog.sign_off import read_sign_off
from nianbao.catalog.sources import read_sources
from nianbao.errors import DeclarationError, UsageError
from nianbao.language import _
from nianbao.terms.approval import Approval
from nianbao.terms.check import Rule
from nianbao.terms.contact import Contact
from nianbao.terms.deadline import NEVER, Calendar, Deadline, Extension, deadline_of
from nianbao.terms.form import Form, Part
from nianbao.terms.indicator import Indicator
from nianbao.terms.notice import Notices
from nianbao.terms.numbers import unit_of_number
from nianbao.terms.passage import Wordings
from nianbao.terms.period import Period
from nianbao.terms.publication import Publication
from nianbao.terms.quality import QualityRule
from nianbao.terms.roster import Roster
from nianbao.terms.sign_off import SignOffRules
from nianbao.terms.source import DeclaredSource
from nianbao.terms.unit import LINES, Unit
from nianbao.terms.year_basis import YearBasis

if TYPE_CHECKING:
    from nianbao.catalog.checks import ReadingRule


_JUDGING = ("federation.toml", "forms", "reference", "expectations", "sql", "indicators", "reports")


@dataclass(frozen=True)
class Project:
    """What a federation declares; the heavier parts are read when first asked for.

    `tiles` are row and column of units on a map of tiles, by code; none where no places are declared.
    """

    path: Path
    roster: Roster
    codes: Codes
    forms: dict[str, Form]
    conventions: Conventions = field(default_factory=Conventions)
    calendar: Calendar = field(default_factory=Calendar)
    extensions: tuple[Extension, ...] = ()
    tiles: dict[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every check on submissions, from the suites and from sql/check."""
        from nianbao.catalog.checks import read_sql_checks, read_suites  # reads YAML, which few commands need

        suites = read_suites(self.path / "expectations" / "submission", self.forms, self.codes)
        return self._worded(suites + read_sql_checks(self.path / "sql" / "check", self.forms))

    def take_rules(self, rules: Iterable[Rule]) -> None:
        """Take the rules as they were read before, from these same declarations."""
        vars(self)["rules"] = tuple(rules)

    @cached_property
    def built_rules(self) -> tuple[Rule, ...]:
        """What the built tables are held to before anything is printed."""
        from nianbao.catalog.checks import read_built_suites

        return self._worded(read_built_suites(self.path / "expectations" / "built"))

    def _worded(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Rules that say the federation's own words."""
        fill = self.nouns.fill
        return tuple(replace(rule, says=fill(rule.says), because=fill(rule.because)) for rule in rules)

    @cached_property
    def bulletin_ids(self) -> dict[tuple[str, str, str, int], str]:
        """The id in the model bulletin of what is printed, by publication, section, indicator and year."""
        columns = ("bulletin_id", "publication", "section", "indicator", "period")
        return {
            (row["publication"], row["section"], row["indicator"], int(row["period"])): row["bulletin_id"]
            for path in sorted((self.path / "reference").glob("bulletin_*.csv"))
            for _, row in read_csv(path, columns)
        }

    @cached_property
    def reading_rules(self) -> dict[str, ReadingRule]:
        """What is said about what the reader itself finds, by code."""
        from nianbao.catalog.checks import read_reading_rules

        rules, fill = read_reading_rules(self.path / "expectations" / "reading.yaml"), self.nouns.fill
        return {code: replace(rule, says=fill(rule.says), because=fill(rule.because)) for code, rule in rules.items()}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by id."""
        return read_indicators(self.path / "indicators", self.forms, self.roster)

    @cached_property
    def renamed_indicators(self) -> dict[str, str]:
        """The id of today of every id that an indicator had once."""
        return {former: each.id for each in self.indicators.values() for former in each.former}

    @cached_property
    def nouns(self) -> Nouns:
        """What the federation calls itself and its levels, for the texts that name them."""
        return Nouns(self.conventions.words, self.issuer, self.roster.levels)

    @cached_property
    def publications(self) -> dict[str, Publication]:
        """Every publication by code."""
        return read_publications(self.path / "reports", self.indicators, self.roster, self.wordings, self.nouns)

    @cached_property
    def wordings(self) -> Wordings:
        """What the reports may print besides figures: reported texts, office blocks, standing phrases."""
        return read_wordings(self.path / "reports", self.forms, self.units, self.nouns.fill)

    @cached_property
    def sign_off(self) -> SignOffRules:
        """Who signs a release, and what is material."""
        return read_sign_off(self.path / "reports" / "sign_off.toml")

    @cached_property
    def sources(self) -> tuple[DeclaredSource, ...]:
        """Where deliveries come from."""
        return read_sources(self.path / "reference" / "sources.toml", self.units)

    @cached_property
    def notices(self) -> Notices:
        """Who is told of what, and by which way."""
        return read_notices(self.path / "reference" / "notices.toml")

    @cached_property
    def contacts(self) -> dict[str, Contact]:
        """How units are reached, by code."""
        return read_contacts(self.path / "reference" / CONTACTS, self.units)

    @cached_property
    def quality(self) -> QualityRule | None:
        """By what rule the quality of reporting is told; None where the federation declares none."""
        return read_quality(self.path / "reference" / QUALITY)

    @cached_property
    def column_comments(self) -> dict[str, str]:
        """What columns mean, `中文 / English`, by column: as reference/columns*.csv say, else as their field."""
        declared = {field.column: field.comment for part in self.parts for field in part.fields}
        paths = sorted((self.path / "reference").glob("columns*.csv"))
        rows = (row for path in paths for _, row in read_csv(path, ("column", "zh", "en")))
        return declared | {row["column"]: f"{row['zh']} / {row['en']}" for row in rows}

    @cached_property
    def declared_files(self) -> dict[str, bytes]:
        """Everything declared that judges and counts, by its path; places, channels, contacts, quality do neither."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for declared in (self.path / name for name in _JUDGING)
            for path in (sorted(declared.rglob("*.*")) if declared.is_dir() else [declared])
            if path.is_file() and path.name not in ("sources.toml", "notices.toml", CONTACTS, QUALITY)
        }

    @cached_property
    def listing(self) -> bytes:
        """The paths of the declared files with the SHA-256 of each, as JSON."""
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in self.declared_files.items()}
        return json.dumps(hashes, ensure_ascii=False, indent=0, sort_keys=True).encode() + b"\n"

    @cached_property
    def digest(self) -> str:
        """One digest of everything declared: the SHA-256 of the listing."""
        return hashlib.sha256(self.listing).hexdigest()

    @property
    def units(self) -> dict[str, Unit]:
        """Every unit as last known, by code; whoever asks about a period asks the roster."""
        return self.roster.latest

    @property
    def federation(self) -> Unit:
        """The federation itself: the unit at the root of the roster."""
        return self.roster.root

    @property
    def issuer(self) -> str:
        """Who issues reports that name nobody else, and makes the forms."""
        return self.conventions.issuer or self.federation.zh

    def year_basis(self, code: str) -> YearBasis:
        """A year that the federation counts in, by its code; the one in which it reports where none is named.

        Raises:
            UsageError: it declares no such year.
        """
        bases = {basis.code: basis for basis in self.year_bases}
        if not code:
            return self.conventions.year
        if code not in bases:
            raise UsageError(
                _("there is no year basis {code!r}").format(code=code),
                next_step=_("take one of: {bases}").format(bases=", ".join(bases)),
            )
        return bases[code]

    @property
    def year_bases(self) -> tuple[YearBasis, ...]:
        """The years that the federation counts in, the one in which it reports first."""
        return (self.conventions.year, *self.conventions.other_years)

    def year_of(self, period: Period) -> int:
        """The year of the federation in which a period lies; of one that lies in two, that in which it ends."""
        return self.conventions.year.year_of(period) or period.year

    def is_asked(self, form: Form, period: Period) -> bool:
        """Whether a form is owed for a period: it is asked for then, and that was not over before the first day."""
        return form.is_asked_in(period) and not self.conventions.is_history(period)

    def periods_of(self, form: Form, year: int) -> list[Period]:
        """The periods of a form that lie in a year of the federation and are asked, by their ends."""
        periods = (Period.of(calendar, suffix) for suffix in form.suffixes for calendar in (year - 1, year))
        own = [each for each in periods if self.year_of(each) == year and self.is_asked(form, each)]
        return sorted(own, key=lambda period: (period.end, period.start))

    def last_due_day(self, year: int) -> dt.date:
        """The day on which the last forms of a year are due; the last day of the year where none is."""
        days = (
            self.deadline(form, period, unit).due_on
            for form in self.forms.values()
            for period in self.periods_of(form, year)[-1:]
            for unit in self._one_of_each(form, period)
        )
        return max(days, default=self.conventions.year.span(year)[1])

    def is_closed(self, form: Form, period: Period, today: dt.date) -> bool:
        """Whether nothing more is awaited of a form for a period: its due days have passed, or nobody owes it."""
        if not self.is_asked(form, period):
            return period.end < today
        return all(self.deadline(form, period, unit).due_on < today for unit in self._one_of_each(form, period))

    def _one_of_each(self, form: Form, period: Period) -> tuple[Unit, ...]:
        """One unit of each level that owes a form for a period; of many units a few are looked at."""
        on, levels = self.roster.on(period.end), self.roster.one_of_each(period.end)
        units = [levels[code] for code in sorted(form.reporters & levels.keys())]
        units += [on[code] for code in sorted(form.reporters & on.keys())]
        return tuple({unit.level.code: unit for unit in units}.values())

    def deadline(self, form: Form, period: Period, unit: Unit) -> Deadline:
        """When a unit's form of a period is due, and until when it is taken; what is history has no deadline."""
        if self.conventions.is_history(period):
            return NEVER
        key = (form.code, period.code, unit.level.code, unit.code if unit.code in self._extended else "")
        if key not in self._deadlines:
            self._deadlines[key] = deadline_of(form, period, unit, self.calendar, self.extensions)
        return self._deadlines[key]

    @cached_property
    def _deadlines(self) -> dict[tuple[str, str, str, str], Deadline]:
        """Those asked for so far: all units of a level have one, and those that more time was granted their own."""
        return {}

    @cached_property
    def _extended(self) -> frozenset[str]:
        return frozenset(each.unit_code for each in self.extensions)

    def approver_of(self, unit_code: str, period: Period) -> Unit | None:
        """The unit that approves what another reports for a period: the nearest above it of the level that does."""
        day = self.roster.last_day_in(unit_code, period)
        unit = self.roster.unit_on(unit_code, day)
        for line in LINES if unit and unit.level.approved_by else ():
            for above in self.roster.ancestors(unit_code, line, day):
                found = self.roster.unit_on(above, day)
                if found and unit and found.level.code == unit.level.approved_by:
                    return found
        return None

    def approval_of(self, form_code: str, unit_code: str, period: Period) -> Approval:
        """What the level above has to do with a unit's form: nothing where nobody stands there to approve it."""
        approval = self.forms[form_code].approval
        return approval if approval is not Approval.NONE and self.approver_of(unit_code, period) else Approval.NONE

    @property
    def parts(self) -> Iterator[Part]:
        """Every part of every form."""
        for form in self.forms.values():
            yield from form.parts

    @cached_property
    def measures(self) -> frozenset[str]:
        """The units of measure of what fields count: before one of them stands a quantity."""
        return frozenset(unit for part in self.parts for field in part.fields if (unit := unit_of_number(field)))

    def workbook_period(self, asked: Period, unit: Unit | None = None) -> Period | None:
        """The period by which a workbook is named: of those that end with the asked one the shortest that a unit owes.

        2022, 2022H2 and 2022Q4 ask for one and the same workbook; None for a period that no form has, or that the unit
        does not owe.
        """
        if not any(asked.suffix in form.suffixes for form in self.forms.values()):
            return None
        forms = [form for form in self.forms.values() if unit is None or form.is_reported_by(unit)]
        periods = [own for form in forms for own in form.periods_closing_with(asked)]
        return max(periods, key=lambda period: period.start, default=None)

    def reporting_below(self, unit: Unit, form: Form, period: Period) -> list[Unit]:
        """The units that stand below a unit on the last day of a period and owe the form themselves."""
        roster = self.roster
        return [
            each
            for code, each in roster.on(period.end).items()
            if form.parts_of(each, period)
            and any(unit.code in roster.ancestors(code, line, period.end) for line in LINES)
        ]

    def due_forms(self, unit: Unit, period: Period) -> list[tuple[Form, Period, tuple[Part, ...]]]:
        """What a unit's workbook of a period holds: forms with their own period, and the parts asked."""
        return [
            (form, own_period, parts)
            for form in self.forms.values()
            for own_period in form.periods_closing_with(period)
            if (parts := form.parts_of(unit, own_period))
        ]


def load_project(path: Path) -> Project:
    """Read the declared folders of a project.

    Raises:
        DeclarationError: a declared file is wrong; the message names file and line.
    """
    reference = path / "reference"
    roster = read_roster(reference)
    codes = read_codes(reference / "codes.csv", reference / "accounts.csv")
    forms = read_forms(path / "forms", roster, frozenset(codes))
    calendar = read_calendar(reference / CALENDAR)
    extensions = read_extensions(reference / EXTENSIONS, roster, forms)
    conventions = read_conventions(path / "federation.toml")
    _check_periods(path, forms, conventions.year)
    tiles = read_tiles(reference / "tiles.csv", roster.latest)
    return Project(path, roster, codes, forms, conventions, calendar, extensions, tiles)


def _check_periods(path: Path, forms: dict[str, Form], year: YearBasis) -> None:
    """Hold that every period that a form is asked for lies in one year of the federation."""
    for form in forms.values():
        for suffix in form.suffixes:
            if year.years_ahead(suffix) is None:
                what = _("the period {suffix} lies in two years (the first month of a year is {first_month})").format(
                    suffix=suffix, first_month=year.first_month
                )
                way_out = _("ask for months, for what ends the year, or for {suffix}: the year itself").format(
                    suffix=year.suffix
                )
                raise DeclarationError(path / "forms" / f"{form.code}.toml", 1, f"{what}: {way_out}")


def find_project(start: Path) -> Path:
    """The nearest folder upward that holds `forms/`.

    Raises:
        DeclarationError: there is none.
    """
    for folder in (start, *start.parents):
        if (folder / "forms").is_dir():
            return folder
    raise DeclarationError(start, 1, _("no folder here or above holds forms/; name the project with --project DIR"))
