"""Tells people: each notice by the channels that want its event, and what lasts only once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nianbao.language import _
from nianbao.notices.channels import NotTold, Secrets, send
from nianbao.settings import Home
from nianbao.terms.notice import Channel, Event, Notice
from nianbao.terms.personal import mask
from nianbao.terms.source import Alarm

_LINES = 40
_LONGEST = 500


@dataclass(frozen=True)
class Telling:
    """How many notices went out, and an alarm for each channel that did not take one."""

    sent: int
    alarms: tuple[Alarm, ...] = ()


def tell(notices: Iterable[Notice], channels: Sequence[Channel], home: Home, secrets: Secrets) -> Telling:
    """Give notices to the channels; a channel that fails is an alarm and keeps nothing from the others.

    Personal numbers are masked, whatever a notice was made from.
    """
    sent, failed = 0, {}
    for notice in map(_fit_to_be_sent, notices):
        for channel in channels:
            if notice.event not in channel.events or channel.name in failed:
                continue
            try:
                send(notice, channel, home.path, secrets)
                sent += 1
            except NotTold as error:
                failed[channel.name] = str(error)
    return Telling(sent, tuple(not_told(name, what) for name, what in failed.items()))


def not_told(name: str, what: str) -> Alarm:
    """The alarm of a channel that did not take a notice, or of all of them."""
    return Alarm(name, "NOT_TOLD", what, _("see reference/notices.toml and try it with: nianbao notify test"))


def keep_new(notices: Sequence[Notice], home: Home, events: frozenset[Event]) -> list[Notice]:
    """The notices that were not told yet; what no longer lasts is forgotten, to be told again."""
    known = _read_told(home.told)
    lasting = {notice.key for notice in notices if notice.key}
    new = [notice for notice in notices if not notice.key or notice.key not in known]
    kept = {key for key in known if key in lasting or key.partition(":")[0] not in events}
    _write_told(home.told, kept | lasting)
    return new


def key_of(event: Event, what: str) -> str:
    """The key under which a notice is remembered: its event, and what it is about."""
    return f"{event.value}:{mask(what)}"


def _fit_to_be_sent(notice: Notice) -> Notice:
    lines = [mask(line)[:_LONGEST] for line in notice.lines]
    more = [f"另有{len(lines) - _LINES}行，见 nianbao status"] if len(lines) > _LINES else []
    return Notice(notice.event, (*lines[:_LINES], *more), notice.key)


def _read_told(path: Path) -> set[str]:
    """What was told; a file that is gone or damaged only makes that it is told once more."""
    try:
        return set(map(str, json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError):
        return set()


def _write_told(path: Path, keys: set[str]) -> None:
    if keys or path.exists():
        path.write_text(json.dumps(sorted(keys), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
