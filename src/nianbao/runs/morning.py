"""morning: one computation of how the reporting stands, for the command, the status page and the Prefect page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.notices.last_night import read_last_night
from nianbao.notices.status_page import write_status_page
from nianbao.runs.corrections import find_lapsed
from nianbao.runs.sign import Wanted, wanted_signatures
from nianbao.runs.sources import read_alarms
from nianbao.runs.workspace import Workspace, open_workspace
from nianbao.settings import Home
from nianbao.statistics.reporting import forms_of_years, is_built, open_years, read_exceptions
from nianbao.terms.contact import UNKNOWN
from nianbao.terms.morning import FormStanding, Headline, Morning, Owed, UnitStanding
from nianbao.terms.period import Period
from nianbao.terms.release import LapsedRelease, Release
from nianbao.terms.sign_off import Proposal
from nianbao.terms.status import Status
from nianbao.warehouse import issued
from nianbao.warehouse.held import read_held

_DO_NOT_COME_AGAIN = {
    Status.AWAITING_APPROVAL: "，由上一级核准，单位不必重报",
    Status.KEPT: "，是系统的原因，单位不必重报",
}
_NAMED = 3


@dataclass(frozen=True)
class Asked:
    """Of what the morning tells: a year, a unit, a form, a period; without a year or a period every open year."""

    year: int | None = None
    unit_code: str = ""
    form_code: str = ""
    period: str = ""

    @property
    def places(self) -> tuple[str | None, str | None, str | None]:
        """The unit, the form and the period that are asked about; None for all of them."""
        return self.unit_code or None, self.form_code or None, self.period or None


ALL = Asked()


def read_morning(workspace: Workspace, asked: Asked = ALL, lapsed: tuple[LapsedRelease, ...] | None = None) -> Morning:
    """How the reporting stands now; `lapsed` where somebody has just looked which releases no longer hold."""
    morning = read_standing(workspace, asked, lapsed)
    return morning if asked.unit_code else add_night(morning, workspace.home)


def add_night(morning: Morning, home: Home) -> Morning:
    """The same with what is known of the sources and of the last night."""
    return replace(morning, headlines=(*morning.headlines, *_of_night(home)))


def refresh_status_page(workspace: Workspace) -> None:
    """Write the status page as everything stands now."""
    write_status_page(read_morning(workspace), workspace.home)


@contextmanager
def open_run(project_path: Path, home: Home, purpose: str) -> Iterator[Workspace]:
    """The writer's workspace of a run that may change how the reporting stands: the status page follows it.

    Raises:
        NianbaoError: as `open_workspace`; then the page stays as it was.
    """
    with open_workspace(project_path, home, purpose) as workspace:
        yield workspace
        refresh_status_page(workspace)


def read_standing(workspace: Workspace, asked: Asked, lapsed: tuple[LapsedRelease, ...] | None = None) -> Morning:
    """How the reporting stands in the warehouse, without the night around it."""
    now, connection = clock.now(), workspace.connection
    years = years_told(workspace, asked)
    place = (connection, now.date(), years, *asked.places)
    forms = [_standing(row) for row in forms_of_years(*place)] if years else []
    owed = read_exceptions(*place) if years else []
    counts = sum((each.counts for each in forms), Counter[Status]())
    headlines = list(_of_forms(owed, counts))
    if not asked.unit_code:
        if lapsed is None:
            lapsed = find_lapsed(workspace) if years else ()
        headlines += _of_office(workspace, lapsed)
    said = workspace.project.conventions.year.labels(years)
    return Morning(now, years, said, tuple(headlines), tuple(_units(workspace, owed)), tuple(forms), counts)


def years_told(workspace: Workspace, asked: Asked) -> tuple[int, ...]:
    """Of which years it is told: that asked for, that of the period asked for, else every open one; no tables, none."""
    if not is_built(workspace.connection):
        return ()
    if asked.year:
        return (asked.year,)
    if asked.period:
        return (workspace.project.year_of(Period.parse(asked.period)),)
    return open_years(workspace.connection)


def _of_forms(owed: Sequence[Owed], counts: Counter[Status]) -> Iterator[Headline]:
    """What is due and where it stands, then what waits for whom."""
    if not counts:
        return
    told = "，".join(f"{status.zh}{counts[status]:,}" for status in Status if counts[status])
    yield Headline("应报", f"{counts.total():,}张：{told}")
    for status in (Status.MISSING, Status.REJECTED, Status.AWAITING_EXPLANATION, Status.WITHDRAWN, *_DO_NOT_COME_AGAIN):
        if counts[status]:
            units = len({each.unit_code for each in owed if each.status is status})
            how = _DO_NOT_COME_AGAIN.get(status, "")
            yield Headline(status.zh, f"{units:,}个单位，{counts[status]:,}张{how}", is_urgent=True)


def _of_office(workspace: Workspace, lapsed: Sequence[LapsedRelease]) -> Iterator[Headline]:
    """What the office has to decide: held files, releases that no longer hold, signatures."""
    if held := read_held(workspace.connection):
        yield Headline("待确认", f"{len(held)}份文件的封面单位与来源不符：nianbao held", is_urgent=True)
    for each in lapsed:
        text = f"{_edition_zh(workspace, each.release)}已不再成立，{len(each.lapses)}处会另印"
        yield Headline("已发布的报告", text, is_urgent=True)
    if not lapsed:
        yield Headline("已发布的报告", "都成立" if issued.last_finished(workspace.connection) else "还没有发布过")
    waiting: dict[str, list[Wanted]] = {}
    for wanted in wanted_signatures(workspace, issued.proposals(workspace.connection)):
        waiting.setdefault(_edition_zh(workspace, wanted.proposal), []).append(wanted)
    for edition, those in waiting.items():
        yield Headline("待签发", f"{edition}等待{'、'.join(each.role.zh for each in those)}签发", is_urgent=True)


def _edition_zh(workspace: Workspace, edition: Release | Proposal) -> str:
    """An edition as the office calls it, and as commands do."""
    publication = workspace.project.publications.get(edition.publication)
    zh = publication.zh if publication else edition.publication
    return f"{zh}{edition.year}年第{edition.number}版（{edition.name}）"


def _of_night(home: Home) -> Iterator[Headline]:
    alarms = read_alarms(home)["alarms"]
    if alarms:
        codes = "、".join(dict.fromkeys(f"{each['source']} {each['code']}" for each in alarms[:_NAMED]))
        yield Headline("告警", f"{len(alarms)}项：{codes}", is_urgent=True)
    night = read_last_night(home)
    yield Headline("夜间运行", night.zh, is_urgent=night.is_failing or night.is_late)


def _units(workspace: Workspace, owed: Iterable[Owed]) -> Iterator[UnitStanding]:
    """The units of which something did not come on time or is still to come, in the order of the roster."""
    project = workspace.project
    by_unit: dict[str, list[Owed]] = {}
    for each in owed:
        by_unit.setdefault(each.unit_code, []).append(each)
    order = {code: place for place, code in enumerate(project.units)}
    for code in sorted(by_unit, key=lambda code: (order.get(code, len(order)), code)):
        dues = sorted(by_unit[code], key=lambda each: (each.period, list(Status).index(each.status), each.form_code))
        yield UnitStanding(code, project.units[code].zh, project.contacts.get(code, UNKNOWN), tuple(dues))


def _standing(row: Mapping[str, Any]) -> FormStanding:
    counts = Counter({status: number for status in Status if (number := row[f"units_{status}"])})
    return FormStanding(row["form_code"], row["form_zh"], row["period"], row["units_due"], counts)
