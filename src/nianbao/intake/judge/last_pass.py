"""last pass: after the rounds the rules that look beyond a submission, once, over all that the night concerns.

In a round a submission is held against what counted before it, and against others whose turn it was as well: what these
came to is known only now. So is what an earlier night left open because of others, and what a correction means for the
periods after it. Judging again may add findings; it takes away nothing that counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.judge.decide import decide, hold_for_approval
from nianbao.intake.judge.explain import NOTE_NOT_COUNTED, SaidBefore
from nianbao.intake.judge.identify import Sent
from nianbao.intake.judge.isolate import judge_apart
from nianbao.intake.judge.judge import Judged
from nianbao.intake.judge.night import Night
from nianbao.record import Frame
from nianbao.terms.approval import Approval
from nianbao.terms.check import Rule
from nianbao.terms.delivery import Decision
from nianbao.terms.explanation import Explanation, finding_key
from nianbao.terms.finding import Finding
from nianbao.terms.period import Period
from nianbao.terms.submission import Submission
from nianbao.warehouse.concerned import ConcernedSubmission
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.known import end_round

_DAYS = ("period_start", "period_end", "arrived_on", "due_on", "accepted_until")


@dataclass(frozen=True)
class Beyond:
    """The rules that look beyond a submission, with all that share a code with one: they are asked together.

    `across` are the codes of those that compare units; what is said about a note is said anew with them.
    """

    rules: tuple[Rule, ...]
    codes: frozenset[str]
    across: frozenset[str]

    @classmethod
    def of(cls, project: Project) -> Beyond:
        """Those of a project."""
        codes = frozenset({NOTE_NOT_COUNTED, *(rule.code for rule in project.rules if rule.looks_beyond)})
        across = frozenset(rule.code for rule in project.rules if rule.across_units)
        return cls(tuple(rule for rule in project.rules if rule.code in codes), codes, across)


def submission_of(row: Mapping[str, Any], project: Project) -> Submission:
    """A recorded submission as it is judged: with what the roster and the forms say about its unit and period."""
    period = Period.parse(row["period"])
    form, unit = project.forms.get(row["form_code"]), project.roster.unit_in(row["unit_code"], period)
    known = {each.name: row[each.name] for each in fields(Submission) if each.name in row}
    days = {name: dt.date.fromisoformat(str(known[name])) for name in _DAYS}
    return Submission(
        **known | days,
        unit_level=unit.level.code if unit else "",
        in_roster=unit is not None,
        is_due=bool(form and unit and form.parts_of(unit, period)),
    )


def pass_over(
    connection: Connection,
    project: Project,
    gathered: Sequence[Night],
    judged: Judged,
    standing: Sequence[ConcernedSubmission],
    cells: Frame | None,
    before: SaidBefore,
) -> Judged:
    """Judge the night's last submission of each place, and what stood before, by the rules that look beyond.

    `cells` are those of the standing submissions. Only what a submission's own rules do not hold up is looked at: what
    does not count for itself can be compared with nothing. What would wait for an approval is looked at after the
    others: it is held against them and what else waits, as it would be approved; they are not held against it. Returns
    what was judged, tonight's and standing ones alike.
    """
    beyond = Beyond.of(project)
    rounds = [_again(night, judged, beyond) for night in gathered]
    nights = _last_of_each_place(rounds)
    if cells is not None:
        nights.append(_as_night(standing, cells, project))
    looked_at = _together(nights, beyond)
    counting = {each.submission_id for each in standing if each.state.counts}
    waiting = {
        each.submission_id
        for each in looked_at.submissions
        if each.submission_id not in counting
        and project.approval_of(each.form_code, each.unit_code, Period.parse(each.period)) is Approval.BEFORE
    }
    others = {each.submission_id for each in looked_at.submissions} - waiting
    found = judge_apart(connection, project, looked_at.only(others), before) if others else Judged()
    if waiting:
        if others:
            end_round(connection, project.parts, found.accepted)
        found = found.followed_by(judge_apart(connection, project, looked_at.only(waiting), before))
    return found


def needs_pass(gathered: Sequence[Night], judged: Judged, standing: Sequence[ConcernedSubmission]) -> bool:
    """Whether a last pass could find anything else than the rounds did: one that took everything has said it all."""
    return bool(standing) or len(gathered) > 1 or any(not each.counts for each in judged.decisions.values())


def _again(night: Night, judged: Judged, beyond: Beyond) -> Night:
    """Of a round what is not held up by its own rules, with what these said."""
    own: dict[str, list[Finding]] = {each.submission_id: [] for each in night.submissions}
    for finding in judged.findings:
        if finding.submission_id in own and finding.code not in beyond.codes:
            own[finding.submission_id].append(finding)
    explained = {each.explanation_id for each in judged.explanations}
    free = [key for key, findings in own.items() if decide(findings, explained).counts]
    chosen = night.only(free)
    return replace(
        chosen,
        sent=tuple(replace(each, faults=()) for each in chosen.sent),
        said={key: tuple(own[key]) for key in free},
    )


def _last_of_each_place(rounds: Sequence[Night]) -> list[Night]:
    last = {each.place: each.submission_id for night in rounds for each in night.submissions}
    return [night.only(set(last.values())) for night in rounds]


def _as_night(standing: Sequence[ConcernedSubmission], cells: Frame, project: Project) -> Night:
    beside: dict[str, dict[str, str]] = {}
    sent, said = [], {}
    codes = Beyond.of(project).codes
    for each in standing:
        submission = submission_of(each.row, project)
        form = project.forms[submission.form_code]
        parts = tuple(part for part in form.parts if part.code in each.asked)
        sent.append(Sent(submission, 0, parts, ()))
        said[each.submission_id] = tuple(finding for finding in each.findings if finding.code not in codes)
        words = {
            finding_key(finding): each.beside[place]
            for finding in each.findings
            if (place := (finding.code, finding.part, finding.field, finding.row_no)) in each.beside
        }
        beside.setdefault(each.delivery.delivery_id, {}).update(words)
    return Night({each.delivery.delivery_id: each.delivery for each in standing}, tuple(sent), beside, cells, (), said)


def _together(nights: Iterable[Night], beyond: Beyond) -> Night:
    import polars as pl

    nights = list(nights)
    return Night(
        deliveries={key: each for night in nights for key, each in night.deliveries.items()},
        sent=tuple(each for night in nights for each in night.sent),
        beside={key: words for night in nights for key, words in night.beside.items()},
        cells=pl.concat([night.cells for night in nights], how="diagonal_relaxed"),
        rules=beyond.rules,
        said={key: found for night in nights for key, found in night.said.items()},
    )


@dataclass(frozen=True)
class Reconsidered:
    """A standing submission of which something is otherwise now."""

    standing: ConcernedSubmission
    findings: tuple[Finding, ...]
    explanations: tuple[Explanation, ...]
    decision: Decision


def reconsider(standing: Sequence[ConcernedSubmission], judged: Judged, project: Project) -> list[Reconsidered]:
    """What the last pass changes about earlier nights: what waited may count; what counts may be reopened, no more."""
    changed = []
    for each in standing:
        findings = tuple(found for found in judged.findings if found.submission_id == each.submission_id)
        explanations = tuple(said for said in judged.explanations if said.submission_id == each.submission_id)
        decision = judged.decisions.get(each.submission_id, Decision.KEPT)
        if decision is Decision.KEPT:
            continue  # we failed over it: it stays as it is, and the cause is told
        if each.state.counts and not decision.counts:
            decision = Decision.REOPENED
        elif not each.state.counts:
            row = each.row
            decision = hold_for_approval(decision, row["form_code"], row["unit_code"], row["period"], project)
        if decision is not each.state or set(findings) != set(each.findings):
            changed.append(Reconsidered(each, findings, explanations, decision))
    return changed
