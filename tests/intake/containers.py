"""Faults 2, 19 and 21 to 40: what a file is made of."""

from __future__ import annotations

import io
import random
import struct
import zipfile

from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from nianbao.terms import workbook_words
from tests.intake.faults import ACCEPTED, QUARANTINED, Case, Desk, Make
from tests.intake.made import (
    as_json,
    compound,
    delivery,
    entries,
    ods,
    ods_content,
    ods_package,
    ods_row,
    ods_table,
    records,
    stream_of,
    xls,
    xls_book,
    zipped,
)
from tests.workbooks import repacked, sheet_of

STRINGS, BOOK, TYPES = "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"
FORM_SHEET = "xl/worksheets/sheet3.xml"
"""The sheet of GH05: cover and guide stand before it."""

LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]>'
)
XXE = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LINK = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</externalLink>'
HTML = "<html><body><table><tr><td>填报单位代码</td><td>QH630100</td></tr></table></body></html>"
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)
TO_THE_END = 'table:number-rows-repeated="1048000"'
ACROSS = 'table:number-columns-repeated="16384"'


def replaced(name: str, old: bytes, new: bytes) -> Make:
    """The workbook with some bytes of an entry replaced."""

    def make(desk: Desk) -> bytes:
        def change(text: bytes) -> bytes:
            assert old in text, (name, old)
            return text.replace(old, new, 1)

        return repacked(desk.workbook(), {name: change})

    return make


def added(**extra: bytes) -> Make:
    """The workbook with further entries; `__` stands for a slash, `_dot_` for a dot."""
    names = {name.replace("__", "/").replace("_dot_", "."): text for name, text in extra.items()}
    return lambda desk: repacked(desk.workbook(), names)


def cell_at(place: str, value: str = "1", quote: str = '"') -> Make:
    """The workbook with one more cell on the sheet of GH05."""
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    xml = f"<row r={quote}{row}{quote}><c r={quote}{place}{quote}><v>{value}</v></c></row></sheetData>".encode()
    return replaced(FORM_SHEET, b"</sheetData>", xml)


def bomb(desk: Desk) -> bytes:
    """64 MiB of blanks in the table of strings."""
    return repacked(desk.workbook(), {STRINGS: lambda text: text.replace(b"</sst>", b" " * (64 << 20) + b"</sst>")})


def claiming(size: int) -> Make:
    """The workbook with another size in the directory than its table of strings has."""

    def make(desk: Desk) -> bytes:
        content = desk.workbook()
        place = content.rindex(STRINGS.encode()) - 46 + 24
        return content[:place] + struct.pack("<I", size) + content[place + 4 :]

    return make


def overlapping(desk: Desk) -> bytes:
    """A second entry in the directory that points at the bytes of the first."""
    content = desk.workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        info = package.getinfo(STRINGS)
        info.filename = "xl/theme/theme9.xml"
        end = content.rindex(b"PK\5\6")
        start = struct.unpack_from("<I", content, end + 16)[0]
        count = len(package.namelist())
    name = b"xl/theme/theme9.xml"
    entry = b"PK\1\2" + struct.pack(
        "<4B4HL2L5H2L", 20, 3, 20, 0, 0, 8, 0, 0, info.CRC, info.compress_size, info.file_size,
        len(name), 0, 0, 0, 0, 0, info.header_offset,
    )  # fmt: skip
    directory = content[start:end] + entry + name
    return (
        content[:start]
        + directory
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count + 1, count + 1, len(directory), start, 0)
    )


def twice(desk: Desk) -> bytes:
    """The sheet of GH05 twice under one name, with other numbers in the second."""
    parts = entries(desk.workbook())
    sheet = dict(parts)[FORM_SHEET]
    return zipped([*parts, (FORM_SHEET, sheet.replace(b"<v>500</v>", b"<v>999</v>"))])


def far_ods(repeats: str, value: str) -> Make:
    """An .ods whose last row is repeated to the end of the sheet."""

    def make(desk: Desk) -> bytes:
        rows = [*map(ods_row, desk.rows()), ods_row([(f"<table:table-cell {value}/>",)], repeats)]
        return ods_package(ods_content(ods_table("报表", rows)))

    return make


def broken_xls(how: str) -> Make:
    """An .xls with its sector table, its records or its end destroyed."""

    def make(desk: Desk) -> bytes:
        content, dice = bytearray(xls(desk)), random.Random(30)
        if how == "cut":
            return bytes(content[: len(content) // 2])
        start, end = {"header": (30, 80), "records": (512, 2048), "tail": (len(content) - 2048, len(content))}[how]
        content[start:end] = dice.randbytes(end - start)
        return bytes(content)

    return make


def locked_xls(desk: Desk) -> bytes:
    """An .xls whose first record after the beginning says that what follows is encrypted."""
    first, *others = records(xls_book({"报表": desk.rows()}).get_biff_data())
    return compound(stream_of([first, (0x2F, b"\0" * 54), *others]))


def macro_sheet_xls(desk: Desk) -> bytes:
    """An .xls with a sheet of the old macro language."""
    parts = records(xls_book({"报表": desk.rows()}).get_biff_data())
    changed = [(kind, text[:5] + b"\1" + text[6:] if kind == 0x85 else text) for kind, text in parts]
    return compound(stream_of(changed))


def protected(book: Workbook) -> None:
    """Lock the structure and a sheet, as an office does."""
    book.security = WorkbookProtection(workbookPassword="0000", lockStructure=True)
    sheet_of(book, "GH05").protection.set_password("1234")


def commented(book: Workbook) -> None:
    """Leave a note on a cell."""
    sheet_of(book, "GH05")["E6"].comment = Comment("请核对", "审核")


def many_sheets(book: Workbook) -> None:
    """Three hundred sheets."""
    for number in range(300):
        book.create_sheet(f"表{number}")


def many_styles(desk: Desk) -> bytes:
    """Ten thousand cell formats, as old workbooks collect them."""
    more = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' * 10_000
    return repacked(desk.workbook(), {"xl/styles.xml": lambda text: text.replace(b"</cellXfs>", more + b"</cellXfs>")})


def strict(desk: Desk) -> bytes:
    """The strict variant of the format, with its other namespaces."""
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    parts = entries(desk.workbook())
    return zipped(
        (
            name,
            text.replace(old + b"spreadsheetml/2006", new + b"spreadsheetml").replace(
                old + b"officeDocument/2006", new + b"officeDocument"
            ),
        )
        for name, text in parts
    )


def prefixed(desk: Desk) -> bytes:
    """Sheets in which every element carries a prefix, as some office suites write them."""
    return repacked(
        desk.workbook(),
        {
            FORM_SHEET: lambda text: (
                text.replace(b"</", b"</x:")
                .replace(b"<", b"<x:")
                .replace(b"<x:/x:", b"</x:")
                .replace(b"<x:?", b"<?")
                .replace(b"xmlns=", b"xmlns:x=", 1)
            )
        },
    )


def wide(desk: Desk) -> bytes:
    """A sheet filled in every one of its 16,384 columns."""
    cells = "".join(f'<c r="{letters(column)}40"><v>1</v></c>' for column in range(16_384))
    return replaced(FORM_SHEET, b"</sheetData>", f'<row r="40">{cells}</row></sheetData>'.encode())(desk)


def letters(column: int) -> str:
    """A for 0, XFD for 16383."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


def note(text: str) -> Make:
    """The workbook with this explanation under GH05."""

    def change(book: Workbook) -> None:
        sheet = sheet_of(book, "GH05")
        (label,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == workbook_words.NOTE_LABEL)
        label.offset(0, 1).value = text

    return lambda desk: desk.edited(change)


def plain(text: str) -> Make:
    """A file with this text."""
    return lambda desk: text.encode()


def raw(content: bytes) -> Make:
    """A file with these bytes."""
    return lambda desk: content


READ = {"warmth_persons": 500}
NOISE = random.Random(37).randbytes(5_000)

CASES = [
    Case(2, lambda desk: desk.workbook()[:-4_000], QUARANTINED, ("TRUNCATED",)),
    Case(2, lambda desk: ods(desk)[:-400], QUARANTINED, ("TRUNCATED",), "ods", ".ods"),
    Case(19, lambda desk: zipped([("报表.xlsx", desk.workbook())]), QUARANTINED, ("ARCHIVE",), "zip", ".zip"),
    Case(19, lambda desk: zipped([("报表.xlsx", desk.workbook())]), QUARANTINED, ("ARCHIVE",), "renamed"),
    Case(19, raw(b"Rar!\x1a\7\1\0" + NOISE), QUARANTINED, ("ARCHIVE",), "rar", ".rar"),
    Case(19, raw(b"7z\xbc\xaf\x27\x1c" + NOISE), QUARANTINED, ("ARCHIVE",), "7z", ".7z"),
    Case(21, bomb, QUARANTINED, ("ZIP_BOMB",)),
    Case(21, lambda desk: ods_package(ods_content(" " * (64 << 20))), QUARANTINED, ("ZIP_BOMB",), "ods", ".ods"),
    Case(22, claiming(100), QUARANTINED, ("ZIP_MALFORMED",), "understated"),
    Case(22, claiming(1 << 31), QUARANTINED, ("ZIP_MALFORMED",), "overstated"),
    Case(23, overlapping, QUARANTINED, ("ZIP_MALFORMED",), "overlapping"),
    Case(23, twice, QUARANTINED, ("ZIP_MALFORMED",), "twins"),
    Case(
        23,
        lambda desk: zipped([*entries(desk.workbook()), *((f"x/{number}.bin", b"") for number in range(2_001))]),
        QUARANTINED,
        ("ZIP_BOMB",),
        "crowd",
    ),
    Case(24, replaced(STRINGS, b"<sst ", LAUGHS + b"<sst "), QUARANTINED, ("XML_DTD",), "strings"),
    Case(24, replaced(FORM_SHEET, b"<worksheet ", LAUGHS + b"<worksheet "), QUARANTINED, ("XML_DTD",), "sheet"),
    Case(24, replaced(BOOK, b"<workbook ", LAUGHS + b"<workbook "), QUARANTINED, ("XML_DTD",), "workbook"),
    Case(24, lambda desk: ods_package(LAUGHS + ods_content("")), QUARANTINED, ("XML_DTD",), "ods", ".ods"),
    Case(25, replaced(STRINGS, b"<sst ", XXE + b"<sst "), QUARANTINED, ("XML_DTD",)),
    Case(26, replaced(FORM_SHEET, b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="'), ACCEPTED, reads=READ),
    Case(27, cell_at("XFD1048576"), QUARANTINED, ("SHEET_TOO_WIDE",)),
    Case(27, cell_at("XFD1048576", quote="'"), QUARANTINED, ("SHEET_TOO_WIDE",), "quotes"),
    Case(27, cell_at("AAA900"), QUARANTINED, ("SHEET_TOO_WIDE",), "aaa"),
    Case(28, cell_at("A1048576"), QUARANTINED, ("TOO_MANY_CELLS",), "last-row"),
    Case(28, cell_at("J1048576"), QUARANTINED, ("TOO_MANY_CELLS",), "wide-and-long"),
    Case(
        28,
        replaced(FORM_SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'),
        ACCEPTED,
        (),
        "blank",
        reads=READ,
    ),
    Case(
        29,
        far_ods(TO_THE_END, f'{ACROSS} office:value-type="float" office:value="1"'),
        QUARANTINED,
        ("TOO_MANY_CELLS",),
        "",
        ".ods",
    ),
    Case(29, far_ods(TO_THE_END, ACROSS), ACCEPTED, (), "blank", ".ods", READ),
    Case(30, broken_xls("header"), QUARANTINED, ("TRUNCATED",), "header", ".xls"),
    Case(30, broken_xls("records"), QUARANTINED, ("TRUNCATED",), "records", ".xls"),
    Case(30, broken_xls("tail"), QUARANTINED, ("TRUNCATED",), "tail", ".xls"),
    Case(30, broken_xls("cut"), QUARANTINED, ("TRUNCATED",), "cut", ".xls"),
    Case(31, raw(compound(NOISE, "EncryptedPackage")), QUARANTINED, ("ENCRYPTED",)),
    Case(31, locked_xls, QUARANTINED, ("ENCRYPTED",), "xls", ".xls"),
    Case(
        31,
        lambda desk: ods(desk, extra={"META-INF/manifest.xml": b"<manifest><manifest:encryption-data/></manifest>"}),
        QUARANTINED,
        ("ENCRYPTED",),
        "ods",
        ".ods",
    ),
    Case(32, lambda desk: desk.edited(protected), ACCEPTED, reads=READ),
    Case(33, replaced(TYPES, PLAIN_TYPE, MACRO_TYPE), QUARANTINED, ("MACRO",), "xlsm", ".xlsm"),
    Case(33, added(xl__vbaProject_dot_bin=b"\0"), QUARANTINED, ("MACRO",), "hidden"),
    Case(33, added(xl__macrosheets__sheet1_dot_xml=b"<x/>"), QUARANTINED, ("MACRO",), "sheet"),
    Case(
        33,
        added(xl__externalLinks__externalLink1_dot_xml=LINK % b'<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'),
        QUARANTINED,
        ("MACRO",),
        "dde",
    ),
    Case(33, macro_sheet_xls, QUARANTINED, ("MACRO",), "xls", ".xls"),
    Case(
        33,
        lambda desk: ods(desk, extra={"Basic/Standard/Module1.xml": b"<x/>"}),
        QUARANTINED,
        ("MACRO",),
        "ods",
        ".ods",
    ),
    Case(
        34,
        added(xl__externalLinks__externalLink1_dot_xml=LINK % b"<externalBook/>"),
        ACCEPTED,
        ("EXTERNAL_LINK",),
        "book",
    ),
    Case(34, added(xl__connections_dot_xml=b"<connections/>"), ACCEPTED, ("EXTERNAL_LINK",), "connection"),
    Case(35, added(xl__embeddings__oleObject1_dot_bin=NOISE), ACCEPTED, ("EMBEDDED",), "ole"),
    Case(35, added(xl__media__image1_dot_png=NOISE), ACCEPTED, ("EMBEDDED",), "picture"),
    Case(35, added(xl__activeX__activeX1_dot_xml=b"<x/>"), ACCEPTED, ("EMBEDDED",), "activex"),
    Case(35, lambda desk: desk.edited(commented), ACCEPTED, (), "comment", reads=READ),
    Case(35, lambda desk: ods(desk, extra={"Object 1/content.xml": b"<x/>"}), ACCEPTED, ("EMBEDDED",), "ods", ".ods"),
    Case(36, plain(HTML), QUARANTINED, ("FORMAT_MISMATCH",), "html", ".xls"),
    Case(36, lambda desk: desk.text().encode(), QUARANTINED, ("FORMAT_MISMATCH",), "csv"),
    Case(36, lambda desk: as_json(delivery(desk)), QUARANTINED, ("FORMAT_MISMATCH",), "json"),
    Case(36, plain(XML_2003), QUARANTINED, ("FORMAT_MISMATCH",), "xml-2003", ".xls"),
    Case(
        36,
        raw(zipped([(TYPES, b"<x/>"), ("xl/workbook.bin", NOISE)])),
        QUARANTINED,
        ("UNSUPPORTED_FORMAT",),
        "xlsb",
        ".xlsb",
    ),
    Case(
        36, raw(zipped([(TYPES, b"<x/>"), ("word/document.xml", b"<x/>")])), QUARANTINED, ("FORMAT_MISMATCH",), "docx"
    ),
    Case(36, raw(b"%PDF-1.7\n" + NOISE), QUARANTINED, ("FORMAT_MISMATCH",), "pdf"),
    Case(36, raw(b"\x89PNG\r\n\x1a\n" + NOISE), QUARANTINED, ("NOT_A_WORKBOOK",), "picture", ".png"),
    Case(36, raw(compound(NOISE, "WordDocument")), QUARANTINED, ("FORMAT_MISMATCH",), "doc", ".xls"),
    Case(36, xls, ACCEPTED, (), "et", ".et", {"warmth_persons": 500, "relief_medical": "20000.5"}),
    Case(36, xls, ACCEPTED, (), "xls", ".xls", READ),
    Case(36, lambda desk: desk.workbook(), ACCEPTED, ("MISNAMED",), "xlsx-as-xls", ".xls", READ),
    Case(36, xls, ACCEPTED, ("MISNAMED",), "xls-as-xlsx", ".xlsx", READ),
    Case(36, ods, ACCEPTED, (), "ods", ".ods", READ),
    Case(36, lambda desk: desk.workbook(), ACCEPTED, (), "no-ending", "", READ),
    Case(37, raw(b""), QUARANTINED, ("EMPTY_FILE",), "empty"),
    Case(37, raw(b"x"), QUARANTINED, ("FORMAT_MISMATCH",), "one-byte"),
    Case(37, raw(NOISE), QUARANTINED, ("NOT_A_WORKBOOK",), "noise"),
    Case(37, raw(NOISE[:512]), QUARANTINED, ("ENCODING",), "noise-csv", ".csv"),
    Case(37, raw(b"PK\3\4" + NOISE), QUARANTINED, ("TRUNCATED",), "noise-zip"),
    Case(38, replaced("xl/styles.xml", b' numFmtId="0"', b""), ACCEPTED, (), "styles", reads=READ),
    Case(38, strict, ACCEPTED, (), "strict", reads=READ),
    Case(38, prefixed, ACCEPTED, (), "prefixed", reads=READ),
    Case(39, lambda desk: desk.edited(many_sheets), QUARANTINED, ("TOO_MANY_SHEETS",), "sheets"),
    Case(39, many_styles, ACCEPTED, (), "styles", reads=READ),
    Case(39, wide, QUARANTINED, ("SHEET_TOO_WIDE",), "columns"),
    Case(39, note("很" * 32_767), ACCEPTED, ("NOTE_TOO_LONG",), "note"),
    Case(
        40,
        lambda desk: repacked(
            desk.workbook(), {"../../../../tmp/nianbao-escaped.xml": b"<x/>", "/etc/nianbao.xml": b"<x/>"}
        ),
        ACCEPTED,
        reads=READ,
    ),
]
