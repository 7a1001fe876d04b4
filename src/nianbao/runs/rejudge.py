"""rejudge: deliveries judged again by what is declared today, looked at before it is recorded, with who and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from nianbao import clock
from nianbao.errors import ExpectationFailed, UsageError
from nianbao.intake.take_in import Rows, facts_of, judge_deliveries
from nianbao.intake.worker.pool import ReaderPool
from nianbao.language import _
from nianbao.record import Frame
from nianbao.record.compare import differing, frame_of_values, only_in
from nianbao.runs.answer import answer_owed
from nianbao.runs.build import build_tables
from nianbao.runs.recording import Doing, imagine_run, record_run
from nianbao.runs.workspace import Workspace, open_warehouse
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.terms.delivery import Decision, Delivery
from nianbao.terms.numbers import part_thousands
from nianbao.terms.personal import mask
from nianbao.warehouse import ledger
from nianbao.warehouse.judged import (
    approved_of,
    deliveries_of,
    findings_of,
    later_versions_set_aside,
    states_of,
    waiting_deliveries,
    withdrawn_of,
    years,
)
from nianbao.warehouse.projection import bring_up_to_date, joined
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema


@dataclass(frozen=True)
class Chosen:
    """Which deliveries are to be judged again: by their ids, those with a form of a period, or all that wait."""

    delivery_ids: tuple[str, ...] = ()
    form_code: str | None = None
    period: str | None = None
    waiting: bool = False


@dataclass(frozen=True)
class DecisionChange:
    """What would be decided otherwise; None where there is no such submission before or after."""

    submission_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class FindingChange:
    """A finding that would be new, or gone."""

    delivery_id: str
    submission_id: str | None
    code: str
    sentence: str
    is_new: bool


@dataclass(frozen=True)
class FigureChange:
    """A figure that would be another; None where there is none."""

    indicator_id: str
    zh: str
    year: int
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Rejudged:
    """What judging again comes to, before it is recorded: its facts, and what they change."""

    deliveries: tuple[str, ...]
    rows: Rows
    cells: Frame | None
    decisions: tuple[DecisionChange, ...]
    findings: tuple[FindingChange, ...]
    figures: tuple[FigureChange, ...]

    @property
    def changes_anything(self) -> bool:
        """Whether anything would be otherwise."""
        return bool(self.decisions or self.findings or self.figures)


def choose_deliveries(workspace: Workspace, chosen: Chosen) -> list[Delivery]:
    """The deliveries that are chosen, in the order in which they were received.

    Raises:
        UsageError: none is chosen, or there is none such.
    """
    ids = set(chosen.delivery_ids)
    if chosen.form_code or chosen.period:
        ids |= set(deliveries_of(workspace.connection, chosen.form_code, chosen.period))
    if chosen.waiting:
        ids |= set(waiting_deliveries(workspace.connection))
    found = ledger.received(workspace.connection, sorted(ids))
    unknown = set(chosen.delivery_ids) - {delivery.delivery_id for delivery in found}
    if unknown:
        raise UsageError(
            _("there is no delivery {unknown}").format(unknown=min(unknown)),
            next_step=_("look for its id in the receipt"),
        )
    if not found:
        raise UsageError(
            _("no delivery is chosen"),
            next_step=_("name deliveries, or a form and period, or --waiting; nianbao status"),
        )
    return found


def judge_again(workspace: Workspace, deliveries: Sequence[Delivery]) -> Rejudged:
    """Judge deliveries by what is declared today, each beside what is known and as if no later version had come.

    Nothing is written but the tables built from what holds now, so that figures can be compared.
    """
    build_if_possible(workspace)
    with _imagined(workspace) as imagined, ReaderPool(workspace.project.path) as pool:
        rows: Rows = {}
        cells: Frame | None = None
        for delivery in deliveries:
            own, filled = _judge_one(imagined, pool, delivery)
            for kind, items in own.items():
                rows.setdefault(kind, []).extend(items)
            cells = filled if cells is None else joined(cells, filled)
        build_if_possible(imagined)
        ids = tuple(delivery.delivery_id for delivery in deliveries)
        return Rejudged(
            deliveries=ids,
            rows=rows,
            cells=cells,
            decisions=tuple(_changed_decisions(workspace, imagined, ids)),
            findings=tuple(_changed_findings(workspace, imagined, ids)),
            figures=tuple(_changed_figures(workspace, imagined)),
        )


def record_rejudged(workspace: Workspace, rejudged: Rejudged, because: str, by: str) -> list[Path]:
    """Record what judging again came to, with who and why, and answer the deliveries anew."""
    doing = Doing(
        "rejudge",
        actor=mask(by),
        because=mask(because),
        answered=rejudged.deliveries,
        summary={"deliveries": len(rejudged.deliveries), "decisions_changed": len(rejudged.decisions)},
    )
    record_run(workspace, doing, rejudged.rows, rejudged.cells)
    with ReaderPool(workspace.project.path) as pool:
        return answer_owed(workspace, pool)


@contextmanager
def _imagined(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace over a copy of the warehouse as the run found it; what is tried there is forgotten."""
    project, record = workspace.project, workspace.record
    with TemporaryDirectory(prefix="nianbao-") as folder:
        place = Home(Path(folder))
        if workspace.home.last_state.exists():
            shutil.copyfile(workspace.home.last_state, place.warehouse)
        connection = open_warehouse(place, record)
        try:
            create_schema(connection, project)
            bring_up_to_date(connection, project, record)
            reference = load_reference(connection, project, clock.now().date())
            yield replace(workspace, connection=connection, reference=reference, is_writer=False)
        finally:
            connection.close()


def _judge_one(imagined: Workspace, pool: ReaderPool, delivery: Delivery) -> tuple[Rows, Frame]:
    """Judge a delivery as if it had come alone and today's rules had stood; the imagined workspace learns it."""
    connection, project = imagined.connection, imagined.project
    withdrawn = withdrawn_of(connection, delivery.delivery_id)
    with later_versions_set_aside(connection, delivery.delivery_id):
        taken = judge_deliveries(connection, project, imagined.record.archive, pool, [delivery])
    rows = facts_of(taken)
    at = clock.now()
    approved = approved_of(connection, delivery.delivery_id)
    rows["decision"] = [
        row | {"decided_at": at}
        for row in rows["decision"]
        if row["submission_id"] not in withdrawn
        and not (row["decision"] == Decision.AWAITING_APPROVAL and row["submission_id"] in approved)
    ]
    rows["anew"] = [{"delivery_id": delivery.delivery_id, "submission_id": None}]
    imagine_run(imagined, rows, taken.cells)
    return rows, taken.cells


def build_if_possible(workspace: Workspace) -> None:
    """Build the tables; that they break an expectation of what is built is for the next night to tell."""
    with suppress(ExpectationFailed):
        build_tables(workspace)


def _changed_decisions(workspace: Workspace, imagined: Workspace, ids: Sequence[str]) -> Iterator[DecisionChange]:
    before, after = (states_of(each.connection, ids) for each in (workspace, imagined))
    for change in differing(before, after, ["submission_id"], "state").iter_rows():
        yield DecisionChange(*change)


def _changed_findings(workspace: Workspace, imagined: Workspace, ids: Sequence[str]) -> Iterator[FindingChange]:
    before, after = (findings_of(each.connection, ids) for each in (workspace, imagined))
    for one, other, is_new in ((before, after, False), (after, before, True)):
        for delivery_id, submission_id, code, sentence in only_in(one, other).iter_rows():
            said = part_thousands(sentence, workspace.project.measures)
            yield FindingChange(delivery_id, submission_id, code, said, is_new)


def _changed_figures(workspace: Workspace, imagined: Workspace) -> Iterator[FigureChange]:
    before, after = (_values(each) for each in (workspace, imagined))
    for indicator_id, year, was, would_be in differing(before, after, ["indicator_id", "year"], "value").iter_rows():
        values = (None if value is None else Decimal(value) for value in (was, would_be))
        yield FigureChange(indicator_id, workspace.project.indicators[indicator_id].zh, year, *values)


def _values(workspace: Workspace) -> Frame:
    """Every figure as a text that is the same for the same value, by indicator and year."""
    if not ledger.has_accepted(workspace.connection):
        return frame_of_values([])
    figures = read_figures(workspace.connection, workspace.project)
    known = years(workspace.connection)
    return frame_of_values(
        (indicator_id, year, None if (value := figures.get(indicator_id, year).value) is None else _plain(value))
        for indicator_id in workspace.project.indicators
        for year in known
    )


def _plain(value: Decimal) -> str:
    """A value as text that is the same for the same value."""
    return f"{value.normalize():f}"
