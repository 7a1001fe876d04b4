"""When the last night ended well, and when and why the last one failed: what a monitor asks."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace

from nianbao import clock
from nianbao.settings import Home, write_whole
from nianbao.terms.personal import mask

EXPECTED = dt.timedelta(hours=26)
"""A night that began when the one before did has ended well by then."""


@dataclass(frozen=True)
class LastNight:
    """The last night that went to its end, with what came, and the last one that did not; None where there was none."""

    good_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    because: str = ""
    came: str = ""

    def is_good_within(self, span: dt.timedelta) -> bool:
        """Whether a night ended well in the last hours."""
        return self.good_at is not None and clock.now() - self.good_at <= span

    @property
    def is_failing(self) -> bool:
        """Whether the last night failed."""
        return self.failed_at is not None and (self.good_at is None or self.failed_at > self.good_at)

    @property
    def is_late(self) -> bool:
        """Whether there was a good night, and another one should have ended since."""
        return self.good_at is not None and not self.is_good_within(EXPECTED)

    @property
    def zh(self) -> str:
        """All of it, in one line."""
        good = f"最近一次正常结束：{self.good_at:%Y-%m-%d %H:%M}" if self.good_at else "还没有一次正常结束"
        good += f"，{self.came}" if self.came else ""
        if self.is_late:
            good += f"；此后超过{EXPECTED.total_seconds() / 3600:g}小时没有正常结束"
        return f"{good}；之后失败：{self.failed_at:%Y-%m-%d %H:%M}，{self.because}" if self.is_failing else good


def read_last_night(home: Home) -> LastNight:
    """What is known of the last nights; nothing where no night ran or the file is damaged."""
    try:
        said = json.loads(home.last_night.read_text(encoding="utf-8"))
        good, failed = (said[key] and dt.datetime.fromisoformat(said[key]) for key in ("good_at", "failed_at"))
        return LastNight(good, failed, str(said["because"]), str(said.get("came", "")))
    except (OSError, ValueError, TypeError, KeyError):
        return LastNight()


def keep_good_night(home: Home, came: str) -> None:
    """Remember that a night went to its end, and what came of it in one line."""
    _write(home, replace(read_last_night(home), good_at=clock.now(), came=mask(came)))


def keep_failed_night(home: Home, because: str) -> None:
    """Remember that a night failed, and why."""
    _write(home, replace(read_last_night(home), failed_at=clock.now(), because=mask(because)))


def _write(home: Home, night: LastNight) -> None:
    said = {
        "good_at": night.good_at and night.good_at.isoformat(),
        "failed_at": night.failed_at and night.failed_at.isoformat(),
        "because": night.because,
        "came": night.came,
    }
    write_whole(home.last_night, json.dumps(said, ensure_ascii=False, indent=0) + "\n")
