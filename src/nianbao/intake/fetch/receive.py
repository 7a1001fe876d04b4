"""fetch and receive: what is new and complete at the sources, copied into the archive under its SHA-256."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nianbao import clock
from nianbao.errors import StoreError
from nianbao.intake.fetch.sources import Changed, Found, Listing, Source, TakenIn, look
from nianbao.intake.fetch.sources.listing import cap
from nianbao.intake.fetch.sources.patience import attempt
from nianbao.language import _
from nianbao.record import Archive
from nianbao.settings import write_whole
from nianbao.terms.delivery import Delivery
from nianbao.terms.personal import mask
from nianbao.terms.source import Alarm, Unfinished

MAX_BYTES = 50 * 1024 * 1024
_EVIDENCE = 1 << 16
_LONG = dt.timedelta(hours=1)
_EARLIEST = dt.datetime(2000, 1, 1)
_AT_ONCE = 8


def receive(
    archive: Archive, found: Found, stream: Iterator[bytes], number: int, earliest: dt.datetime = dt.datetime.min
) -> Delivery | None:
    """Keep the bytes of one file; None when it is no longer the file that was found.

    It arrived when it was last changed, but not before `earliest`, when it was not there yet.

    What it is stays to be recorded, and the archive to be settled: for many files at once.

    Raises:
        TransportFault: the stream broke off; nothing is kept.
        StoreError: the archive cannot be written.
    """
    read = _Read()
    try:
        sha256, _size = archive.keep(read.up_to_the_most(stream, found.size))
    except Changed:
        return None
    except OSError as error:
        step = _("make room or give the right to write there, and run again")
        raise StoreError(
            _("the archive cannot be written: {error}").format(error=error), str(archive.folder), step
        ) from error
    received_at = clock.now()
    modified = _moment(found.modified_ns)
    return Delivery(
        delivery_id=f"D{number:06d}",
        source=found.name,
        sha256=sha256,
        size_bytes=max(read.size, found.size),
        modified_ns=found.modified_ns,
        arrived_at=_arrival(modified, earliest, received_at),
        received_at=received_at,
        origin=found.origin,
        source_version=found.version,
        sender=found.sender,
    )


def _arrival(modified: dt.datetime, earliest: dt.datetime, received_at: dt.datetime) -> dt.datetime:
    """When a file arrived; a time of change that cannot be is none."""
    return min(max(modified, earliest), received_at) if _EARLIEST < modified <= received_at else received_at


class _Read:
    """A stream while it is read: how many bytes there were, and whether they are what was listed."""

    def __init__(self) -> None:
        self.size = 0

    def up_to_the_most(self, stream: Iterator[bytes], listed: int) -> Iterator[bytes]:
        """The stream; of what is too large only the beginning, as evidence: the reader refuses the size.

        Raises:
            Changed: it is shorter or longer than was listed.
        """
        for chunk in stream:
            self.size += len(chunk)
            if self.size > MAX_BYTES:
                yield chunk[:_EVIDENCE]
                return
            yield chunk
        if self.size != listed >= 0:
            raise Changed


def fetch(
    sources: Sequence[Source],
    known: Mapping[str, TakenIn],
    alarms: list[Alarm],
    unfinished: list[Unfinished],
    seen: dict[str, list[Found]],
) -> list[tuple[Source, Found]]:
    """The files at the sources that are new and no longer being written, in the order of their arrival.

    `known` is what was taken in before, by source. What is wrong at one source is added to the alarms; the others go
    on. Files that have long stood unfinished are left alone and added to `unfinished`. `seen` gets all new files of
    each source that was seen whole, taken or not.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        known_there = [known[source.declared.name] for source in sources]
        listings = list(pool.map(_look, sources, known_there))
        new = [listing.found for listing in listings]
        first_seen = {source.declared.name: list(found) for source, found in zip(sources, new, strict=True)}
        moving = [index for index, found in enumerate(new) if not all(item.is_settled for item in found)]
        if moving:
            time.sleep(max(sources[index].declared.settle_seconds for index in moving))
            looks = pool.map(_look, [sources[each] for each in moving], [known_there[each] for each in moving])
            for index, again in zip(moving, looks, strict=True):
                same = {found.state for found in again.found}
                new[index] = [found for found in new[index] if found.state in same]
                listings[index].alarms = again.alarms
    ready = []
    for source, listing, found in zip(sources, listings, new, strict=True):
        if listing.is_whole:
            seen[source.declared.name] = [*first_seen.get(source.declared.name, ()), *found, *listing.unfinished]
        taken, flood = cap(source.declared, found, MAX_BYTES)
        alarms += [*listing.alarms, *flood]
        unfinished += _standing(listing.unfinished)
        ready += [(source, item) for item in taken]
    return sorted(ready, key=lambda item: (item[1].modified_ns, item[1].origin, item[1].name))


def _standing(found: Sequence[Found]) -> Iterator[Unfinished]:
    """Of the files that are not complete those that nobody has written to for long: the sender may not know."""
    for each in found:
        since = _moment(each.modified_ns)
        if clock.now() - since >= _LONG:
            yield Unfinished(each.origin, mask(each.name), since)


def _look(source: Source, known: TakenIn) -> Listing:
    seen = attempt(source.declared.name, lambda: look(source, known))
    return Listing(alarms=[seen], is_whole=False) if isinstance(seen, Alarm) else seen


def _moment(modified_ns: int) -> dt.datetime:
    try:
        return clock.local(modified_ns / 1e9)
    except (OverflowError, ValueError, OSError):  # a year that no calendar has
        return dt.datetime.min


_Seen = tuple[str, int]
"""Name and time of change of a file."""


@dataclass(frozen=True)
class SourceLook:
    """A look at a source, with what was seen and not taken."""

    at: dt.datetime
    left: frozenset[_Seen]


def earliest_arrival(found: Found, looks: Mapping[str, SourceLook]) -> dt.datetime:
    """The moment before which a file cannot have lain at its source: the last look that did not see it."""
    look = looks.get(found.origin)
    return dt.datetime.min if look is None or (found.name, found.modified_ns) in look.left else look.at


def look_after(at: dt.datetime, seen: Iterable[Found], taken: Iterable[Found]) -> SourceLook:
    """What is to be remembered of a look, once what was taken is known."""
    received = {(each.name, each.modified_ns) for each in taken}
    return SourceLook(at, frozenset((each.name, each.modified_ns) for each in seen) - received)


def read_looks(path: Path) -> dict[str, SourceLook]:
    """The last looks by source; none where nothing is remembered: then the senders' times are taken as they are."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {
        origin: SourceLook(dt.datetime.fromisoformat(each["at"]), frozenset((name, ns) for name, ns in each["left"]))
        for origin, each in kept.items()
    }


def write_looks(path: Path, looks: Mapping[str, SourceLook]) -> None:
    """Remember the last looks."""
    kept = {origin: {"at": look.at.isoformat(), "left": sorted(look.left)} for origin, look in sorted(looks.items())}
    write_whole(path, json.dumps(kept, ensure_ascii=False))
