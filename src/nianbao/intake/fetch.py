"""fetch and receive: what is new and complete at the sources, copied into the archive under its SHA-256."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from nianbao import clock
from nianbao.errors import StoreError
from nianbao.intake.sources import Changed, Found, Listing, Source, look
from nianbao.intake.sources.listing import cap
from nianbao.intake.sources.patience import attempt
from nianbao.terms.delivery import Delivery
from nianbao.terms.source import Alarm, Unfinished

MAX_BYTES = 50 * 1024 * 1024
_EVIDENCE = 1 << 16
_LONG = dt.timedelta(hours=1)
_EARLIEST = dt.datetime(2000, 1, 1)
_AT_ONCE = 8


class Archive:
    """The kept bytes and the index of deliveries, one JSON line each; the index is what a rebuild replays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "index.jsonl"
        self._answers = folder / "answers.sha256"

    def path_of(self, sha256: str) -> Path:
        """Where the bytes of a hash are kept."""
        return self._folder / sha256[:2] / sha256

    def deliveries(self, start: int = 0) -> list[tuple[Delivery, int]]:
        """The deliveries in the index from a byte offset on, each with the offset behind its line."""
        if not self._index.exists():
            return []
        found = []
        with self._index.open("rb") as file:
            file.seek(start)
            for line in file:
                if line.endswith(b"\n"):
                    start += len(line)
                    found.append((_load_delivery(line), start))
        return found

    def note_answers(self, paths: Iterable[Path]) -> None:
        """Remember the contents of answers of ours, so that none of them is ever taken for a delivery."""
        hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()]
        with self._answers.open("a", encoding="ascii") as file:
            file.writelines(f"{sha256}\n" for sha256 in hashes)

    def answers_among(self, hashes: Iterable[str]) -> set[str]:
        """Which of these contents are, byte for byte, answers of ours."""
        if not self._answers.exists():
            return set()
        return set(hashes) & set(self._answers.read_text(encoding="ascii").split())

    def mend(self, start: int) -> None:
        """Sweep away what a killed run left: a copy begun, a last line half written; the file is still in the inbox."""
        for leftover in self._folder.glob(".receiving-*"):
            leftover.unlink()
        if self._index.exists():
            whole = self.deliveries(start)
            os.truncate(self._index, whole[-1][1] if whole else start)

    def receive(self, found: Found, stream: Iterator[bytes], number: int) -> Delivery | None:
        """Keep one file and note it in the index; None when it is no longer the file that was found.

        Raises:
            TransportFault: the stream broke off; nothing is kept.
            StoreError: the archive cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            scratch = self._folder / f".receiving-{os.getpid()}"
            try:
                sha256, size = _keep(stream, scratch)
                if size != found.size >= 0 and size <= MAX_BYTES:
                    return None
                kept = self.path_of(sha256)
                if not kept.exists():
                    kept.parent.mkdir(exist_ok=True)
                    os.replace(scratch, kept)
            except Changed:
                return None
            finally:
                scratch.unlink(missing_ok=True)
            return self._note(found, sha256, max(size, found.size), number)
        except OSError as error:
            step = "make room or give the right to write there, and run again"
            raise StoreError(f"the archive cannot be written: {error}", str(self._folder), step) from error

    def _note(self, found: Found, sha256: str, size: int, number: int) -> Delivery:
        received_at = clock.now()
        modified = _moment(found.modified_ns)
        delivery = Delivery(
            delivery_id=f"D{number:06d}",
            source=found.name,
            sha256=sha256,
            size_bytes=size,
            modified_ns=found.modified_ns,
            arrived_at=modified if _EARLIEST < modified <= received_at else received_at,
            received_at=received_at,
            origin=found.origin,
            source_version=found.version,
            sender=found.sender,
        )
        with self._index.open("ab") as file:
            file.write(_dump_delivery(delivery))
            file.flush()
            os.fsync(file.fileno())
        return delivery


def fetch(
    sources: Sequence[Source],
    unknown: Callable[[list[Found]], list[Found]],
    alarms: list[Alarm],
    unfinished: list[Unfinished],
) -> list[tuple[Source, Found]]:
    """The files at the sources that are new and no longer being written, in the order of their arrival.

    What is wrong at one source is added to the alarms; the others go on. Files that have long stood unfinished are
    left alone and added to `unfinished`.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        listings = list(pool.map(_look, sources))
        new = [unknown(listing.found) for listing in listings]
        moving = [index for index, found in enumerate(new) if not all(item.is_settled for item in found)]
        if moving:
            time.sleep(max(sources[index].declared.settle_seconds for index in moving))
            for index, again in zip(moving, pool.map(_look, (sources[index] for index in moving)), strict=True):
                same = set(again.found)
                new[index] = [found for found in new[index] if found in same]
                listings[index].alarms = again.alarms
    ready = []
    for source, listing, found in zip(sources, listings, new, strict=True):
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
            yield Unfinished(each.origin, each.name, since)


def _look(source: Source) -> Listing:
    seen = attempt(source.declared.name, lambda: look(source))
    return Listing(alarms=[seen]) if isinstance(seen, Alarm) else seen


def _keep(stream: Iterator[bytes], target: Path) -> tuple[str, int]:
    """Write a stream to a file, so that what is hashed is what is kept; returns the hash and the bytes read."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as kept:
        for chunk in stream:
            size += len(chunk)
            if size > MAX_BYTES:
                _put(kept, digest, chunk[:_EVIDENCE])  # the beginning is kept as evidence; the reader refuses the size
                break
            _put(kept, digest, chunk)
        kept.flush()
        os.fsync(kept.fileno())
    return digest.hexdigest(), size


def _put(kept: BinaryIO, digest: hashlib._Hash, chunk: bytes) -> None:
    digest.update(chunk)
    kept.write(chunk)


def _moment(modified_ns: int) -> dt.datetime:
    try:
        return clock.local(modified_ns / 1e9)
    except (OverflowError, ValueError, OSError):  # a year that no calendar has
        return dt.datetime.min


def _dump_delivery(delivery: Delivery) -> bytes:
    return json.dumps(dataclasses.asdict(delivery), ensure_ascii=False, default=str).encode() + b"\n"


def _load_delivery(line: bytes) -> Delivery:
    data = json.loads(line)
    for key in ("arrived_at", "received_at"):
        data[key] = dt.datetime.fromisoformat(data[key])
    return Delivery(**data)
