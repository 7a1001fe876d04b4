"""An accepted submission is taken back: what counts, what is said, what was known, and what a rebuild makes of it."""

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.sample.planned import Planned
from nianbao.settings import Home
from nianbao.terms.filled import Filled
from tests.homes import arrive, clock_at, digest, post, send, take_in_and_build, warehouse

UNIT, PERIOD, FORM = "QH630100", "2021Q3", "GH05"
FIRST, SECOND = f"{UNIT}-{PERIOD}-{FORM}-1", f"{UNIT}-{PERIOD}-{FORM}-2"


def run(home: Home, *arguments: str) -> Result:
    """A command as the operator calls it."""
    return CliRunner().invoke(main, [*arguments, "--home", str(home.path)])


def with_persons(planned: Planned, persons: int) -> Planned:
    """The same workbook with another number of persons."""
    assert isinstance(planned.content, Filled)
    (row,) = planned.content.forms[FORM]["main"]
    return replace(
        planned, content=replace(planned.content, forms={FORM: {"main": [row | {"warmth_persons": persons}]}})
    )


def deliver(project: Project, home: Home, planned: Planned, day: int) -> None:
    """Put a workbook into the inbox, in time, and have it taken in on a day of the month after its period."""
    (path,) = send(project, home.inbox, [planned])
    arrive(path, dt.datetime(2021, 10, 8, day))
    with clock_at(f"2021-10-{day:02d}T01:00"):
        take_in_and_build(project, home)


@pytest.fixture
def corrected(project: Project, tmp_path: Path) -> Home:
    """A home with a form and its correction, taken in on two days under one name; another unit's lies beside them."""
    home = Home(tmp_path / "home")
    for other in post(project, ["QH630200"], [PERIOD], [FORM]):
        deliver(project, home, other, 9)
    (planned,) = post(project, [UNIT], [PERIOD], [FORM])
    assert isinstance(planned.content, Filled)
    persons = planned.content.forms[FORM]["main"][0]["warmth_persons"]
    assert isinstance(persons, int)
    for day, number in ((10, persons), (12, persons + 1)):
        deliver(project, home, with_persons(planned, number), day)
    return home


def in_force(home: Home) -> list[str]:
    """What counts of the form."""
    with warehouse(home) as connection:
        return [
            row[0]
            for row in connection.execute(
                "SELECT submission_id FROM core.submission WHERE unit_code = ?", [UNIT]
            ).fetchall()
        ]


def persons_of(home: Home, *arguments: str) -> object:
    """The number of persons that the figures show."""
    rows = json.loads(run(home, "figures", "--year", "2021", "--json", *arguments).output)
    return {row["indicator_id"]: row["value"] for row in rows}["warmth_persons"]


def receipt(home: Home, ending: str) -> dict[str, object]:
    """The receipt of a name that ends so."""
    (path,) = home.outbox.rglob(f"西宁*{ending}.回执.json")
    content: dict[str, object] = json.loads(path.read_text("utf-8"))
    return content


def withdraw(home: Home, submission: str, day: str = "14") -> Result:
    """The operator withdraws a submission."""
    with clock_at(f"2021-10-{day}T10:00"):
        return run(home, "withdraw", submission, "--because", "误报了上期的表，电话13800138000", "--by", "统计审核岗")


def test_the_one_before_comes_back_into_force(corrected: Home) -> None:
    """Figures, status, receipt and ledger follow; as of the day before everything is as it was."""
    before = persons_of(corrected)
    assert in_force(corrected) == [SECOND]
    done = withdraw(corrected, SECOND)
    assert done.exit_code == 0, done.output
    assert in_force(corrected) == [FIRST]
    assert persons_of(corrected) == int(str(before)) - 1
    assert persons_of(corrected, "--as-of", "2021-10-13") == before
    told = receipt(corrected, "2021Q3.xlsx")
    (item,) = told["submissions"]  # type: ignore[misc]
    assert item["decision"] == "withdrawn"  # type: ignore[index]
    assert "第1次报送的数继续计入" in item["withdrawn"]["sentence"]  # type: ignore[index]
    assert "误报了上期的表" in item["withdrawn"]["because"]  # type: ignore[index]
    assert "13800138000" not in json.dumps(told, ensure_ascii=False)
    page = next(corrected.outbox.rglob("西宁*2021Q3.xlsx.回执.html")).read_text("utf-8")
    assert "由统计审核岗撤回" in page
    with warehouse(corrected) as connection:
        rows = connection.execute(
            "SELECT decision, decided_by FROM ledger.decision WHERE submission_id = ? ORDER BY decided_at", [SECOND]
        ).fetchall()
    assert [row[0].startswith("accepted") for row in rows] == [True, False]
    assert rows[-1] == ("withdrawn", "统计审核岗")


def test_what_has_nothing_before_it_is_owed_again(corrected: Home, project: Project) -> None:
    """Both withdrawn: status says so, the receipt asks for another; the same bytes sent again count again."""
    for submission in (SECOND, FIRST):
        assert withdraw(corrected, submission).exit_code == 0
    assert in_force(corrected) == []
    with clock_at("2021-10-15T01:00"):
        said = run(corrected, "status", "--year", "2021", "--unit", UNIT)
    assert "撤回1张" in said.output, said.output
    assert "all is well" not in said.output
    assert "请核对后重新报送" in json.dumps(receipt(corrected, "D000002"), ensure_ascii=False)
    (planned,) = post(project, [UNIT], [PERIOD], [FORM])
    deliver(project, corrected, planned, 16)
    assert in_force(corrected) == [f"{UNIT}-{PERIOD}-{FORM}-3"]


def test_a_rebuild_keeps_what_was_withdrawn_and_every_number(corrected: Home, project: Project) -> None:
    """The same content sent again after the withdrawal is a new submission, in a rebuild too; the digests agree."""
    withdraw(corrected, SECOND)
    (planned,) = post(project, [UNIT], [PERIOD], [FORM])
    assert isinstance(planned.content, Filled)
    persons = planned.content.forms[FORM]["main"][0]["warmth_persons"]
    again = with_persons(planned, int(str(persons)) + 1)
    assert isinstance(again.content, Filled)
    cover = {"filler": "统计岗"}
    deliver(project, corrected, replace(again, content=replace(again.content, cover=cover)), 16)
    assert in_force(corrected) == [f"{UNIT}-{PERIOD}-{FORM}-3"]
    before = digest(corrected)
    receipts = {path: path.read_bytes() for path in corrected.outbox.rglob("*.回执.*")}
    corrected.warehouse.unlink()
    shutil.rmtree(corrected.outbox)
    with clock_at("2021-10-17T01:00"):
        assert take_in_and_build(project, corrected).deliveries == 0
    assert digest(corrected) == before
    assert {path: path.read_bytes() for path in corrected.outbox.rglob("*.回执.*")} == receipts


@pytest.mark.parametrize(
    ("submission", "said"), [("QH630100-2021Q3-GH05-9", "there is no submission"), (SECOND, "it does not count")]
)
def test_what_does_not_count_cannot_be_withdrawn(submission: str, said: str, corrected: Home) -> None:
    """An unknown id, or one that is withdrawn already, is refused; nothing is written down."""
    withdraw(corrected, SECOND)
    recorded = sorted(corrected.archive.rglob("*.json"))
    refused = withdraw(corrected, submission, "15")
    assert refused.exit_code == 64
    assert said in refused.output
    assert sorted(corrected.archive.rglob("*.json")) == recorded


def test_an_answer_is_not_lost_to_the_next_of_its_name(corrected: Home, project: Project) -> None:
    """The newest has the plain name; the one before has its number behind it, and names its own marked workbook."""
    names = sorted(path.name for path in corrected.outbox.rglob("西宁*.回执.json"))
    assert names == ["西宁市总工会-2021Q3.xlsx.D000002.回执.json", "西宁市总工会-2021Q3.xlsx.回执.json"]
    (planned,) = post(project, [UNIT], [PERIOD], [FORM])
    for number, persons in ((4, 0), (5, 1)):  # amounts for nobody and for one need a reason: they come back marked
        deliver(project, corrected, with_persons(planned, persons), 12 + number)
    assert receipt(corrected, "D000004")["marked_workbook"] == "西宁市总工会-2021Q3.xlsx.D000004.审核.xlsx"
    marked = {json.loads(path.read_text("utf-8"))["marked_workbook"] for path in corrected.outbox.rglob("*.json")}
    assert marked == {path.name for path in corrected.outbox.rglob("*.审核.xlsx")}
    for path in corrected.outbox.rglob("*.回执.html"):
        assert path.name.replace(".回执.html", ".审核.xlsx") in path.read_text("utf-8")
