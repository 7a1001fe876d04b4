"""A reading becomes submissions: whose, of which form, for which period, due when, and for the how many-th time."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.intake.columns import FileRead, to_columns
from nianbao.intake.judge.identify import Sent, identify
from nianbao.intake.judge.night import CellPlace, gather
from nianbao.intake.judge.rounds import Known, Rounds, Turn
from nianbao.terms.delivery import Delivery
from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault, Submission

RECEIVED = dt.datetime(2022, 1, 16, 1)
DELIVERY = Delivery("D000007", "西宁市总/a.xlsx", "ab" * 32, 9, 0, dt.datetime(2022, 1, 12, 15, 30), RECEIVED)
COVER = {
    "unit_code": "QH630100", "unit_code_cell": "C5", "period": "2021Q4", "period_cell": "C7", "status": "初报",
    "basis": "本期", "basis_cell": "C9", "money_unit": "元", "money_unit_cell": "C10", "sheet": "封面",
}  # fmt: skip


@dataclass(frozen=True)
class Numbered:
    """A delivery in the first round: its faults, its forms with their numbers, those that say what counts already."""

    turns: tuple[Turn, ...]
    faults: tuple[ReadingFault, ...]
    unchanged: tuple[str, ...]

    @property
    def sent(self) -> tuple[Sent, ...]:
        """Its forms."""
        return tuple(turn.sent for turn in self.turns)


def frame(form_code: str = "GH05", text: str = "5", **changed: Any) -> FormFrame:
    """A sheet with one filled cell."""
    cell = Cell("main", 1, "warmth_funds", "E6", text, Decimal(text), None)
    return replace(FormFrame(form_code, f"{form_code} 表", "2021", "", (cell,)), **changed)


def read_of(*frames: FormFrame, **cover: str) -> FileRead:
    """A workbook of some sheets, with some answers of its cover changed."""
    return to_columns(Reading(COVER | cover, frames or (frame(),)))


def opened(
    project: Project, *frames: FormFrame, known: Known | None = None, sender: str = "", **cover: str
) -> Numbered:
    """What a delivery turns out to be, with some answers of its cover changed."""
    return numbered(project, read_of(*frames, **cover), replace(DELIVERY, sender=sender), known)


def numbered(project: Project, read: FileRead, delivery: Delivery = DELIVERY, known: Known | None = None) -> Numbered:
    """A delivery identified and numbered."""
    item = identify(delivery, read, project)
    rounds = Rounds([item], known or Known({}, {}), project)
    turns = tuple(rounds.next_round())
    return Numbered(turns, (*item.faults, *rounds.missing_of(item)), rounds.unchanged_of(delivery.delivery_id))


def only(found: Numbered) -> Submission:
    """Its one submission."""
    (sent,) = found.sent
    return sent.submission


def faults(found: Numbered) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and value of what is wrong with the file, apart from forms that are still to come."""
    return [(fault.code, fault.cell, fault.value) for fault in found.faults if fault.code != "FORM_MISSING"]


def test_a_form_is_one_submission(project: Project) -> None:
    """With its unit, period and days, and an id that says all of it."""
    row = only(opened(project))
    assert row.submission_id == "QH630100-2021Q4-GH05-1"
    assert (row.unit_code, row.form_code, row.period, row.year) == ("QH630100", "GH05", "2021Q4", 2021)
    assert (row.arrived_on, row.due_on, row.accepted_until) == (
        dt.date(2022, 1, 12), dt.date(2022, 1, 10), dt.date(2022, 1, 20),
    )  # fmt: skip
    assert row.in_roster and row.is_due


def test_each_form_has_its_own_period(project: Project) -> None:
    """The workbook of a fourth quarter holds forms of the half-year and of the year."""
    found = opened(project, frame("GH05"), frame("GH02"), frame("GH12"))
    assert [each.submission.period for each in found.sent] == ["2021Q4", "2021H2", "2021"]
    assert [each.submission.suffix for each in found.sent] == ["Q4", "H2", "Y"]


def test_a_form_that_is_not_asked_is_taken_and_told(project: Project) -> None:
    """Whether it is due is for the checks to say; nothing is dropped before."""
    assert not only(opened(project, frame("GH02"), period="2021Q3")).is_due
    assert not only(opened(project, frame("GH14"))).is_due


def test_the_basis_comes_from_the_cover_or_the_form(project: Project) -> None:
    """Year-to-date if the cover says so; a form that is cumulative by definition needs no word."""
    assert only(opened(project)).basis == "period"
    assert only(opened(project, basis="累计")).basis == "cumulative"
    assert only(opened(project, frame("GH12"))).basis == "cumulative"


def test_versions_are_numbered(project: Project) -> None:
    """After the last that was ever sent, and on within one night, one in a round."""
    night = [identify(DELIVERY, read_of(frame(text=text)), project) for text in ("5", "6")]
    rounds = Rounds(night, Known({("QH630100", "GH05", "2021Q4"): 3}, {}), project)
    first, second = (turn.sent.submission for _ in night for turn in rounds.next_round())
    assert not rounds.next_round()
    assert (first.number, second.submission_id) == (4, "QH630100-2021Q4-GH05-5")


def test_what_is_in_force_is_not_taken_again(project: Project) -> None:
    """The same cells, wherever they stand now, are no new submission; the other forms of the workbook are."""
    before = only(opened(project)).cells_sha256
    known = Known({("QH630100", "GH05", "2021Q4"): 1}, {("QH630100", "GH05", "2021Q4"): before})
    (cell,) = frame().cells
    moved = frame(cells=(cell._replace(cell="F8"),), sheet="另一张表")
    found = opened(project, moved, frame("GH06"), known=known)
    assert found.unchanged == ("GH05",)
    assert only(found).submission_id == "QH630100-2021Q4-GH06-1"


MORE = (*frame().cells, Cell("main", 1, "warmth_persons", "E7", "1", 1, None))


@pytest.mark.parametrize(
    "changed",
    [frame(text="6"), frame(note="已核对"), frame(cells=()), frame(cells=MORE)],
    ids=["another text", "a note", "a blank", "one more cell"],
)
def test_any_change_is_a_change(project: Project, changed: FormFrame) -> None:
    """Of a cell, or of the reason given."""
    assert only(opened(project, changed)).cells_sha256 != only(opened(project)).cells_sha256


@pytest.mark.parametrize("cover", [{"money_unit": "万元"}, {"basis": "累计"}])
def test_the_same_numbers_may_mean_something_else(project: Project, cover: dict[str, str]) -> None:
    """In another unit of money, or counted from the beginning of the year."""
    assert only(opened(project, **cover)).cells_sha256 != only(opened(project)).cells_sha256


@pytest.mark.parametrize(
    ("cover", "fault"),
    [
        ({"unit_code": "QH999999"}, ("UNKNOWN_UNIT", "C5", "QH999999")),
        ({"period": "2021年四季度"}, ("BAD_PERIOD", "C7", "2021年四季度")),
        ({"period": ""}, ("BAD_PERIOD", "C7", "")),
        ({"period": "2022Q1"}, ("PERIOD_NOT_OVER", "C7", "2022Q1")),
        ({"money_unit": "美元"}, ("BAD_COVER", "C10", "美元")),
        ({"basis": ""}, ("BAD_COVER", "C9", "")),
    ],
)
def test_a_wrong_cover_is_told_by_its_cell(
    project: Project, cover: dict[str, str], fault: tuple[str, str, str]
) -> None:
    """Nothing is submitted under it."""
    found = opened(project, **cover)
    assert faults(found) == [fault]
    assert found.sent == ()


def test_two_faults_of_a_cover_are_told_together(project: Project) -> None:
    """The clerk should not have to send it three times."""
    assert [fault[0] for fault in faults(opened(project, unit_code="X", period="X"))] == ["BAD_PERIOD", "UNKNOWN_UNIT"]


def test_nobody_reports_for_another(project: Project) -> None:
    """A file that comes in where another unit sends is refused; where nobody is declared, the cover decides."""
    found = opened(project, sender="QH630200")
    assert [fault[0] for fault in faults(found)] == ["WRONG_SENDER"]
    assert found.sent == ()
    assert opened(project, sender="QH630100").sent


def test_a_code_in_small_letters_is_the_same_code(project: Project) -> None:
    """What a clerk types by hand."""
    assert only(opened(project, unit_code="qh630100")).unit_code == "QH630100"


def test_the_last_day_of_a_period_is_the_first_to_report_it(project: Project) -> None:
    """Not before the period is over."""
    for day, code in ((dt.datetime(2021, 12, 30, 23), ["PERIOD_NOT_OVER"]), (dt.datetime(2021, 12, 31, 18), [])):
        delivery = replace(DELIVERY, received_at=day, arrived_at=day)
        found = numbered(project, read_of(), delivery)
        assert [fault[0] for fault in faults(found)] == code


def test_a_file_without_a_form_says_so(project: Project) -> None:
    """A cover alone is no report; what the reader has said already is not said twice."""
    found = numbered(project, to_columns(Reading(COVER)))
    assert faults(found) == [("NO_FORM", None, None)]
    nothing = Reading(faults=(ReadingFault("NOT_A_WORKBOOK"),))
    assert faults(numbered(project, to_columns(nothing))) == [("NOT_A_WORKBOOK", None, None)]


def test_another_edition_of_a_form_is_told(project: Project) -> None:
    """With the edition that is meant."""
    (sent,) = opened(project, frame(edition="2019")).sent
    assert [(fault.code, fault.value, fault.expected) for fault in sent.faults] == [
        ("TEMPLATE_VERSION", "2019", "2021")
    ]


def test_a_cell_is_found_by_its_place(project: Project) -> None:
    """By submission, part, row and field; a blank one has an address too, one that is not on the sheet has none."""
    blank = Cell("main", 1, "warmth_persons", "E7", "", None, None)
    night = gather(opened(project, frame(cells=(*frame().cells, blank)), frame("GH06")).turns, project.rules)
    gh05, gh06 = (each.submission_id for each in night.submissions)
    fields = ("warmth_funds", "warmth_persons", "relief_total")
    first, second, third, other = (
        *(CellPlace(gh05, "main", 1, field) for field in fields), CellPlace(gh06, "main", 1, "warmth_funds")
    )  # fmt: skip
    assert night.cells_at([first, second, third, other]) == {
        first: ("E6", "5", None), second: ("E7", "", None), other: ("E6", "5", None)
    }  # fmt: skip
