"""F8 in a small federation: a form that counts at once and is looked at, and one that counts once it is approved."""

from pathlib import Path

import pytest

from nianbao.runs.build import build_tables
from nianbao.runs.decide import approve, list_to_approve, withdraw_approval
from nianbao.runs.workspace import open_workspace
from nianbao.statistics.figures import read_figures
from nianbao.terms.approval import Approval
from tests.federation import Federation, a01
from tests.homes import APPROVER, call, clock_at

NIGHT, LATER = "2021-04-06T01:00", "2021-04-07T09:00"
FIRST = "A1-2021Q1-A01-1"


def reported(folder: Path, approval: Approval) -> tuple[Federation, Path]:
    """A federation after its first night whose province looks at the cities' forms; the file of the first city."""
    federation = Federation(folder)
    federation.edit("forms/A01.toml", "since = 2021", f'since = 2021\napproval = "{approval}"')
    path = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-04-05T09:00")
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 200)}, "2021-04-05T09:00")
    federation.night(NIGHT)
    return federation, path


def said(federation: Federation, path: Path) -> str | None:
    """What a receipt says of the approval of its form."""
    return federation.receipt(path).submissions[0].approval_zh


def decide(federation: Federation, *, is_approved: bool) -> list[tuple[str, bool]]:
    """Approve the first city's form or take that back; what waits for an approval then, and whether it counts."""
    with clock_at(LATER), open_workspace(federation.folder, federation.home, "approve") as workspace:
        if is_approved:
            approve(workspace, [FIRST], APPROVER)
        else:
            withdraw_approval(workspace, [FIRST], "数字有误", APPROVER)
        build_tables(workspace)
        return [(each.standing.unit_code, each.counts) for each in list_to_approve(workspace)]


def test_F8_what_is_looked_at_after_counts_at_once_and_goes_on_to(tmp_path: Path) -> None:
    """F8: it counts when it is reported, approved, and when the approval is taken back; list and receipt say each."""
    federation, path = reported(tmp_path, Approval.AFTER)
    assert federation.in_force() == [FIRST, "A2-2021Q1-A01-1"]
    assert said(federation, path) == "待样例省总工会核准"
    assert decide(federation, is_approved=True) == [("A2", True)]
    assert said(federation, path) == "样例省总工会已核准"
    assert decide(federation, is_approved=False) == [("A1", True), ("A2", True)]
    assert said(federation, path) == "样例省总工会已撤回核准"
    assert federation.in_force() == [FIRST, "A2-2021Q1-A01-1"]
    assert federation.value("members", 2021) == 3000


def test_F8_who_waits_for_an_approval_is_named_where_a_total_lacks_it(tmp_path: Path) -> None:
    """F8: reported it is missing from total and coverage, by name; approved it is in both, until that is taken back."""
    federation, path = reported(tmp_path, Approval.BEFORE)

    def total() -> tuple[object, tuple[str, ...], str]:
        with clock_at(LATER), open_workspace(federation.folder, federation.home, "build") as workspace:
            build_tables(workspace)
            found = read_figures(workspace.connection, workspace.project).get("funds", 2021)
        status = federation.ask(
            "SELECT status FROM core.reporting WHERE (unit_code, form_code, period) = ('A1', 'A01', '2021Q1')"
        )
        return found.value, found.coverage.missing, str(status[0][0])

    with clock_at(LATER), open_workspace(federation.folder, federation.home, "approve") as workspace:
        approve(workspace, ["A2-2021Q1-A01-1"], APPROVER)
    assert total() == (20000, ("甲市总", "丙市总"), "awaiting_approval")
    assert decide(federation, is_approved=True) == []
    assert total() == (30000, ("丙市总",), "on_time")
    assert decide(federation, is_approved=False) == [("A1", False)]
    assert total() == (20000, ("甲市总", "丙市总"), "awaiting_approval")
    assert said(federation, path) == "样例省总工会已撤回核准"
    project = ("--project", str(federation.folder))
    assert "待核准1张" in call("status", "--unit", "A1", "--year", "2021", *project, home=federation.home).stdout


PARENT = """-- What the first city reports of persons is what the second reports.
-- code: C98-1
-- form: A01
-- severity: reject
-- says: 填{value}，应为{expected}。
-- because: 试验。
SELECT p.submission_id, p.row_no, 'persons' AS field, p.persons AS value, c.persons AS expected
FROM stage.a01 AS p
INNER JOIN known_of_all.a01 AS c ON p.period = c.period AND c.unit_code = 'A2'
WHERE p.unit_code = 'A1' AND p.persons <> c.persons
"""


def test_F8_an_approval_lets_others_be_judged_again(tmp_path: Path) -> None:
    """F8: a form that was sent back beside another unit's is judged again when the approval of that is taken back."""
    federation = Federation(tmp_path)
    federation.edit("forms/A01.toml", "since = 2021", 'since = 2021\napproval = "before"')
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT, encoding="utf-8")
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 200)}, "2021-04-05T09:00")
    federation.night(NIGHT)
    with clock_at(LATER), open_workspace(federation.folder, federation.home, "approve") as workspace:
        approve(workspace, ["A2-2021Q1-A01-1"], APPROVER)
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-04-07T10:00")
    federation.night("2021-04-08T01:00")
    assert federation.states()[FIRST] == "rejected"
    with clock_at("2021-04-09T09:00"), open_workspace(federation.folder, federation.home, "approve") as workspace:
        withdraw_approval(workspace, ["A2-2021Q1-A01-1"], "数字有误", APPROVER)
    assert federation.states()[FIRST] == "awaiting_approval"


@pytest.mark.parametrize("nights", [(("A1", "A2"),), (("A2",), ("A1",))], ids=["together", "before"])
def test_F8_what_waits_for_an_approval_is_nothing_that_others_are_held_against(
    tmp_path: Path, nights: tuple[tuple[str, ...], ...]
) -> None:
    """F8: in the night in which it comes as in the next, a form that needs no approval is judged beside what counts."""
    federation = Federation(tmp_path)
    federation.edit("forms/A01.toml", "since = 2021", 'since = 2021\napproval = "before"')
    federation.edit("forms/A01.toml", 'reporters = ["prefecture"]', 'reporters = ["prefecture", "direct"]')
    levels = federation.folder / "reference" / "levels.csv"
    levels.write_text(levels.read_text("utf-8") + "direct,直属工会,直属工会,direct,direct,province,yes,\n", "utf-8")
    federation.edit("reference/units.csv", "A1,prefecture", "A1,direct")
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT, encoding="utf-8")
    persons = {"A1": 100, "A2": 200}
    for day, units in enumerate(nights, start=5):
        for unit in units:
            federation.send(unit, "2021Q1", {"A01": a01(1000, 10000, persons[unit])}, f"2021-04-0{day}T09:00")
        federation.night(f"2021-04-0{day + 1}T01:00")
    assert federation.states() == {FIRST: "accepted", "A2-2021Q1-A01-1": "awaiting_approval"}
