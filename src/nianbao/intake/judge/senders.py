"""Whose the place is that a file came from: declared, said by the name of its folder, or learnt from what came before.

A workbook of another unit found there is held until somebody says whose it is (docs/decisions/, on owners of folders).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nianbao.catalog import Project
from nianbao.terms.delivery import Delivery
from nianbao.terms.roster import Roster
from nianbao.terms.source import DeclaredSource
from nianbao.terms.unit import LINES

Place = tuple[str, str]
"""A source and a folder of it."""

_NUMBERED = re.compile(r"^[0-9]+[._、\- ]*")
_SAYS_WHEN = re.compile(r"(?=.*[0-9年季])[0-9年季度月份第上下半一二三四全报表qh._\-()]+", re.IGNORECASE)


@dataclass(frozen=True)
class Senders:
    """Whose files are expected where; `learnt` are the units of which alone something counts from a place."""

    declared: Mapping[str, DeclaredSource]
    named: Mapping[str, str]
    learnt: Mapping[Place, str]

    def sender_of(self, origin: str, file: str) -> str:
        """The unit that a file must be of, empty where anybody's may lie."""
        declared = self.declared[origin].owner_of(file) if origin in self.declared else None
        if declared is not None:
            return declared.unit
        return self._named_by(file) or self.learnt.get((origin, place_of_unit(file)), "")

    def unsaid(self, files: Iterable[tuple[str, str]]) -> set[Place]:
        """The places of files, source and path, of which no declaration and no name of a folder says whose they are."""
        places = set()
        for origin, file in files:
            is_declared = origin in self.declared and self.declared[origin].owner_of(file) is not None
            if not is_declared and not self._named_by(file) and place_of_unit(file):
                places.add((origin, place_of_unit(file)))
        return places

    def learn(self, accepted: Iterable[tuple[str, str, str]]) -> dict[Place, str]:
        """What may be learnt from accepted files, source, path and unit: a place of several units is nobody's."""
        units: dict[Place, set[str]] = {}
        for origin, file, unit in accepted:
            if not self._named_by(file):
                units.setdefault((origin, place_of_unit(file)), set()).add(unit)
        return {place: next(iter(own)) for place, own in units.items() if len(own) == 1 and place[1]}

    def _named_by(self, file: str) -> str:
        """The unit whose code or name the innermost of the folders bears that bear one at all."""
        folders = file.split("/")[:-1]
        return next((unit for folder in reversed(folders) if (unit := self.named.get(_folded(folder)))), "")


def expected_senders(project: Project, day: dt.date) -> Senders:
    """Whose files are expected where by what is declared, on a day; nothing is learnt yet."""
    return Senders({source.name: source for source in project.sources}, _names(project.roster, day), {})


def place_of_unit(file: str) -> str:
    """The folder of a file that can be a unit's: those at the end of the way that only say a year or a quarter are not.

    Empty for the top of a source, which is nobody's.
    """
    folders = file.split("/")[:-1]
    while folders and _SAYS_WHEN.fullmatch(_folded(folders[-1])):
        folders.pop()
    return "/".join(folders)


def may_send(project: Project, delivery: Delivery, unit_code: str) -> bool:
    """Whether a delivery may be of a unit: its sender's own, or of one below it where that is declared."""
    if delivery.sender in ("", unit_code):
        return True
    source = next((each for each in project.sources if each.name == delivery.origin), None)
    if source is None or not source.may_send_lower(delivery.sender, delivery.source):
        return False
    day = delivery.received_at.date()
    return any(delivery.sender in project.roster.ancestors(unit_code, line, day) for line in LINES)


def _names(roster: Roster, day: dt.date) -> dict[str, str]:
    """Codes and names as folders may bear them; those of a day come before those that a unit had once."""
    named: dict[str, str] = {}
    for unit in (*roster.on(day).values(), *reversed(roster.versions)):
        for name in filter(None, (unit.code, unit.zh, unit.short_zh)):
            named.setdefault(_folded(name), unit.code)
    return named


def _folded(folder: str) -> str:
    """A name as people tell names apart; `01 甲市` is filed under 甲市."""
    plain = "".join(unicodedata.normalize("NFKC", folder).casefold().split())
    return _NUMBERED.sub("", plain) or plain
