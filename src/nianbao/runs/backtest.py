"""backtest: what a rule would have said of everything that was ever submitted, night by night, as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nianbao import clock
from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.intake.judge.last_pass import submission_of
from nianbao.language import _
from nianbao.record import Manifest, Record
from nianbao.runs.workspace import Workspace
from nianbao.terms.check import Rule
from nianbao.terms.form import Part
from nianbao.warehouse.connect import Connection, open_memory, rows_of
from nianbao.warehouse.judged import judged_in
from nianbao.warehouse.projection import apply_runs
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema
from nianbao.warehouse.stage import fill_stage


@dataclass(frozen=True)
class Hit:
    """A submission that breaks the rule: how many rows of it do, and what became of the form since.

    `corrected` is whether a later version of the form came that does not break it.
    """

    submission_id: str
    unit_code: str
    form_code: str
    period: str
    rows: int
    corrected: bool


@dataclass(frozen=True)
class Backtest:
    """What a rule says of everything ever submitted."""

    rule: str
    submissions: int
    hits: tuple[Hit, ...]

    @property
    def corrected(self) -> int:
        """How many of those that break it were corrected later."""
        return sum(hit.corrected for hit in self.hits)


def backtest(
    workspace: Workspace, rule_name: str, progress: Callable[[int, int], None] = lambda done, all_: None
) -> Backtest:
    """Evaluate a rule on every submission beside what was known when it came; nothing is written.

    Only for a rule that is a query what was known is brought together, night by night.

    Raises:
        UsageError: there is no such rule.
        RuleError: the rule cannot be evaluated.
    """
    rules = [rule for rule in workspace.project.rules if rule.name == rule_name or rule.code == rule_name]
    if not rules:
        known = ", ".join(sorted({rule.name for rule in workspace.project.rules})[:8])
        raise UsageError(
            _("there is no rule {rule_name!r}").format(rule_name=rule_name),
            next_step=_("name one like: {known} …").format(known=known),
        )
    looks_beyond = any(rule.is_sql for rule in rules)  # a query may read whatever was known
    connection = open_memory()
    try:
        create_schema(connection, workspace.project)
        load_reference(connection, workspace.project, clock.now().date())
        broken: dict[str, int] = {}
        last = workspace.record.last_number()
        for manifest in workspace.record.scan():
            for submission_id in _offending(connection, workspace.project, workspace.record, manifest, rules):
                broken[submission_id] = broken.get(submission_id, 0) + 1
            if looks_beyond:
                apply_runs(connection, workspace.project, workspace.record, [manifest])
            progress(manifest.number, last)
        return _tell(workspace.connection, rule_name, broken)
    finally:
        connection.close()


def _offending(
    connection: Connection, project: Project, record: Record, manifest: Manifest, rules: Sequence[Rule]
) -> Iterator[str]:
    """The submission of each row that breaks the rules, among those that a run judged."""
    from nianbao.warehouse.expectations import validate  # Great Expectations takes seconds to import

    forms = {rule.form for rule in rules}
    judged = judged_in(record, manifest, None if "*" in forms else forms)
    if judged is None:
        return
    submissions = [submission_of(row, project) for row in judged.submissions]
    asked = [(key, part) for key, form, part_code in judged.asked if (part := _part(project, form, part_code))]
    filled = fill_stage(connection, project, submissions, judged.cells, asked)
    for table in ("submission", *(part.table for part in filled)):
        own = [rule for rule in rules if table == ("submission" if rule.is_sql else rule.table)]
        for offender in validate(connection, "stage", table, own):
            yield offender.submission_id


def _part(project: Project, form_code: str, part_code: str) -> Part | None:
    form = project.forms.get(form_code)
    return next((part for part in form.parts if part.code == part_code), None) if form else None


def _tell(connection: Connection, rule_name: str, broken: dict[str, int]) -> Backtest:
    rows = rows_of(connection, "SELECT submission_id, unit_code, form_code, period, number FROM ledger.submission")
    last: dict[tuple[str, str, str], tuple[int, str]] = {}
    for row in rows:
        place = (row["unit_code"], row["form_code"], row["period"])
        last[place] = max(last.get(place, (0, "")), (row["number"], row["submission_id"]))
    hits = [
        Hit(
            row["submission_id"], row["unit_code"], row["form_code"], row["period"], broken[row["submission_id"]],
            corrected=last[row["unit_code"], row["form_code"], row["period"]][1] not in broken,
        )
        for row in rows
        if row["submission_id"] in broken
    ]  # fmt: skip
    return Backtest(rule_name, len(rows), tuple(sorted(hits, key=lambda hit: hit.submission_id)))
