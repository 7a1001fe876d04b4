"""Reads reference/notices.toml: who is told of what, and by which way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nianbao.catalog.declared import Declared
from nianbao.catalog.sources import read_smtp, require_address
from nianbao.language import _
from nianbao.terms.notice import Channel, CommandChannel, Event, MailChannel, Notices, WebhookChannel

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PLACE = re.compile(r"\{(\w*)\}")
_PLACES = frozenset({"title", "text", "event", "home"})


def read_notices(path: Path) -> Notices:
    """The declared channels in their order; without the file nobody is told.

    Raises:
        DeclarationError: a channel is malformed, stands twice or holds a secret.
    """
    if not path.exists():
        return Notices()
    declared = Declared.from_toml(path)
    free = declared.integer("free_gigabytes", 2)
    if free < 1:
        raise declared.fail(_("free_gigabytes must be 1 or more: a run needs room"), "free_gigabytes")
    channels: dict[str, Channel] = {}
    for table in declared.tables("channels", "name"):
        channel = _read_channel(table)
        if channel.name in channels:
            raise table.fail(_("channel {name} is declared twice").format(name=channel.name), channel.name)
        channels[channel.name] = channel
    declared.done()
    return Notices(tuple(channels.values()), free << 30)


def _read_channel(declared: Declared) -> Channel:
    name = declared.text("name")
    if not _NAME.fullmatch(name):
        raise declared.fail(
            _("name {name!r} must be small letters, digits, - and _, and begin with a letter").format(name=name), name
        )
    declared.refuse_secrets("password", "url")
    kind = declared.text("kind")
    if kind not in _WAYS:
        raise declared.fail(_("kind = {kind!r} is none of: {WAYS}").format(kind=kind, WAYS=", ".join(_WAYS)), kind)
    channel = Channel(name, frozenset(_events(declared)), _WAYS[kind](declared))
    declared.done()
    return channel


def _events(declared: Declared) -> Iterator[Event]:
    known = {event.value: event for event in Event if event is not Event.TEST}
    for named in declared.texts("events", tuple(known)):
        if named not in known:
            raise declared.fail(
                _("event {named!r} is none of: {known}").format(named=named, known=", ".join(known)), named
            )
        yield known[named]
    yield Event.TEST


def _mail(declared: Declared) -> MailChannel:
    channel = MailChannel(read_smtp(declared), declared.texts("to"))
    if not channel.to:
        raise declared.fail(_("to names nobody"), "to")
    for address in channel.to:
        require_address(declared, address)
    return channel


def _command(declared: Declared) -> CommandChannel:
    command = declared.texts("command")
    if not command:
        raise declared.fail(_("command is empty: name the program and its arguments, as a list"), "command")
    return CommandChannel(command)


def _webhook(declared: Declared) -> WebhookChannel:
    url_env = declared.variable("url_env")
    body = declared.take_plain("body")
    for text in _texts(body):
        for place in _PLACE.findall(text):
            if place not in _PLACES:
                raise declared.fail(
                    _("{{{place}}} is none of: {PLACES}").format(place=place, PLACES=", ".join(sorted(_PLACES))), text
                )
    return WebhookChannel(url_env, body)


def _texts(value: Any) -> Iterator[str]:
    """Every text of a body, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


_WAYS: dict[str, Callable[[Declared], MailChannel | CommandChannel | WebhookChannel]] = {
    "mail": _mail,
    "command": _command,
    "webhook": _webhook,
}
