"""Notices: what people are told of without asking, and the channels that it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nianbao.terms.source import Smtp

Json = str | int | bool | list["Json"] | dict[str, "Json"]
"""A value of a declared body."""


class Event(StrEnum):
    """What a notice is about."""

    NIGHT_FAILED = "night_failed"
    NO_GOOD_NIGHT = "no_good_night"
    SOURCE = "source"
    KEPT_BACK = "kept_back"
    RELEASE_LAPSED = "release_lapsed"
    SIGN_OFF_WAITS = "sign_off_waits"
    DISK = "disk"
    DIGEST = "digest"
    REMINDER = "reminder"
    TEST = "test"

    @property
    def zh(self) -> str:
        """The head of a notice."""
        return _ZH[self]


_ZH = {
    Event.NIGHT_FAILED: "夜间运行失败",
    Event.NO_GOOD_NIGHT: "夜间运行没有按时完成",
    Event.SOURCE: "报送来源告警",
    Event.KEPT_BACK: "有报送因系统原因留存待审",
    Event.RELEASE_LAPSED: "已发布的报告与现有数据不一致",
    Event.SIGN_OFF_WAITS: "有报告等待签发",
    Event.DISK: "磁盘空间不足",
    Event.DIGEST: "每日情况",
    Event.REMINDER: "催报",
    Event.TEST: "通道测试",
}


@dataclass(frozen=True)
class Notice:
    """One thing to be told. While what has the same `key` lasts it is told once; without a key it is always told."""

    event: Event
    lines: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True)
class MailChannel:
    """A mail to declared addresses."""

    smtp: Smtp
    to: tuple[str, ...]


@dataclass(frozen=True)
class CommandChannel:
    """A program of the federation's own: the notice is given to it as JSON on its standard input."""

    command: tuple[str, ...]


@dataclass(frozen=True)
class WebhookChannel:
    """A JSON body posted to the address in an environment variable, which is itself a secret.

    Texts of the body may hold `{title}`, `{text}`, `{event}` and `{home}`.
    """

    url_env: str
    body: Mapping[str, Json]


@dataclass(frozen=True)
class Channel:
    """One declared channel, and the events that are told by it."""

    name: str
    events: frozenset[Event]
    way: MailChannel | CommandChannel | WebhookChannel


@dataclass(frozen=True)
class Notices:
    """What reference/notices.toml declares: the channels, and how much of the disk must stay free."""

    channels: tuple[Channel, ...] = ()
    free_bytes: int = 2 << 30
