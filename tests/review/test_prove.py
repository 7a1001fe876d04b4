"""A draft's numbers are held against the warehouse, against each other, and against their wholes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nianbao.catalog import Project
from nianbao.review.draft.prove import prove
from nianbao.review.draft.reading import read_text
from nianbao.review.draft.verdicts import CheckedDraft, NumberVerdict
from nianbao.statistics.figures import Figures
from nianbao.statistics.scopes import ALL
from tests.review.drafts import verdicts
from tests.review.marked import GOLDEN, YEAR, golden_figures

SERVICES = "五是着力构建和谐劳动关系。"
BUDGET = "（一）省总本级经费审查监督情况\n"


@pytest.fixture(scope="module")
def figures(project: Project) -> Figures:
    """Values for which the bulletin is true."""
    return golden_figures(project)


def proof(figures: Figures, text: str) -> list[CheckedDraft]:
    """What a text is found to be."""
    return prove(read_text(text), figures, YEAR)


def test_the_bulletin_agrees_with_its_own_figures(figures: Figures) -> None:
    """Every number of it is true of a value in its interval, and nothing in it is taken for a figure that is none."""
    checked = proof(figures, (GOLDEN / "bulletin_2022_03.txt").read_text(encoding="utf-8"))
    assert verdicts(checked) == {}
    assert len(checked) >= 140


def test_a_number_that_has_become_stale_is_found_with_what_it_should_say(figures: Figures) -> None:
    """It is known by its words, so that it may be wrong."""
    (one,) = (one for one in proof(figures, f"{SERVICES}筹集送温暖资金2960多万元。") if not one.agrees)
    assert one.verdicts == [NumberVerdict.STALE]
    assert one.key == ("warmth_funds", YEAR, ALL, False)
    assert one.suggestion == "3580多万元"
    assert "2960多万元" in one.sentence


def test_a_right_numeral_with_a_wrong_word_is_told_apart(figures: Figures) -> None:
    """多 and 以上 are claims."""
    checked = proof(figures, f"{SERVICES}筹集送温暖资金3590多万元。工资集体协商建制率在92%以上。")
    assert [one.verdicts for one in checked] == [[NumberVerdict.FALSE_WORDING]] * 2


def test_two_places_that_say_different_things_contradict_each_other(figures: Figures) -> None:
    """The one that agrees with the warehouse is not blamed."""
    text = f"{SERVICES}举办各类培训班189期。\n七是着力加强自身建设。全年举办培训班176期。"
    assert verdicts(proof(figures, text)) == {"176期": [NumberVerdict.STALE, NumberVerdict.CONTRADICTS]}


def test_a_figure_is_not_told_twice_in_a_sentence(figures: Figures) -> None:
    """S13: what stands beside the right number of a figure is of something else; a slip of it is not."""
    assert verdicts(proof(figures, f"{SERVICES}举办各类培训班189期，其中各类培训班46期。")) == {
        "46期": [NumberVerdict.UNKNOWN]
    }
    assert verdicts(proof(figures, f"{SERVICES}举办各类培训班198期，培训班189期。")) == {
        "198期": [NumberVerdict.STALE, NumberVerdict.CONTRADICTS]
    }


def test_a_figure_is_not_told_wrong_in_three_ways(figures: Figures) -> None:
    """S13: where a figure is told right nowhere, numbers that all differ are not of it."""
    said = [f"{SERVICES}举办各类培训班{number}期。" for number in (46, 71, 88)]
    assert verdicts(proof(figures, "\n".join(said))) == {
        f"{number}期": [NumberVerdict.UNKNOWN] for number in (46, 71, 88)
    }
    contradicts = [NumberVerdict.STALE, NumberVerdict.CONTRADICTS]
    assert verdicts(proof(figures, "\n".join(said[:2]))) == {"46期": contradicts, "71期": contradicts}


def test_parts_that_do_not_sum_are_marked(figures: Figures, project: Project) -> None:
    """Four incomes make up the total, and their shares a hundred, within their roundings."""
    text = (
        f"{BUDGET}2020年度经费总收入20,560.41万元。其中：拨缴经费收入10,387.73万元，占总收入的50.52%；上级补助收入5,576.35万元，"
        "占总收入的27.12%；政府补助收入{gov}万元，占总收入的{share}%；其他收入878.64万元，占总收入的4.27%。"
    )
    exact = {
        name: {ALL: Decimal(value)}
        for name, value in {
            "income_total": 205604100, "income_remit": 103877300, "income_upper": 55763500, "income_gov": 37176900,
            "income_other": 8786400,
        }.items()
    }  # fmt: skip
    known = figures.values | {(name, 2020): value for name, value in exact.items()}
    summing = Figures(project, known, {}, frozenset())
    assert verdicts(proof(summing, text.format(gov="3,717.69", share="18.08"))) == {}
    wrong = verdicts(proof(summing, text.format(gov="3,917.69", share="19.08")))
    assert wrong == {name: [NumberVerdict.STALE, NumberVerdict.PARTS] for name in ("3,917.69万元", "19.08%")}


def test_what_no_indicator_counts_is_not_in_the_warehouse(figures: Figures) -> None:
    """It is listed, for somebody must vouch for it."""
    assert verdicts(proof(figures, "全年放映电影12场。")) == {"12场": [NumberVerdict.UNKNOWN]}


def test_a_year_without_a_value_is_not_in_the_warehouse(figures: Figures) -> None:
    """An indicator that nobody has reported is said to be without data."""
    (one,) = proof(figures, f"{SERVICES}生活救助金1600万元。")
    assert one.verdicts == [NumberVerdict.UNKNOWN]
    assert one.reasons == ["库中没有生活救助金2021年的数"]


def test_a_change_is_computed(figures: Figures, project: Project) -> None:
    """比上年增长 is held against both years."""
    known = figures.values | {("training_classes", 2020): {ALL: Decimal(180)}}
    both = Figures(project, known, {}, frozenset())
    section = "七是着力加强自身建设。"
    assert verdicts(proof(both, f"{section}举办培训班189期，比上年增长5%。")) == {}
    assert verdicts(proof(both, f"{section}举办培训班189期，比上年增长9%。")) == {"9%": [NumberVerdict.STALE]}
    assert verdicts(proof(both, f"{section}举办培训班189期，比上年增加9期。")) == {}
    assert verdicts(proof(figures, f"{section}举办培训班189期，比上年增长5%。")) == {"5%": [NumberVerdict.UNKNOWN]}


def test_the_year_that_a_sentence_names_counts(figures: Figures, project: Project) -> None:
    """Last year's number is held against last year's value."""
    known = figures.values | {("training_classes", 2020): {ALL: Decimal(180)}}
    both = Figures(project, known, {}, frozenset())
    assert verdicts(proof(both, "2020年举办培训班180期，2021年举办培训班189期。")) == {}


def test_the_number_of_one_union_is_held_against_its_own(figures: Figures, project: Project) -> None:
    """A clause that names a union does not speak of the whole province."""
    known = dict(figures.values)
    known[("warmth_funds", YEAR)] = known[("warmth_funds", YEAR)] | {"QH630100": Decimal(5_120_000)}
    with_unit = Figures(project, known, {}, frozenset())
    assert verdicts(proof(with_unit, f"{SERVICES}其中西宁市总工会筹集送温暖资金512万元。")) == {}
    (one,) = proof(with_unit, f"{SERVICES}其中西宁市总工会筹集送温暖资金600万元。")
    assert one.verdicts == [NumberVerdict.STALE]
    assert one.zh.startswith("西宁市总")


def test_a_cell_that_was_pasted_without_its_table_says_nothing(figures: Figures) -> None:
    """A line with nothing but numbers has no words by which they could be known."""
    assert proof(figures, "送温暖情况\n734.45\n3580多万元；1,234\n") == []


def test_a_telephone_number_is_no_figure(figures: Figures) -> None:
    """A plain number that counts nothing is left out."""
    assert proof(figures, "困难职工帮扶热线12351，联系电话0971-6123456。") == []
