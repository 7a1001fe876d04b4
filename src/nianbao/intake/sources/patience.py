"""Another try, later: what a source that did not answer gets."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from nianbao.intake.sources.source import TransportFault

T = TypeVar("T")
WAITS = (1.0, 4.0)
"""Seconds between the tries; each is lengthened by up to a half, so that many runs do not knock together."""


def patiently(work: Callable[[], T]) -> T:
    """What the work returns at its first success.

    Raises:
        TransportFault: it failed at every try.
    """
    for wait in WAITS:
        try:
            return work()
        except TransportFault:
            time.sleep(wait * random.uniform(1.0, 1.5))
    return work()
