"""One normaliser reads every number: what it takes is exact, and what it does not take is a fault with a name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.intake.read.number import NOT_APPLICABLE, NUMBER, UNIT_IN_CELL, read_number, text_of_number
from nianbao.intake.text import clean

EXACT = st.decimals(-(10**13), 10**13, places=4)
FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in "0123456789.,+-"}
UNSEEN = st.text(st.sampled_from(" \u00a0\u3000\u200b\ufeff\t\u2009\u202f"), max_size=3)
MINUSES = st.sampled_from("-−–﹣－")

READS = {
    # full width
    "１２３": "123", "５．５": "5.5", "１，２３４": "1234", "－７": "-7",
    # grouping
    "1,234.50": "1234.50", "12,345,678": "12345678", "0.10": "0.10", "007": "7", "+5": "5", "-0": "0",
    # minus signs
    "−5": "-5", "–5": "-5", "﹣5": "-5",
    # what nobody sees
    " 5 ": "5", "\u00a05": "5", "5\u3000": "5", "\ufeff5": "5", "5\u200b": "5", "\t5": "5",
}  # fmt: skip
REFUSED = [
    # other conventions of grouping
    "1.234,50", "12,34", "1,23", "1,2345", ",123", "1,,234", "1 234", "1'234",
    # what programs take for numbers
    "1_000", "0x10", "1e3", "1E400", "inf", "nan", "-inf", "True", "1j", "０ｘ１０", "1.", ".5", "--5", "+-5", "5-",
    # what unicode takes for digits
    "²", "٣", "①", "Ⅷ", "३", "½", "𝟓", "三", "壹万贰仟", "〇", "1²",
    # what accountants write
    "(5)", "（5）", "5-", "¥5", "5.5.5",
    # words
    "约300", "300多", "三百", "0人左右", "=1+1", "1/2", "1:30", "5 000", "多", "?",
    # more than a cell of a statistic can mean
    "9" * 40,
]  # fmt: skip
WITH_UNIT = ["5%", "５％", "１２人", "5万元", "5 元", "1,234.5万元", "3名", "5‰", "10件", "2万"]
MEANS_NONE = ["-", "—", "--", "——", "/", "无", "…", "……", " 无 ", "－", "不适用"]


@pytest.mark.parametrize(("text", "value"), READS.items())
def test_a_number_is_read_exactly(text: str, value: str) -> None:
    """With the decimals that were written, as a decimal and never as a binary fraction."""
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", REFUSED)
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    """Nothing is guessed: a wrong number costs more than a question."""
    assert read_number(text) == NUMBER


@pytest.mark.parametrize("text", WITH_UNIT)
def test_a_unit_in_the_cell_has_a_fault_of_its_own(text: str) -> None:
    """The clerk is told to leave it out; 5万 is not 5."""
    assert read_number(text) == UNIT_IN_CELL


@pytest.mark.parametrize("text", MEANS_NONE)
def test_not_applicable_is_neither_nought_nor_missing(text: str) -> None:
    """A dash, a stroke and 无 say that the question does not apply."""
    assert read_number(text) == NOT_APPLICABLE


@given(EXACT)
def test_what_is_written_is_read(value: Decimal) -> None:
    """Plain, grouped, in full width: the same number."""
    plain = format(value, "f")
    for text in (plain, f"{value:,f}", plain.translate(FULL_WIDTH), f"{value:,f}".translate(FULL_WIDTH)):
        assert read_number(text) == value


@given(EXACT, UNSEEN, UNSEEN, MINUSES)
def test_what_nobody_sees_does_not_matter(value: Decimal, before: str, after: str, minus: str) -> None:
    """Blanks of any width at the ends, marks without width, and the kind of minus sign."""
    text = format(value, "f").replace("-", minus)
    assert read_number(before + text + after) == value


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_fault(text: str) -> None:
    """Nothing is raised, nothing is infinite, and what is read has only digits that a clerk can type."""
    read = read_number(text)
    if isinstance(read, Decimal):
        assert read.is_finite()
        digits = [character for character in text if character.isdigit()]
        assert digits and all(character in "0123456789０１２３４５６７８９" for character in digits)
    else:
        assert read in (NUMBER, UNIT_IN_CELL, NOT_APPLICABLE)


@given(st.integers(-(10**14), 10**14) | st.decimals(-(10**11), 10**11, places=3).map(float))
def test_a_numeric_cell_is_the_number_that_it_shows(value: float) -> None:
    """To the 15 digits that a spreadsheet keeps, never with an exponent."""
    text = text_of_number(value)
    assert "e" not in text.lower()
    assert read_number(text) == Decimal(format(value, ".15g"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.3"), (1e15, "1000000000000000"), (1e-7, "0.0000001"), (100.0, "100"), (35846212.5, "35846212.5")],
)
def test_the_noise_of_binary_fractions_is_not_shown(value: float, text: str) -> None:
    """0.1 and 0.2 make 0.3, as on the screen of the clerk."""
    assert text_of_number(value) == text


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """A text as it is compared stays the same when it is compared again."""
    assert clean(clean(text)) == clean(text)
