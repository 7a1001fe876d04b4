"""The one clock: what the time is in the federation's time zone."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

from nianbao.errors import UsageError
from nianbao.language import _

ZONE = ZoneInfo("Asia/Shanghai")
OVERRIDE = "NIANBAO_NOW"


def now() -> dt.datetime:
    """The time in Asia/Shanghai, without zone, to the second.

    NIANBAO_NOW (2022-01-15T01:00) replaces it, to replay a year: the demo and the tests do.

    Raises:
        UsageError: NIANBAO_NOW is no moment.
    """
    given = os.environ.get(OVERRIDE)
    if given:
        try:
            moment = dt.datetime.fromisoformat(given)
        except ValueError as error:
            raise UsageError(
                _("{given!r} is no moment").format(given=given),
                OVERRIDE,
                _("write it like 2022-01-15T01:00, or unset it"),
            ) from error
        return moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment
    return dt.datetime.now(ZONE).replace(tzinfo=None, microsecond=0)


def local(timestamp: float) -> dt.datetime:
    """A file's timestamp in the same zone."""
    return dt.datetime.fromtimestamp(timestamp, ZONE).replace(tzinfo=None, microsecond=0)
