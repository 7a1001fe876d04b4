"""Looks: when a source was last looked at, and what was seen there and left; so a file says when it can have arrived.

A file's time of change is the sender's: copied with its time kept, an old file would be on time whenever it turns up.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.intake.fetch.sources import Found

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
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    os.replace(scratch, path)
