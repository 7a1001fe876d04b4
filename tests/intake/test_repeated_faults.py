"""Files that are wrong only beside others: old files under a new date, slips of unit, values that pile up, copies."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.intake.columns import to_columns
from nianbao.intake.judge.identify import identify
from nianbao.runs.collect import collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Delivery
from nianbao.terms.filled import Row
from nianbao.terms.period import Period
from nianbao.terms.submission import Cell, FormFrame, Reading
from nianbao.warehouse.connect import rows_of
from tests.homes import arrive, clock_at
from tests.intake import containers, sheets, texts, values
from tests.intake.faults import GH05, Desk, Make
from tests.intake.made import xls
from tests.intake.texts import cover_only_by_name

LARGE_ENOUGH = 150
TODAY = "2026-01-16T01:00"


class Post:
    """The post of some units: files are sent one by one and taken in together."""

    def __init__(self, project: Project, home: Home) -> None:
        self.project, self.home = project, home

    def send(self, unit: str, period: str, make: Make, name: str = "", days: int = 8) -> str:
        """Send a file so many days after its period; returns the name under which it is answered."""
        own = Period.parse(period)
        desk = Desk(self.project, self.project.units[unit], own, self.home.path / "scratch.xlsx")
        source = name or f"{unit}/{period}.xlsx"
        path = self.home.inbox / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make(desk))
        arrive(path, dt.datetime.combine(own.end + dt.timedelta(days=days), dt.time(9)))
        return source

    def collect(self) -> None:
        """Take in what was sent, each file as having come when its sender says."""
        self.home.looks.unlink(missing_ok=True)
        with self._house() as workspace:
            collect(workspace)

    def outcome(self, source: str) -> str:
        """What became of a file."""
        return str(self._rows(f"SELECT outcome FROM ledger.delivery WHERE source = '{source}'")[0]["outcome"])

    def codes(self, source: str) -> set[str]:
        """What was found in a file."""
        query = f"""
            SELECT f.code FROM ledger.finding AS f INNER JOIN ledger.delivery AS d ON f.delivery_id = d.delivery_id
            WHERE d.source = '{source}' AND f.code <> 'FORM_MISSING'
        """
        return {row["code"] for row in self._rows(query)}

    def _rows(self, query: str) -> list[dict[str, Any]]:
        with self._house() as workspace:
            return rows_of(workspace.connection, query)

    def _house(self) -> Any:
        return open_workspace(self.project.path, self.home, "collect")


@pytest.fixture(scope="module")
def post(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """The post office of this module's tests; each test has units of its own."""
    with clock_at(TODAY):
        yield Post(project, Home(tmp_path_factory.mktemp("post")))


def saying(**changes: object) -> Make:
    """The workbook of GH05 with some other answers."""
    row: Row = {**GH05, **changes}  # type: ignore[dict-item]
    return lambda desk: desk.workbook({"GH05": {"main": [row]}})


def test_last_years_file_under_a_new_date_is_recognised(post: Post) -> None:
    """A form whose every cell is that of the year before is held until the unit explains it."""
    post.send("QH630100", "2020Q4", saying())
    copy = post.send("QH630100", "2021Q4", saying(relief_total_prev=GH05["relief_total_prev"]))
    post.collect()
    assert "STALE_COPY" in post.codes(copy)
    assert post.outcome(copy) == "rejected"


def test_last_years_file_under_a_new_name_is_a_duplicate(post: Post) -> None:
    """The same bytes are counted once, whatever they are called."""
    first = post.send("QH630200", "2021Q4", saying(), "QH630200/报表.xlsx")
    post.collect()
    again = post.send("QH630200", "2021Q4", lambda desk: (post.home.inbox / first).read_bytes(), "QH630200/新报表.xlsx")
    post.collect()
    assert (post.outcome(first), post.outcome(again)) == ("accepted", "duplicate")


def test_the_same_form_in_another_format_is_no_change(post: Post) -> None:
    """A workbook saved in the old format says what it said before: nothing is counted twice."""
    post.send("QH632200", "2021Q4", saying())
    again = post.send("QH632200", "2021Q4", xls, "QH632200/2021Q4.xls")
    post.collect()
    assert post.outcome(again) == "accepted"
    numbers = post._rows("SELECT count(*) AS n FROM ledger.submission WHERE unit_code = 'QH632200'")
    assert numbers[0]["n"] in (1, 2)
    in_force = post._rows("SELECT count(*) AS n FROM raw.gh05 WHERE submission_id LIKE 'QH632200-%'")
    assert in_force[0]["n"] == 1


def test_two_units_may_send_the_same_bytes_under_their_own_names(post: Post) -> None:
    """A table without a cover belongs to the unit that its name tells."""
    names = [post.send(unit, "2021Q4", cover_only_by_name, f"x/{unit}-2021Q4-GH05.csv") for unit in ("QHD01", "QHD02")]
    post.collect()
    assert [post.outcome(name) for name in names] == ["accepted", "accepted"]


@pytest.mark.parametrize(("unit", "scale"), [("QHD03", 10_000), ("QHD04", Decimal("0.0001"))])
def test_money_in_the_wrong_unit_is_recognised(post: Post, unit: str, scale: Decimal | int) -> None:
    """An amount ten thousand times what the unit usually reports, or a ten-thousandth of it, must be explained."""
    money = {key: round(value * scale, 2) for key, value in GH05.items() if isinstance(value, Decimal)}
    money["relief_total"] = money["relief_living"] + money["relief_medical"] + money["relief_study"]
    post.send(unit, "2021Q3", saying(warmth_persons=499))
    slip = post.send(unit, "2021Q4", saying(**money))
    post.collect()
    assert "C00-4" in post.codes(slip)
    assert post.outcome(slip) == "rejected"


def test_values_that_pile_up_are_recognised(post: Post) -> None:
    """Year-to-date values where the period's own are due are told, as soon as the third quarter shows the pattern."""
    growing = {f"2021Q{quarter}": quarter for quarter in (1, 2, 3)}
    sent = [post.send("QHD05", period, saying(**piled(times * (times + 1) // 2))) for period, times in growing.items()]
    steady = [post.send("QHD06", period, saying(**piled(1 + times))) for period, times in growing.items()]
    post.collect()
    assert ["C00-5" in post.codes(source) for source in sent] == [False, False, True]
    assert not any("C00-5" in post.codes(source) for source in steady)


def piled(times: int) -> dict[str, object]:
    """So many times the usual answers, none of them exactly."""
    row: dict[str, object] = {key: value * times for key, value in GH05.items() if isinstance(value, int | Decimal)}
    return row | {"relief_persons": 41 * times + times}


def test_a_form_that_swings_is_held(post: Post) -> None:
    """A total more than half above that of last year is held until it is explained."""
    post.send("QHD07", "2020Q4", saying())
    swing = post.send("QHD07", "2021Q4", saying(warmth_persons=900, relief_total_prev=GH05["relief_total"]))
    post.collect()
    assert "C00-8" in post.codes(swing)


def test_of_two_revisions_in_one_night_the_later_counts(post: Post) -> None:
    """Both are accepted; what counts is the one that was put there last, whatever their names."""
    post.send("QHD13", "2021Q4", saying(warmth_persons=502), "QHD13/a.xlsx", days=7)
    post.send("QHD13", "2021Q4", saying(warmth_persons=501), "QHD13/b.xlsx", days=6)
    post.collect()
    rows = post._rows(
        "SELECT arg_max(g.warmth_persons, s.number) AS persons, count(*) AS n FROM raw.gh05 AS g "
        "INNER JOIN ledger.submission AS s ON g.submission_id = s.submission_id WHERE s.unit_code = 'QHD13'"
    )
    assert rows == [{"persons": 502, "n": 2}]


def test_what_never_came_in_time_cannot_be_sent_twice_to_be_taken(post: Post) -> None:
    """After the days of grace a second sending is no more welcome than the first; a correction always is."""
    late = [post.send("QHD08", "2021Q4", saying(warmth_persons=n), f"QHD08/{n}.xlsx", days=40 + n) for n in (1, 2)]
    post.send("QHD09", "2021Q4", saying())
    corrected = post.send("QHD09", "2021Q4", saying(warmth_persons=501), "QHD09/改.xlsx", days=40)
    post.collect()
    again = post.send("QHD08", "2021Q4", saying(warmth_persons=3), "QHD08/3.xlsx", days=50)
    post.collect()
    assert [post.outcome(source) for source in (*late, again, corrected)] == [*["rejected"] * 3, "accepted"]
    assert all("C00-6" in post.codes(source) for source in (*late, again))


def test_a_name_that_only_looks_like_another_is_told(post: Post) -> None:
    """Full width or half, composed or not: both files are taken, and the sender is told that they are two."""
    names = ["QHD10/（1）.xlsx", "QHD10/(1).xlsx", "QHD10/é.xlsx", "QHD10/e\u0301.xlsx", "QHD10/2.xlsx"]
    sent = [post.send("QHD10", "2021Q4", saying(warmth_persons=490 + n), name) for n, name in enumerate(names)]
    post.collect()
    told = {source for source in sent if "NAME_VARIANT" in post.codes(source)}
    # Of two that arrive together the first by name is the one that came before.
    assert told == {names[0], names[2]}
    assert {post.outcome(source) for source in sent} == {"accepted"}


@pytest.mark.parametrize(("unit", "year"), [("QHD11", 1970), ("QHD12", 2099)])
def test_a_time_of_change_that_cannot_be_is_told(post: Post, unit: str, year: int) -> None:
    """It is left out of account, and the sender is told to set the clock right."""
    source = post.send(unit, "2025Q4", saying())
    arrive(post.home.inbox / source, dt.datetime(year, 1, 2, 9))
    post.collect()
    assert "CLOCK" in post.codes(source)
    assert post.outcome(source) == "accepted"


@pytest.mark.parametrize(
    ("unit", "name", "code", "outcome"),
    [
        ("QHI01", "{zh}", "", "accepted"),
        ("QHI02", " {zh}\u3000", "", "accepted"),
        ("QHI03", "{short_zh}", "UNIT_NAME_VARIANT", "accepted"),
        ("QHI04", "原{zh}筹备组", "UNIT_NAME_VARIANT", "accepted"),
        ("QHI05", "西宁市总工会", "UNIT_NAME_OF_ANOTHER", "quarantined"),
    ],
)
def test_the_name_of_the_unit_is_held_to_its_code(post: Post, unit: str, name: str, code: str, outcome: str) -> None:
    """A name written otherwise is recognised by its code and told; that of another unit makes nobody's workbook."""
    cover = vars(post.project.units[unit])
    source = post.send(unit, "2021Q4", lambda desk: desk.workbook(unit_name=name.format_map(cover)))
    post.collect()
    assert post.codes(source) & {"UNIT_NAME_VARIANT", "UNIT_NAME_OF_ANOTHER"} == ({code} if code else set())
    assert post.outcome(source) == outcome


def frame(*cells: tuple[str, str]) -> FormFrame:
    """What a form says, as pairs of field and text."""
    return FormFrame(
        "GH05", "表", "2021", "", tuple(Cell("main", 1, name, "A1", text, text, None) for name, text in cells)
    )


def test_what_a_form_says_is_not_run_together(project: Project) -> None:
    """Case 104: the digest of `a|b` and `c` is not that of `a` and `b|c`."""
    cover = {"unit_code": "QH630100", "period": "2021Q4", "basis": "本期", "money_unit": "元"}
    now = dt.datetime(2022, 1, 8, 9)
    delivery = Delivery("D1", "x.xlsx", "0" * 64, 1, 1, now, now)
    pairs = (
        (("a|b", "c"), ("d", "e")),
        (("a", "b|c"), ("d", "e")),
        (("a", 'b","c'), ("d", "e")),
        (("a", "b"), ("c", "d"), ("e", "")),
    )
    digests = []
    for cells in pairs:
        reading = Reading(cover, (frame(*cells),))
        digests.append(identify(delivery, to_columns(reading), project).sent[0].submission.cells_sha256)
    assert len(set(digests)) == len(digests)


def test_the_corpus_is_large_enough() -> None:
    """At least 150 bad or odd files, and every fault from 21 to 90 but those of whole runs, has one."""
    cases = [case for module in (containers, sheets, values, texts) for case in module.CASES]
    assert len(cases) >= LARGE_ENOUGH
    assert {case.number for case in cases} >= set(range(21, 91))
    assert len({case.id for case in cases}) == len(cases)
