"""Another try, later: what a source that did not answer gets; and what is said when that did not help either."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from nianbao.errors import NianbaoError
from nianbao.intake.fetch.sources.source import SourceStopped, TransportFault
from nianbao.language import _
from nianbao.terms.source import Alarm

T = TypeVar("T")
WAITS = (1.0, 4.0)
"""Seconds between the tries; each is lengthened by up to a half, so that many runs do not knock together."""


def attempt(source: str, work: Callable[[], T]) -> T | Alarm:
    """What the work returns at its first success, or the alarm when there is none; other sources then go on."""
    try:
        return _patiently(work)
    except SourceStopped as stopped:
        return stopped.alarm(source)
    except TransportFault as fault:
        step = _("nothing is lost: the next run tries again; if it lasts, ask the server's owner")
        return Alarm(
            source,
            "UNREACHABLE",
            _("no answer after {rest} tries ({fault})").format(rest=len(WAITS) + 1, fault=fault),
            step,
            stopped=True,
        )
    except NianbaoError:
        raise  # our own fault, not the source's
    except Exception as error:  # a library choked on what the server said
        step = _("ask the server's owner what it answers; if nothing is odd there, report this as a bug")
        what = _("its answer could not be understood ({name})").format(name=type(error).__name__)
        return Alarm(source, "UNREADABLE", what, step, stopped=True)


def _patiently(work: Callable[[], T]) -> T:
    for wait in WAITS:
        try:
            return work()
        except TransportFault:
            time.sleep(wait * random.uniform(1.0, 1.5))
    return work()
