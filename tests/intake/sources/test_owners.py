"""No unit speaks for another: what lies in a unit's place under another's name is held, and tells nobody's values."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from tests.homes import call, post, send, warehouse
from tests.intake.sources.servers import HOST, PASSWORD, USER, SftpServer

ProjectWith = Callable[[str], Path]
INBOX = '[[sources]]\nname = "inbox"\nkind = "folder"\npath = "inbox"\nsettle_seconds = 0\n'
XINING, HAIDONG, HUANGNAN = "QH630100", "QH630200", "QH632300"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    return home


@pytest.fixture
def put(project: Project, home: Home, tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Puts the workbook of a unit and a quarter, with one form, under a path of the inbox."""

    def place(unit: str, period: str, where: str) -> Path:
        (made,) = send(project, tmp_path / "made", post(project, [unit], [period], ["GH05"]))
        target = home.inbox / where
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(made, target)
        return target

    return place


def run(path: Path, home: Home) -> Collected:
    """One collect run of a project."""
    home.looks.unlink(missing_ok=True)  # everything came when its sender says
    with open_workspace(path, home, "collect") as workspace:
        return collect(workspace, secrets={"PASSWORD": PASSWORD}.get)


def receipt(home: Home, place: str) -> dict[str, object]:
    """The receipt in the outbox for a file of the inbox."""
    said: dict[str, object] = json.loads((home.outbox / f"{place}.回执.json").read_text(encoding="utf-8"))
    return said


def counted(home: Home) -> list[tuple[str, str, str]]:
    """What counts now: unit, period, delivery."""
    with warehouse(home) as connection:
        return connection.execute("SELECT unit_code, period, delivery_id FROM ledger.in_force ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    "folder", ["西宁市总", "西宁市总工会", "QH630100", "01 西宁市总", "市州/西宁市总/2021年一季度"]
)
def test_O22_a_folder_that_bears_a_units_name_is_that_units(
    folder: str, put: Callable[..., Path], project_with: ProjectWith, home: Home
) -> None:
    """O22: another unit's cover is held there: it counts for nobody, and its receipt holds no value of either unit."""
    path = project_with(INBOX)
    put(HAIDONG, "2021Q1", "海东市总/a.xlsx")
    put(XINING, "2021Q1", f"{folder}/a.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 2}
    before = counted(home)
    put(HAIDONG, "2021Q2", f"{folder}/b.xlsx")
    assert run(path, home).outcomes == {Outcome.HELD: 1}
    assert counted(home) == before
    said = receipt(home, f"{folder}/b.xlsx")
    (finding,) = said["findings"]  # type: ignore[misc]
    assert (said["unit_code"], said["submissions"], finding["code"]) == (None, [], "WRONG_SENDER")
    assert (finding["last"], finding["year_before"], finding["value"]) == (None, None, HAIDONG)


def test_O22_a_check_knows_whose_a_folder_is(
    put: Callable[..., Path], project_with: ProjectWith, home: Home, tmp_path: Path
) -> None:
    """O22: a file in a unit's place is checked as it will be judged there; the same file elsewhere is nobody's yet."""
    path = project_with(INBOX)
    foreign = put(HAIDONG, "2021Q1", "西宁市总/a.xlsx")
    apart = tmp_path / "a.xlsx"
    shutil.copy2(foreign, apart)
    told = json.loads(call("check", "--json", str(foreign), str(apart), "--project", str(path), home=home).stdout)
    there, elsewhere = ([finding["code"] for finding in each["findings"]] for each in told)
    assert there == ["WRONG_SENDER"]
    assert "WRONG_SENDER" not in elsewhere
    assert [(each["file"], len(each["submissions"])) for each in told] == [("a.xlsx", 0), ("a.xlsx", 1)]


def test_O22_the_operator_sees_what_is_held_and_how_to_go_on(
    put: Callable[..., Path], project_with: ProjectWith, home: Home
) -> None:
    """O22: status names the file, the unit on its cover, the owner of its folder, and both ways on."""
    path = project_with(INBOX)
    put(HAIDONG, "2021Q1", "西宁市总/a.xlsx")
    run(path, home)
    said = call("status", "--project", str(path), home=home).stdout
    for told in ("D000001", "西宁市总/a.xlsx", "海东市总工会", "西宁市总工会", "--confirm", "--send-back"):
        assert told in said
    (held,) = json.loads(call("status", "--json", "--project", str(path), home=home).stdout)["held"]
    assert (held["delivery_id"], held["unit_code"], held["sender"]) == ("D000001", HAIDONG, XINING)
    assert json.loads(call("held", "--json", "--project", str(path), home=home).stdout) == [held]


def test_O22_what_is_confirmed_counts_and_is_answered_to_its_unit(
    put: Callable[..., Path], project_with: ProjectWith, home: Home
) -> None:
    """O22: confirmed, it is judged as the unit's; its answer lies apart, and the sender learns no more."""
    path = project_with(INBOX)
    put(HAIDONG, "2021Q1", "西宁市总/a.xlsx")
    run(path, home)
    done = call(
        "held", "--confirm", "D000001", "--by", "统计岗", "--because", "来电确认", "--project", str(path), home=home
    )
    assert done.returncode == 0, done.stderr
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1}
    assert counted(home) == [(HAIDONG, "2021Q1", "D000002")]
    passed = receipt(home, "西宁市总/a.xlsx")
    assert (passed["outcome"], passed["submissions"]) == ("passed_on", [])
    assert receipt(home, f"@confirmed/{HAIDONG}/a.xlsx")["unit_code"] == HAIDONG
    assert sorted(each.name for each in (home.outbox / "西宁市总").iterdir() if "审核" in each.name) == []
    assert json.loads(call("held", "--json", "--project", str(path), home=home).stdout) == []
    again = call("held", "--confirm", "D000001", "--by", "统计岗", "--project", str(path), home=home)
    assert again.returncode == 64
    assert run(path, home).deliveries == 0


def test_O22_what_is_sent_back_waits_no_more(put: Callable[..., Path], project_with: ProjectWith, home: Home) -> None:
    """O22: sent back, the sender is told to correct the cover, and the same bytes from the right folder are taken."""
    path = project_with(INBOX)
    put(HAIDONG, "2021Q1", "西宁市总/a.xlsx")
    run(path, home)
    done = call("held", "--send-back", "D000001", "--by", "统计岗", "--project", str(path), home=home)
    assert done.returncode == 0, done.stderr
    assert receipt(home, "西宁市总/a.xlsx")["outcome"] == "quarantined"
    assert json.loads(call("held", "--json", "--project", str(path), home=home).stdout) == []
    put(HAIDONG, "2021Q1", "海东市总/a.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1}
    assert counted(home) == [(HAIDONG, "2021Q1", "D000002")]


def test_O22_a_folder_learns_whose_it_is(put: Callable[..., Path], project_with: ProjectWith, home: Home) -> None:
    """O22: a folder whose name says nothing belongs to whose files alone count from there; a change is asked about."""
    path = project_with(INBOX)
    put(XINING, "2021Q1", "west/2021Q1/a.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1}
    put(XINING, "2021Q2", "west/2021Q2/a.xlsx")
    put(HAIDONG, "2021Q2", "west/2021Q2/b.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1, Outcome.HELD: 1}


def test_O22_what_is_nobodys_stays_nobodys(put: Callable[..., Path], project_with: ProjectWith, home: Home) -> None:
    """O22: the top of the inbox, a folder for a quarter, and one of several units hold nothing."""
    path = project_with(INBOX)
    for unit, where in ((XINING, ""), (XINING, "2021年第一季度/"), (XINING, "mail/"), (HAIDONG, "mail/")):
        put(unit, "2021Q1", f"{where}{unit}.xlsx")
    assert set(run(path, home).outcomes) == {Outcome.ACCEPTED, Outcome.DUPLICATE}
    for where in ("", "2021年第一季度/", "mail/"):
        put(HUANGNAN, "2021Q1", f"{where}{HUANGNAN}.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1, Outcome.DUPLICATE: 2}


def test_O22_a_prefecture_may_send_for_its_counties_where_that_is_declared(
    put: Callable[..., Path], project_with: ProjectWith, home: Home
) -> None:
    """O22: `lower = true` lets in workbooks of the units below, and of no others; `unit = ""` those of anybody."""
    folders = '{ folder = "media", unit = "QHI01", lower = true }, { folder = "own", unit = "QHI01" }, '
    path = project_with(f'{INBOX}folders = [{folders}{{ folder = "省投资集团工会", unit = "" }}]\n')
    below, beside = "QHD27", "QHD18"
    for unit, where in ((below, "media"), (beside, "media"), ("QHI01", "own")):
        put(unit, "2021Q1", f"{where}/{unit}.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 2, Outcome.HELD: 1}
    put(below, "2021Q2", "own/below.xlsx")
    put(XINING, "2021Q2", "省投资集团工会/anybody.xlsx")
    assert run(path, home).outcomes == {Outcome.ACCEPTED: 1, Outcome.HELD: 1}


def test_O22_remote_sources_hold_by_the_same_rule(
    put: Callable[..., Path], project_with: ProjectWith, home: Home, sftp: SftpServer
) -> None:
    """O22: a server that is a unit's holds another's cover, and the answer that it gets tells no values."""
    made = put(HAIDONG, "2021Q1", "海东市总/a.xlsx")
    shutil.copy2(made, sftp.folder / "upload" / "b.xlsx")
    path = project_with(
        f'[[sources]]\nname = "xining"\nkind = "sftp"\nunit = "{XINING}"\nhost = "{HOST}"\nport = {sftp.port}\n'
        f'user = "{USER}"\npassword_env = "PASSWORD"\nhost_keys = ["{sftp.host_key}"]\nfolder = "upload"\n'
        'settle_seconds = 0\nreceipts = "回执"\n'
    )
    assert run(path, home).outcomes == {Outcome.HELD: 1}
    (answer,) = (sftp.folder / "upload" / "回执").glob("*.json")
    assert json.loads(answer.read_text(encoding="utf-8"))["submissions"] == []
