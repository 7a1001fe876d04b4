"""What is odd about how a delivery arrived: its time of change, its name beside those that came before."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from nianbao import clock
from nianbao.terms.delivery import Delivery
from nianbao.terms.personal import mask
from nianbao.terms.submission import ReadingFault

_AHEAD = dt.timedelta(days=1)
"""How far ahead a sender's clock may be before that is said; another time zone is no fault."""


def arrival_faults(
    deliveries: Sequence[Delivery], earlier: Iterable[tuple[str, str]]
) -> list[tuple[ReadingFault, ...]]:
    """What is odd about the arrival of each delivery; `earlier` are origins and names that came before."""
    names = {(origin, _key(name)): name for origin, name in earlier}
    found = []
    for delivery in deliveries:
        known = names.setdefault((delivery.origin, _key(delivery.source)), delivery.source)
        variant = (
            [ReadingFault("NAME_VARIANT", expected=mask(known.rpartition("/")[2]))] if known != delivery.source else []
        )
        found.append((*variant, *_clock(delivery)))
    return found


def _clock(delivery: Delivery) -> Iterator[ReadingFault]:
    """A time of change that cannot be when the file was sent; a source that tells none has 0."""
    if delivery.modified_ns == 0 or delivery.arrived_at != delivery.received_at:
        return
    try:
        modified = clock.local(delivery.modified_ns / 1e9)
    except (OverflowError, ValueError, OSError):
        value = "不可能的日期"
    else:
        if dt.timedelta() <= modified - delivery.received_at <= _AHEAD:
            return
        value = modified.date().isoformat()
    yield ReadingFault("CLOCK", value=value, expected=delivery.received_at.date().isoformat())


def _key(name: str) -> str:
    """A name as people tell names apart: full width or half, composed or not, capital or small."""
    return unicodedata.normalize("NFKC", name).casefold()
