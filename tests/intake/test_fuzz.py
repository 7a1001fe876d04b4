"""Five hundred mutated files through the real reader; `make fuzz` reads ten thousand a format."""

from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake.worker import pool
from nianbao.terms.period import Period
from tests.intake.faults import Desk
from tests.intake.fuzz import faults_of, fuzz
from tests.intake.made import entries, zipped
from tests.intake.mutants import compare, mutant, read, undivided, with_other_numbers

PER_FORMAT, MUTANTS, CONVERTED = 100, 500, 40


@pytest.mark.slow
def test_no_mutated_file_stops_the_reader(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 500 files is read or refused within five seconds and a GiB, and the pool lives to read the next."""
    monkeypatch.setattr(pool, "SECONDS_PER_FILE", pool.SECONDS_PER_FILE)
    found = fuzz(project.path, PER_FORMAT, tmp_path, tell=lambda line: None)
    assert not faults_of(found)
    assert {kind: counts.total() for kind, counts in found.items()} == dict.fromkeys(found, PER_FORMAT)
    assert all(counts["read"] and len(counts) > 1 for counts in found.values()), found


def test_what_is_accepted_is_what_others_read(project: Project, tmp_path: Path) -> None:
    """Of 500 mutants every accepted cell holds what openpyxl or LibreOffice reads, errors and formulas being told."""
    desk = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "seed.xlsx")
    compared = compare(desk.workbook(), range(MUTANTS), tmp_path / "office", lambda number: number < CONVERTED)
    found = compared.found
    assert compared.wrong == []
    assert found["accepted"] > MUTANTS / 3
    assert found["openpyxl"] > MUTANTS / 3
    assert found.keys() >= {"CELL_MALFORMED", "XML_MALFORMED", "ZIP_MALFORMED"}


def test_a_sheet_is_the_same_row_by_row_and_in_one_piece(project: Project, tmp_path: Path) -> None:
    """Of 500 mutants, each once more with other numbers, all are read or refused as without memory of earlier rows."""
    desk = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "seed.xlsx")
    workbook = desk.workbook()
    contents = [mutant(workbook, number) for number in range(MUTANTS)]
    contents += [with_other_numbers(each, number) for number, each in enumerate(contents)]
    assert [number for number, each in enumerate(contents) if read(each) != read(undivided(each))] == []


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"<sheetData>", b"<!-- <sheetData></sheetData> --><sheetData>"),
        (b"<sheetData>", b"<!-- <sheetData><row r='9'/></sheetData> --><x:sheetData xmlns:x='urn:x'/><sheetData>"),
        (b"<sheetData>", b"<?x <sheetData></sheetData> ?><sheetData>"),
        (b"<sheetData>", b"<sheetData><row r='1'><c r='A1'><v>7</v></c></row></sheetData><sheetData>"),
        (b"<sheetData>", b"<a><sheetData></sheetData></a><sheetData>"),
        (b"<sheetData>", b"<sheetData>&nbsp;"),
        (b"<sheetData>", b"<sheetData><!-- <row r='1'><c r='A1'><v>7</v></c></row> -->"),
        (b"<row r=", b"<!-- <row r='0'> --><row r="),
        (b"<row r=", b"<row number="),
        (b"<row r=", b"<row xmlns:y='urn:y' y:z='1' r="),
        (b"<row r=", b"<row y:z='1' r="),
        (b"</row>", b"<extLst><row r='99'><c r='A99'><v>7</v></c></row></extLst></row>"),
        (b"</row>", b"</row><row r='1'/>"),
        (b"</row>", b"</row><row>"),
        (b"</row>", b"</row><![CDATA[<row r='99'>]]>"),
        (b"</row>", b"</row></sheetData><sheetData>"),
        (b"</sheetData>", b"<rows/></sheetData>"),
        (b"</sheetData>", b"</sheetData ></worksheet><!-- </sheetData>"),
        (b"</worksheet>", b"<sheetData/></worksheet>"),
        (b"<worksheet ", b"<worksheet xmlns:x14ac='urn:x' "),
        (b"</row>", b"<extLst><v>7</v></extLst></row>"),
        (b"<v>", b"<extLst><v>7</v></extLst><v>"),
        (b"</row>", b"<c t='str'><v>&#127;</v><extLst><v>7</v></extLst></c></row>"),
        (b"</row>", b"<c t='str'><v>\x7f</v></c></row>"),
        (b"</v>", b"</v><extLst><v>7</v></extLst>"),
        (b"</v>", b"</v><is><v>7</v></is>"),
        (b"</row>", b"<extLst><row r='98'></row></extLst></row><row\tr='99'></row>"),
        (b"<si>", b"<si/><si>"),
        (b"<si>", b"<!-- <si> --><si>"),
        (b"<si>", b"<?x <si> ?><si>"),
        (b"<si>", b"<si><si><t>7</t></si>"),
        (b"<si>", b"<x><si><t>7</t></si></x><si>"),
        (b"<si>", b"<si><!-- 1 -->"),
        (b"</si>", b"</si><![CDATA[<si>]]>"),
        (b"</si>", b"</si>&nbsp;"),
        (b"</si>", b"<r><t>7</t></r></si>"),
        (b"</si>", b"</si><extLst><si><t>7</t></si></extLst>"),
        (b"</sst>", b"</sst ><!-- </sst>"),
        (b"</sst>", b"</sst></sst>"),
        (b"<sst ", b"<sst xmlns:x='urn:x' "),
        (b"<sst ", b'<sst count="1" '),
    ],
)
def test_R5_what_looks_like_rows_or_texts_is_told_from_them(
    project: Project, tmp_path: Path, written: bytes, instead: bytes
) -> None:
    """R5: comments, instructions, CDATA and strange elements between rows or texts change nothing."""
    workbook = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "seed.xlsx").workbook()
    for count in (1, -1):
        content = zipped((name, text.replace(written, instead, count)) for name, text in entries(workbook))
        assert content != workbook
        for each in (content, with_other_numbers(content, 1)):
            assert read(each) == read(undivided(each))
