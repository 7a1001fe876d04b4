"""The night is judged as a whole, in rounds: each is judged after what came before it, whatever the batches."""

import datetime as dt
import multiprocessing
import os
import signal
from pathlib import Path
from unittest.mock import patch

import pytest

from nianbao.intake.worker import pool
from nianbao.runs.decide import withdraw
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from tests.federation import Federation, a01, a02, codes_of
from tests.homes import arrive, call, clock_at

Q1, Q1_NIGHT = "2021-04-05T09:00", "2021-04-06T01:00"


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A small federation without a report."""
    return Federation(tmp_path, in_part=True)


def test_T9_a_way_back_to_the_first_version_is_a_correction(federation: Federation) -> None:
    """T9: what counted once and was replaced counts again when it is sent again, as a correction."""
    right, wrong = {"A01": a01(1000, 10000, 100)}, {"A01": a01(1000, 99999, 100)}
    for night, forms in (("06", right), ("07", wrong), ("08", right)):
        path = federation.send("A1", "2021Q1", forms, f"2021-04-{int(night) - 1:02d}T09:00", name="甲市.json")
        federation.night(f"2021-04-{night}T01:00")
    assert federation.in_force() == ["A1-2021Q1-A01-3"]
    assert federation.value("funds", 2021) == 10000
    receipt = federation.receipt(path)
    assert receipt.duplicate_of is None
    assert [line.number for line in receipt.submissions] == [3]


def test_T9_what_counts_is_still_a_duplicate(federation: Federation) -> None:
    """T9: only what says what counts now is a duplicate."""
    forms = {"A01": a01(1000, 10000, 100)}
    federation.send("A1", "2021Q1", forms, Q1, name="甲市.json")
    federation.night(Q1_NIGHT)
    again = federation.send("A1", "2021Q1", forms, "2021-04-06T09:00", name="再报.json")
    federation.night("2021-04-07T01:00")
    assert federation.receipt(again).duplicate_of == "甲市.json"
    assert federation.in_force() == ["A1-2021Q1-A01-1"]


def test_T10_what_was_refused_for_a_cause_outside_it_is_judged_again(federation: Federation) -> None:
    """T10: a unit that was missing in the roster sends the very same file again once it is there."""
    line = "A2,prefecture,乙市总工会,乙市总,City B,,P1,,2018-01-01,,assumed,样例\n"
    federation.edit("reference/units.csv", line, "")
    forms = {"A01": a01(2000, 20000, 200)}
    first = federation.send("A2", "2021Q1", forms, Q1, name="乙市.json")
    federation.night(Q1_NIGHT)
    assert codes_of(federation.receipt(first)) == ["UNKNOWN_UNIT"]
    federation.edit("reference/units.csv", "A3,", line + "A3,")
    federation.send("A2", "2021Q1", forms, "2021-04-07T09:00", name="乙市再报.json")
    federation.night("2021-04-08T01:00")
    assert federation.in_force() == ["A2-2021Q1-A01-1"]


def test_T10_the_operator_has_it_judged_again_without_the_sender(federation: Federation) -> None:
    """T10: a file that was refused because its unit was not in the roster counts, where somebody asks for it by id."""
    line = "A2,prefecture,乙市总工会,乙市总,City B,,P1,,2018-01-01,,assumed,样例\n"
    federation.edit("reference/units.csv", line, "")
    path = federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 200)}, Q1, name="乙市.json")
    federation.night(Q1_NIGHT)
    federation.edit("reference/units.csv", "A3,", line + "A3,")
    delivery = federation.receipt(path).delivery_id
    with clock_at("2021-04-07T09:00"):
        said = ("--by", "统计审核岗", "--because", "补入名册", "--yes", "--project", str(federation.folder))
        told = call("rejudge", delivery, *said, home=federation.home)
    assert told.returncode == 0, told.stderr
    assert federation.in_force() == ["A2-2021Q1-A01-1"]
    assert codes_of(federation.receipt(path)) == []


def test_T10_what_came_too_early_is_judged_again_when_it_is_sent_again(federation: Federation) -> None:
    """T10: the very bytes that were refused before the period was over count when they come after its end."""
    forms = {"A01": a01(1000, 10000, 100)}
    early = federation.send("A1", "2021Q1", forms, "2021-03-15T09:00", name="甲市.json")
    federation.night("2021-03-16T01:00")
    assert codes_of(federation.receipt(early)) == ["PERIOD_NOT_OVER"]
    _send_again(early, Q1)
    federation.night(Q1_NIGHT)
    assert federation.in_force() == ["A1-2021Q1-A01-1"]


def test_T10_what_came_too_late_is_judged_again_once_there_is_more_time(federation: Federation) -> None:
    """T10: the very bytes that were refused as too late count when they come again within an extension."""
    late = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-05-02T09:00", name="甲市.json")
    federation.night("2021-05-03T01:00")
    assert federation.states() == {"A1-2021Q1-A01-1": "rejected"}
    more = "*,*,2021Q1,2021-05-03,2021-05-20,样例,统计审核岗\n"
    with (federation.folder / "reference" / "extensions.csv").open("a", encoding="utf-8") as extensions:
        extensions.write(more)
    _send_again(late, "2021-05-04T09:00")
    federation.night("2021-05-05T01:00")
    assert federation.in_force() == ["A1-2021Q1-A01-2"]


def test_T10_what_a_reader_did_not_finish_in_time_is_judged_again(federation: Federation) -> None:
    """T10: the very bytes over which a reader came to a halt count when they are sent again."""

    def begin(worker: pool._Worker, project: Path) -> None:
        started(worker, project)
        os.kill(worker.process.pid, signal.SIGSTOP)

    started = pool._Worker.__init__
    path = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1, name="甲市.json")
    limits = {"_START_UP_SECONDS": 0.1, "SECONDS_PER_FILE": 0.1}
    with patch.multiple(pool, **limits), patch.object(pool._Worker, "__init__", begin):
        federation.night(Q1_NIGHT)
    assert codes_of(federation.receipt(path)) == ["TIMEOUT"]
    _send_again(path, "2021-04-07T09:00")
    federation.night("2021-04-08T01:00")
    assert federation.in_force() == ["A1-2021Q1-A01-1"]


@pytest.mark.parametrize(
    ("arrived", "night", "code", "number"),
    [
        ("2021-03-14T09:00", "2021-03-15T01:00", "PERIOD_NOT_OVER", 1),
        ("2021-06-14T09:00", "2021-06-15T01:00", "C00-6", 2),
    ],
)
def test_T10_what_a_wrong_clock_refused_is_judged_again(
    federation: Federation, arrived: str, night: str, code: str, number: int
) -> None:
    """T10: the very bytes that came too early or too late by our own wrong clock count when they are sent again."""
    path = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, arrived, name="甲市.json")
    federation.night(night)
    assert code in codes_of(federation.receipt(path))
    assert not federation.in_force()
    _send_again(path, "2021-04-07T09:00")
    federation.night("2021-04-08T01:00")
    assert federation.in_force() == [f"A1-2021Q1-A01-{number}"]


def _send_again(path: Path, at: str) -> None:
    again = path.with_name(f"再报{path.name}")
    again.write_bytes(path.read_bytes())
    arrive(again, dt.datetime.fromisoformat(at))


def test_T11_each_of_two_files_of_a_night_is_judged_as_if_it_had_come_alone(federation: Federation) -> None:
    """T11: the first of two is held against last year though a second one came; the second waits and counts not."""
    federation.send("A1", "2021Q1", {"A01": a01(8000, 10000, 100)}, Q1)
    federation.night(Q1_NIGHT)
    federation.send("A1", "2022Q1", {"A01": a01(99999, 10000, 100)}, "2022-04-05T09:00")
    federation.send("A1", "2022Q1", {"A01": a01(88888, 10000, 100)}, "2022-04-05T10:00")
    federation.night("2022-04-06T01:00")
    waits = "awaiting_explanation"
    assert federation.states() == {
        "A1-2021Q1-A01-1": "accepted", "A1-2022Q1-A01-1": waits, "A1-2022Q1-A01-2": waits,
    }  # fmt: skip
    assert federation.findings("A1-2022Q1-A01-1") == ["C00-8"]


def test_T11_a_later_one_that_does_not_count_leaves_the_earlier_one(federation: Federation) -> None:
    """T11: the first counts, the second of the same night waits, and the first goes on to count."""
    federation.send("A1", "2021Q1", {"A01": a01(8000, 10000, 100)}, Q1)
    federation.night(Q1_NIGHT)
    federation.send("A1", "2022Q1", {"A01": a01(8728, 11000, 110)}, "2022-04-05T09:00")
    federation.send("A1", "2022Q1", {"A01": a01(99999, 11000, 110)}, "2022-04-05T10:00")
    federation.night("2022-04-06T01:00")
    assert federation.in_force() == ["A1-2021Q1-A01-1", "A1-2022Q1-A01-1"]
    assert federation.value("members", 2022) == 8728


def test_T12_a_correction_comes_after_a_first_report_whatever_the_clocks_say(federation: Federation) -> None:
    """T12: the file that says 更正 counts, though the one that says 初报 was saved an hour later."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 11111, 100)}, "2021-04-05T04:00", status="更正")
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, "2021-04-05T05:00", status="初报")
    federation.night(Q1_NIGHT)
    assert federation.value("funds", 2021) == 11111


def test_T26_a_night_is_judged_as_a_whole_however_many_batches_are_read(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T26: batches are for reading only; a run has one manifest of what was taken in."""
    monkeypatch.setattr("nianbao.runs.collect.BATCH_SIZE", 2)
    for unit in ("A1", "A2", "A3"):
        federation.send(unit, "2021Q1", {"A01": a01(1000 + int(unit[1]), 10000, 100)}, Q1)
        federation.send(unit, "2021Q1", {"A02": a02((f"班{unit}", "2021-02-01", 20))}, Q1)
    collected = federation.night(Q1_NIGHT)
    assert len(collected.run_ids) == 1
    assert federation.in_force() == [f"A{n}-2021Q1-A01-1" for n in (1, 2, 3)]


PARENT_IS_THE_SUM = """-- What the first city reports of persons is what the two others report together.
-- code: C98-1
-- form: A01
-- severity: reject
-- says: 全市填{value}，所辖合计{expected}。
-- because: 试验。
SELECT p.submission_id, p.row_no, 'persons' AS field, p.persons AS value, CAST(sum(c.persons) AS BIGINT) AS expected
FROM stage.a01 AS p
INNER JOIN known_of_all.a01 AS c ON p.period = c.period AND c.unit_code <> 'A1'
WHERE p.unit_code = 'A1'
GROUP BY p.submission_id, p.row_no, p.persons
HAVING sum(c.persons) <> p.persons
"""


def test_T26_what_waits_on_others_is_judged_again_when_they_come(federation: Federation) -> None:
    """T26: a right form that was sent back because another unit was late counts when that one comes, and is told so."""
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT_IS_THE_SUM, encoding="utf-8")
    parent = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 300)}, Q1)
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 100)}, Q1)
    federation.night(Q1_NIGHT)
    assert codes_of(federation.receipt(parent)) == ["C98-1"]
    federation.send("A3", "2021Q1", {"A01": a01(3000, 30000, 200)}, "2021-04-06T09:00")
    federation.night("2021-04-07T01:00")
    assert federation.in_force() == [f"A{n}-2021Q1-A01-1" for n in (1, 2, 3)]
    assert federation.value("persons", 2021) == 600
    told = federation.receipt(parent)
    assert (told.outcome_zh, codes_of(told)) == ("全部接收", [])


def test_a_form_is_no_copy_of_one_that_was_refused_as_too_late(federation: Federation) -> None:
    """What was never taken is nothing that a later period could repeat, in the same night and in the next."""
    same = {"A01": a01(1000, 10000, 100)}
    federation.send("A1", "2021Q1", same, "2021-07-05T09:00")
    federation.send("A1", "2021Q2", same, "2021-07-05T10:00")
    federation.night("2021-07-06T01:00")
    assert federation.states() == {"A1-2021Q1-A01-1": "rejected", "A1-2021Q2-A01-1": "accepted"}
    federation.send("A1", "2021Q3", {"A01": a01(1000, 10000, 101)}, "2021-10-05T10:00")
    federation.night("2021-10-06T01:00")
    assert federation.findings("A1-2021Q3-A01-1") == []


def test_T26_what_waits_on_others_is_judged_again_when_one_is_withdrawn(federation: Federation) -> None:
    """T26: a form that was sent back beside a wrong one of another unit counts as soon as that is taken back."""
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT_IS_THE_SUM, encoding="utf-8")
    parent = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1)
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 100)}, Q1)
    federation.send("A3", "2021Q1", {"A01": a01(3000, 30000, 200)}, Q1)
    federation.night(Q1_NIGHT)
    assert codes_of(federation.receipt(parent)) == ["C98-1"]
    with clock_at("2021-04-07T09:00"), open_workspace(federation.folder, federation.home, "withdraw") as workspace:
        withdraw(workspace, "A3-2021Q1-A01-1", "不是本单位的数", "统计审核岗")
    assert federation.in_force() == ["A1-2021Q1-A01-1", "A2-2021Q1-A01-1"]
    assert codes_of(federation.receipt(parent)) == []
    manifest = federation.ask("SELECT kind FROM ledger.run ORDER BY run_id DESC LIMIT 2")
    assert manifest == [("reconsider",), ("withdraw",)]


def withdraw_and_be_killed(folder: Path, home: Path) -> None:
    """Withdraw a form in a process that ends where the last pass would begin."""
    from nianbao.runs import decide as run

    killed = patch.object(run, "reconsider_owed", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    with clock_at("2021-04-07T09:00"), open_workspace(folder, Home(home), "withdraw") as workspace, killed:
        run.withdraw(workspace, "A3-2021Q1-A01-1", "不是本单位的数", "统计审核岗")


def test_T26_a_kill_between_a_withdrawal_and_its_pass_loses_nothing(federation: Federation) -> None:
    """T26: the next night makes the pass good, though nothing new came; the one after has nothing to do."""
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT_IS_THE_SUM, encoding="utf-8")
    parent = federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1)
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 100)}, Q1)
    federation.send("A3", "2021Q1", {"A01": a01(3000, 30000, 200)}, Q1)
    federation.night(Q1_NIGHT)
    given = (federation.folder, federation.home.path)
    process = multiprocessing.get_context("spawn").Process(target=withdraw_and_be_killed, args=given)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert federation.in_force() == ["A2-2021Q1-A01-1"]
    federation.night("2021-04-08T01:00")
    assert federation.in_force() == ["A1-2021Q1-A01-1", "A2-2021Q1-A01-1"]
    assert codes_of(federation.receipt(parent)) == []
    runs = federation.ask("SELECT run_id FROM ledger.run")
    federation.night("2021-04-09T01:00")
    assert federation.ask("SELECT run_id FROM ledger.run") == runs


def test_T14_a_period_whose_base_is_withdrawn_is_asked_about(federation: Federation) -> None:
    """T14: when a correction is taken back, a later period that it had reopened is looked at again."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1, basis="累计")
    federation.night(Q1_NIGHT)
    later = federation.send("A1", "2021Q2", {"A01": a01(1000, 25000, 220)}, "2021-07-05T09:00", basis="累计")
    federation.night("2021-07-06T01:00")
    corrected = {"A01": a01(1000, 75000, 100)}
    federation.send("A1", "2021Q1", corrected, "2021-07-07T09:00", basis="累计", status="更正")
    federation.night("2021-07-08T01:00")
    assert federation.states()["A1-2021Q2-A01-1"] == "reopened"
    with clock_at("2021-07-08T09:00"), open_workspace(federation.folder, federation.home, "withdraw") as workspace:
        withdraw(workspace, "A1-2021Q1-A01-2", "更正有误", "统计审核岗")
    assert federation.states()["A1-2021Q2-A01-1"] == "accepted"
    assert codes_of(federation.receipt(later)) == []


def test_T26_what_was_judged_beside_one_that_does_not_count_is_looked_at_once_more(federation: Federation) -> None:
    """T26: the last pass compares with what counts after the rounds, not with what was sent back in them."""
    (federation.folder / "sql" / "check" / "C98_1_parent.sql").write_text(PARENT_IS_THE_SUM, encoding="utf-8")
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1)
    federation.send("A2", "2021Q1", {"A01": a01(2000, 20000, 100)}, Q1)
    federation.send("A3", "2021Q1", {"A01": a01(3000, 30000, -5)}, Q1)
    federation.night(Q1_NIGHT)
    assert federation.in_force() == ["A1-2021Q1-A01-1", "A2-2021Q1-A01-1"]


def test_T14_a_correction_above_a_later_year_to_date_figure_reopens_the_later_one(federation: Federation) -> None:
    """T14: the later period goes on to count, its unit is asked, and status and receipt say so; then it is mended."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1, basis="累计")
    federation.night(Q1_NIGHT)
    later = federation.send("A1", "2021Q2", {"A01": a01(1000, 25000, 220)}, "2021-07-05T09:00", basis="累计")
    federation.night("2021-07-06T01:00")
    corrected = {"A01": a01(1000, 75000, 100)}
    federation.send("A1", "2021Q1", corrected, "2021-07-07T09:00", basis="累计", status="更正")
    federation.night("2021-07-08T01:00")
    assert federation.states()["A1-2021Q2-A01-1"] == "reopened"
    assert "A1-2021Q2-A01-1" in federation.in_force()
    told = federation.receipt(later)
    assert codes_of(told) == ["C00-5"]
    assert "核对" in told.outcome_zh
    status = call("status", "--project", str(federation.folder), "--unit", "A1", home=federation.home)
    assert "A1-2021Q2-A01-1  C00-5" in status.stdout
    assert "all is well" not in status.stdout
    federation.send("A1", "2021Q1", {"A01": a01(1000, 12000, 100)}, "2021-07-08T09:00", basis="累计", status="更正")
    federation.night("2021-07-09T01:00")
    assert federation.states()["A1-2021Q2-A01-1"] == "accepted"
    assert codes_of(federation.receipt(later)) == []


def test_T13_a_quarter_under_the_heading_of_the_year_to_date_is_asked_about(federation: Federation) -> None:
    """T13: a year-to-date value below what the year had before, reported either way, leaves no negative flow."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 200000, 200)}, Q1)
    federation.send("A1", "2021Q2", {"A01": a01(1000, 9500, 76)}, "2021-07-05T09:00", basis="累计")
    federation.night("2021-07-06T01:00")
    assert federation.findings("A1-2021Q2-A01-1") == ["C00-5", "C00-5"]
    assert federation.in_force() == ["A1-2021Q1-A01-1"]
    assert federation.value("funds", 2021) == 200000


def test_T15_a_ledger_of_a_year_to_date_reporter_is_a_list_of_records(federation: Federation) -> None:
    """T15: fewer trainees in the second quarter than in the first are no fall."""
    federation.send("A1", "2021Q1", {"A02": a02(("班一", "2021-02-01", 355))}, Q1, basis="累计")
    federation.send("A1", "2021Q2", {"A02": a02(("班二", "2021-05-01", 36))}, "2021-07-05T09:00", basis="累计")
    federation.night("2021-07-06T01:00")
    assert federation.in_force("A02") == ["A1-2021Q1-A02-1", "A1-2021Q2-A02-1"]
    assert federation.value("trainees", 2021) == 391


def test_T16_a_year_to_date_report_is_held_against_last_year_to_date(federation: Federation) -> None:
    """T16: half a year beside the two quarters of last year is no swing, beside the second quarter it would be."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 100000, 1000)}, Q1)
    federation.send("A1", "2021Q2", {"A01": a01(1000, 100000, 1000)}, "2021-07-05T09:00")
    federation.night("2021-07-06T01:00")
    federation.send("A1", "2022Q2", {"A01": a01(1010, 210000, 2100)}, "2022-07-05T09:00", basis="累计")
    federation.night("2022-07-06T01:00")
    assert federation.findings("A1-2022Q2-A01-1") == []
    assert "A1-2022Q2-A01-1" in federation.in_force()


def test_T20_a_file_arrives_no_earlier_than_the_last_look_that_did_not_see_it(federation: Federation) -> None:
    """T20: copied in after the days of grace with an old time of change, it is too late."""
    federation.send("A1", "2021Q1", {"A01": a01(1000, 10000, 100)}, Q1)
    federation.night("2021-04-25T01:00")
    late = federation.send("A3", "2021Q1", {"A01": a01(3000, 10000, 100)}, "2021-04-09T10:00", name="丙市.json")
    federation.night("2021-05-02T01:00")
    assert federation.receipt(late).received_at.isoformat() == "2021-05-02T01:00:00"
    assert codes_of(federation.receipt(late)) == ["C00-6"]
    assert federation.ask("SELECT arrived_on FROM ledger.submission WHERE unit_code = 'A3'") == [
        (dt.date(2021, 4, 25),)
    ]
    assert federation.in_force() == ["A1-2021Q1-A01-1"]
