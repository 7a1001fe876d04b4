"""Every printed sentence leads to who said it: texts stand in their cells, and whole in every format."""

import csv
import io
import re
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document as open_docx
from docx.oxml.ns import qn

from nianbao.sample.office import read_office
from nianbao.settings import Home
from tests.homes import PUBLICATIONS, ROOT, release

LONG = 12
SAID = {"event_text", "found", "rectified", "experience_text", "measure_text"}


def texts(home: Home) -> list[dict[str, str]]:
    """What both reports of the year quote."""
    found = []
    for code in PUBLICATIONS:
        with (release(home, code, 1) / "texts.csv").open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def test_S1_a_quoted_text_stands_in_its_cell_to_the_letter(year_home: Home) -> None:
    """S1: the archived workbook holds, in the cell that is named, exactly what is printed."""
    quoted = texts(year_home)
    assert len({row["text_id"] for row in quoted}) >= 30
    for row in quoted:
        content = (year_home.archive / "bytes" / row["sha256"][:2] / row["sha256"]).read_bytes()
        sheet = openpyxl.load_workbook(io.BytesIO(content))[row["sheet"]]
        assert sheet[row["cell"]].value == row["text"], row["key"]


def test_S1_a_quoted_text_is_printed_whole_in_every_format(year_home: Home) -> None:
    """S1: the page, the Word document and the workbook print each text unchanged, the page with its source."""
    for code in PUBLICATIONS:
        folder = release(year_home, code, 1)
        page = (folder / "index.html").read_text(encoding="utf-8")
        sources = (folder / "texts.html").read_text(encoding="utf-8")
        document = open_docx(str(folder / f"{code}-2021.docx"))
        words = "\n".join(paragraph.text for paragraph in document.paragraphs)
        book = openpyxl.load_workbook(folder / f"{code}-2021.xlsx", read_only=True)
        listed = {row[0] for row in book["文字来源"].iter_rows(values_only=True)}
        with (folder / "texts.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["text"] in page and f"texts.html#{row['key']}" in page
                assert f'id="{row["key"]}"' in sources and row["cell"] in sources
                assert row["text"] in words and row["text"] in listed


def sentences(year: int) -> set[str]:
    """The sentences that the departments of a sample year report in words, and those that its office writes."""
    written = read_office(ROOT / "samples" / str(year)).texts
    found = {part for text in written for said in text.paragraphs for part in re.split("[。！？；]", said)}
    for path in sorted((ROOT / "samples" / str(year) / "forms").glob("GH15.*.csv")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for row in csv.DictReader(lines):
            found |= {part for name, text in row.items() if name in SAID for part in re.split("[。！？；]", text)}
    return {part for part in found if len(part) > LONG}


def test_S1_no_two_sample_years_share_a_sentence() -> None:
    """S1: nothing longer than twelve characters is said in both years."""
    years = sorted(int(path.parent.name) for path in (ROOT / "samples").glob("2*/blocks.toml"))
    assert len(years) >= 2
    for place, year in enumerate(years):
        assert len(sentences(year)) > 50
        for other in years[place + 1 :]:
            assert not sentences(year) & sentences(other)


@pytest.mark.parametrize("code", PUBLICATIONS)
def test_S2_a_release_has_no_gap_and_no_machine_s_speech(year_home: Home, code: str) -> None:
    """S2: nothing is left open in r1, and 讲话, which is off, is in neither; a draft's gaps are in test_take_over."""
    issued = (release(year_home, code, 1) / "index.html").read_text(encoding="utf-8")
    draft = (year_home.releases / "2021" / code / "draft" / "index.html").read_text(encoding="utf-8")
    assert "待补写" not in issued and "讲话要点" not in issued
    assert "【待补写：讲话】" not in draft
    with ZipFile(release(year_home, code, 1) / f"{code}-2021.docx") as docx:
        assert "待补写" not in docx.read("word/document.xml").decode()


@pytest.mark.parametrize("code", PUBLICATIONS)
def test_S2_the_blocks_of_the_sample_come_in_as_the_office_writes_them(year_home: Home, code: str) -> None:
    """S2: every block that is on was filled in Word, taken over, and is printed whole with who wrote it."""
    issued = (release(year_home, code, 1) / "index.html").read_text(encoding="utf-8")
    texts = [text for text in read_office(ROOT / "samples" / "2021").texts if text.publication == code]
    assert len(texts) >= 3
    on_page = [text for text in texts if text.block_id != "期号"]  # the number of the issue stands in the red head
    assert all(paragraph in issued for text in on_page for paragraph in text.paragraphs)


def test_S7_one_issue_binds_both_reports_under_one_number(year_home: Home) -> None:
    """S7: one red head before the first, one number on both on paper and site, the tail lines behind the last."""
    (block,) = (each for each in read_office(ROOT / "samples" / "2021").texts if each.block_id == "期号")
    (number,) = block.paragraphs
    work, audit = (release(year_home, code, 1) for code in ("work_report", "audit_report"))
    for folder in (work, audit):
        assert f"青海省总工会工作通报　{number}" in (folder / "index.html").read_text(encoding="utf-8")
    first, last = (open_docx(str(each / f"{each.parent.name}-2021.docx")).element.body for each in (work, audit))
    said = ["".join(part.text or "" for part in each.iter(qn("w:t"))) for each in (first, last)]
    assert said[0].count("青海省总工会工作通报") == 1 and number in said[0] and "青海省总工会办公室编" in said[0]
    assert f"青海省总工会工作通报　{number}" in said[1] and "办公室编" not in said[1]
    assert ["印发" in each[-80:] for each in said] == [False, True]


@pytest.mark.parametrize(("code", "least"), [("work_report", 9_000), ("audit_report", 5_000)])
def test_the_sample_prints_a_report_as_long_as_a_real_one(year_home: Home, code: str, least: int) -> None:
    """The model has some 10,900 and 6,200 characters; no field of work is a heading without its text."""
    body = open_docx(str(release(year_home, code, 1) / f"{code}-2021.docx")).element.body
    running = [each for each in body.iter(qn("w:p")) if next(each.iterancestors(qn("w:tbl")), None) is None]
    lines = ["".join(text.text or "" for text in each.iter(qn("w:t"))) for each in running]
    assert sum(map(len, lines)) >= least
    assert not [line for line in lines if re.fullmatch("[一二三四五六七]是[^。]{4,24}。", line)]


def test_the_texts_are_declared_synthetic() -> None:
    """The page of a sample year, and the file of what its office wrote, say first that nobody reported it."""
    for year in sorted(path.parent for path in (ROOT / "samples").glob("2*/blocks.toml")):
        assert (year / "blocks.toml").read_text(encoding="utf-8").startswith("# Synthetic")
        assert "**Synthetic." in (year / "README.md").read_text(encoding="utf-8").splitlines()[2]
