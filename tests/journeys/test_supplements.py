"""A supplement (补报) adds its rows to those that count, where the form says that it takes such."""

from pathlib import Path

import pytest

from nianbao.errors import DeclarationError
from nianbao.runs.decide import withdraw
from nianbao.runs.feeds import feeds
from nianbao.runs.rebuild import rebuild
from nianbao.runs.workspace import open_workspace
from nianbao.statistics.figures import read_figures
from nianbao.statistics.trace import trace
from tests.federation import Federation, a02, codes_of
from tests.homes import clock_at

FIRST = tuple((f"班{number}", "2021-08-01", 20) for number in range(1, 6))
ADDED = ("补的班", "2021-08-02", 6)


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A small federation of which a first desk reported five trainings."""
    federation = Federation(tmp_path, in_part=True)
    federation.send("A1", "2021Q3", {"A02": a02(*FIRST)}, "2021-10-05T09:00")
    federation.night("2021-10-06T01:00")
    return federation


def supplement(federation: Federation, *rows: tuple[str, str, int], at: str = "2021-10-07", **cover: str) -> Path:
    """Send rows as a supplement and run the night."""
    said = {"status": "补报"} | cover
    path = federation.send("A1", "2021Q3", {"A02": a02(*rows)}, f"{at}T09:00", **said)
    federation.night(f"{at}T23:00")
    return path


def test_T19_a_supplement_adds_its_rows(federation: Federation) -> None:
    """T19: rows that are new count beside those that counted; the receipt names them, and nothing else has changed."""
    path = supplement(federation, ADDED)
    assert federation.in_force("A02") == ["A1-2021Q3-A02-2"]
    assert federation.value("trainees", 2021) == 106
    told = federation.receipt(path)
    assert codes_of(told) == []
    assert {(each.row, each.field, each.before, each.after) for each in told.changes} == {
        ("补的班", "title", None, "补的班"),
        ("补的班", "held_on", None, "2021-08-02"),
        ("补的班", "trainees", None, "6"),
    }
    said = "".join(each.sentence for each in told.findings)
    assert "现行报送的5行都保留，新增1行（补的班/2021-08-02）" in said


def test_T19_the_cells_of_a_figure_are_each_of_the_workbook_in_which_they_came(federation: Federation) -> None:
    """T19: a trace leads to the first desk's file for its rows and to the second's for the new one; so does feeds."""
    path = supplement(federation, ADDED)
    with open_workspace(federation.folder, federation.home, "build") as workspace:
        figures = read_figures(workspace.connection, workspace.project)
        cells = trace(workspace.connection, figures, "trainees", 2021).cells
        assert [(each.file, each.submission_id, each.value) for each in cells if each.value == 6] == [
            (path.name, "A1-2021Q3-A02-2", 6)
        ]
        assert [(each.file, each.submission_id) for each in cells if each.value == 20] == [
            ("A1-2021Q3-1.json", "A1-2021Q3-A02-1")
        ] * 5
        assert {each.cell.file for each in feeds(workspace, "A1-2021Q3-A02-1").fed} == {"A1-2021Q3-1.json"}
        assert {each.cell.file for each in feeds(workspace, "A1-2021Q3-A02-2").fed} == {path.name}


def test_T19_what_counts_already_is_not_counted_twice(federation: Federation) -> None:
    """T19: a row of a supplement that counts word for word is left out; one that adds nothing is no new submission."""
    supplement(federation, FIRST[0], ADDED)
    assert federation.value("trainees", 2021) == 106
    again = supplement(federation, FIRST[1], ADDED, at="2021-10-08")
    assert federation.in_force("A02") == ["A1-2021Q3-A02-2"]
    assert federation.receipt(again).unchanged == ("A02",)


def test_T19_a_supplement_changes_nothing_that_was_reported(federation: Federation) -> None:
    """T19: a row with the key of one that counts and another number is sent back: that would be a correction."""
    changed = supplement(federation, ("班1", "2021-08-01", 2000), ADDED)
    assert federation.in_force("A02") == ["A1-2021Q3-A02-1"]
    told = federation.receipt(changed)
    (finding,) = (each for each in told.findings if each.severity.asks)
    assert finding.code == "SUPPLEMENT_CHANGES_ROW"
    assert "班1/2021-08-01的培训人数：20" in finding.sentence and "“2000”" in finding.sentence
    supplement(federation, *FIRST[1:], ("班1", "2021-08-01", 2000), at="2021-10-08", status="更正")
    assert federation.value("trainees", 2021) == 2080


def test_T19_a_second_supplement_of_one_night_adds_to_the_first(federation: Federation) -> None:
    """T19: of two supplements in one night the later one holds the rows of the earlier."""
    federation.send("A1", "2021Q3", {"A02": a02(ADDED)}, "2021-10-07T09:00", status="补报")
    supplement(federation, ("再补的班", "2021-08-03", 7))
    assert federation.in_force("A02") == ["A1-2021Q3-A02-3"]
    assert federation.value("trainees", 2021) == 113


def test_T19_nothing_is_added_to_what_waits(federation: Federation) -> None:
    """T19: while the last submission waits for a reason a supplement is sent back, so that no row of it is lost."""
    supplement(federation, FIRST[0], status="更正")
    assert federation.states("A02")["A1-2021Q3-A02-2"] == "awaiting_explanation"
    told = federation.receipt(supplement(federation, ADDED, at="2021-10-08"))
    assert codes_of(told) == ["SUPPLEMENT_TO_WAITING"]
    assert federation.value("trainees", 2021) == 100


def test_T19_a_supplement_to_what_was_sent_back_counts_alone_and_says_so(federation: Federation) -> None:
    """T19: where nothing counts yet the rows of a supplement are all there is, and the receipt says how many."""
    federation.send("A2", "2021Q3", {"A02": a02(("班1", "2021-08-01", -5))}, "2021-10-05T10:00")
    federation.night("2021-10-06T02:00")
    path = federation.send("A2", "2021Q3", {"A02": a02(ADDED)}, "2021-10-07T09:00", status="补报")
    federation.night("2021-10-07T23:00")
    assert "只计表中的1行" in "".join(each.sentence for each in federation.receipt(path).findings)
    assert federation.in_force("A02") == ["A1-2021Q3-A02-1", "A2-2021Q3-A02-2"]


def test_T19_what_was_taken_over_is_not_marked_in_the_supplement(federation: Federation) -> None:
    """T19: a finding about a row that came in another workbook names no cell of this one."""
    (federation.folder / "sql/check/A02_1_not_twenty.sql").write_text(
        "-- Trainings have other sizes than twenty.\n-- code: A02-1\n-- form: A02\n-- severity: warn\n"
        "-- says: {zh}是{value}。\n-- because: 样例。\n"
        "SELECT submission_id, row_no, 'trainees' AS field, trainees AS value, 0 AS expected\n"
        "FROM stage.a02 WHERE trainees IN (20, 6)\n",
        encoding="utf-8",
    )
    told = federation.receipt(supplement(federation, ADDED))
    cells = {each.value: each.cell for each in told.findings if each.code == "A02-1"}
    assert cells == {"20": None, "6": "/forms/A02/records/0/A02-03"}


def test_T19_a_supplement_survives_a_rebuild_and_a_withdrawal(federation: Federation) -> None:
    """T19: from the record alone the same rows count; withdrawn, the first desk's rows count as before."""
    supplement(federation, ADDED)
    before = federation.ask("SELECT * FROM core.a02 ORDER BY ALL")
    federation.home.warehouse.unlink()
    with clock_at("2021-10-09T01:00"):
        rebuild(federation.home)
    assert len(before) == 6 and federation.ask("SELECT * FROM core.a02 ORDER BY ALL") == before
    with clock_at("2021-10-09T02:00"), open_workspace(federation.folder, federation.home, "withdraw") as workspace:
        withdraw(workspace, "A1-2021Q3-A02-2", "补错了", "统计审核岗")
    federation.night("2021-10-09T03:00")
    assert federation.value("trainees", 2021) == 100


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('row_key = ["title", "held_on"]\n', "", "needs a row_key in every part"),
        ('row_key = ["title", "held_on"]', 'row_key = ["place"]', "is no field of a ledger"),
        ("required = true\n", "personal = true\n", "must be a required field that is not personal"),
    ],
)
def test_rows_need_a_key_to_be_supplemented(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A form takes supplements only where rows are told apart by required fields that may be named."""
    federation = Federation(tmp_path)
    federation.edit("forms/A02.toml", old, new)
    with pytest.raises(DeclarationError, match=said):
        _ = federation.project
