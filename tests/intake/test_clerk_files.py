"""Files as clerks and their programs save them: R9, R10, R12, R13, R14, R21, and that what they are told works."""

import gzip
import io
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from nianbao.catalog import Project
from nianbao.intake.read.formats.compound import Compound
from nianbao.intake.read.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.read.workbook import read_workbook
from nianbao.terms.period import Period
from nianbao.terms.submission import Reading
from tests.homes import ROOT
from tests.intake.checking import check
from tests.intake.containers import NOISE
from tests.intake.faults import Desk
from tests.intake.made import compound, ods_content, ods_package, structure_protected, xls, zipped

TYPES = ("[Content_Types].xml", b"<Types/>")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture
def desk(project: Project, tmp_path: Path) -> Desk:
    """Where a clerk of 西宁市总工会 fills in the workbook of 2021Q4."""
    return Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "scratch.xlsx")


def stream_in(content: bytes) -> bytes:
    """The records of an .xls."""
    return Compound(content).stream("Workbook")


def told(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    """Code, value and expectation of what is wrong with a file, and with its forms."""
    faults = [*reading.faults, *(fault for frame in reading.frames for fault in frame.faults)]
    return [(fault.code, fault.value, fault.expected) for fault in faults if fault.code != "TEMPLATE_VERSION"]


def persons(reading: Reading) -> object:
    """What is read as 慰问职工人数."""
    return next(cell.value for frame in reading.frames for cell in frame.cells if cell.field == "warmth_persons")


def test_R9_a_whole_last_line_is_read_without_its_line_end(desk: Desk, vocabulary: Vocabulary) -> None:
    """R9: editors leave the last line end away; the last cell is shown, for a cut number looks like a number."""
    text = (
        desk.text().rstrip("\n").removesuffix("\n原标准（折人均）,GH05-11,").removesuffix("\n现行人均年标准,GH05-10,")
    )
    reading = read_workbook(text.encode(), vocabulary, "x.csv")
    assert persons(reading) == 500
    assert ("NO_LAST_LINE_END", "41", "16") in told(reading)


def test_R9_a_line_end_or_a_signature_at_the_end_needs_no_word(desk: Desk, vocabulary: Vocabulary) -> None:
    """R9: nothing is said where the last line ends, where lines are counted, or where it is no line of a table."""
    text = desk.text()
    signed = text + '说明：,,\n单位负责人：,,\n"填报说明：\n1. 没有发生的填0。",,'
    for whole in (text, signed, f"行数,17\n{text.rstrip()}"):
        assert not told(read_workbook(whole.encode(), vocabulary, "x.csv"))


@pytest.mark.parametrize("cut", ["送温暖资金,GH05-0", "送温暖资金", "送温"])
def test_R9_a_last_line_that_is_cut_is_called_so(
    project: Project, desk: Desk, vocabulary: Vocabulary, cut: str
) -> None:
    """R9: a line with too few cells and no end tells of a file that is not whole; sent anew it is taken."""
    head = desk.text().split("送温暖资金")[0]
    assert told(read_workbook((head + cut).encode(), vocabulary, "x.csv")) == [("LAST_LINE_CUT", "8", "3")]
    before, after = check(project, {"x.csv": (head + cut).encode(), "y.csv": desk.text().encode()})
    assert before.outcome == "quarantined" and "第8行中断" in before.sentence("LAST_LINE_CUT")
    assert after.outcome == "accepted"


def test_R9_a_last_line_cut_at_the_cover_is_called_so(vocabulary: Vocabulary) -> None:
    """R9: a label without its answer is cut as well."""
    assert told(read_workbook("填报单位代码,QH630100\n报告".encode(), vocabulary, "x.csv"))[0][0] == "LAST_LINE_CUT"


@pytest.mark.parametrize("stream", ["WORKBOOK", "workbook", "WorkBook", "BOOK"])
def test_R12_names_in_a_compound_file_have_no_case(desk: Desk, vocabulary: Vocabulary, stream: str) -> None:
    """R12: a workbook stream is one in whatever case its program writes the name."""
    assert persons(read_workbook(compound(stream_in(xls(desk)), stream), vocabulary, "x.xls")) == 500


@pytest.mark.parametrize("name", ["_vba_project_cur", "MACROS", "Vba"])
def test_R12_macros_are_found_in_any_case(desk: Desk, vocabulary: Vocabulary, name: str) -> None:
    """R12: neither does a storage of macros hide behind another case."""
    content = xls(desk)
    place = content.index("Root Entry".encode("utf-16-le")) + 2 * 128  # the first entry that is free
    entry = name.encode("utf-16-le").ljust(64, b"\0") + bytes([2 * len(name) + 2, 0, 1]) + bytes(61)
    content = content[:place] + entry + content[place + 128 :]
    assert told(read_workbook(content, vocabulary, "x.xls")) == [("MACRO", None, None)]


def test_R13_a_protected_structure_is_no_password(desk: Desk, vocabulary: Vocabulary) -> None:
    """R13: an .xls whose structure is protected is encrypted with a password that nobody chose, and is read."""
    locked = compound(structure_protected(stream_in(xls(desk))))
    assert locked != xls(desk) and persons(read_workbook(locked, vocabulary, "x.xls")) == 500


@pytest.mark.parametrize(("password", "codes"), [("VelvetSweatshop", []), ("工会2021", ["ENCRYPTED"])])
def test_R13_so_is_an_xlsx_that_opens_without_a_question(
    desk: Desk, vocabulary: Vocabulary, password: str, codes: list[str]
) -> None:
    """R13: the same for .xlsx; a password that somebody did choose is still called one."""
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(desk.workbook())).encrypt(password, locked)
    assert [code for code, _, _ in told(read_workbook(locked.getvalue(), vocabulary, "x.xlsx"))] == codes
    chosen = compound(structure_protected(stream_in(xls(desk)), password))
    assert [code for code, _, _ in told(read_workbook(chosen, vocabulary, "x.xls"))] == codes


@pytest.mark.parametrize("text", ["姓名,部门\n某甲,办公室\n", "序号\t品名\n1\t办公用品\n"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
def test_R14_a_table_that_is_not_ours_has_no_cover(vocabulary: Vocabulary, text: str, encoding: str) -> None:
    """R14: whatever encoding a foreign table is in, what is missing is the cover."""
    ending = ".tsv" if "\t" in text else ".csv"
    assert [code for code, _, _ in told(read_workbook(text.encode(encoding), vocabulary, f"x{ending}"))] == ["NO_COVER"]


def test_R14_codes_beside_unknown_letters_are_an_encoding(desk: Desk, vocabulary: Vocabulary) -> None:
    """R14: where our codes stand among letters that make no words, the encoding is what is wrong."""
    assert told(read_workbook(desk.text().encode("big5", "replace"), vocabulary, "x.csv"))[0][0] == "ENCODING"


def odf(media: str) -> bytes:
    """A package of OpenDocument that says it is this."""
    return zipped([("mimetype", f"application/vnd.oasis.opendocument.{media}".encode()), ("content.xml", b"<x/>")])


FLAT = '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
GNUMERIC = b'<?xml version="1.0"?><gnm:Workbook xmlns:gnm="http://www.gnumeric.org/v10.dtd"/>'


@pytest.mark.parametrize(
    ("ending", "content", "code", "name"),
    [
        (".xlsb", zipped([TYPES, ("xl/workbook.bin", NOISE)]), "UNSUPPORTED_FORMAT", "xlsb工作簿"),
        (".numbers", zipped([("Index/Document.iwa", NOISE)]), "UNSUPPORTED_FORMAT", "苹果iWork文稿"),
        (".gnumeric", gzip.compress(GNUMERIC, mtime=0), "UNSUPPORTED_FORMAT", "Gnumeric表格"),
        (".gnumeric", GNUMERIC, "UNSUPPORTED_FORMAT", "Gnumeric表格"),
        (".fods", (FLAT + 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>').encode(),
         "UNSUPPORTED_FORMAT", "单文件的ODF表格（fods）"),
        (".fodt", (FLAT + 'office:mimetype="application/vnd.oasis.opendocument.text"/>').encode(),
         "NOT_A_WORKBOOK", "单文件的ODF文档"),
        (".xml", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
         "UNSUPPORTED_FORMAT", "XML 2003表格"),
        (".xml", b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w/>', "NOT_A_WORKBOOK", "Word文档"),
        (".pptx", zipped([TYPES, ("ppt/presentation.xml", b"<x/>")]), "NOT_A_WORKBOOK", "PowerPoint演示文稿"),
        (".ppt", compound(NOISE, "PowerPoint Document"), "NOT_A_WORKBOOK", "PowerPoint演示文稿"),
        (".docx", zipped([TYPES, ("word/document.xml", b"<x/>")]), "NOT_A_WORKBOOK", "Word文档"),
        (".odt", odf("text"), "NOT_A_WORKBOOK", "ODT文档"),
        (".odp", odf("presentation"), "NOT_A_WORKBOOK", "ODP演示文稿"),
        (".txt", "填报单位代码\tQH630100\r\n".encode("utf-16"), "NOT_A_WORKBOOK", "Unicode文本文件"),
        (".txt", "填报单位代码\tQH630100\r\n".encode(), "NOT_A_WORKBOOK", "文本文件"),
        (".xlsx", zipped([TYPES, ("xl/workbook.bin", NOISE)]), "FORMAT_MISMATCH", "xlsb工作簿"),
        (".ods", odf("text"), "FORMAT_MISMATCH", "ODT文档"),
        (".xls", "填报单位代码\tQH630100\r\n".encode("utf-16"), "FORMAT_MISMATCH", "Unicode文本文件"),
    ],
)  # fmt: skip
def test_R10_R21_a_file_is_called_by_its_name(
    vocabulary: Vocabulary, ending: str, content: bytes, code: str, name: str
) -> None:
    """R10, R21: by its right name; a table of another program is not taken, one under a false name is misnamed."""
    ((said, value, _),) = told(read_workbook(content, vocabulary, f"报表{ending}"))
    assert (said, value) == (code, name)


def test_R10_the_sentence_says_what_to_do(project: Project, desk: Desk) -> None:
    """R10: an .xlsb is not said to be misnamed, but to be saved as .xlsx; that is then taken."""
    binary = zipped([TYPES, ("xl/workbook.bin", NOISE)])
    before, after = check(project, {"报表.xlsb": binary, "报表.xlsx": desk.workbook()})
    sentence = before.sentence("UNSUPPORTED_FORMAT")
    assert "xlsb" in sentence and "另存为xlsx" in sentence and "改文件名" not in sentence
    assert after.outcome == "accepted"


def test_R21_an_ods_says_so_itself(vocabulary: Vocabulary) -> None:
    """R21: a package of OpenDocument is opened as a table only where it says that it is one."""
    package = ods_package(ods_content(""))
    assert told(read_workbook(package, vocabulary, "x.ods")) == [("NO_COVER", None, "封面")]


@pytest.mark.parametrize(("other", "zh"), [(";", "分号"), ("|", "竖线"), ("\t", "制表符")])
def test_R21_another_delimiter_is_named_though_commas_stand_somewhere(
    project: Project, desk: Desk, other: str, zh: str
) -> None:
    """R21: a comma in an amount or a title hides no semicolons; exported with commas the file is taken."""
    parted = desk.text().replace("500\n", "1,500\n", 1).replace(",", other).replace(f"1{other}500", "1,500")
    before, after = check(project, {"x.csv": parted.encode(), "y.csv": desk.text().encode()})
    assert f"用{zh}分隔，应当用逗号分隔" in before.sentence("DELIMITER")
    assert after.outcome == "accepted"
