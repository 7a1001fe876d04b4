"""isolate: a round judged; a submission that we fail over is kept back, and only that one.

A rule that overflows over one amount, a sentence that does not fit one value: such a fault is ours. It is found by
judging parts of the round, so that all others are judged together, as if the one had not been sent.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nianbao.catalog import Project
from nianbao.errors import NianbaoError
from nianbao.intake.judge.check import find_fault, refuse_broken_rules
from nianbao.intake.judge.explain import SaidBefore
from nianbao.intake.judge.judge import Judged, judge
from nianbao.intake.judge.night import Night
from nianbao.intake.personal import mask
from nianbao.terms.delivery import Decision
from nianbao.terms.submission import ReadingFault
from nianbao.warehouse.connect import DISK_FAULTS, Connection

NOT_JUDGED, FILE_NOT_JUDGED = "NOT_JUDGED", "FILE_NOT_JUDGED"
"""What the unit is told of a form, or of a whole file, that we failed over."""

_LONGEST_CAUSE = 300


def judge_apart(connection: Connection, project: Project, night: Night, before: SaidBefore) -> Judged:
    """Judge a round; what we fail over is kept back with its cause, and the rest is judged without it.

    Raises:
        RuleError: a rule is broken by itself; nothing is judged without it.
    """

    def attempt(chosen: Sequence[str]) -> Judged:
        return judge(connection, project, night.only(chosen), before)

    everyone = [each.submission_id for each in night.submissions]
    try:
        return attempt(everyone)
    except DISK_FAULTS:
        raise
    except Exception:
        refuse_broken_rules(connection, project)
        causes: dict[str, str] = {}
        judged = attempt(_sift(attempt, [], everyone, causes))
    kept = [each for each in night.submissions if each.submission_id in causes]
    said = [find_fault(ReadingFault(NOT_JUDGED, each.form_code, each.sheet), each, project) for each in kept]
    return replace(
        judged,
        submissions=(*judged.submissions, *kept),
        findings=(*judged.findings, *said),
        decisions={**judged.decisions, **dict.fromkeys(causes, Decision.KEPT)},
        causes=causes,
    )


def cause_of(error: Exception) -> str:
    """What went wrong, for the operator: the message of an error of ours, of any other only its kind and place.

    What a library says may repeat a value of the file.
    """
    if isinstance(error, NianbaoError):
        return mask(error.what.splitlines()[0])[:_LONGEST_CAUSE]
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "nianbao" in Path(frame.filename).parts]
    place = f" at {Path(own[-1].filename).stem}:{own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{place}"


def _sift(
    attempt: Callable[[Sequence[str]], Judged], sound: list[str], doubtful: list[str], causes: dict[str, str]
) -> list[str]:
    """Those of some submissions that can be judged together; of one that cannot the cause goes into `causes`.

    The doubtful ones are tried together and, if that fails, half by half: a few bad ones among many cost a few tries.
    """
    if not doubtful:
        return sound
    try:
        attempt([*sound, *doubtful])
    except DISK_FAULTS:
        raise
    except Exception as error:
        if len(doubtful) == 1:
            causes[doubtful[0]] = cause_of(error)
            return sound
        middle = len(doubtful) // 2
        return _sift(attempt, _sift(attempt, sound, doubtful[:middle], causes), doubtful[middle:], causes)
    return [*sound, *doubtful]
