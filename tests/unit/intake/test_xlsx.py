"""An .xlsx workbook is read by parsing it: what Excel shows is the value, and what is open to doubt is refused."""

import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from nianbao.catalog import Project
from nianbao.intake.read.formats.number_format import format_of
from nianbao.intake.read.formats.rich_text import read_strings
from nianbao.intake.read.formats.route import open_file
from nianbao.intake.read.formats.sheet import Sheet, Unreadable
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.submission import Cell, FormFrame, Reading
from nianbao.terms.workbook_words import NOTE_LABEL
from tests.homes import ROOT
from tests.intake.containers import FORM_SHEET, STRINGS
from tests.intake.faults import GH05, Desk
from tests.intake.made import entries, zipped
from tests.workbooks import cover_cell, edited, repacked, sheet_of

PERSONS = re.compile(rb'<c r="(?P<place>[A-Z]+[0-9]+)"(?P<rest>[^>]*)><v>500</v></c>')
Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture(scope="module")
def workbook(project: Project, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workbook with GH05, in which 500 persons were visited."""
    scratch = tmp_path_factory.mktemp("desk") / "workbook.xlsx"
    return Desk(project, project.units["QH630100"], Period.parse("2021Q4"), scratch).workbook()


def persons(cell: str) -> Change:
    """The cell of the persons written otherwise: `@` stands for its address, `~` for its style and the like."""

    def change(text: bytes) -> bytes:
        (found,) = PERSONS.finditer(text)
        said = cell.replace("@", found["place"].decode()).replace("~", found["rest"].decode())
        return text[: found.start()] + said.encode() + text[found.end() :]

    return change


def opened(content: bytes) -> Mapping[str, Sheet]:
    """The sheets of a workbook, by their names."""
    return {sheet.name: sheet for sheet in open_file(content, "a.xlsx", {}).sheets}


def refusal(content: bytes) -> tuple[str, str | None]:
    """The code and the cell for which a file is refused."""
    with pytest.raises(Unreadable) as refused:
        open_file(content, "a.xlsx", {})
    return refused.value.fault.code, refused.value.fault.cell


def form(reading: Reading) -> FormFrame:
    """The one form of a reading."""
    assert len(reading.frames) == 1, reading.faults
    return reading.frames[0]


def answer(reading: Reading, asked: str = "warmth_persons") -> Cell:
    """The cell of a field."""
    (found,) = (cell for cell in form(reading).cells if cell.field == asked)
    return found


def test_R4_an_empty_item_keeps_its_number(workbook: bytes) -> None:
    """R4: an empty shared text or style is one, and what comes after it does not move up."""

    def add_text(text: bytes) -> bytes:
        return text.replace(b"<si>", b"<si/><si>", 1)

    def shift(text: bytes) -> bytes:
        return re.sub(rb't="s"><v>(\d+)</v>', lambda found: b't="s"><v>%d</v>' % (int(found[1]) + 1), text)

    sheets = [name for name, _ in entries(workbook) if name.startswith("xl/worksheets/")]
    changed = repacked(workbook, {STRINGS: add_text, **dict.fromkeys(sheets, shift)})
    before, after = opened(workbook), opened(changed)
    assert {name: sheet.rows for name, sheet in after.items()} == {name: sheet.rows for name, sheet in before.items()}


def test_R5_items_that_are_whole_only_together_are_not_known_by_themselves() -> None:
    """R5: a piece of a part that was read before makes no part well-formed that is not."""
    begin, nested = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">', b"<t>2</t></si></si>"
    read_strings(STRINGS, begin + b'<si><t>1</t></si><si a="b"><si>' + nested + b"</sst>")
    with pytest.raises(Unreadable):
        read_strings(STRINGS, begin + b"<si>" + nested + b"</sst>")


def test_R4_an_empty_style_keeps_its_number(workbook: bytes) -> None:
    """R4: a style without any attribute is for plain numbers, and the styles after it keep their formats."""
    styles = dict(entries(workbook))["xl/styles.xml"]
    before = styles[styles.index(b"<cellXfs") : styles.index(b"</cellXfs>")].count(b"<xf ")
    more = b'<xf/><xf numFmtId="14" fontId="0"/></cellXfs>'
    changed = repacked(
        workbook,
        {
            "xl/styles.xml": styles.replace(b"</cellXfs>", more),
            FORM_SHEET: persons(f'<c r="@" s="{before + 1}"><v>44561</v></c>'),
        },
    )
    values = {cell for sheet in opened(changed).values() for row in sheet.rows for cell in row}
    assert dt.date(2021, 12, 31) in values


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="@"~><v>500</v></c><!-- <c r="@"><v>9</v></c> -->',
        '<c r="@"~><v>500</v><?x <c r="@"><v>9</v></c>?></c>',
        '<c r="@"~><v><![CDATA[500]]></v></c>',
        '<c r="@"~><v>5<!-- / -->00</v></c>',
        '<c r="@"~><v>5<?y z?>0<![CDATA[0]]></v></c>',
        '<c r="@"~><v>&#53;00</v></c>',
        "<c\n\tr='@'\n~ ><v >500</v ></c >",
        '<c r="@"~><v>5E2</v></c>',
        '<c r="@"~><v> 500\n</v></c>',
        '<c r="@"~><f>A1 > 1</f><v>500</v></c>',
        '<c r="@" t="str"><v>500</v></c>',
        '<c r="@" t="inlineStr"><is><r><t>50</t></r><r><t>0</t></r><rPh sb="0" eb="1"><t>9</t></rPh></is></c>',
    ],
)
def test_R5_R6_whatever_way_a_value_is_written_it_is_read(workbook: bytes, vocabulary: Vocabulary, cell: str) -> None:
    """R5, R6: comments, instructions, CDATA, numbered characters, quotes and line breaks are XML like any other."""
    reading = read_workbook(repacked(workbook, {FORM_SHEET: persons(cell)}), vocabulary, "a.xlsx")
    assert (answer(reading).value, answer(reading).fault) == (500, None)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="@"~><v>500</v><v>9</v></c>',
        '<c r="@"~><v>5<b/>00</v></c>',
        '<c r="@" t="s"><v>99999</v></c>',
        '<c r="@" t="s"><v>-1</v></c>',
        '<c r="@" t="q"><v>500</v></c>',
        '<c r="@" t=""><v>500</v></c>',
        '<c r="@" t="b"><v>500</v></c>',
        '<c r="@" t="inlineStr"><v>500</v></c>',
        '<c r="@" s="99999"><v>500</v></c>',
        '<c r="@"~><v>5_00</v></c>',
        '<c r="@"~><v>1e999</v></c>',
        '<c r="@"~><v>5</v></c><c r="@"~><v>500</v></c>',
    ],
)
def test_R6_what_programs_read_differently_is_refused_with_its_cell(workbook: bytes, cell: str) -> None:
    """R6: two values, an element inside one, an index without an item, a kind that there is not: never a guess."""
    code, place = refusal(repacked(workbook, {FORM_SHEET: persons(cell)}))
    (found,) = PERSONS.finditer(dict(entries(workbook))[FORM_SHEET])
    assert (code, place) == ("CELL_MALFORMED", found["place"].decode())


@pytest.mark.parametrize("place", ["C", "C0", "10", "c10", "C010", "C11", "$C$10", "XFE10", ""])
def test_R6_a_cell_that_does_not_say_where_it_stands_is_refused(workbook: bytes, place: str) -> None:
    """R6: an address without its row, of another row, or none at all: some programs pass it over, others do not."""
    cell = b'<row r="10"><c r="%b"><v>7</v></c></row></sheetData>' % place.encode()

    def change(text: bytes) -> bytes:
        return re.sub(rb"<row r=.*</sheetData>", lambda _: cell, text, flags=re.DOTALL)

    assert refusal(repacked(workbook, {FORM_SHEET: change})) == ("CELL_MALFORMED", place)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace(b"</sheetData>", b""),
        lambda text: text.replace(b"<sheetData>", b"<sheetData><row r=1>"),
        lambda text: text.replace(b"</sheetData>", b"</sheetData><sheetData/>"),
        lambda text: text.replace(b"<worksheet ", b"<workshop "),
    ],
)
def test_R5_what_is_no_sheet_is_refused(workbook: bytes, damage: Change) -> None:
    """R5: a sheet that is not well-formed, or is something else, is told as such."""
    assert refusal(repacked(workbook, {FORM_SHEET: damage}))[0] == "XML_MALFORMED"


@pytest.mark.parametrize(
    "damage", [b"]]>", b"\x01", b"&", b"\xff", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"\xe4\xb8", b"<a>", b"\xe0\x80\x80"]
)
def test_R5_a_footer_in_which_no_text_may_stand_is_refused(workbook: bytes, damage: bytes) -> None:
    """R5: a footer is nothing to the reader, and yet a sheet with a malformed one is none, whatever came before."""
    footer = b"</oddFooter>"
    open_file(workbook, "a.xlsx", {})
    broken = {FORM_SHEET: lambda text: text.replace(footer, damage + footer)}
    assert refusal(repacked(workbook, broken))[0] == "XML_MALFORMED"


def test_R5_a_comment_behind_the_cells_is_no_table(workbook: bytes) -> None:
    """R5: a whole table in a comment behind the table is not read."""
    copy = re.search(rb"<sheetData>.*</sheetData>", dict(entries(workbook))[FORM_SHEET], re.DOTALL)
    assert copy
    comment = b"<!-- " + copy[0].replace(b"<v>500</v>", b"<v>9</v>") + b" -->"
    changed = repacked(workbook, {FORM_SHEET: lambda text: text.replace(copy[0], copy[0] + comment)})
    assert {name: sheet.rows for name, sheet in opened(changed).items()} == {
        name: sheet.rows for name, sheet in opened(workbook).items()
    }


def test_R6_an_error_is_told_however_it_is_quoted(workbook: bytes, vocabulary: Vocabulary) -> None:
    """R6: an error value is one in single quotes, too."""
    cell = "<c t='e' r='@'><v>#DIV/0!</v></c>"
    found = answer(read_workbook(repacked(workbook, {FORM_SHEET: persons(cell)}), vocabulary, "a.xlsx"))
    assert (found.text, found.value, found.fault) == ("#DIV/0!", None, "CELL_ERROR")


def test_R7_a_type_declared_for_no_part_is_no_macro(workbook: bytes) -> None:
    """R7: some libraries declare the types of macros for every ending; what counts is the type of the workbook."""
    declared = b'<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    changed = repacked(
        workbook, {"[Content_Types].xml": lambda text: text.replace(b"<Default ", declared + b"<Default ", 1)}
    )
    assert opened(changed).keys() == opened(workbook).keys()


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/", "\\"),
        str.upper,
        lambda name: name.replace("xl/", "book/") if not name.startswith("_rels") else name,
    ],
    ids=["backslashes", "capitals", "another-folder"],
)
def test_R11_the_workbook_is_found_by_its_relations(workbook: bytes, rename: Callable[[str], str]) -> None:
    """R11: names of parts have no case, either slash will do, and the folder is what the relations say."""
    moved = []
    for name, text in entries(workbook):
        is_list = name.endswith((".rels", "[Content_Types].xml"))
        text = text.replace(b"xl/", b"book/") if is_list and rename("xl/a") == "book/a" else text
        moved.append((rename(name), text))
    assert {name: sheet.rows for name, sheet in opened(zipped(moved)).items()} == {
        name: sheet.rows for name, sheet in opened(workbook).items()
    }


@pytest.mark.parametrize(
    ("part", "name", "code"),
    [
        ("xl/_rels/workbook.xml.rels", b"/relationships/sharedStrings", "CELL_MALFORMED"),
        ("xl/_rels/workbook.xml.rels", b"/relationships/styles", "CELL_MALFORMED"),
        ("xl/_rels/workbook.xml.rels", b"/relationships/worksheet", "TRUNCATED"),
        ("xl/workbook.xml", b'/relationships"', "XML_MALFORMED"),
        ("xl/_rels/workbook.xml.rels", b"", "XML_MALFORMED"),
    ],
)
def test_R11_a_relation_under_another_address_is_not_followed(
    workbook: bytes, part: str, name: bytes, code: str
) -> None:
    """R11: other programs do not follow it either, and read the sheet without its texts or its formats."""
    folder = b"officeDocument/2006" if name else b"package/2006/relationships"
    address = b"http://schemas.openxmlformats.org/" + folder + name
    changed = repacked(workbook, {part: lambda text: text.replace(address, address.replace(b"http:", b"http", 1))})
    assert refusal(changed)[0] == code


def test_R11_a_whole_column_may_be_merged(workbook: bytes) -> None:
    """R11: an area without rows goes from the first to the last."""
    changed = repacked(
        workbook,
        {FORM_SHEET: lambda text: text.replace(b"<mergeCell ", b'<mergeCell ref="H:H"/><mergeCell ', 1)},
    )
    assert ((0, 7), (1_048_575, 7)) in [area for sheet in opened(changed).values() for area in sheet.merged]


@pytest.mark.parametrize(
    ("code", "asked", "told"),
    [
        ('0.00"万元"', "warmth_funds", "（显示为“250000.00万元”，读作250000元）"),
        ("#,##0,", "warmth_funds", "（显示为“250”，读作250000元）"),
        ('0!.0,"万"', "warmth_funds", "（显示为“25.0万”，读作250000元）"),
        ("0%", "warmth_persons", "（显示为“50000%”，读作500人）"),
        ('0"万"', "warmth_persons", "（显示为“500万”，读作500人）"),
        ('#,##0.00"元"', "warmth_funds", ""),
        ('0"人"', "warmth_persons", ""),
        ("#,##0.00_ ;[Red]-#,##0.00", "warmth_funds", ""),
    ],
)
def test_R15_a_format_that_changes_the_size_is_asked_about(
    workbook: bytes, vocabulary: Vocabulary, code: str, asked: str, told: str
) -> None:
    """R15: what is shown and what is read are both told; the value is that of the formula bar all the same."""
    styles = dict(entries(workbook))["xl/styles.xml"]
    number = styles[styles.index(b"<cellXfs") : styles.index(b"</cellXfs>")].count(b"<xf ")
    quoted = code.replace("&", "&amp;").replace('"', "&quot;").encode()
    value = b"%d" % int(Decimal(str(GH05[asked])))
    changed = repacked(
        workbook,
        {
            "xl/styles.xml": re.sub(
                rb"(<numFmts[^>]*>)", rb'\1<numFmt numFmtId="999" formatCode="%s"/>' % quoted, styles
            ).replace(b"</cellXfs>", b'<xf numFmtId="999"/></cellXfs>'),
            FORM_SHEET: lambda text: re.sub(
                rb'<c r="([A-Z]+\d+)"[^>]*><v>%s</v>' % value, rb'<c r="\1" s="%d"><v>%s</v>' % (number, value), text
            ),
        },
    )
    reading = read_workbook(changed, vocabulary, "a.xlsx")
    found = [fault for fault in form(reading).faults if fault.code == "NUMBER_FORMAT"]
    assert answer(reading, asked).value == GH05[asked]
    assert [fault.value for fault in found] == ([f"{answer(reading, asked).cell}{told}"] if told else [])


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0.00%", 0.12345, "12.35%"),
        ('#,##0.00,,"百万"', 123_456_789, "123.46百万"),
        (r"0\.0,\万", -445_300, "-44.5万"),
        ('[>=10000]0.0,"万";0', 12_345, "12.3万"),
        ('0"00"', 5, "500"),
        ('General"万元"', 44.53, "44.53万元"),
    ],
)
def test_R15_what_a_format_shows(code: str, value: float, shown: str) -> None:
    """R15: a finding says what the sender sees."""
    seen = format_of(code).number_shown(value)
    assert seen is not None
    assert seen.text == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0.00", 0.125, "0.13"),
        ("#,##0", -1_234.5, "-1,235"),
        ("0.00;0.00", -5, "5.00"),
        ("#,##0;-#,##0;-", 0, "-"),
        ("#,###", 0, ""),
        (";;;", 7, ""),
        ("0.00", 0.25, None),
        ("#,##0.00_);(#,##0.00)", -5, None),
        ('0"人"', 40, None),
        ("General", 1 / 3, None),
        ("@", 0.125, None),
        ("0.00E+00", 12_345, None),
    ],
)
def test_R15_what_is_seen_is_known_where_it_is_another_number(code: str, value: float, shown: str | None) -> None:
    """R15: a number that is shown rounded, without its sign or not at all is kept with what is seen of it."""
    seen = format_of(code).number_shown(value)
    assert (seen and seen.text) == shown


@pytest.mark.parametrize(
    ("code", "shown"), [('yyyy"年"m"月"', "2021年3月"), ("mm-dd", "03-05"), ("yyyy/m/d", None), ("aaaa", None)]
)
def test_R15_a_day_of_which_only_a_part_is_shown_is_kept_with_it(code: str, shown: str | None) -> None:
    """R15: a day behind a month is a day that nobody saw."""
    seen = format_of(code).day_shown(44_260, dt.date(2021, 3, 5))
    assert (seen and seen.text) == shown


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="@" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
        '<c r="@" t="e"><f>_xlfn.DISPIMG("ID_1",1)</f><v>#NAME?</v></c>',
        '<c r="@" t="e" vm="1"><v>#VALUE!</v></c>',
    ],
)
def test_R22_a_picture_in_a_cell_is_no_text(workbook: bytes, vocabulary: Vocabulary, cell: str) -> None:
    """R22: neither the formula that WPS keeps for it nor the error that others show is an answer."""
    found = answer(read_workbook(repacked(workbook, {FORM_SHEET: persons(cell)}), vocabulary, "a.xlsx"))
    assert (found.text, found.value, found.fault) == ("图片", None, "PICTURE_IN_CELL")


def calls(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes, of our functions and of those of the language."""
    count = 0

    def tell(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tell)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "pattern",
    ["1-", "13800138000 ", "1.1@", "a.b@c.d ", "1-1.1 X"],
)
def test_R23_the_work_of_masking_grows_with_the_text(pattern: str) -> None:
    """R23: ten times the text makes no more than about ten times the calls."""
    short, long = (calls(lambda: mask(pattern * count + "1" * 11)) for count in (200, 2_000))  # noqa: B023
    assert long < 15 * short + 1_000


@pytest.mark.parametrize(
    "crowd",
    [
        b'<row hidden="1"/>',
        b"<row/>",
        b"<row><c><f>1</f></c></row>",
        b'<row><c t="e"><v>#N/A</v></c></row>',
        b"<row><c><v>1</v></c></row>",
    ],
)
def test_R23_the_work_of_reading_grows_with_the_sheet(workbook: bytes, crowd: bytes) -> None:
    """R23: ten times the rows make no more than about ten times the calls."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>%s</worksheet>'
    merged = b"<mergeCells>%s</mergeCells>"
    hidden = b'<col min="1" max="16384" hidden="1"/>'
    took = []
    for count in (200, 2_000):
        text = (sheet % (crowd * count, merged % (b'<mergeCell ref="AAA1"/>' * count))).replace(
            b"<sheetData>", b"<cols>" + hidden * count + b"</cols><sheetData>"
        )
        content = repacked(workbook, {FORM_SHEET: text})
        took.append(calls(lambda: opened(content)))  # noqa: B023
    assert took[1] < 15 * took[0]


@pytest.mark.parametrize("damage", [b'<row hidden="1" ' * 30_000, b"<f " * 60_000, b"<a>" * 60_000])
def test_R23_tags_that_never_end_are_refused(workbook: bytes, damage: bytes) -> None:
    """R23: what is not well-formed is seen where it is not, however much follows."""
    content = repacked(workbook, {FORM_SHEET: lambda text: text.replace(b"<sheetData>", b"<sheetData>" + damage)})
    assert refusal(content)[0] == "XML_MALFORMED"


def test_R23_a_namespace_is_not_repeated_for_ever(workbook: bytes) -> None:
    """R23: a long namespace would be copied for every element."""
    long = b'<sheetData xmlns:x="' + b"u" * 100_000 + b'">'
    content = repacked(workbook, {FORM_SHEET: lambda text: text.replace(b"<sheetData>", long)})
    assert refusal(content)[0] == "XML_MALFORMED"


def test_what_a_merged_area_hides_is_told(workbook: bytes, vocabulary: Vocabulary) -> None:
    """A title or an answer under a merged area is not read, and not passed over either."""
    areas = b'<mergeCell ref="D5:E5"/><mergeCell ref="D7:E7"/><mergeCell '
    hidden = repacked(workbook, {FORM_SHEET: lambda text: text.replace(b"<mergeCell ", areas, 1)})
    told = {fault.code: fault.value for fault in form(read_workbook(hidden, vocabulary, "a.xlsx")).faults}
    assert (told["COVERED_CELLS"], told["MERGED"]) == ("E5（数值）、E7（500）", "D7:E7")


def test_what_a_merged_area_repeats_is_no_secret(workbook: bytes, vocabulary: Vocabulary) -> None:
    """Some programs merge cells of one content and leave it in all of them."""
    title = re.compile(rb'<c r="D5"([^>]*)>(.*?)</c><c r="E5"[^>]*>.*?</c>')

    def repeat(text: bytes) -> bytes:
        text = title.sub(rb'<c r="D5"\1>\2</c><c r="E5"\1>\2</c>', text)
        return text.replace(b"<mergeCell ", b'<mergeCell ref="D5:E5"/><mergeCell ', 1)

    reading = read_workbook(repacked(workbook, {FORM_SHEET: repeat}), vocabulary, "a.xlsx")
    assert "COVERED_CELLS" not in [fault.code for fault in form(reading).faults]


@pytest.mark.parametrize(
    ("formula", "code", "value"), [("=1+1", "FORMULA_UNCACHED", "（没有结果的公式）"), ("#REF!", "CELL_ERROR", "#REF!")]
)
def test_a_note_without_a_value_is_no_blank(
    workbook: bytes, vocabulary: Vocabulary, tmp_path: Path, formula: str, code: str, value: str
) -> None:
    """A 说明 that is an error or a formula without a result is told with its cell; so is such a cell of the cover."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook)
    places = []

    def change(book: Workbook) -> None:
        sheet = sheet_of(book, "GH05")
        (label,) = (row[0] for row in sheet.iter_rows() if row[0].value == NOTE_LABEL)
        sheet.cell(label.row, 2).value = formula
        places.append(f"B{label.row}")
        cover_cell(book, "money_unit").value = formula

    reading = read_workbook(edited(path, change), vocabulary, "a.xlsx")
    (fault,) = (fault for fault in form(reading).faults if fault.code == code)
    assert ([fault.cell], fault.value, form(reading).note) == (places, value, "")
    assert reading.cover["money_unit"] == value


def test_R25_two_sheets_of_one_name_are_told(workbook: bytes) -> None:
    """R25: no spreadsheet writes them, which is meant nobody can say, and capitals do not tell them apart."""
    changed = repacked(
        workbook,
        {"xl/workbook.xml": lambda text: re.sub(rb'(<sheet name=")[^"]*(" sheetId="[34]")', rb"\1Gh05\2", text)},
    )
    assert refusal(changed)[0] == "SHEET_NAME_TWICE"


def test_R25_another_compression_is_called_by_its_name(workbook: bytes) -> None:
    """R25: a part that is packed otherwise is not broken."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_BZIP2) as package:
        for name, text in entries(workbook):
            package.writestr(name, text)
    with pytest.raises(Unreadable) as refused:
        opened(target.getvalue())
    assert (refused.value.fault.code, refused.value.fault.value) == ("ZIP_METHOD", "bzip2")


def test_R25_parts_in_utf_16_are_read(workbook: bytes) -> None:
    """R25: the other encoding of XML is read like the usual one, and a document type in it is found."""

    def recode(text: bytes) -> bytes:
        return text.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")

    changed = zipped((name, recode(text) if name.startswith("xl/") else text) for name, text in entries(workbook))
    assert {name: sheet.rows for name, sheet in opened(changed).items()} == {
        name: sheet.rows for name, sheet in opened(workbook).items()
    }
    typed = repacked(workbook, {STRINGS: lambda text: recode(text.replace(b"<sst ", b"<!DOCTYPE sst><sst "))})
    assert refusal(typed)[0] == "XML_DTD"


def test_days_are_those_of_the_calendar_of_the_workbook(workbook: bytes) -> None:
    """A day number counts from 1900 or from 1904; one that no calendar holds stays the number that it is."""
    styles = dict(entries(workbook))["xl/styles.xml"]
    number = styles[styles.index(b"<cellXfs") : styles.index(b"</cellXfs>")].count(b"<xf ")
    more = styles.replace(b"</cellXfs>", b'<xf numFmtId="14"/></cellXfs>')
    for said, calendar, day in (
        ("44561", b"0", dt.date(2021, 12, 31)),
        ("43099", b"1", dt.date(2021, 12, 31)),
        ("44561.75", b"0", dt.datetime(2021, 12, 31, 18)),
        ("59", b"0", dt.date(1900, 2, 28)),
        ("60", b"0", 60.0),
        ("-1", b"0", -1.0),
        ("0.5", b"0", dt.time(12)),
    ):
        changed = repacked(
            workbook,
            {
                "xl/styles.xml": more,
                FORM_SHEET: persons(f'<c r="@" s="{number}"><v>{said}</v></c>'),
                "xl/workbook.xml": lambda text, calendar=calendar: text.replace(
                    b"<workbookPr ", b'<workbookPr date1904="%s" ' % calendar
                ),
            },
        )
        assert day in [cell for sheet in opened(changed).values() for row in sheet.rows for cell in row], said


def test_what_a_merged_area_covers_is_not_read(workbook: bytes) -> None:
    """Of a merged area only the first cell is seen, whatever a file holds in the others."""
    (found,) = PERSONS.finditer(dict(entries(workbook))[FORM_SHEET])
    place = found["place"].decode()
    area = f'<mergeCell ref="A{place[1:]}:{place}"/>'.encode()
    changed = repacked(workbook, {FORM_SHEET: lambda text: text.replace(b"<mergeCell ", area + b"<mergeCell ", 1)})
    assert 500.0 not in [cell for sheet in opened(changed).values() for row in sheet.rows for cell in row]


def test_R6_a_style_that_cannot_be_found_is_refused(workbook: bytes) -> None:
    """R6: where the relation to the styles is damaged nobody can say whether a number is a day."""
    relations = "xl/_rels/workbook.xml.rels"
    changed = repacked(
        workbook, {relations: lambda text: text.replace(b"relationships/styles", b"relationships/stiles")}
    )
    assert refusal(changed)[0] == "CELL_MALFORMED"
