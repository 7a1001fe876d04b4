"""telling: what people are told of a night: that it failed, what it raised, and how the day stands."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.catalog.notices import read_notices
from nianbao.errors import BusyError, NianbaoError
from nianbao.notices.channels import Secrets
from nianbao.notices.last_night import keep_failed_night, keep_good_night, read_last_night
from nianbao.notices.tell import Telling, keep_new, key_of, not_told, tell
from nianbao.runs.kept import KEPT
from nianbao.settings import Home
from nianbao.terms.notice import Event, Notice
from nianbao.terms.source import Alarm
from nianbao.terms.status import Status, words_of

if TYPE_CHECKING:
    from nianbao.runs.collect import Collected
    from nianbao.runs.nightly import NightRun

_OF_A_NIGHT = frozenset({Event.SOURCE, Event.KEPT_BACK, Event.RELEASE_LAPSED, Event.SIGN_OFF_WAITS, Event.DISK})
_SHOWN = 12


def tell_night(project: Path, home: Home, night: NightRun, secrets: Secrets) -> tuple[Alarm, ...]:
    """Tell what a night raised and the day's digest, and remember that it ended well; alarms of channels that fail."""
    declared = read_notices(project / "reference" / "notices.toml")
    keep_good_night(home, tell_came(night.collected))
    lasting = [
        *_of_alarms(night.collected.alarms),
        *_of_releases(night),
        *_of_signing(night),
        *_of_disk(home, declared.free_bytes),
    ]
    notices = [*keep_new(lasting, home, _OF_A_NIGHT | {Event.NO_GOOD_NIGHT}), _digest(night, lasting)]
    return tell(notices, declared.channels, home, secrets).alarms


def tell_failure(project: Path, home: Home, error: BaseException, secrets: Secrets) -> tuple[Alarm, ...]:
    """Tell that a night failed and remember it; nothing where another run was writing, which is no failure.

    A fault in telling never hides the fault that is told.
    """
    if isinstance(error, BusyError) or not home.is_made:
        return ()
    what = str(error) if isinstance(error, NianbaoError) else f"{type(error).__name__}: {error}"
    try:
        keep_failed_night(home, what.splitlines()[0])
        declared = read_notices(project / "reference" / "notices.toml")
        notice = Notice(
            Event.NIGHT_FAILED, (*what.splitlines(), "已读入的不丢失，已发布的不改变；排除后重新运行nianbao nightly。")
        )
        return tell([notice], declared.channels, home, secrets).alarms
    except (NianbaoError, OSError) as fault:
        return (not_told("notices", str(fault).splitlines()[0]),)


def tell_late(project: Path, home: Home, span: dt.timedelta, secrets: Secrets) -> Telling:
    """Tell once that no night ended well within a span; nothing where one did."""
    night = read_last_night(home)
    if night.is_good_within(span):
        return Telling(0)
    declared = read_notices(project / "reference" / "notices.toml")
    hours = f"{span.total_seconds() / 3600:g}"
    late = Notice(
        Event.NO_GOOD_NIGHT, (f"{hours}小时内没有一次夜间运行正常结束。", night.zh), key_of(Event.NO_GOOD_NIGHT, "")
    )
    return tell(keep_new([late], home, frozenset({Event.NO_GOOD_NIGHT})), declared.channels, home, secrets)


def tell_event(project: Path, home: Home, event: Event, text: str, secrets: Secrets) -> Telling:
    """Tell what somebody else noticed: systemd, a Prefect automation, or a person who tries the channels."""
    declared = read_notices(project / "reference" / "notices.toml")
    if event is Event.NIGHT_FAILED and home.is_made:
        keep_failed_night(home, text.splitlines()[0] if text else "")
    return tell([Notice(event, tuple(text.splitlines()))], declared.channels, home, secrets)


def tell_came(collected: Collected) -> str:
    """What came, in one line: `收到文件3份：全部接收2份、退回1份`."""
    came = "、".join(f"{words_of(outcome).zh}{count:,}份" for outcome, count in sorted(collected.outcomes.items()))
    return f"收到文件{collected.deliveries:,}份{f'：{came}' if came else ''}"


def _of_alarms(alarms: Sequence[Alarm]) -> Iterator[Notice]:
    for alarm in alarms:
        event = Event.KEPT_BACK if alarm.code == KEPT else Event.SOURCE
        lines = (f"{alarm.source} {alarm.code}：{alarm.what}", f"处理：{alarm.next_step}")
        yield Notice(
            event, lines, key_of(event, f"{alarm.source} {alarm.code} {alarm.what if event is Event.KEPT_BACK else ''}")
        )


def _of_releases(night: NightRun) -> Iterator[Notice]:
    for each in night.lapsed:
        shown = [
            f"{row.zh}（{row.year}年）：原印{row.before}，现为{row.after}；{row.because_zh}" for row in each.lapses
        ]
        more = [f"另有{len(shown) - _SHOWN}处"] if len(shown) > _SHOWN else []
        what = f"{each.release.name} {[(row.zh, row.after) for row in each.lapses]}"
        lines = (f"{each.release.name}：{len(shown)}处与现有数据不一致", *shown[:_SHOWN], *more)
        yield Notice(Event.RELEASE_LAPSED, lines, key_of(Event.RELEASE_LAPSED, what))


def _of_signing(night: NightRun) -> Iterator[Notice]:
    for each in night.unsigned:
        lines = (
            f"{each.proposal.name}：等待{each.role.zh}签发，{each.proposal.proposed_at:%Y-%m-%d %H:%M}送签。",
            f"处理：nianbao preview 查看，nianbao sign {each.proposal.name} --as {each.role.id} 签发。",
        )
        yield Notice(Event.SIGN_OFF_WAITS, lines, key_of(Event.SIGN_OFF_WAITS, each.key))


def _of_disk(home: Home, wanted: int) -> Iterator[Notice]:
    free = shutil.disk_usage(home.path).free
    if free < wanted:
        lines = (f"剩余{free / (1 << 30):.1f} GiB，应不少于{wanted >> 30} GiB。", "处理：清理磁盘，或扩大后再运行。")
        yield Notice(Event.DISK, lines, key_of(Event.DISK, ""))


def _digest(night: NightRun, lasting: Sequence[Notice]) -> Notice:
    """How the day stands: what came, who is missing, what waits."""
    lines = [tell_came(night.collected)]
    if night.morning and (states := night.morning.counts):
        lines.append("报表：" + "、".join(f"{status.zh}{states[status]:,}张" for status in Status if states[status]))
    counts = Counter(notice.event for notice in lasting)
    lines += [f"{event.zh}：{count}项" for event, count in counts.items()]
    return Notice(Event.DIGEST, tuple(lines if lasting else [*lines, "没有需要处理的告警"]))
