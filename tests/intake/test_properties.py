"""What holds for any input: numbers, texts, periods, delimited text, and what comes back from the template."""

import csv
import datetime as dt
import io
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nianbao.catalog import Project
from nianbao.intake.blank.workbook import write_workbook
from nianbao.intake.read.formats.delimited import COUNT_LABEL, open_delimited
from nianbao.intake.read.formats.sheet import address
from nianbao.intake.read.number import NOT_APPLICABLE, NUMBER, UNIT_IN_CELL, read_number, text_of_number
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.intake.text import clean, compact, narrow, tidy
from nianbao.terms.filled import Filled, Row
from nianbao.terms.form import Field, FieldType, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.submission import Value
from tests.homes import ROOT
from tests.intake.answers import choices, expected, owing_everything, read_back

XINING = "QH630100"
PERIOD = Period.parse("2021Q4")
FAULTS = {NUMBER, UNIT_IN_CELL, NOT_APPLICABLE}
VISIBLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"])
CENTS = st.decimals(min_value=0, max_value=Decimal("99999999999999.99"), places=2)
WIDE = str.maketrans("0123456789.,-+", "０１２３４５６７８９．，－＋")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@given(CENTS, st.booleans(), st.booleans(), st.sampled_from(["", " ", "\u3000", "\u00a0", "\u200b"]))
def test_a_number_is_read_as_it_is_written(value: Decimal, grouped: bool, wide: bool, margin: str) -> None:
    """Grouped, in full width, between blanks: the number stays the same to the last digit."""
    text = f"{value:,}" if grouped else f"{value:f}"
    assert read_number(margin + (text.translate(WIDE) if wide else text) + margin) == value


@given(st.text())
@example("1_000")
@example("1e3")
@example("²")
@example("٣")
@example("inf")
@example("१२३")
def test_any_text_is_a_number_or_a_fault(text: str) -> None:
    """The normaliser never fails, and takes nothing for a number but ASCII or full-width digits."""
    read = read_number(text)
    assert isinstance(read, Decimal) or read in FAULTS
    if isinstance(read, Decimal):
        assert set(narrow(text)) <= set("0123456789.,-+−–﹣‐‑")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_numeric_cell_keeps_its_digits(value: Decimal) -> None:
    """A number that went through a spreadsheet's binary form comes out as it was typed."""
    assert Decimal(text_of_number(float(value))) == value


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_numeric_cell_is_a_number_or_a_fault(value: float) -> None:
    """Whatever a cell holds as a number, its text is read or refused, and never grows long enough to matter."""
    read = read_number(text_of_number(value))
    assert isinstance(read, Decimal) or read in FAULTS


@given(st.text())
def test_texts_are_cleaned_once_and_for_all(text: str) -> None:
    """Cleaning what is clean changes nothing."""
    for way in (clean, tidy, narrow):
        assert way(way(text)) == way(text)
    assert "\u202e" not in tidy(text) and "\u200b" not in tidy(text) and "\0" not in tidy(text)


@given(st.text(alphabet=VISIBLE))
def test_a_visible_text_is_kept_as_it_is(text: str) -> None:
    """Of a text without control marks only the margins go, and blanks of a line end."""
    assume(not any(character in "\u2028\u2029" for character in text))
    assume(not any(clean(character) == "" and not character.isspace() for character in text))
    assert tidy(text) == text.strip()


@given(st.integers(1000, 9999), st.sampled_from(["", *(f"Q{n}" for n in range(1, 5)), "H1", "H2", "M01", "M02", "M12"]))
def test_a_period_is_its_code(year: int, suffix: str) -> None:
    """A code names one period, that of the year before is one year before, and its words are not empty."""
    period = Period.parse(f" {year}{suffix.lower()} ")
    assert str(period) == f"{year}{suffix}" and Period.parse(str(period)) == period
    assert period.start <= period.end and period.year == year and period.zh
    if year > 1000:
        assert period.prev_year.with_suffix(period.suffix).year == year - 1


@given(st.text(alphabet="0123456789QHMqhm- ", max_size=20) | st.text())
def test_any_text_is_a_period_or_no_period(text: str) -> None:
    """A text that is no period says so in one way."""
    try:
        period = Period.parse(text)
    except ValueError:
        return
    assert Period.parse(period.code) == period


@given(st.integers(0, 20_000), st.integers(0, 2_000_000))
def test_a_cell_has_one_address(column: int, row: int) -> None:
    """Addresses are those of spreadsheets: letters for the column, counted from A to Z, AA and on."""
    place = address(row, column)
    letters = place.rstrip("0123456789")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    assert (number - 1, int(place[len(letters) :]) - 1) == (column, row)


UNSEEN = ["Cc", "Cs"]
FIELD = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=UNSEEN, exclude_characters="\ufffd"), max_size=20
)
CELLS = st.lists(FIELD | st.sampled_from(['a"b', "a,b", "甲\n乙", ""]), min_size=2, max_size=4)


@given(
    st.lists(CELLS, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8-sig", "utf-16"])
)
def test_delimited_text_is_read_as_it_is_written(lines: list[list[str]], end: str, encoding: str) -> None:
    """What any program writes as strict .csv is read back field for field."""
    assume(any(text.strip() for line in lines for text in line))
    assume(not any(line[0].strip() == COUNT_LABEL for line in lines))
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(lines)
    (sheet,) = open_delimited(target.getvalue().replace("\n", end).encode(encoding), "表", ".csv").sheets
    assert [list(row) for row in sheet.rows] == lines


@given(st.binary(max_size=400), st.sampled_from([".csv", ".tsv", ".json", ".xlsx", ".xls", ".ods", ".et", ""]))
def test_any_bytes_are_read_or_refused(vocabulary: Vocabulary, content: bytes, ending: str) -> None:
    """No bytes make the reader fail: the answer says what is wrong."""
    reading = read_workbook(content, vocabulary, f"x{ending}")
    assert reading.faults and not reading.frames


def typed(project: Project, asked: Field) -> st.SearchStrategy[Value | None]:
    """Any answer that a field may hold, or none."""
    match asked.type:
        case FieldType.INT:
            kept: st.SearchStrategy[Value] = st.integers(0, 10**13)
        case FieldType.MONEY:
            kept = CENTS.filter(lambda value: value < 10**14)
        case FieldType.DECIMAL:
            kept = st.decimals(min_value=0, max_value=10**9, places=4)
        case FieldType.DATE:
            kept = st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31))
        case FieldType.BOOL:
            kept = st.booleans()
        case FieldType.CODE:
            kept = st.sampled_from(choices(project, project.units[XINING], PERIOD, asked))
        case _:
            kept = st.text(alphabet=VISIBLE, max_size=60).filter(_is_plain)
    return st.none() | kept


def _is_plain(text: str) -> bool:
    """Whether a text means nothing else where it stands: no code of a field, no word of totals."""
    return compact(text) not in {"合计", "总计", "共计", "小计", "总合计"} and "-" not in text


def rows_for(project: Project, part: Part) -> st.SearchStrategy[list[Row]]:
    """Any rows of a part: one for lines, one for each of some keys where they are printed, a few for a ledger."""
    row: st.SearchStrategy[Row] = st.fixed_dictionaries({asked.code: typed(project, asked) for asked in part.fields})
    if part.layout is Layout.INDICATOR:
        return st.lists(row, min_size=1, max_size=1)
    if part.rows:
        key = part.fields[0]
        keys = choices(project, project.units[XINING], PERIOD, key)[:4]
        return st.tuples(*(row for _ in keys)).map(
            lambda rows: [{**row, key.code: code} for code, row in zip(keys, rows, strict=True)]
        )
    return st.lists(row, max_size=4)


@pytest.mark.slow
@pytest.mark.parametrize("code", [f"GH{number:02d}" for number in range(1, 15)])
def test_what_the_template_writes_the_reader_reads_back(
    code: str, project: Project, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """Any answers to any form come back cell for cell."""
    generous = owing_everything(project, project.units[XINING])
    form = generous.forms[code]
    path = tmp_path / "报表.xlsx"

    @settings(max_examples=40, deadline=None)
    @given(st.fixed_dictionaries({part.code: rows_for(generous, part) for part in form.parts}))
    def comes_back(rows: dict[str, list[Row]]) -> None:
        write_workbook(path, generous, generous.units[XINING], PERIOD, Filled({code: rows}, only=True))
        reading = read_workbook(path.read_bytes(), vocabulary, path.name)
        wanted = expected(form, rows)
        if reading.frames:
            assert read_back(reading.frames[0]) == wanted
        else:
            assert not wanted and [fault.code for fault in reading.faults] == ["EMPTY_SUBMISSION"]

    comes_back()


def test_texts_that_look_like_escapes_survive(project: Project, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """A text that looks like an escape of the format is kept as it was typed."""
    generous = owing_everything(project, project.units[XINING])
    name = "_x0041_站 _x005F_ &#65; <v>1</v>"
    sites = [{"site_type": "red_base", "site_name": name, "site_date": dt.date(2021, 11, 3)}]
    forms = {"GH03": {"main": [{"theme_activities": random.Random(1).randrange(9)}], "sites": sites}}
    write_workbook(tmp_path / "x.xlsx", generous, generous.units[XINING], PERIOD, Filled(forms, only=True))
    reading = read_workbook((tmp_path / "x.xlsx").read_bytes(), vocabulary)
    assert ("sites", 1, "site_name") in read_back(reading.frames[0])
    assert read_back(reading.frames[0])["sites", 1, "site_name"] == name


LABELS = "说明 说明： 填报说明 填表人 联系人 序号 备注： （一）甲 数值 代码 计量单位 表号".split()


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("code", ["GH07", "GH09", "GH14"])
def test_a_record_may_say_what_the_form_says(
    code: str, label: str, project: Project, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """A word of the form's own print, written into a record, is the record's and ends nothing."""
    generous = owing_everything(project, project.units[XINING])
    form = generous.forms[code]
    rows: dict[str, list[Row]] = {
        part.code: [{asked.code: label} for asked in part.fields if asked.type is FieldType.TEXT]
        for part in form.parts
        if part.layout is not Layout.INDICATOR
    }
    path = tmp_path / "报表.xlsx"
    write_workbook(path, generous, generous.units[XINING], PERIOD, Filled({code: rows}, only=True))
    (frame,) = read_workbook(path.read_bytes(), vocabulary, path.name).frames
    assert (read_back(frame), frame.note) == (expected(form, rows), "")
