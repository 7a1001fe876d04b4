"""F4: a publication numbers its headings, tables and charts as it declares."""

import dataclasses
from itertools import chain
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from nianbao.errors import DeclarationError
from nianbao.publish.docx import write
from nianbao.publish.numbering import number_sections
from nianbao.runs.documents import documents_of_year
from nianbao.runs.workspace import open_workspace_to_read
from nianbao.terms.document import PrintedChart, PrintedSection, PrintedTable
from nianbao.terms.publication import Numbering
from tests.federation import Federation, a01
from tests.homes import clock_at
from tests.unit.publish.synthetic import document
from tests.unit.publish.test_docx import picture


def section(name: str, level: int, title: str, tables: int = 0, charts: int = 0) -> PrintedSection:
    """A section without words."""
    table, chart = PrintedTable("表题", "", ("项目",), ()), PrintedChart("quarters", "图题", "", ())
    return PrintedSection(name, title, level, (), (table,) * tables, (chart,) * charts)


WRITTEN = (
    section("A", 0, "综合", tables=1),
    section("A1", 1, "会员"),
    section("A11", 2, "人数", tables=2, charts=1),
    section("A12", 2, "", tables=1),
    section("A13", 2, "构成"),
    section("A2", 1, "经费"),
    section("A21", 2, "收入"),
    section("B", 0, "附录", tables=1, charts=1),
    section("B1", 1, "说明"),
)


@pytest.mark.parametrize(
    ("headings", "titles"),
    [
        (("", "{一}、", "（{一}）", "{一}是"),
         "综合 一、会员 （一）人数  （二）构成 二、经费 （一）收入 附录 一、说明"),
        (("第{一}篇　", "{1}　", "{above}.{1}　", ""),
         "第一篇　综合 1　会员 1.1.1　人数  1.1.2　构成 2　经费 1.2.1　收入 第二篇　附录 1　说明"),
        (("", "", "", ""), "综合 会员 人数  构成 经费 收入 附录 说明"),
    ],
)  # fmt: skip
def test_F4_headings_are_numbered_as_declared(headings: tuple[str, ...], titles: str) -> None:
    """F4: by level, anew under each heading above, in characters or digits; what has no title has no number."""
    assert " ".join(each.title for each in number_sections(WRITTEN, Numbering(headings))) == titles


def test_F4_a_section_may_stand_without_a_number() -> None:
    """F4: the next one goes on counting as if it were not there."""
    numbered = number_sections(WRITTEN, Numbering(("", "{1}. ", "", "")), without=["A1"])
    assert [each.title for each in numbered if each.level == 1] == ["会员", "1. 经费", "1. 说明"]


@pytest.mark.parametrize(
    ("tables", "labels"),
    [("表{1}", "表1 表2 表3 表4 表5"), ("表{above}-{1}", "表1-1 表1-2 表1-3 表1-4 表2-1"),
     ("附表{一}", "附表一 附表二 附表三 附表四 附表五")],
)  # fmt: skip
def test_F4_tables_are_numbered_as_declared(tables: str, labels: str) -> None:
    """F4: through the report, or anew in each part; charts are counted apart."""
    numbering = Numbering(("第{一}篇　", "", "", ""), tables, "图{above}.{1}")
    numbered = number_sections(WRITTEN, numbering)
    assert " ".join(table.label.text for each in numbered for table in each.tables) == labels
    assert [chart.label.text for each in numbered for chart in each.charts] == ["图1.1", "图2.1"]


def test_F4_word_keeps_declared_numbers_up_to_date(tmp_path: Path) -> None:
    """F4: the number is a field that counts, and begins anew with the part that names it."""
    numbering = Numbering(("", "第{一}章　", "", ""), "表{above}-{1}")
    report = document()
    report = dataclasses.replace(report, sections=number_sections(report.sections, numbering))
    write(report, tmp_path / "a.docx", picture)
    fields = docx.Document(str(tmp_path / "a.docx")).element.iter(qn("w:fldSimple"))
    counting = [each.get(qn("w:instr")).strip() for each in fields]
    assert [each for each in counting if "SEQ 表" in each] == ["SEQ 表 \\* ARABIC", "SEQ 表 \\r 1 \\* ARABIC"]


def test_F4_what_a_year_leaves_out_leaves_no_gap(tmp_path: Path) -> None:
    """F4: a section of other years is not counted, nor is one that says numbered = false."""
    made = Federation(tmp_path)
    folder = made.folder / "reports/yearbook"
    with (folder / "publication.toml").open("a", encoding="utf-8") as file:
        file.write('\n[numbering]\nheadings = ["", "{一}、", "", ""]\ntables = "表{above}-{1}"\n')
    for name, rest in (("1", ""), ("2", "since = 2030\n"), ("3", "numbered = false\n"), ("4", "")):
        text = f'id = "{name}"\ntitle = "第{name}节"\nlevel = 1\n{rest}paragraphs = ["[[会员{{members | exact}}。]]"]\n'
        (folder / f"sections/0{name}0_{name}.toml").write_text(text, encoding="utf-8")
    made.send("A1", "2021Q1", {"A01": a01(5, 1, 1)}, "2021-04-05")
    made.night("2021-04-06T01:00")
    with clock_at("2021-04-07T09:00"), open_workspace_to_read(made.folder, made.home) as workspace:
        report = documents_of_year(workspace, 2021, "draft")["yearbook"]
    assert [each.title for each in report.sections] == ["一、第1节", "第3节", "二、第4节"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('headings = ["", "{一}、"]', "a pattern for each of the levels 0 to 3"),
        ('tables = "表"', "one running number"),
        ('tables = "表{1}{一}"', "one running number"),
        ('charts = "图{2}"', "one running number"),
        ('tables = "表{above}/{1}"', "cannot stand there"),
        ('rows = "表"', "unknown key"),
    ],
)
def test_F4_numbering_that_cannot_be_is_refused(line: str, said: str, tmp_path: Path) -> None:
    """F4: with the file, and what would be right."""
    made = Federation(tmp_path)
    (made.folder / "reports/yearbook/sections/010_1.toml").unlink()
    with (made.folder / "reports/yearbook/publication.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[numbering]\n{line}\n")
    with pytest.raises(DeclarationError, match=said):
        _ = made.project.publications


def test_F4_no_two_tables_bear_one_number() -> None:
    """F4: not where chapters are counted anew in each part, either; a sheet is named after each."""
    twice = (
        section("A", 0, "甲"),
        section("A1", 1, "一", tables=2),
        section("B", 0, "乙"),
        section("B1", 1, "二", tables=1),
    )
    numbered = number_sections(twice, Numbering(("", "{一}、", "", ""), "表{above}-{1}"))
    labels = [table.label.text for table in chain.from_iterable(each.tables for each in numbered)]
    assert labels == ["表1-1", "表1-2", "表1-3"]
