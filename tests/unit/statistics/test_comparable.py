"""Growth where units came or went without a succession: the plain change and one on a comparable basis (T24)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from nianbao.catalog import Project, load_project
from nianbao.catalog.passages import read_passage
from nianbao.publish.compose import compose
from nianbao.statistics.claims import read_claims
from nianbao.statistics.comparable import left_out, mark_of
from nianbao.statistics.figures import read_figures
from nianbao.terms.document import PrintedSection
from nianbao.terms.publication import Column, Section, Table
from nianbao.terms.unit import Comparison, Incomparable, Succession
from nianbao.warehouse.connect import Connection
from tests.counting import Sent, count, values_of, with_units
from tests.homes import ROOT

XINING, HAIDONG, NEW = "QH630100", "QH630200", "QH639900"
TODAY = dt.date(2023, 3, 1)
LATER = dt.date(2022, 5, 1)
MEMBERS = {(XINING, "2021Q4"): 1000, (HAIDONG, "2021Q4"): 1000, (XINING, "2022Q4"): 1050, (HAIDONG, "2022Q4"): 1050}
CHANGE = "members_total_change"


@pytest.fixture(scope="module")
def project() -> Project:
    """Two prefectures, and a third that comes on the first of May 2022."""
    declared = load_project(ROOT)
    offices = [unit.code for unit in declared.units.values() if not unit.is_counted]
    declared = with_units(declared, [XINING, HAIDONG, *offices])
    one = declared.roster.latest[XINING]
    new = replace(one, code=NEW, zh="样例新市总工会", short_zh="新市总", valid_from=LATER)
    return replace(declared, roster=replace(declared.roster, versions=(*declared.roster.versions, new)))


def counted(project: Project, members: dict[tuple[str, str], int]) -> Connection:
    """A warehouse in which so many members were reported."""
    rows = [
        Sent("GH01", unit, period, {"gh01": [{"members_total": number, "members_female": number // 2}]})
        for (unit, period), number in members.items()
    ]
    return count(project, rows, TODAY)


def printed(connection: Connection, project: Project, *paragraphs: str, tables: Iterable[Table] = ()) -> PrintedSection:
    """A section of the work report of 2022."""
    section = Section("W1", "回顾", 1, tuple(map(read_passage, paragraphs)), tuple(tables), ())
    publication = replace(project.publications["work_report"], sections=(section,))
    claims = read_claims(connection, read_figures(connection, project))
    return compose(publication, claims, 2022, "r1", dt.datetime(2023, 1, 26), ()).sections[0]


def said(section: PrintedSection) -> str:
    """The text of a section as one reads it."""
    return "".join(
        piece if isinstance(piece, str) else piece.text for paragraph in section.paragraphs for piece in paragraph
    )


def test_T24_a_unit_that_joins_is_no_growth(project: Project) -> None:
    """T24: where every unit grew 5 % and one came, both are said, and whom the comparable basis leaves out."""
    connection = counted(project, MEMBERS | {(NEW, "2022Q4"): 3300})
    values = values_of(connection)
    section = printed(connection, project, f"[[会员总数{{{CHANGE} | change 1}}。]]")
    connection.close()
    assert values[CHANGE, 2022, "all"] == 170
    assert values[f"{CHANGE}_comparable", 2022, "all"] == 5
    assert said(section) == "会员总数比上年增长170.0%（按可比口径比上年增长5.0%）。"
    assert "可比口径不含2021年以来新增新市总。" in [note.text for note in section.coverage_notes]
    mark = mark_of(project.indicators[f"{CHANGE}_comparable"], project)
    assert left_out(project, project.conventions.year, 2022, mark) == (Incomparable(NEW, Comparison.CAME),)


def test_T24_a_unit_that_leaves_is_no_fall(project: Project) -> None:
    """T24: a unit that ends with no successor is left out of the year before, too."""
    roster = project.roster
    versions = [
        replace(unit, valid_to=dt.date(2022, 6, 30)) if unit.code == HAIDONG else unit for unit in roster.versions
    ]
    closed = replace(project, roster=replace(roster, versions=tuple(u for u in versions if u.code != NEW)))
    connection = counted(closed, {place: n for place, n in MEMBERS.items() if place != (HAIDONG, "2022Q4")})
    values = values_of(connection)
    section = printed(connection, closed, f"[[会员总数{{{CHANGE} | change 1}}。]]")
    connection.close()
    assert values[CHANGE, 2022, "all"] == Decimal("-47.5")
    assert said(section) == "会员总数比上年下降47.5%（按可比口径比上年增长5.0%）。"
    assert any(note.text.startswith("可比口径不含2021年以来撤销") for note in section.coverage_notes)


def test_T24_a_merger_or_split_needs_no_other_basis(project: Project) -> None:
    """T24: who took over is compared with what it took over; there is no second figure and no note."""
    taken = Succession(HAIDONG, NEW, LATER, Decimal(1))
    versions = tuple(
        replace(unit, valid_to=LATER - dt.timedelta(days=1)) if unit.code == HAIDONG else unit
        for unit in project.roster.versions
    )
    merged = replace(project, roster=replace(project.roster, versions=versions, successions=(taken,)))
    now = {(XINING, "2022Q4"): 1050, (NEW, "2022Q4"): 1050}
    connection = counted(merged, {place: n for place, n in MEMBERS.items() if place[1] == "2021Q4"} | now)
    values = values_of(connection)
    section = printed(connection, merged, f"[[会员总数{{{CHANGE} | change 1}}。]]")
    connection.close()
    assert values[CHANGE, 2022, "all"] == 5
    assert (f"{CHANGE}_comparable", 2022, "all") not in values
    assert said(section) == "会员总数比上年增长5.0%。"


def test_T24_who_took_over_from_one_that_came_is_left_out_with_it(project: Project) -> None:
    """T24: the numbers of a successor hold those of the unit that was new; of stocks the ends of the years count."""
    versions = tuple(
        replace(unit, valid_to=dt.date(2022, 9, 30)) if unit.code == NEW else unit for unit in project.roster.versions
    )
    taken = Succession(NEW, HAIDONG, dt.date(2022, 10, 1), Decimal(1))
    both = replace(project, roster=replace(project.roster, versions=versions, successions=(taken,)))
    found = both.roster.changes_between(*both.conventions.year.compared(2022, "comparable"))
    later = both.roster.changes_between(*both.conventions.year.compared(2023, "comparable_at_end"))
    assert {(each.unit_code, each.because.value) for each in found} == {(NEW, "came"), (HAIDONG, "kin")}
    assert later == ()


def test_T24_a_total_row_says_that_it_is_not_comparable(project: Project) -> None:
    """T24: a table with a change of everybody says whom a comparison would leave out."""
    connection = counted(project, MEMBERS | {(NEW, "2022Q4"): 3300})
    table = Table("会员", "prefecture", (Column("增减", CHANGE, 1, 1),), "", "全省", "", ())
    (shown,) = printed(connection, project, tables=[table]).tables
    connection.close()
    assert shown.note == "合计的增减不是可比口径；可比口径不含2021年以来新增新市总。"
