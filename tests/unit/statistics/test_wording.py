"""The wording of numbers never says more than the value behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nianbao.catalog.passages import BINDING
from nianbao.statistics.exact import in_table
from nianbao.statistics.noun import is_true_for
from nianbao.statistics.wording import STYLES, parse_wording, word
from tests.unit.statistics.reading import read

ROOT = Path(__file__).resolve().parents[3]
WHOLE_STYLES = {"ordinal", "chinese", "first"}
UNITS = ["元", "元/人", "%", "人", "名", "家", "件", "人次", "个月", "届", "倍", "省"]
LARGEST = 10**13

counts = st.integers(-LARGEST, LARGEST).map(Decimal)
fractions = st.decimals(-LARGEST, LARGEST, places=4)
small = st.decimals(-200, 20_000, places=2)
# One digit and zeros, and what is just beside it: here a wording changes from true to false.
edges = st.builds(
    lambda digit, power, beside: digit * Decimal(10) ** power + beside,
    st.integers(1, 99),
    st.integers(0, 11),
    st.sampled_from([Decimal(each) for each in ("0", "1", "-1", "0.01", "-0.01", "0.5", "-0.5")]),
)
values = counts | fractions | small | edges
styles = st.sampled_from(STYLES).flatmap(
    lambda style: st.tuples(
        st.just(style),
        st.none() if style in WHOLE_STYLES else st.none() | st.integers(0 if style == "exact" else 1, 6),
    )
)
publications = st.sampled_from(["work", "audit"])


@given(values, st.sampled_from(UNITS), styles, publications)
def test_every_wording_is_true_of_its_value(
    value: Decimal, unit: str, style: tuple[str, int | None], publication: str
) -> None:
    """Whatever style is asked for, what is printed may be said of the value."""
    assert word(value, unit, *style, publication_style=publication).is_true_of(value)


@given(values, values, st.sampled_from(UNITS), styles, publications)
def test_a_written_interval_says_the_same(
    value: Decimal, other: Decimal, unit: str, style: tuple[str, int | None], publication: str
) -> None:
    """What figures.csv keeps of a wording decides about any later value as the wording itself does."""
    wording = word(value, unit, *style, publication_style=publication)
    for each in (value, other, *filter(None, (wording.low, wording.high))):
        assert is_true_for(wording.true_for, each) == wording.is_true_of(each)


@given(values, st.integers(0, 4), st.sampled_from([1, 100, 10_000]))
def test_a_cell_of_a_table_is_true_of_its_value(value: Decimal, places: int, scale: int) -> None:
    """Rounded once, half up: it is printed of just the values that round to it."""
    shown = in_table(value, places, scale)
    assert shown.is_true_of(value)
    assert abs(Decimal(shown.text.replace(",", "")) * scale - value) <= Decimal(scale) / 2 / 10**places


@given(values, st.sampled_from(UNITS), styles, publications)
def test_what_is_printed_says_what_the_wording_claims(
    value: Decimal, unit: str, style: tuple[str, int | None], publication: str
) -> None:
    """A reader who knows the rules and only sees the text finds the same interval, and the value in it."""
    wording = word(value, unit, *style, publication_style=publication)
    seen = read(wording.text)
    assert seen.holds(value)
    claimed = (wording.low, wording.high, wording.low_closed, wording.high_closed)
    assert claimed == (seen.low, seen.high, seen.low_closed, seen.high_closed)


@given(values, st.sampled_from(UNITS), styles, publications)
def test_a_number_keeps_its_noun(value: Decimal, unit: str, style: tuple[str, int | None], publication: str) -> None:
    """The unit of measure is printed once, after the numeral, and no scale is printed twice."""
    text = word(value, unit, *style, publication_style=publication).text
    assert text.removesuffix("以上").endswith("元" if unit == "元/人" else unit)
    assert text.startswith("每人") == (unit == "元/人")
    if re.search(r"\d", text):
        assert len(re.findall("[万亿]", text)) <= 1
    assert not re.search(r"\.\d*[多余]|[1-9][多余]", text)


@given(st.integers(10**4, LARGEST), st.integers(1, 3), publications)
def test_more_than_a_round_number_is_said_when_it_is_more(number: int, digits: int, publication: str) -> None:
    """Above ten thousand, 多 and 余 are printed for every value that is neither a round number nor just below one."""
    leading = 10 ** (len(str(number)) - 1)
    almost = -(-number // leading) * leading
    assume(number == almost or number * 100 < almost * 99)
    rest = number % 10 ** (len(str(number)) - digits)
    for unit in ("元", "人"):
        for style in ("over", "more"):
            used = word(Decimal(number), unit, style, digits, publication_style=publication).style
            assert used == (style if rest else "exact")


@given(st.decimals("0.01", LARGEST, places=2), st.sampled_from(UNITS), st.integers(1, 6))
def test_about_is_always_possible(value: Decimal, unit: str, digits: int) -> None:
    """约 takes a second digit where one would be more than one per cent away."""
    assert word(value, unit, "about", digits).style == "about"


@given(st.decimals("0.0001", "99.9999", places=4), styles, publications)
def test_a_rate_is_not_rounded_to_all_or_nothing(
    value: Decimal, style: tuple[str, int | None], publication: str
) -> None:
    """100% and 0% are said of exactly that."""
    assert not re.fullmatch(r"(100|0)(\.0+)?%", word(value, "%", *style, publication_style=publication).text)


@pytest.mark.parametrize(
    ("value", "unit", "spec", "text"),
    [
        ("24712345", "元", "over 3", "2470多万元"),
        ("412345", "元", "over 1", "40多万元"),
        ("31234", "元", "over 1", "3万多元"),
        ("31234", "人", "over 1", "3万多人"),
        ("412345", "人", "over 1 名", "40多万名"),
        ("452345", "人", "over 2", "45万多人"),
        ("34567", "人次", "more 2", "3.4万余人次"),
        ("34567", "人次", "more 3", "34500余人次"),
        ("1730", "人", "more 2 名", "1700余名"),
        ("275", "人", "over 2 名", "270多名"),
        ("4312", "家", "over 1", "4000多家"),
        ("351234567", "元", "over 1", "3亿多元"),
        ("351234567", "元", "exact 0", "35123万元"),
        ("350000000", "元", "", "3.5亿元"),
        ("6912", "件", "near 1", "近7000件"),
        ("0.97", "个月", "near 1", "近一个月"),
        ("1.96", "年", "near 1", "近两年"),
        ("9970", "人", "about 1 名", "约1万名"),
        ("1034567", "人", "about 1", "约103万人"),
        ("93.4", "%", "at_least 1", "90%以上"),
        ("62345", "人", "at_least 1", "6万人以上"),
        ("93.4", "%", "above 1", "超90%"),
        ("4312", "家", "above 1", "超4000家"),
        ("19", "届", "ordinal", "第十九届"),
        ("2", "批", "ordinal", "第二批"),
        ("5", "个", "ordinal", "第五个"),
        ("3", "个", "chinese", "三个"),
        ("5", "个", "chinese 大", "五大"),
        ("2", "省", "chinese", "两省"),
        ("12", "个", "chinese", "十二个"),
        ("2", "等奖", "chinese", "二等奖"),
        ("2", "类", "chinese", "二类"),
        ("1", "个", "first", "首个"),
        ("1", "次", "first 次", "首次"),
        ("27345", "人", "exact 1 名", "2.7万名"),
        ("27345", "人", "exact", "27345人"),
        ("27000", "人", "exact", "2.7万人"),
        ("20000", "人", "exact 1", "2万人"),
        ("345", "件", "exact 1", "345件"),
        ("8.04", "个", "exact 0", "8.0个"),
        ("24712345", "元", "", "2471.2万元"),
        ("24700400", "元", "", "2470万元"),
        ("24700400", "元", "exact 1", "2470万元"),
        ("8640", "元", "exact 1", "8640元"),
        ("80", "元/人", "exact 0", "每人80元"),
        ("91.46", "%", "", "91.5%"),
        ("0", "个", "", "0个"),
        ("-13159700", "元", "exact 1", "-1316万元"),
    ],
)
def test_the_work_report_prints(value: str, unit: str, spec: str, text: str) -> None:
    """Numbers stand as in a work report: 万元 without separators, 多 where Chinese puts it, 两 before classifiers."""
    style, digits, classifier = parse_wording(spec)
    assert word(Decimal(value), unit, style, digits, classifier).text == text


@pytest.mark.parametrize(
    ("value", "unit", "spec", "text"),
    [
        ("247123456", "元", "", "24,712.35万元"),
        ("247000000", "元", "", "24,700.00万元"),
        ("24700000", "元", "exact 0", "2,470万元"),
        ("247123456", "元", "over 2", "24,000多万元"),
        ("8640.5", "元", "", "8,640.50元"),
        ("87.5", "%", "", "87.50%"),
        ("3", "个", "chinese", "三个"),
        ("1730", "家", "exact", "1,730家"),
    ],
)
def test_the_audit_report_prints(value: str, unit: str, spec: str, text: str) -> None:
    """Numbers stand as in an audit report: 万元 with two decimals and separators, rates with two decimals."""
    style, digits, classifier = parse_wording(spec)
    assert word(Decimal(value), unit, style, digits, classifier, "audit").text == text


@pytest.mark.parametrize(
    ("value", "unit", "spec", "text", "style"),
    [
        ("24700000", "元", "over 3", "2470万元", "exact"),
        ("30000", "人", "more 1", "3万人", "exact"),
        ("7", "个", "over 1", "7个", "exact"),
        ("7.5", "个", "over 1", "7.5个", "exact"),
        ("3612", "件", "near 1", "3600多件", "over"),
        ("4000", "件", "near 1", "4000件", "exact"),
        ("93.4", "%", "over 1", "超90%", "above"),
        ("14321", "人", "about 1", "约14300人", "about"),
        ("90", "%", "above 1", "90%", "exact"),
        ("100", "%", "at_least 1", "100%", "exact"),
        ("99.7", "%", "exact 0", "99.7%", "exact"),
        ("2", "个", "first", "2个", "exact"),
        ("0", "个", "first", "0个", "exact"),
        ("0", "届", "ordinal", "0届", "exact"),
        ("2.5", "倍", "chinese", "2.5倍", "exact"),
        ("-3", "个", "chinese", "-3个", "exact"),
        ("-31234", "元", "over 1", "-3.1万元", "exact"),
        ("0", "元", "near 1", "0元", "exact"),
    ],
)
def test_a_style_that_would_be_false_gives_way(value: str, unit: str, spec: str, text: str, style: str) -> None:
    """Where the asked style would not be true, a true one is printed and named."""
    asked, digits, classifier = parse_wording(spec)
    wording = word(Decimal(value), unit, asked, digits, classifier)
    assert (wording.text, wording.style) == (text, style)


@pytest.mark.parametrize(
    ("spec", "parsed"),
    [
        ("", ("exact", None, None)),
        (" over 3 ", ("over", 3, None)),
        ("exact 1 名", ("exact", 1, "名")),
        ("exact 名", ("exact", None, "名")),
        ("ordinal 届", ("ordinal", None, "届")),
        ("chinese 等奖", ("chinese", None, "等奖")),
    ],
)
def test_a_binding_says_style_digits_and_classifier(spec: str, parsed: tuple[str, int | None, str | None]) -> None:
    """Each of the three may be left out after the style."""
    assert parse_wording(spec) == parsed


@pytest.mark.parametrize("spec", ["roughly 3", "over 0", "over three", "3", "first 1", "exact 1 万元", "over 3 名 家"])
def test_a_binding_that_means_nothing_is_refused(spec: str) -> None:
    """A wrong style, digits that do not belong to it, or a scale that the rules choose."""
    with pytest.raises(ValueError, match=r"wording|style"):
        parse_wording(spec)


def test_every_binding_of_the_publications_can_be_read() -> None:
    """What the declared sections ask for is a known style."""
    for path in sorted(ROOT.glob("reports/*/sections/*.toml")):
        for match in BINDING.finditer(path.read_text(encoding="utf-8")):
            parse_wording(match["wording"] or "")


@pytest.mark.parametrize(
    ("values", "spec", "texts"),
    [
        (("1036472", "1062384"), "about 1", ("约104万人", "约106万人")),
        (("1000300", "1062384", "1004000"), "about 1", ("约100万人", "约106万人", "约100万人")),
        (("35846212.50", "36146212"), "over 3", ("3580多万人", "3610多万人")),
        (("9993", "10725"), "over 3", ("近1万人", "10720多人")),
        (("2430", "12430"), "more 2", ("2400余人", "12400余人")),
    ],
)
def test_S3_consecutive_years_are_rounded_at_one_place(values: tuple[str], spec: str, texts: tuple[str]) -> None:
    """S3: within about 1 %, at the place of the year before, so that rounding alone never looks like growth."""
    style, digits, _ = parse_wording(spec)
    numbers = list(map(Decimal, values))
    printed = [word(value, "人", style, digits, earlier=numbers[:place]).text for place, value in enumerate(numbers)]
    assert printed == list(texts)


@pytest.mark.parametrize(("value", "text"), [("999960", "近100万人"), ("989960", "98万多人"), ("3996", "近4000人")])
def test_S3_the_nearer_side_of_a_round_number_is_printed(value: str, text: str) -> None:
    """S3: 99万多 reads like a slip where 近100万 is meant."""
    assert word(Decimal(value), "人", "over", 2).text == text


@given(st.lists(st.integers(1, LARGEST).map(Decimal), min_size=1, max_size=4), st.integers(1, 3))
def test_S3_about_is_within_one_per_cent(values: list[Decimal], digits: int) -> None:
    """S3: whatever the years before were."""
    wording = word(values[-1], "人", "about", digits, earlier=values[:-1])
    assert wording.low is not None and wording.high is not None
    middle = (wording.low + wording.high) / 2
    assert abs(middle - values[-1]) <= values[-1] / 100


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("12.46", "%", "比上年增长12.5%"),
        ("-32.5", "%", "比上年下降32.5%"),
        ("999.94", "%", "比上年增长999.9%"),
        ("23471.5", "%", "比上年增长234.7倍"),
        ("0.04", "%", "与上年持平"),
        ("-0.04", "%", "与上年持平"),
        ("1.25", "个百分点", "比上年提高1.3个百分点"),
        ("-1.2", "个百分点", "比上年降低1.2个百分点"),
        ("0", "个百分点", "与上年持平"),
    ],
)
def test_S5_a_change_is_said_by_its_sign(value: str, unit: str, text: str) -> None:
    """S5: 增长 or 下降, of a rate 提高 or 降低 by percentage points, 持平 where the printed number would be nought."""
    said = word(Decimal(value), unit, "change", 1)
    assert said.text == text and said.is_true_of(Decimal(value))
