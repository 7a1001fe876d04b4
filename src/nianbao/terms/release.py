"""Releases: what was issued, the files that it is, and what the pages over all of them read from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from nianbao.terms.period import Period


@dataclass(frozen=True)
class Release:
    """An issued edition of a publication for a year; `path` is its folder under the home.

    `is_unfinished` says that the year was not over: what came later takes nothing back of it.
    """

    publication: str
    year: int
    number: int
    issued_at: dt.datetime
    path: str
    figures_sha256: str
    is_unfinished: bool = False

    @property
    def edition(self) -> str:
        """`r1`."""
        return f"r{self.number}"

    @property
    def name(self) -> str:
        """`work_report/2021/r1`, as commands take it."""
        return f"{self.publication}/{self.year}/{self.edition}"


@dataclass(frozen=True)
class ReleaseFile:
    """One file of a release: its path in the folder, and the SHA-256 under which its bytes are kept."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class ShelvedRelease:
    """A release among those of its publication and year: what came after it, and who signed it.

    `last` is the edition that holds now, empty where it is this one; `recalled` says when, by whom and why it was
    called back, empty where it was not.
    """

    release: Release
    last: str
    recalled: str
    signed: tuple[str, ...]

    @property
    def standing_zh(self) -> str:
        """Whether it holds, in words."""
        parts = [
            f"已撤回（{self.recalled}）" if self.recalled else "",
            f"已由第{self.last[1:]}版更正" if self.last else "",
        ]
        return "；".join(filter(None, parts)) or "现行"

    @property
    def later_zh(self) -> str:
        """What a reader of its pages is told; nothing where it holds."""
        return "" if self.standing_zh == "现行" else f"本版{self.standing_zh}。"

    @property
    def leads_to(self) -> str:
        """Where such a reader is led, from the folder of the release: the edition that holds, else the list of all."""
        return f"{self.last}/index.html" if self.last else "index.html"


@dataclass(frozen=True)
class Shelf:
    """The releases of a publication for a year, the earliest first; `zh` is what the publication is called."""

    zh: str
    publication: str
    year: int
    shelved: tuple[ShelvedRelease, ...]

    @property
    def current(self) -> ShelvedRelease:
        """The release that holds; where every one was recalled, the last."""
        return next((each for each in reversed(self.shelved) if not each.recalled), self.shelved[-1])

    @property
    def earlier(self) -> tuple[ShelvedRelease, ...]:
        """The others, the last first."""
        return tuple(each for each in reversed(self.shelved) if each != self.current)

    @property
    def holds(self) -> bool:
        """Whether there is a release that nobody has recalled."""
        return not self.current.recalled


@dataclass(frozen=True)
class Correction:
    """A form of a unit and period that counts otherwise than when a release was issued: the submissions then and now.

    `before` is empty where none counted then, `after` where none does now; `is_taken_back` says that what counted then
    was taken back, and one that had been sent before it counts again.
    """

    unit_code: str
    unit_zh: str
    form_code: str
    form_zh: str
    period: str
    before: str
    after: str
    is_taken_back: bool = False

    @property
    def submissions(self) -> str:
        """The submissions then and now, by their ids."""
        return " → ".join(each for each in (self.before, self.after) if each)

    @property
    def zh(self) -> str:
        """Whose it is and what became of it: 甲市2021年第四季度《某表》更正."""
        what = "更正" if self.before and self.after else "补报" if self.after else "撤回"
        what = "撤回后一次报送，恢复前一次" if self.is_taken_back else what
        return f"{self.unit_zh}{Period.parse(self.period).zh}《{self.form_zh}》{what}"


@dataclass(frozen=True)
class Lapse:
    """Something that a release prints and that today's data would print otherwise; `section` is where it stands.

    `before_holds`: whether what was printed is true of the value now, None where that cannot be told; `because` are the
    corrections behind it, none where no submission changed but what is declared.
    """

    zh: str
    year: int
    section: str
    before: str
    after: str
    before_holds: bool | None
    because: tuple[Correction, ...]

    @property
    def because_zh(self) -> str:
        """Whose corrections it follows from."""
        return "、".join(each.zh for each in self.because) or "口径或版式有变"


@dataclass(frozen=True)
class LapsedRelease:
    """An issued release with what of it no longer holds."""

    release: Release
    lapses: tuple[Lapse, ...]

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """All that its lapses follow from, each once."""
        return tuple(dict.fromkeys(each for lapse in self.lapses for each in lapse.because))


class ReleasedIndicator(NamedTuple):
    """An indicator as it was declared then."""

    id: str
    zh: str
    unit: str
    publication: str
    section: str


class ReleasedUnit(NamedTuple):
    """A unit as it was known then; `parent` is the one above it by place, else by industry."""

    code: str
    level: str
    level_zh: str
    zh: str
    parent: str


class ReleasedValue(NamedTuple):
    """The value of an indicator for a scope, with how many units were asked and how many have reported all of it."""

    indicator_id: str
    scope: str
    value: Decimal
    asked: int
    reported: int


class PeriodValue(NamedTuple):
    """What a unit reported for one of several periods of a year that are added up."""

    indicator_id: str
    period: str
    scope: str
    value: Decimal


@dataclass(frozen=True)
class ReleasedYear:
    """A year as a release has it; `path` is the folder of the release under that of all of them.

    `beside` are the folders of all releases that hold and may have a page of a figure of the year. `below` are values
    of units together with all that stand below them, where they do not report themselves. `is_unfinished` says that the
    year was not over when it was released.
    """

    year: int
    path: str
    beside: tuple[str, ...]
    indicators: tuple[ReleasedIndicator, ...]
    units: tuple[ReleasedUnit, ...]
    values: tuple[ReleasedValue, ...]
    below: tuple[ReleasedValue, ...]
    periods: tuple[PeriodValue, ...]
    is_unfinished: bool = False
