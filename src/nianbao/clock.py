"""The one clock: what the time is in the federation's time zone."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
OVERRIDE = "NIANBAO_NOW"


def now() -> dt.datetime:
    """The time in Asia/Shanghai, without zone, to the second.

    NIANBAO_NOW (2022-01-15T01:00) replaces it, to replay a year: the demo and the tests do.
    """
    given = os.environ.get(OVERRIDE)
    if given:
        return dt.datetime.fromisoformat(given)
    return dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)


def local(timestamp: float) -> dt.datetime:
    """A file's timestamp in the same zone."""
    return dt.datetime.fromtimestamp(timestamp, ZONE).replace(tzinfo=None, microsecond=0)
