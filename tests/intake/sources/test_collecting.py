"""A collect run over several sources: one that fails stops nothing but itself, and everybody is answered."""

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace, open_workspace_as_of
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from nianbao.warehouse import ledger
from tests.homes import call, clock_at, post, send, warehouse
from tests.intake.sources import servers
from tests.intake.sources.servers import HOST, PASSWORD, USER, OddServer, SftpServer

ProjectWith = Callable[[str], Path]
SECRETS = {"SFTP_PASSWORD": PASSWORD, "DAV_PASSWORD": PASSWORD}
XINING = "西宁市总工会-2021Q1.xlsx"


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
    """One collect run of a project, with the secrets of the tests."""
    home.looks.unlink(missing_ok=True)  # everything came when its sender says
    with open_workspace(path, home, "collect") as workspace:
        return collect(workspace, secrets=SECRETS.get)


def sftp_source(server: SftpServer, more: str = "") -> str:
    """The declaration of an SFTP server."""
    return f"""
[[sources]]
name = "xining"
kind = "sftp"
host = "{HOST}"
port = {server.port}
user = "{USER}"
password_env = "SFTP_PASSWORD"
host_keys = ["{server.host_key}"]
folder = "upload"
settle_seconds = 0
{more}
"""


INBOX = """
[[sources]]
name = "inbox"
kind = "folder"
path = "inbox"
settle_seconds = 0
"""


def dav_source(url: str) -> str:
    """The declaration of a WebDAV server."""
    return f"""
[[sources]]
name = "cloud"
kind = "webdav"
url = "{url}"
user = "{USER}"
password_env = "DAV_PASSWORD"
private_addresses = true
settle_seconds = 0
receipts = "回执"
"""


def test_every_source_is_collected_and_answered(
    project_with: ProjectWith, home: Home, sftp: SftpServer, webdav: tuple[str, Path], workbook: Path
) -> None:
    """The same workbook from three sources is one acceptance and two duplicates, each answered where it came from."""
    url, folder = webdav
    (home.inbox / "西宁").mkdir(parents=True)
    for target in (home.inbox / "西宁", sftp.folder / "upload", folder):
        shutil.copy2(workbook, target / XINING)
    path = project_with(INBOX + sftp_source(sftp, 'receipts = "回执"') + dav_source(url))
    collected = run(path, home)
    assert not collected.alarms
    assert collected.outcomes == {Outcome.ACCEPTED: 1, Outcome.DUPLICATE: 2}
    answer = f"{XINING}.回执.json"
    for place in (home.outbox / "西宁", home.outbox / "@xining", home.outbox / "@cloud"):
        assert (place / answer).exists()
    for place in (sftp.folder / "upload" / "回执", folder / "回执"):
        assert json.loads((place / answer).read_text(encoding="utf-8"))["file"] == XINING
    with warehouse(home) as connection:
        rows = connection.execute("SELECT origin, source FROM ledger.delivery ORDER BY origin").fetchall()
    assert rows == [("cloud", XINING), ("inbox", f"西宁/{XINING}"), ("xining", XINING)]
    again = run(path, home)
    assert (again.deliveries, again.alarms) == (0, [])


def test_a_source_that_fails_stops_nothing_but_itself(
    project_with: ProjectWith, home: Home, sftp: SftpServer, odd: OddServer, workbook: Path
) -> None:
    """A changed key, a server that is away, a missing secret and an unmounted share: the inbox goes on."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy2(workbook, home.inbox / XINING)
    declared = sftp_source(sftp) + dav_source(odd.url + "/dav/").replace("DAV_PASSWORD", "NOWHERE")
    sftp.change_key()
    away = '[[sources]]\nname = "away"\nkind = "http"\nurls = ["http://127.0.0.1:9/a.xlsx"]\nprivate_addresses = true\n'
    share = '[[sources]]\nname = "share"\nkind = "folder"\npath = "/nowhere/share"\n'
    path = project_with(declared + away + share + INBOX)
    collected = run(path, home)
    assert collected.outcomes == {Outcome.ACCEPTED: 1}
    assert {alarm.source: alarm.code for alarm in collected.alarms} == {
        "xining": "HOST_KEY", "cloud": "SECRET_MISSING", "away": "UNREACHABLE", "share": "INBOX_GONE"
    }  # fmt: skip
    assert all(alarm.stopped and alarm.next_step for alarm in collected.alarms)
    assert PASSWORD not in home.alarms.read_text(encoding="utf-8")


def test_an_unmounted_inbox_is_told_everywhere_and_ends_with_74(project_with: ProjectWith, home: Home) -> None:
    """On the screen, in JSON, in status; and the scheduler sees the exit code."""
    gone = INBOX + 'sentinel = ".mounted"\n'
    path = project_with(gone)
    said = call("collect", "--project", str(path), home=home)
    assert said.returncode == 74
    assert "ALARM inbox INBOX_GONE" in said.stdout
    assert "nothing new" not in said.stdout
    assert "docs/sources.md" in said.stderr
    answer = call("collect", "--json", "--project", str(path), home=home)
    (alarm,) = json.loads(answer.stdout)["alarms"]
    assert (answer.returncode, alarm["source"], alarm["code"]) == (74, "inbox", "INBOX_GONE")
    status = call("status", "--json", "--project", str(path), home=home)
    assert json.loads(status.stdout)["sources"]["alarms"][0]["code"] == "INBOX_GONE"
    (home.inbox / ".mounted").touch()
    well = call("collect", "--project", str(path), home=home)
    assert (well.returncode, well.stdout) == (0, "nothing new\n")
    assert json.loads(call("status", "--json", "--project", str(path), home=home).stdout)["sources"]["alarms"] == []


def test_what_is_still_being_written_stands_in_status(project_with: ProjectWith, home: Home, workbook: Path) -> None:
    """A file that nobody has finished for long is named in `nianbao status`, for people and for programs."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy2(workbook, home.inbox / f"{XINING}.filepart")  # written in the year of the sample
    path = project_with(INBOX)
    assert run(path, home).outcomes == {}
    said = call("status", "--project", str(path), home=home)
    assert "still being written at inbox since 2021-04-" in said.stdout
    assert XINING in said.stdout
    answer = json.loads(call("status", "--json", "--project", str(path), home=home).stdout)
    assert [each["name"] for each in answer["sources"]["unfinished"]] == [f"{XINING}.filepart"]
    (home.inbox / f"{XINING}.filepart").rename(home.inbox / XINING)
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1}
    assert "still being written" not in call("status", "--project", str(path), home=home).stdout


def test_a_clock_that_jumped_back_is_an_alarm(project_with: ProjectWith, home: Home, workbook: Path) -> None:
    """What would be received before what is already decided is dated wrongly: somebody must set the clock."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy2(workbook, home.inbox / XINING)
    path = project_with(INBOX)
    with clock_at("2021-04-20T01:00"):
        assert not run(path, home).alarms
    with clock_at("2021-04-19T01:00"):
        (alarm,) = run(path, home).alarms
    assert (alarm.code, alarm.stopped) == ("CLOCK", False)
    assert "2021-04-20" in alarm.what
    with clock_at("2021-04-21T01:00"):
        assert not run(path, home).alarms


def test_O20_a_night_whose_clock_ran_ahead_has_a_way_out(project_with: ProjectWith, home: Home, workbook: Path) -> None:
    """O20: once somebody accepts the clock the alarm ends, and of a later day all is known; who and why is kept."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy2(workbook, home.inbox / XINING)
    path = project_with(INBOX)
    with clock_at("2031-04-20T01:00"):
        run(path, home)
    accept = ("accept-clock", "--by", "统计审核岗", "--because", "当夜时钟快了十年", "--project", str(path))
    with clock_at("2021-04-21T01:00"):
        (alarm,) = run(path, home).alarms
        assert "accept-clock" in alarm.next_step
        assert "2031-04-20" in call(*accept, home=home).stdout
        assert not run(path, home).alarms
        assert call(*accept, home=home).returncode == 64
        (accepted, *_) = json.loads(call("runs", "--json", "--project", str(path), home=home).stdout)
        assert (accepted["kind"], accepted["actor"]) == ("accept_clock", "统计审核岗")
        with open_workspace_as_of(home, dt.date(2021, 4, 21)) as workspace:
            assert ledger.known_until(workspace.connection) == dt.datetime(2021, 4, 21, 1)
            assert ledger.has_accepted(workspace.connection)


def test_a_workbook_of_another_unit_is_not_accepted(
    project_with: ProjectWith, home: Home, sftp: SftpServer, workbook: Path
) -> None:
    """What lies in a unit's folder must be of that unit; the sentence names both."""
    (sftp.folder / "upload" / "海东").mkdir()
    shutil.copy2(workbook, sftp.folder / "upload" / "海东" / XINING)
    owners = 'folders = [{ folder = "海东", unit = "QH630200" }, { folder = "西宁", unit = "QH630100" }]'
    path = project_with(sftp_source(sftp, owners))
    first = run(path, home)
    assert first.outcomes == {Outcome.HELD: 1}
    receipt = json.loads((home.outbox / "@xining" / "海东" / f"{XINING}.回执.json").read_text(encoding="utf-8"))
    (finding,) = receipt["findings"]
    assert finding["code"] == "WRONG_SENDER"
    assert "QH630100" in finding["sentence"]
    assert load_project(path).units["QH630200"].zh in finding["sentence"]


def test_an_answer_that_could_not_be_sent_back_is_sent_by_the_next_run(
    project_with: ProjectWith, home: Home, sftp: SftpServer, workbook: Path
) -> None:
    """The delivery is loaded once; the answer is an alarm until it has arrived."""
    shutil.copy2(workbook, sftp.folder / "upload" / XINING)
    in_the_way = sftp.folder / "upload" / "回执"
    in_the_way.symlink_to("/proc/version")
    path = project_with(sftp_source(sftp, 'receipts = "回执"'))
    first = run(path, home)
    assert first.outcomes == {Outcome.ACCEPTED: 1}
    assert [alarm.code for alarm in first.alarms if alarm.stopped] == ["NO_RECEIPT"]
    in_the_way.unlink()
    second = run(path, home)
    assert (second.deliveries, second.alarms) == (0, [])
    assert (in_the_way / f"{XINING}.回执.json").exists()
    assert not list(home.unsent.iterdir())
    third = run(path, home)
    assert (third.deliveries, third.receipts) == (0, [])


def test_the_same_name_with_other_bytes_is_a_new_delivery(
    project_with: ProjectWith, home: Home, sftp: SftpServer
) -> None:
    """What a sender replaces is taken again, and both are kept; what was put aside is looked at again when it comes."""
    file = sftp.folder / "upload" / XINING
    path = project_with(sftp_source(sftp))
    for body in (b"first", b"second one"):
        file.write_bytes(body)
        assert run(path, home).deliveries == 1
    os.utime(file, (1_600_000_000, 1_600_000_000))
    assert run(path, home).outcomes == {Outcome.QUARANTINED: 1}


def test_files_that_cannot_be_had_do_not_keep_the_others_back(
    project_with: ProjectWith, home: Home, odd: OddServer, workbook: Path
) -> None:
    """Five addresses whose answers always break off, and one that is well: that one is taken."""
    urls = [f"/{number}.xlsx" for number in range(5)]
    for url in urls:
        odd.answers[url] = servers.short(b"half")
    odd.answers["/well.xlsx"] = servers.file(workbook.read_bytes(), Last_Modified="Tue, 06 Apr 2021 01:00:00 GMT")
    addresses = json.dumps([odd.url + url for url in [*urls, "/well.xlsx"]])
    path = project_with(f'[[sources]]\nname = "web"\nkind = "http"\nurls = {addresses}\nprivate_addresses = true\n')
    collected = run(path, home)
    assert collected.outcomes == {Outcome.ACCEPTED: 1}
    assert [alarm.what.partition(":")[0] for alarm in collected.alarms] == [url[1:] for url in urls]


def test_the_doctor_looks_at_sources(project_with: ProjectWith, home: Home, sftp: SftpServer) -> None:
    """A secret that is missing is seen before the night."""
    path = project_with(INBOX + sftp_source(sftp))
    said = call("doctor", "--project", str(path), home=home)
    assert said.returncode == 74
    assert "ok    source inbox: a folder" in said.stdout
    assert "FAIL  source xining: the environment has no SFTP_PASSWORD" in said.stdout
    assert sftp.connections == 0


def test_a_rebuild_remembers_where_a_delivery_came_from(
    project_with: ProjectWith, home: Home, sftp: SftpServer, workbook: Path
) -> None:
    """A lost warehouse is made again from the record, with source and owner, and nothing is judged again."""
    shutil.copy2(workbook, sftp.folder / "upload" / XINING)
    path = project_with(sftp_source(sftp, 'unit = "QH630100"'))
    run(path, home)
    home.warehouse.unlink()
    sftp.stop()
    assert run(path, home).deliveries == 0
    with warehouse(home) as connection:
        assert connection.execute("SELECT origin, sender FROM ledger.delivery").fetchall() == [("xining", "QH630100")]
