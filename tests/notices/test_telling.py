"""What people are told of a night, and that it is told once, to everybody, and without personal data (O1)."""

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.errors import BusyError, NianbaoError, StoreError
from nianbao.notices.tell import keep_new, key_of, tell
from nianbao.runs.build import Built
from nianbao.runs.collect import Collected
from nianbao.runs.nightly import NightRun, nightly
from nianbao.runs.sign import Wanted
from nianbao.runs.telling import tell_failure, tell_night
from nianbao.settings import Home
from nianbao.terms.notice import Channel, CommandChannel, Event, Notice
from nianbao.terms.sign_off import Proposal, SigningRole
from tests.homes import SECOND_NIGHT, post, send
from tests.journeys.test_record import declared_in
from tests.notices.servers import hook_server, mail_server

UNIT, PERIOD = "QHI10", "2021Q4"
KEEP = (
    "import json, sys, pathlib, uuid\n"
    "told = pathlib.Path(sys.argv[1]); told.mkdir(exist_ok=True)\n"
    "number = len(list(told.iterdir()))\n"
    "(told / f'{number:03d}.json').write_bytes(sys.stdin.buffer.read())\n"
)


@pytest.fixture
def own(project: Project, tmp_path: Path) -> Path:
    """A copy of the project with one channel, a program that keeps what it is told."""
    folder = declared_in(project, tmp_path / "project")
    command = json.dumps([sys.executable, "-c", KEEP, str(tmp_path / "told")])
    text = f'[[channels]]\nname = "own"\nkind = "command"\ncommand = {command}\n'
    (folder / "reference" / "notices.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that was made."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    return home


def told(folder: Path) -> list[tuple[str, str]]:
    """What the channel was told since the last look: event and text."""
    paths = sorted((folder.parent / "told").glob("*.json"))
    said: list[dict[str, Any]] = [json.loads(path.read_text("utf-8")) for path in paths]
    shutil.rmtree(folder.parent / "told", ignore_errors=True)
    return [(each["event"], each["text"]) for each in said]


def run(own: Path, home: Home, *arguments: str) -> Result:
    """A command as systemd or a monitor calls it."""
    return CliRunner().invoke(main, [*arguments, "--project", str(own), "--home", str(home.path)])


def test_O1_a_good_night_sends_the_digest_alone(
    own: Path, home: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """What came and how the forms stand, in Chinese; nothing is wrong, and it says so."""
    clock(SECOND_NIGHT)
    send(project, home.inbox, post(project, [UNIT], [PERIOD]))
    nightly(own, home)
    ((event, text),) = told(own)
    assert event == "digest"
    assert text.startswith("收到文件1份：")
    assert "未报" in text
    assert text.endswith("没有需要处理的告警")
    assert run(own, home, "doctor", "--since", "26h").exit_code == 0


def test_O1_a_night_that_fails_is_told_with_what_to_do(own: Path, home: Home, clock: Callable[[str], None]) -> None:
    """The message with its next step; the fault itself goes on to whoever started the run."""
    clock(SECOND_NIGHT)
    (own / "forms" / "GH05.toml").write_text("not TOML", "utf-8")
    with pytest.raises(NianbaoError):
        nightly(own, home)
    ((event, text),) = told(own)
    assert event == "night_failed"
    assert "GH05.toml" in text
    assert "correct the file and run again" in text
    looked = run(own, home, "doctor", "--since", "26h")
    assert looked.exit_code == 74
    assert "还没有一次正常结束" in looked.output


def test_O1_a_fault_of_ours_is_told_too(
    own: Path, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was raised, even where nobody thought of it."""

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("12345678901234567 by nothing")

    clock(SECOND_NIGHT)
    monkeypatch.setattr("nianbao.runs.nightly.collect", break_down)
    with pytest.raises(ZeroDivisionError):
        nightly(own, home)
    assert told(own)[0][1].startswith("ZeroDivisionError")


def test_O1_an_alarm_of_a_source_is_told_once_and_again_when_it_returns(
    own: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """Night after night it is in the digest; the alarm itself is told when it begins."""
    clock(SECOND_NIGHT)
    shutil.rmtree(home.inbox)
    home.archive.mkdir()  # a home that was used before
    assert [event for _ in range(2) for event in events(own, home)] == ["source", "digest", "digest"]
    home.inbox.mkdir()
    assert events(own, home) == ["digest"]
    shutil.rmtree(home.inbox)
    assert events(own, home) == ["source", "digest"]


def events(own: Path, home: Home) -> list[str]:
    """The events that one more night tells of."""
    nightly(own, home)
    return [event for event, _ in told(own)]


def test_O1_a_late_night_is_told_once_by_whoever_looks(own: Path, home: Home, clock: Callable[[str], None]) -> None:
    """Every hour the watch finds the same; people hear of it once, and again only after a good night."""
    clock("2022-01-16T01:00")
    nightly(own, home)
    told(own)
    clock("2022-01-17T02:00")
    assert run(own, home, "doctor", "--since", "26h", "--tell").exit_code == 0
    clock("2022-01-17T04:00")
    assert [run(own, home, "doctor", "--since", "26h", "--tell").exit_code for _ in range(2)] == [74, 74]
    assert [event for event, _ in told(own)] == ["no_good_night"]
    nightly(own, home)
    told(own)
    clock("2022-01-19T01:00")
    run(own, home, "doctor", "--since", "26h", "--tell")
    assert [event for event, _ in told(own)] == ["no_good_night"]


def test_O1_a_full_disk_is_told_before_it_stops_anything(
    own: Path, home: Home, clock: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Less than what is declared to stay free."""
    clock(SECOND_NIGHT)
    monkeypatch.setattr("nianbao.runs.telling.shutil.disk_usage", lambda path: shutil._ntuple_diskusage(9, 8, 1 << 30))
    nightly(own, home)
    event, text = told(own)[0]
    assert (event, text.splitlines()[0]) == ("disk", "剩余1.0 GiB，应不少于2 GiB。")


def test_O1_what_somebody_else_noticed_is_told(own: Path, home: Home, clock: Callable[[str], None]) -> None:
    """systemd and Prefect call the command; a monitor sees the failed night."""
    clock(SECOND_NIGHT)
    assert run(own, home, "notify", "night_failed", "the process was killed").exit_code == 0
    assert told(own) == [("night_failed", "the process was killed")]
    assert "the process was killed" in run(own, home, "doctor", "--since", "26h").output


def test_O1_channels_that_nobody_declared_are_told_of(project: Project, home: Home) -> None:
    """`notify test` in a project without channels says where to declare one."""
    tried = run(project.path, home, "notify", "test")
    assert (tried.exit_code, "docs/notices.md" in tried.stderr) == (64, True)


def test_a_channel_that_fails_keeps_nothing_from_the_others(own: Path, home: Home, tmp_path: Path) -> None:
    """It is an alarm of the night, told once however many notices it missed."""
    broken = Channel("broken", frozenset(Event), CommandChannel(("/nowhere/at-all",)))
    counted = tell(
        [Notice(Event.DIGEST, ("甲",)), Notice(Event.DISK, ("乙",))], (broken, channel_of(own)), home, {}.get
    )
    assert [text for _, text in told(own)] == ["甲", "乙"]
    assert (counted.sent, [(alarm.source, alarm.code) for alarm in counted.alarms]) == (2, [("broken", "NOT_TOLD")])


def channel_of(own: Path) -> Channel:
    """The channel of the copied project."""
    from nianbao.catalog.notices import read_notices

    return read_notices(own / "reference" / "notices.toml").channels[0]


def test_no_personal_number_is_told(own: Path, home: Home) -> None:
    """Whatever a message was made from: a telephone number is masked."""
    tell([Notice(Event.SOURCE, ("inbox ODD: 13912345678.xlsx",))], (channel_of(own),), home, {}.get)
    ((_, text),) = told(own)
    assert "13912345678" not in text
    assert text.startswith("inbox ODD: 139")


def test_O11_no_channel_and_no_file_of_what_was_told_has_a_personal_number(own: Path, home: Home) -> None:
    """O11: by mail, to a group and to a program, in the line of the night and the list of what was told."""
    failed = StoreError("13912345678.xlsx: cannot be read", "inbox/11010519491231002X", "send it again")
    with mail_server() as box, hook_server() as hook:
        body = 'body = { msgtype = "text", text = { content = "{title} {text}" } }'
        more = (
            f'\n[[channels]]\nname = "mail"\nkind = "mail"\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
            f'from = "a@example.org"\nto = ["b@example.org"]\n'
            f'\n[[channels]]\nname = "group"\nkind = "webhook"\nurl_env = "HOOK"\n{body}\n'
        )
        path = own / "reference" / "notices.toml"
        path.write_text(path.read_text("utf-8") + more, "utf-8")
        assert tell_failure(own, home, failed, {"HOOK": hook.url}.get) == ()
        (mail,), (posted,) = box.messages, hook.bodies
    ((_, text),) = told(own)
    keep_new([Notice(Event.SOURCE, ("甲",), key_of(Event.SOURCE, "inbox 13912345678.xlsx"))], home, frozenset())
    kept = [file.read_text("utf-8") for file in (home.last_night, home.told)]
    for said in (text, str(mail["Subject"]), mail.get_content(), json.dumps(posted, ensure_ascii=False), *kept):
        assert "13912345678" not in said and "11010519491231002X" not in said
    assert "139******78" in mail.get_content() and "139******78" in kept[0]


def test_a_run_that_finds_another_one_writing_is_no_failed_night(own: Path, home: Home) -> None:
    """The other one goes on; nobody is woken."""
    tell_failure(own, home, BusyError("another run"), {}.get)
    assert told(own) == []


def test_a_list_of_what_was_told_that_is_damaged_only_tells_again(home: Home) -> None:
    """Nothing stops for it."""
    home.told.write_text("{", "utf-8")
    notice = Notice(Event.DISK, ("甲",), "disk:")
    assert keep_new([notice], home, frozenset({Event.DISK})) == [notice]
    assert keep_new([notice], home, frozenset({Event.DISK})) == []


def test_a_night_is_good_for_as_long_as_was_asked(own: Path, home: Home, clock: Callable[[str], None]) -> None:
    """To the minute; a span that is none is refused as a wrong argument."""
    clock("2022-01-16T01:00")
    nightly(own, home)
    clock((dt.datetime(2022, 1, 16, 1) + dt.timedelta(minutes=90)).isoformat())
    assert [run(own, home, "doctor", "--since", span).exit_code for span in ("90m", "89m", "2d", "h", "0h")] == [
        0, 74, 0, 2, 2,
    ]  # fmt: skip


def test_O1_an_edition_that_waits_for_a_signature_is_told_once(
    own: Path, home: Home, clock: Callable[[str], None]
) -> None:
    """Which edition, whose signature, and the command; laid down anew with other bytes it is told anew."""
    clock(SECOND_NIGHT)
    waiting = NightRun(Collected(), Built(), unsigned=(wanted("a" * 64),))
    tell_night(own, home, waiting, {}.get)
    ((event, text), digest) = told(own)
    assert (event, digest[0]) == ("sign_off_waits", "digest")
    assert text.startswith("work_report/2021/r1：等待办公室签发岗签发")
    assert "nianbao sign work_report/2021/r1 --as office" in text
    tell_night(own, home, waiting, {}.get)
    assert [event for event, _ in told(own)] == ["digest"]
    tell_night(own, home, NightRun(Collected(), Built(), unsigned=(wanted("b" * 64),)), {}.get)
    assert [event for event, _ in told(own)] == ["sign_off_waits", "digest"]


def wanted(manifest: str) -> Wanted:
    """A signature that is still to be given, under an edition with these bytes."""
    proposed_at = dt.datetime(2022, 1, 27, 10)
    proposal = Proposal("work_report", 2021, 1, proposed_at, proposed_at.date(), "proposed", "c" * 64, manifest)
    return Wanted(proposal, SigningRole("office", "办公室签发岗"), "")
