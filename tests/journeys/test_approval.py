"""F8: what the counties of a prefecture report counts as long as the prefecture approves it."""

import json
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.runs.build import build_tables
from nianbao.runs.decide import approve, list_to_approve, withdraw_approval
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Decision
from nianbao.warehouse.state import states
from tests.homes import APPROVER, YEAR, call, clock_at, digest, figures_of, post, send, take_in_and_build, warehouse

COUNTIES = ("QH632221", "QH632222")
MENYUAN = "QH632221-2021Q1-GH16-1"
NIGHT, LATER = "2021-04-12T01:00", "2021-04-13T09:00"


@pytest.fixture
def home(project: Project, tmp_path: Path) -> Home:
    """The first quarter of a prefecture and two of its counties, whose reports it has not approved."""
    home = Home(tmp_path / "home")
    send(project, home.inbox, post(project, ("QH632200", *COUNTIES), ["2021Q1"]))
    with clock_at(NIGHT):
        assert take_in_and_build(project, home).decisions[Decision.AWAITING_APPROVAL] == len(COUNTIES)
    return home


def staff(home: Home) -> object:
    """What counts of the counties' staff."""
    return figures_of(home).get("county_staff", YEAR).value


def receipt_line(home: Home) -> dict[str, str]:
    """What the county is told of its form."""
    (path,) = home.outbox.rglob("*门源*.json")
    (line,) = json.loads(path.read_text(encoding="utf-8"))["submissions"]
    return dict(line)


def test_F8_what_is_reported_counts_once_it_is_approved(project: Project, home: Home) -> None:
    """Reported, approved by the prefecture, counted; taken back it counts no longer: receipt and list say each."""
    assert staff(home) is None
    assert receipt_line(home)["approval_zh"] == "待海北藏族自治州总工会核准"
    with clock_at(LATER), open_workspace(project.path, home, "approve") as workspace:
        waiting = list_to_approve(workspace)
        assert [(each.standing.unit_code, each.approver and each.approver.code) for each in waiting] == [
            (county, "QH632200") for county in COUNTIES
        ]
        approve(workspace, [MENYUAN], APPROVER)
        build_tables(workspace)
        (standing,) = states(workspace.connection, MENYUAN)
        assert (standing.state, standing.decided_by) == (Decision.ACCEPTED, APPROVER)
        assert [each.standing.unit_code for each in list_to_approve(workspace)] == [COUNTIES[1]]
    assert staff(home) == 6
    assert receipt_line(home)["approval_zh"] == "海北藏族自治州总工会已核准"
    with clock_at(LATER), open_workspace(project.path, home, "approve") as workspace:
        withdraw_approval(workspace, [MENYUAN], "数字有误", APPROVER)
        build_tables(workspace)
    assert staff(home) is None
    assert receipt_line(home)["approval_zh"] == "海北藏族自治州总工会已撤回核准"


def test_F8_who_has_reported_knows_what_waits_for_an_approval(home: Home) -> None:
    """It is neither missing nor on time, and nothing is owed by the unit."""
    with warehouse(home) as connection:
        found = connection.execute(
            "SELECT unit_code, status FROM core.reporting WHERE form_code = 'GH16' AND period = '2021Q1' ORDER BY 1"
        ).fetchall()
    assert dict(found) == dict.fromkeys(COUNTIES, "awaiting_approval") | dict.fromkeys(
        ("QH632223", "QH632224"), "missing"
    )
    told = call("status", "--unit", COUNTIES[0], home=home).stdout
    assert "待核准1张" in told
    listed = json.loads(call("approve", "--json", home=home).stdout)
    assert [each["submission_id"] for each in listed if not each["counts"]] == [
        MENYUAN, MENYUAN.replace("2221", "2222", 1)
    ]  # fmt: skip


def test_F8_what_was_approved_is_told_again_by_a_rebuild(project: Project, home: Home) -> None:
    """The approval is a fact of the record, with who and when."""
    with clock_at(LATER), open_workspace(project.path, home, "approve") as workspace:
        approve(workspace, [MENYUAN], APPROVER)
        build_tables(workspace)
    before = digest(home)
    home.warehouse.unlink()
    with clock_at(LATER), open_workspace(project.path, home, "rebuild") as workspace:
        build_tables(workspace)
    assert digest(home) == before


def test_F8_only_what_waits_can_be_approved(project: Project, home: Home) -> None:
    """Not what is approved already, nor what nobody sent, nor an approval that was never given."""
    with clock_at(LATER), open_workspace(project.path, home, "approve") as workspace:
        with pytest.raises(UsageError, match="not approved"):
            withdraw_approval(workspace, [MENYUAN], "数字有误", APPROVER)
        approve(workspace, [MENYUAN], APPROVER)
        for submission_id, said in ((MENYUAN, "is approved"), ("QH632221-2021Q2-GH16-1", "there is no submission")):
            with pytest.raises(UsageError, match=said):
                approve(workspace, [submission_id], APPROVER)
