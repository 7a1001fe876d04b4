"""Numbers are found in prose as people write it, and mean what they say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.catalog import load_project
from nianbao.review.draft.numbers import NumberFinder, NumberKind, in_unit
from nianbao.review.draft.numerals import fold, whole
from nianbao.review.draft.words import read_words
from nianbao.statistics.wording import STYLES, word
from tests.homes import ROOT

FINDER = NumberFinder(read_words(load_project(ROOT)), ["审", "等奖", "类"])

# As printed: the numeral, the unit, the least and the greatest value (None is without end).
PRINTED = {
    "3580多万元": ("35800000", "元", "35800000", "35900000"),
    "近4000件": ("4000", "件", "3800", "4000"),
    "1200余名": ("1200", "名", "1200", "1300"),
    "1万余人（次）": ("10000", "人次", "10000", "20000"),
    "20,560.41万元": ("205604100", "元", "205604050", "205604150"),
    "3 , 717. 69 万元": ("37176900", "元", "37176850", "37176950"),
    "１，２３４名": ("1234", "名", "1234", "1234"),
    "90%以上": ("90", "%", "90", None),
    "91.6％": ("91.6", "%", "91.55", "91.65"),
    "不少于12次": ("12", "次", "12", None),
    "不超过5%": ("5", "%", None, "5"),
    "约9.5万人": ("95000", "人", "90250", "99750"),
    "300名左右": ("300", "名", "285", "315"),
    "两省": ("2", "省", "2", "2"),
    "三倍": ("3", "倍", "3", "3"),
    "万名": ("10000", "名", "9500", "10500"),
    "百万职工": ("1000000", "人", "500000", "1500000"),
    "百分之九十二点五": ("92.5", "%", "92.45", "92.55"),
    "九成以上": ("90", "%", "90", None),
    "十余家": ("10", "家", "10", "20"),
    "一等奖": ("1", "等奖", "1", "1"),
    "近一个月": ("1", "个月", "0.95", "1"),
    "每人600元": ("600", "元/人", "599.5", "600.5"),
    "3—5家": ("5", "家", "3", "5"),
    "2.06亿元": ("206000000", "元", "205500000", "206500000"),
    "95万7千人": ("957000", "人", "956500", "957500"),
    "3万2千多元": ("32000", "元", "32000", "33000"),
    "四分之一多": ("25", "%", "25", "30"),
    "8千余人": ("8000", "人", "8000", "9000"),
}

NOT_FIGURES = [
    "2021年12月底", "（2022年2月18日）", "2021—2025年", "二〇二一年", "5月份",
    "第二十次全国代表大会", "省总十四届八次委员会议", "党的二十大",
    "党的十九届六中全会", "1+1大于2", "“十四五”", "建党100周年", "〔2021〕7号",
    "《五年规划》", "三年行动", "一批重点项目", "图3", "表 2",
    "单位：万元", "GB/T 9704", "12351热线", "5G",
]  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED)
def test_a_printed_number_is_read(printed: str) -> None:
    """Its numeral, its unit, and the interval in which it is true."""
    numeral, unit, low, high = PRINTED[printed]
    (number,) = FINDER.find(f"全省共有{printed}。")
    assert number.text == printed
    assert (number.numeral, number.unit) == (Decimal(numeral), unit)
    assert number.wording.low == (low and Decimal(low))
    assert number.wording.high == (high and Decimal(high))


@pytest.mark.parametrize("text", NOT_FIGURES)
def test_what_is_no_figure_is_left_out(text: str) -> None:
    """Dates, meetings, titles, numbering and sayings; slogans in characters are vague at most."""
    found = FINDER.find(f"会议指出，{text}，要抓好落实。")
    assert not [number.text for number in found if number.unit and not number.is_vague]


@pytest.mark.parametrize("text", ["“两个确立”", "“六稳”“六保”", "三方机制", "“一岗双责”", "以下六个方面"])
def test_a_slogan_is_no_sure_figure(text: str) -> None:
    """A number in characters is a statistic only if an indicator is known for it."""
    assert all(number.is_vague for number in FINDER.find(text))


@pytest.mark.parametrize(
    ("text", "kind", "numeral"),
    [
        ("第十七届", NumberKind.ORDINAL, 17),
        ("第3批", NumberKind.ORDINAL, 3),
        ("首个", NumberKind.FIRST, 1),
        ("首次", NumberKind.FIRST, 1),
    ],
)
def test_ordinals_and_firsts_are_kinds_of_their_own(text: str, kind: NumberKind, numeral: int) -> None:
    """The how manieth is not how many."""
    (number,) = FINDER.find(text)
    assert (number.kind, number.numeral) == (kind, numeral)


def test_a_word_that_only_ends_like_a_modifier_says_nothing() -> None:
    """最近, 节约 and 赶超 are not 近, 约 and 超."""
    for text in ("附近3家", "节约500万元", "赶超12家"):
        (number,) = FINDER.find(text)
        assert number.wording.style == "exact"


def test_the_number_of_a_paragraph_is_no_number_in_it() -> None:
    """A numbered list counts nothing."""
    assert [number.text for number in FINDER.find("3. 2021年新建12个站点")] == ["12个"]


def test_numbers_side_by_side_stay_apart() -> None:
    """A blank between two digits parts them."""
    assert [number.text for number in FINDER.find("35 28家")][-1] == "28家"


def test_a_number_of_a_table_takes_the_unit_over_it() -> None:
    """1,234.56 under 万元 is money, to the nearest hundred yuan."""
    number = in_unit(FINDER.find("1,234.56")[0], "万元")
    assert (number.numeral, number.unit) == (Decimal("12345600.00"), "元")
    assert number.wording.is_true_of(Decimal("12345649"))
    assert not number.wording.is_true_of(Decimal("12345700"))


@given(
    value=st.decimals("0.01", "99999999", places=2),
    unit=st.sampled_from(["元", "人", "件", "家", "%"]),
    style=st.sampled_from([style for style in STYLES if style not in ("ordinal", "chinese", "first")]),
    publication=st.sampled_from(["work", "audit"]),
)
def test_what_the_reports_print_is_read_back(value: Decimal, unit: str, style: str, publication: str) -> None:
    """Every generated wording is found whole, and is true of the value it was made from."""
    if unit not in ("元", "%"):
        value = value.to_integral_value()
    printed = word(value, unit, style, publication_style=publication)
    (number,) = FINDER.find(f"其中{printed.text}，")
    assert number.text == printed.text
    assert number.wording.is_true_of(value)


@given(number=st.integers(1, 10**9))
def test_characters_are_read_as_they_are_written(number: int) -> None:
    """A count in characters gives the number back."""
    (found,) = FINDER.find(f"共{word(Decimal(number), '件', 'chinese').text}")
    assert found.numeral == number


def test_folding_keeps_the_places() -> None:
    """Every folded character knows where it stood."""
    text = "共 １２ ，  345. 6 元"
    folded, places = fold(text)
    assert folded == "共12,345.6元"
    assert [text[place] for place in places][:2] == ["共", "１"]
    assert whole("一万零三百") == 10300


def test_a_word_across_two_words_compares_nothing() -> None:
    """坚持平时检查 holds 持平 by accident; 与上年持平 says it."""
    assert FINDER.find("坚持平时检查与年终考核相结合。") == []
    assert [number.text for number in FINDER.find("救助人数与上年持平。")] == ["持平"]


def test_a_word_whose_number_tells_by_how_much_is_no_claim_of_its_own() -> None:
    """低于预算52.77万元 says one thing, 少于上年的16984人 two."""
    kinds = [
        [each.kind for each in FINDER.find(text)] for text in ("收入低于预算52.77万元。", "入会少于上年的16984人。")
    ]
    assert kinds == [[NumberKind.COUNT], [NumberKind.MOVED, NumberKind.COUNT]]
