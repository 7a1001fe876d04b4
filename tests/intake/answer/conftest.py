"""A union's workbook with one thing of each kind wrong, and the home it is sent to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nianbao.catalog import Project, load_project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from nianbao.terms.filled import Filled
from nianbao.terms.period import Period
from tests.homes import ROOT, arrive, clock_at, collect_into, post, send

UNIT, PERIOD = "QHI06", "2021Q3"
FORMS = ("GH01", "GH03", "GH05", "GH06")
NOW = "2021-10-10T01:00"
WRONG: dict[str, dict[str, Any]] = {
    "GH01": {"members_female": 99_999_999},
    "GH03": {"media_items": None},
    "GH05": {"warmth_persons": 1, "relief_total_prev": Decimal(83_000)},
    "GH06": {"posts": "约300"},
}
"""A part above its whole, a blank, an amount per person that needs a reason, and no number."""

DEAR: dict[str, dict[str, Any]] = {"GH05": {"warmth_persons": 1, "relief_total_prev": Decimal(83_000)}}
"""Only the amount per person, which needs a reason."""


@pytest.fixture(scope="session")
def project() -> Project:
    """The project as declared."""
    return load_project(ROOT)


@dataclass
class Desk:
    """A clerk's desk: makes up workbooks, sends them, and takes the answers."""

    project: Project
    home: Home

    def planned(
        self, period: str = PERIOD, forms: dict[str, dict[str, Any]] | None = None, is_whole: bool = False
    ) -> Planned:
        """The unit's workbook of a quarter, with other answers in the main parts of some forms.

        Unless it is to be whole it holds four forms only.
        """
        (each,) = post(self.project, [UNIT], [period], () if is_whole else FORMS)
        assert isinstance(each.content, Filled)
        answers = {code: dict(parts) for code, parts in each.content.forms.items()}
        for code, changed in (forms or {}).items():
            answers[code]["main"] = [answers[code]["main"][0] | changed]
        return replace(each, content=replace(each.content, forms=answers, notes={}))

    def write(self, path: Path, planned: Planned) -> Path:
        """Write a workbook without sending it."""
        assert isinstance(planned.content, Filled)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(path, self.project, planned.unit, planned.period, planned.content)
        return path

    def send(self, planned: Planned, now: str = NOW) -> Path:
        """Send a workbook and have it taken in; returns what the names of its answers begin with."""
        (path,) = send(self.project, self.home.inbox, [planned])
        return self.collect(path, now)

    def send_back(self, content: bytes, name: str, now: str, period: str = PERIOD) -> Path:
        """Send the bytes of a workbook under a name, in time for its period, and have them taken in."""
        path = self.home.inbox / self.project.units[UNIT].short_zh / name
        path.write_bytes(content)
        arrive(path, dt.datetime.combine(Period.parse(period).end + dt.timedelta(days=6), dt.time(9)))
        return self.collect(path, now)

    def collect(self, path: Path, now: str) -> Path:
        """One collect run at a moment."""
        with clock_at(now):
            collect_into(self.project, self.home)
        return self.home.outbox / path.relative_to(self.home.inbox)


@pytest.fixture
def desk(project: Project, tmp_path: Path) -> Desk:
    """A desk with an empty home."""
    return Desk(project, Home(tmp_path / "home"))
