"""What a source may not do: take for ever, be made by a typing error, or give us back what we wrote ourselves."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake.fetch.sources import Found
from nianbao.intake.fetch.sources.limited import Limited
from nianbao.intake.fetch.sources.source import SourceStopped
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from nianbao.terms.source import (
    AnswerLetter,
    DeclaredSource,
    FolderPlace,
    HttpPlace,
    S3Place,
    SftpPlace,
    WebAccess,
    WebdavPlace,
)
from tests.homes import ROOT, call, post, send, warehouse
from tests.intake.sources import servers
from tests.intake.sources.reading import content, new, opened, receive
from tests.intake.sources.servers import HOST, PASSWORD, USER, OddServer, SftpServer, SlowLine

ProjectWith = Callable[[str], Path]
XINING = "西宁市总工会-2021Q1.xlsx"
INBOX = '[[sources]]\nname = "inbox"\nkind = "folder"\npath = "inbox"\nsettle_seconds = 0\n'
OWN = WebAccess(private_addresses=True)
BRIEF = {"file_seconds": 1, "run_seconds": 3}
LONG = 60.0
"""Seconds after which a test says that something had no end, on however busy a machine."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    return home


@pytest.fixture(scope="session")
def workbook(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Xining's workbook of a quarter, with one form."""
    (path,) = send(project, tmp_path_factory.mktemp("workbook"), post(project, ["QH630100"], ["2021Q1"], ["GH05"]))
    return path


def run(path: Path, home: Home) -> Collected:
    """One collect run of a project."""
    home.looks.unlink(missing_ok=True)  # everything came when its sender says
    with open_workspace(path, home, "collect") as workspace:
        return collect(workspace, secrets={"PASSWORD": PASSWORD}.get)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("http", servers.drip_headers),
        ("webdav", servers.drip),
        ("webdav", servers.drip_headers),
        ("s3", servers.drip),
        ("s3", servers.drip_headers),
    ],
)
def test_O21_a_listing_that_drips_ends_with_an_alarm(kind: str, answer: servers.Answer, odd: OddServer) -> None:
    """O21: a server that answers a byte at a time costs its source the time it is given, and no night."""
    places = {
        "http": HttpPlace((f"{odd.url}/a.xlsx",), OWN),
        "webdav": WebdavPlace(f"{odd.url}/dav/", OWN),
        "s3": S3Place("bucket", odd.url, "ACCESS_KEY", "SECRET_KEY"),
    }
    for path in ("/a.xlsx", "/dav/", "/bucket?list-type=2&prefix=&encoding-type=url"):
        odd.answers[path] = answer
    began = time.monotonic()
    with closing(opened(places[kind], **BRIEF)) as source:
        found, (alarm,) = new(source)
    assert (found, alarm.code, alarm.stopped) == ([], "TOO_SLOW", True)
    assert "3 seconds" in alarm.what
    assert "run_seconds" in alarm.next_step
    assert time.monotonic() - began < LONG


def test_O21_a_file_that_drips_costs_itself(
    project_with: ProjectWith, home: Home, odd: OddServer, workbook: Path
) -> None:
    """O21: the file is an alarm; the next one of the same server, and the other sources, are taken."""
    odd.answers["/slow.xlsx"] = servers.drip
    odd.answers["/well.xlsx"] = servers.file(workbook.read_bytes(), Last_Modified="Tue, 06 Apr 2021 01:00:00 GMT")
    (home.inbox / "海东").mkdir(parents=True)
    shutil.copy2(workbook, home.inbox / "海东" / XINING)
    urls = json.dumps([f"{odd.url}/slow.xlsx", f"{odd.url}/well.xlsx"])
    limits = "private_addresses = true\nfile_seconds = 1\nrun_seconds = 30\n"
    path = project_with(f'[[sources]]\nname = "web"\nkind = "http"\nurls = {urls}\n{limits}{INBOX}')
    began = time.monotonic()
    collected = run(path, home)
    assert collected.outcomes == {Outcome.ACCEPTED: 1, Outcome.DUPLICATE: 1}
    assert [(alarm.source, alarm.code) for alarm in collected.alarms] == [("web", "TOO_SLOW")]
    assert collected.alarms[0].what == "slow.xlsx: no end after 1 seconds"
    assert time.monotonic() - began < LONG
    assert run(path, home).deliveries == 0, "the lock was given back"


def test_O21_a_source_that_has_had_its_time_waits_for_the_next_run(sftp: SftpServer) -> None:
    """O21: an SFTP server that lets a file come a byte at a time, five times, is given the time of a run in all."""
    for number in range(5):
        (sftp.folder / "upload" / f"{number}.xlsx").write_bytes(bytes(3_000_000))
    with closing(SlowLine(sftp.port, swift=60_000)) as line:
        place = SftpPlace(HOST, line.port, USER, (sftp.host_key,), "upload", "PASSWORD")
        began = time.monotonic()
        with closing(opened(place, file_seconds=2, run_seconds=10)) as source:
            found, alarms = new(source)
            assert (len(found), alarms) == (5, [])
            said = [receive(source, each, sftp.folder / "archive") for each in found]
        assert {getattr(alarm, "code", None) for alarm in said} == {"TOO_SLOW"}
        assert "that a run gives it" in said[-1].what  # type: ignore[union-attr]
        assert time.monotonic() - began < LONG


def test_O21_nothing_is_left_behind_that_waits(odd: OddServer) -> None:
    """O21: the thread of a slow exchange ends with its connection, and does not keep the program alive."""
    odd.answers["/a.xlsx"] = servers.drip
    before = set(threading.enumerate())
    with closing(opened(HttpPlace((f"{odd.url}/a.xlsx",), OWN), file_seconds=1, run_seconds=30)) as source:
        (found,), _ = new(source)
        receive(source, found, Path("/nowhere"))
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    assert left == []


@pytest.mark.parametrize("key", ["file_seconds = 0", "file_seconds = 901", "run_seconds = 86400"])
def test_O21_limits_that_are_none_are_refused(key: str, project_with: ProjectWith, home: Home) -> None:
    """O21: a limit of nothing, a file with more time than its source, a source with a whole day."""
    said = call("doctor", "--project", str(project_with(f"{INBOX}{key}\n")), home=home)
    assert said.returncode == 78
    assert "file_seconds must be more than 0" in said.stdout


def test_O30_a_server_that_dies_slowly_gives_the_alarm_and_nothing_else(
    project_with: ProjectWith, home: Home, sftp: SftpServer
) -> None:
    """O30: the run says what is wrong with the source, and no task of a library shows its traceback."""
    (sftp.folder / "upload" / XINING).write_bytes(bytes(3_000_000))
    with closing(SlowLine(sftp.port, swift=20_000)) as line:
        path = project_with(
            f'[[sources]]\nname = "xining"\nkind = "sftp"\nhost = "{HOST}"\nport = {line.port}\nuser = "{USER}"\n'
            f'password_env = "PASSWORD"\nhost_keys = ["{sftp.host_key}"]\nfolder = "upload"\nsettle_seconds = 0\n'
            "file_seconds = 3\nrun_seconds = 20\n"
        )
        command = [sys.executable, "-X", "dev", "-m", "nianbao", "collect", "--project", path, "--home", home.path]
        environment = {"PYTHONPATH": str(ROOT / "src"), "PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert said.returncode == 74
    assert said.stdout.startswith(f"ALARM xining TOO_SLOW: {XINING}: no end after 3 seconds")
    (first, _) = said.stderr.strip().splitlines()
    assert first == "nianbao: 1 of the sources could not be used: xining"


@pytest.mark.parametrize("command", ["collect", "doctor"])
@pytest.mark.parametrize("own", ["outbox", "outbox/西宁", "archive", "releases", ".", "..", "inbox/way"])
def test_O23_what_we_write_ourselves_is_no_source(
    own: str, command: str, project_with: ProjectWith, home: Home
) -> None:
    """O23: a folder that holds the outbox, the archive or the releases, lies in them, or leads there, is refused."""
    (home.outbox / "西宁").mkdir(parents=True)
    home.inbox.mkdir(exist_ok=True)
    (home.outbox / "西宁" / f"{XINING}.回执.json").write_text("{}")
    (home.inbox / "way").symlink_to(home.outbox)
    declared = f'{INBOX}[[sources]]\nname = "own"\nkind = "folder"\npath = "{own}"\nsettle_seconds = 0\n'
    said = call(command, "--project", str(project_with(declared)), home=home)
    assert said.returncode == 74
    assert "own" in said.stdout
    assert "which nianbao itself writes" in said.stdout
    assert str(home.inbox) in said.stdout, "where to correct it to"
    if command == "collect":
        with warehouse(home) as connection:
            assert connection.execute("SELECT count(*) FROM ledger.delivery").fetchall() == [(0,)]


def test_O23_answers_that_come_back_do_not_multiply(
    project_with: ProjectWith, home: Home, sftp: SftpServer, workbook: Path
) -> None:
    """O23: a server whose folder is our own outbox gives its marked workbook once, no receipts, and is told of."""
    shutil.copy2(workbook, sftp.folder / "upload" / XINING)
    shutil.copy2(workbook, sftp.folder / "upload" / "other.json")
    home.outbox.symlink_to(sftp.folder / "upload")
    path = project_with(
        f'[[sources]]\nname = "xining"\nkind = "sftp"\nhost = "{HOST}"\nport = {sftp.port}\nuser = "{USER}"\n'
        f'password_env = "PASSWORD"\nhost_keys = ["{sftp.host_key}"]\nfolder = "upload"\nsettle_seconds = 0\n'
    )
    nights = [run(path, home) for _ in range(3)]
    assert [night.deliveries for night in nights] == [2, 1, 0]
    assert nights[1].outcomes == {Outcome.QUARANTINED: 1}
    assert [alarm.code for alarm in nights[1].alarms] == ["OWN_FILES"]
    assert "own receipts" in nights[1].alarms[0].what


def test_O23_an_answer_is_known_by_its_content(home: Home, project_with: ProjectWith) -> None:
    """O23: a marked workbook or a receipt under another name is no report; who sent it unchanged is told so, once."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    (home.inbox / "broken.xlsx").write_bytes(b"no workbook")
    (home.inbox / "west.csv").write_text("GH05\n")
    path = project_with(INBOX)
    first = run(path, home)
    assert first.deliveries == 2
    for number, answer in enumerate(sorted(home.outbox.iterdir())):
        shutil.copy(answer, home.inbox / f"again {number}.xlsx")
    copies = len(list(home.inbox.glob("again*")))
    assert copies >= 4
    second = run(path, home)
    assert second.outcomes == {Outcome.QUARANTINED: copies}
    receipts = [json.loads(each.read_text(encoding="utf-8")) for each in home.outbox.glob("again*.json")]
    assert {finding["code"] for receipt in receipts for finding in receipt["findings"]} == {"OWN_ANSWER"}
    assert [receipt["marked_workbook"] for receipt in receipts] == [None] * copies
    assert run(path, home).deliveries == 0


@pytest.mark.parametrize("command", ["collect", "doctor"])
def test_O24_a_folder_with_a_wrong_path_is_told_and_not_made(
    command: str, project_with: ProjectWith, home: Home
) -> None:
    """O24: a typing error in the path of a folder is INBOX_GONE, in the night and before it."""
    path = project_with('[[sources]]\nname = "inbox"\nkind = "folder"\npath = "inbxo"\n')
    said = call(command, "--project", str(path), home=home)
    assert said.returncode == 74
    assert f"the folder {home.path / 'inbxo'} is not there" in said.stdout
    assert "nothing new" not in said.stdout
    assert not (home.path / "inbxo").exists()


def test_O24_an_inbox_that_has_gone_is_not_made_again(home: Home, project_with: ProjectWith) -> None:
    """O24: the inbox is made with its home; when it is away later, somebody must look."""
    path = project_with(INBOX)
    assert run(path, home).alarms == []
    (home.inbox / "broken.xlsx").write_bytes(b"no workbook")
    assert run(path, home).deliveries == 1
    shutil.rmtree(home.inbox)
    (alarm,) = run(path, home).alarms
    assert (alarm.code, alarm.stopped) == ("INBOX_GONE", True)
    assert not home.inbox.exists()


class Threads:
    """A source that notes in which thread each file is read; one called `stuck` has no end until it is `freed`."""

    def __init__(self, declared: DeclaredSource) -> None:
        self.declared, self.seen, self.freed = declared, list[int](), threading.Event()

    def walk(self) -> Iterator[Found]:
        """Nothing lies there."""
        yield from ()

    def read(self, found: Found) -> Iterator[bytes]:
        """Nine pieces: more than are read ahead."""
        self.seen.append(threading.get_ident())
        if found.name == "stuck":
            self.freed.wait(LONG)
        yield from [b"piece"] * 9

    def answer(self, letter: AnswerLetter) -> str:
        """Take no answers."""
        raise AssertionError(letter)

    def close(self) -> None:
        """Have nothing to let go of."""


def test_one_thread_reads_all_files_of_a_source_but_for_those_that_have_no_end() -> None:
    """A thread is left behind with the file it waits for; and one that is still asked for more serves nobody else."""
    declared = DeclaredSource("there", FolderPlace("there"), file_seconds=1)
    there = Threads(declared)
    with closing(Limited(declared, lambda: there)) as source:
        whole = [content(source, Found(name, 45, 0)) for name in "abc"]
        assert whole == [b"piece" * 9] * 3
        with pytest.raises(SourceStopped):
            content(source, Found("stuck", 45, 0))
        half_read = source.read(Found("d", 45, 0))
        assert next(half_read) == b"piece"
        assert content(source, Found("e", 45, 0)) == b"piece" * 9
        assert b"".join(half_read) == b"piece" * 8
        there.freed.set()
    first, second, third, stuck, after, beside = there.seen
    assert first == second == third == stuck
    assert len({stuck, after, beside}) == 3
