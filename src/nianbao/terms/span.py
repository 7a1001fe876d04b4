"""Spans of periods: from which period to which something is asked, holds or is printed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from nianbao.terms.period import Period


@dataclass(frozen=True)
class Span:
    """From the first day of one period to the last day of another; ALWAYS without ends."""

    since: dt.date = dt.date.min
    until: dt.date = dt.date.max

    @classmethod
    def between(cls, since: str, until: str) -> Span:
        """From a period to a period (`2022`, `2022Q3`), both included; empty is open.

        Raises:
            ValueError: one is no period, or they are in the wrong order.
        """
        span = cls(
            Period.parse(since).start if since else dt.date.min, Period.parse(until).end if until else dt.date.max
        )
        if span.since > span.until:
            raise ValueError(f"since {since} comes after until {until}")
        return span

    def covers(self, period: Period) -> bool:
        """Whether a period lies within: one that begins earlier, or ends later, does not."""
        return self.since <= period.start and period.end <= self.until


ALWAYS = Span()
