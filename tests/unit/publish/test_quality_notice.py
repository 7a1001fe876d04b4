"""The table of a quality notice: what is the same of all units has no column of its own."""

import datetime as dt
from dataclasses import replace

import pytest

from nianbao.publish.quality_notice import compose_notice
from nianbao.terms.quality import (
    FormQuality,
    LevelQuality,
    Measure,
    QualityNotice,
    QualityRule,
    SetAside,
    UnitQuality,
)

DAY = dt.date(2022, 1, 10)
RULE = QualityRule((Measure.ON_TIME,), (Measure.ON_TIME,), 1)


def unit(code: str, forms: int, aside: SetAside | None = None) -> UnitQuality:
    """A unit with so many forms on time, and one more that is not counted."""
    counted = [FormQuality(code, "A01", "2021Q4", DAY, "on_time", (), None, {Measure.ON_TIME: True})] * forms
    left_out = [FormQuality(code, "A01", "2021Q4", DAY, "not_due", (), aside, {})] if aside else []
    return UnitQuality(code, code, (*counted, *left_out), 1)


@pytest.mark.parametrize(
    ("units", "head", "said"),
    [
        ((unit("甲", 4), unit("乙", 4)), ("单位", "按时率"), "2个单位，每个单位应报4份"),
        (
            (unit("甲", 4), replace(unit("乙", 4), place=2)),
            ("单位", "按时率", "名次"),
            "按时率100.0%（8/8）（见表1）。",
        ),
        ((unit("甲", 4), unit("乙", 3)), ("单位", "份数", "按时率"), "2个单位，按时率"),
        (
            (unit("甲", 3, SetAside.NOT_DUE), unit("乙", 4)),
            ("单位", "按时率", "不计"),
            "2个单位，每个单位应报4份",
        ),
    ],
)
def test_O4_a_column_of_a_quality_notice_tells_units_apart(
    units: tuple[UnitQuality, ...], head: tuple[str, ...], said: str
) -> None:
    """O4: so the table fits the page; how many forms all of them owe stands above it."""
    notice = QualityNotice(
        "2021年第四季度", 2021, "", RULE, dt.datetime(2022, 3, 1), (LevelQuality("city", "市", units),)
    )
    section = compose_notice(notice, "联合会", ()).sections[-1]
    (table,) = section.tables
    assert table.head == head
    assert {len(cells) + 1 for _, cells in table.rows} == {len(head)}
    assert said in str(section.paragraphs)
    assert bool(table.note) == ("不计" in head)


def test_a_share_of_nothing_is_not_told() -> None:
    """Neither in the sentence nor as a column of dashes; of one unit nothing is said of each."""
    rule = QualityRule((Measure.ON_TIME, Measure.ANSWERED), (Measure.ON_TIME,), 1)
    levels = (LevelQuality("city", "市", (replace(unit("甲", 4), place=None),)),)
    notice = QualityNotice("2021年第四季度", 2021, "", rule, dt.datetime(2022, 3, 1), levels)
    section = compose_notice(notice, "联合会", ()).sections[-1]
    assert section.paragraphs == (("1个单位，应报4份报表，按时率100.0%（4/4）（见表1）。",),)
    assert section.tables[0].head == ("单位", "按时率")


def test_a_place_that_several_share_is_told_as_shared() -> None:
    """Neither is the first alone; how many are stands above the table."""
    units = (unit("甲", 4), unit("乙", 4), replace(unit("丙", 4), place=3))
    notice = QualityNotice(
        "2021年第四季度", 2021, "", RULE, dt.datetime(2022, 3, 1), (LevelQuality("city", "市", units),)
    )
    section = compose_notice(notice, "联合会", ()).sections[-1]
    assert [cells[-1].text for _, cells in section.tables[0].rows] == ["并列1", "并列1", "3"]
    assert "并列第1的2个" in str(section.paragraphs)


def test_where_all_are_equal_nobody_is_told_a_place() -> None:
    """A first place of everybody says nothing; who is not ranked at all is not among them."""
    units = (unit("甲", 4), unit("乙", 4), replace(unit("丙", 1), place=None))
    notice = QualityNotice(
        "2021年第四季度", 2021, "", RULE, dt.datetime(2022, 3, 1), (LevelQuality("city", "市", units),)
    )
    section = compose_notice(notice, "联合会", ()).sections[-1]
    assert section.tables[0].head == ("单位", "份数", "按时率")
    assert "计名次的2个单位完全相同，不分名次" in str(section.paragraphs)
