"""A publication's sentences, tables and charts: every figure in true words, and nothing said of what is not known."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.catalog.conventions import Words
from nianbao.catalog.passages import bindings_of, read_passage
from nianbao.errors import DeclarationError
from nianbao.publish.compose import compose
from nianbao.publish.footnotes import with_footnotes
from nianbao.publish.notes import ROUNDED_APART, coverage_notes, note_of_marks, rounding_note
from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import Figures
from nianbao.statistics.missing import Gap, Missing
from nianbao.statistics.scopes import ALL
from nianbao.terms.document import Footnote, Paragraph, PrintedFigure, PrintedSection, RowSum, TableCell
from nianbao.terms.figure import Claim, Coverage, TracedCell
from nianbao.terms.publication import Chart, Column, Row, Section, Table
from nianbao.terms.reported import Reported, ReportedText, WrittenBlock
from nianbao.terms.span import Span
from nianbao.terms.target import Target, TargetOutcome

EMPTY_YEAR = Path(__file__).resolve().parents[2] / "golden" / "empty_year.txt"
XINING, HAIDONG = "QH630100", "QH630200"
KNOWN = {
    ("warmth_funds", 2021): {"all": "35846212.50", XINING: "1000000", HAIDONG: "12345.675"},
    ("warmth_funds", 2020): {"all": "30000000"},
    ("warmth_persons", 2021): {"all": "25431", XINING: "700"},
    ("relief_funds", 2021): {"all": "25000000"},
}
FULL = Coverage(53, 53)
WORDS = Words("全省", "会员工会")


@pytest.fixture
def figures(project: Project) -> Figures:
    """A few values, those of 2020 from all of its quarters; nobody has reported jobs."""
    values = {key: {scope: Decimal(value) for scope, value in scopes.items()} for key, scopes in KNOWN.items()}
    quarters = frozenset(("GH05", "main", 2020, quarter, "") for quarter in ("Q1", "Q2", "Q3", "Q4"))
    return Figures(project, values, {(name, 2021): FULL for name in project.indicators}, quarters)


def section(*paragraphs: str, tables: tuple[Table, ...] = (), charts: tuple[Chart, ...] = ()) -> Section:
    """A section of the work report."""
    return Section("W1.A5", "{year}年送温暖", 1, tuple(map(read_passage, paragraphs)), tables, charts)


def composed(figures: Figures, own: Section) -> PrintedSection:
    """The section as it is printed for 2021."""
    publication = replace(figures.project.publications["work_report"], sections=(own,))
    (printed,) = compose(publication, Claims(figures, {}), 2021, "draft", dt.datetime(2022, 1, 26), ()).sections
    return printed


def said(paragraph: Paragraph) -> str:
    """A paragraph as one reads it."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in paragraph)


def test_T7_a_sentence_or_section_of_some_years_stands_in_their_reports_only(figures: Figures) -> None:
    """T7: a report has since and until as forms have, both included; what is out of its years prints no figure."""
    sentence = "筹资{warmth_funds | exact}。"
    assert texts(figures, f"[[since 2022: {sentence}]][[until 2021: 慰问{{warmth_persons | exact}}。]]") == [
        "慰问25431人。"
    ]
    assert texts(figures, f"[[since 2020 until 2020: {sentence}]]") == []
    publication = figures.project.publications["work_report"]
    later = replace(section(f"[[{sentence}]]"), span=Span.between("2022", ""))
    claims = Claims(figures, {})
    made = compose(replace(publication, sections=(later,)), claims, 2021, "draft", dt.datetime(2022, 1, 26), ())
    assert (made.sections, made.figures) == ((), ())
    with pytest.raises(ValueError, match="since 2022 comes after until 2021"):
        read_passage(f"[[since 2022 until 2021: {sentence}]]")


def texts(figures: Figures, *paragraphs: str) -> list[str]:
    """The paragraphs of a section as one reads them."""
    return [said(paragraph) for paragraph in composed(figures, section(*paragraphs)).paragraphs]


def test_a_figure_is_printed_in_its_wording(figures: Figures) -> None:
    """The words between are kept to the letter."""
    assert texts(figures, "[[筹资{warmth_funds | over 3}，慰问{warmth_persons | over 1 名}职工。]]") == [
        "筹资3580多万元，慰问2万多名职工。"
    ]


def test_a_figure_says_where_it_comes_from(figures: Figures) -> None:
    """Each carries its key, exact value, section, coverage, definition and its id in the bulletin."""
    ((_, figure, _),) = composed(figures, section("[[筹资{warmth_funds | over 3}。]]")).paragraphs
    assert isinstance(figure, PrintedFigure)
    assert (figure.key, figure.value, figure.section) == ("warmth_funds-2021", Decimal("35846212.50"), "W1.A5")
    assert (figure.scope, figure.coverage, figure.bulletin_id) == ("all", FULL, "wr21_warmth_funds")
    assert "GH05" in figure.definition and "送温暖资金" in figure.definition


def test_years_are_filled_in(figures: Figures) -> None:
    """Of the report, before and after it, in texts and titles."""
    said_of = texts(figures, "[[{prev_year}、{year}、{next_year}年{warmth_funds | over 3}。]]")
    assert said_of == ["2020、2021、2022年3580多万元。"]
    assert composed(figures, section()).title == "一、2021年送温暖"


def test_the_year_before_is_the_year_before(figures: Figures) -> None:
    """A figure @prev_year is last year's, with last year in its key."""
    ((figure, *_),) = composed(figures, section("[[{warmth_funds@prev_year | exact 0}。]]")).paragraphs
    assert isinstance(figure, PrintedFigure)
    assert (figure.key, figure.text) == ("warmth_funds-2020", "3000万元")


def test_a_part_with_an_unknown_figure_is_left_out(figures: Figures) -> None:
    """What stands in [[ ]] goes when one of its figures has no data; the rest of the sentence stays."""
    parts = (
        "[[筹资{warmth_funds | over 3}。]]",
        "[[招聘{posts_online}，慰问{warmth_persons}。]]",
        "[[慰问{warmth_persons | over 1}。]]",
    )
    assert texts(figures, "".join(parts)) == ["筹资3580多万元。慰问2万多人。"]


def test_a_paragraph_of_which_nothing_is_known_is_not_printed(figures: Figures) -> None:
    """No empty paragraph, no lone punctuation."""
    assert texts(figures, "[[招聘{posts_online | exact}。]]", "[[信息{job_items | over 1}。]]") == []


@pytest.mark.parametrize(
    "paragraph",
    [
        "审计看到的共性问题有：预算编制粗。",
        "[[筹资{warmth_funds | over 3}。]]各单位已按要求着手整改。",
        "[[筹资{warmth_funds | over 3}。被审单位已着手整改。]]",
        "[[被审单位已着手整改。]]",
        "招聘{posts_online | exact}。",
    ],
)
def test_S1_a_sentence_without_a_source_is_refused(paragraph: str) -> None:
    """S1: outside [[ ]], or in it without a figure, it would be printed in every year, whatever was reported."""
    with pytest.raises(ValueError, match=r"has no source|holds no figure"):
        read_passage(paragraph)


SAID = ReportedText(
    "audit_lower", "预算编制较粗，<b>报销</b>凭证不全。", "QHB10", "经审办", "2021", dt.date(2022, 1, 12),
    "QHB10-2021-GH15-1", "甲.xlsx", "ab" * 32, "GH15", "B70",
)  # fmt: skip


def worded(figures: Figures, edition: str, reported: Reported, *paragraphs: str) -> list[str]:
    """What an edition prints of paragraphs that are no bound sentences."""
    publication = replace(figures.project.publications["audit_report"], sections=(section(*paragraphs),))
    document = compose(publication, Claims(figures, {}), 2021, edition, dt.datetime(2022, 1, 26), (), (), reported)
    return [said(paragraph) for each in document.sections for paragraph in each.paragraphs]


def test_S1_a_text_is_quoted_to_the_letter(figures: Figures) -> None:
    """S1: each as a paragraph of its own, with who reported it, when and where; nothing is joined or shortened."""
    reported = Reported({"audit_lower": (SAID, replace(SAID, text="第二段。", cell="B71"))})
    assert worded(figures, "r1", reported, "{text:audit_lower}") == [SAID.text, "第二段。"]
    publication = replace(figures.project.publications["audit_report"], sections=(section("{text:audit_lower}"),))
    document = compose(publication, Claims(figures, {}), 2021, "r1", dt.datetime(2022, 1, 26), (), (), reported)
    assert [(each.key, each.source_zh) for each in document.texts] == [
        ("text-audit_lower-1", "经审办 2022-01-12 报送，GH15 B70"),
        ("text-audit_lower-2", "经审办 2022-01-12 报送，GH15 B71"),
    ]


def test_S1_S2_what_nobody_wrote_is_absent_in_a_release_and_a_gap_in_a_draft(figures: Figures) -> None:
    """S1, S2: a text that nobody reported, a block that is not written; a block switched off is neither."""
    missing = ("{text:audit_lower}", "[[block:导语]]", "[[block:讲话]]")
    assert worded(figures, "r1", Reported(), *missing) == []
    assert worded(figures, "draft", Reported(), *missing) == ["【待补写：审计：下级工会】", "【待补写：导语】"]


def test_S2_a_block_is_what_the_office_wrote(figures: Figures) -> None:
    """S2: its paragraphs as they were taken over, with who wrote them."""
    written = Reported(
        blocks={"导语": WrittenBlock(("各位委员：", "现将工作报告如下。"), "办公室", dt.date(2022, 2, 10))}
    )
    assert worded(figures, "r1", written, "[[block:导语]]") == ["各位委员：", "现将工作报告如下。"]


def test_S1_a_year_without_data_prints_headings_and_standing_phrases_only(project: Project) -> None:
    """S1: the golden file holds every line that both reports print when nobody has reported anything."""
    nothing, lines = Figures(project, {}, {}, frozenset()), []
    for publication in project.publications.values():
        document = compose(publication, Claims(nothing, {}), 2021, "r1", dt.datetime(2022, 1, 26), ())
        lines.append(f"# {document.title}")
        for each in document.sections:
            lines += [each.title] if each.title else []
            lines += [said(paragraph) for paragraph in each.paragraphs]
    assert "\n".join(lines) + "\n" == EMPTY_YEAR.read_text(encoding="utf-8")


def test_no_wording_that_is_unknown_is_printed(figures: Figures) -> None:
    """The error names publication, section and wording."""
    with pytest.raises(DeclarationError, match=r"reports/work_report/sections: section W1\.A5: .*beyond"):
        texts(figures, "[[筹资{warmth_funds | beyond 3}。]]")


FUNDS = Column("资金（万元）", "warmth_funds", decimals=2, scale=10_000)
PERSONS = Column("人数", "warmth_persons")


def test_a_table_has_a_row_for_every_prefecture(figures: Figures) -> None:
    """In the order of the roster, scaled and rounded half up, a dash where nothing is known, and the total last."""
    (table,) = composed(figures, section(tables=(Table("表", "prefecture", (FUNDS, PERSONS), total="全省"),))).tables
    assert table.head == ("单位", "资金（万元）", "人数")
    rows = {label: tuple(cell.text for cell in cells) for label, cells in table.rows}
    assert len(rows) == 9
    assert rows["西宁市总"] == ("100.00", "700")
    assert rows["海东市总"] == ("1.23", "—")
    assert rows["全省"] == ("3,584.62", "25,431")
    assert list(rows)[-1] == "全省" and table.has_total
    assert set(rows.values()) >= {("—", "—")}


def test_a_cell_of_a_table_is_a_figure(figures: Figures) -> None:
    """It keeps the exact value; only the figure of all units is one of the bulletin."""
    (table,) = composed(figures, section(tables=(Table("表", "prefecture", (FUNDS,), total="全省"),))).tables
    cells = {label: cell for label, (cell,) in table.rows}
    haidong, everybody = cells["海东市总"].figure, cells["全省"].figure
    assert haidong is not None and everybody is not None
    assert (haidong.scope, haidong.value, haidong.bulletin_id) == (HAIDONG, Decimal("12345.675"), "")
    assert everybody.bulletin_id == "wr21_warmth_funds"
    assert cells["海北州总"].figure is None


def test_a_table_of_members_has_a_row_for_each(figures: Figures) -> None:
    """53 of them, and no total unless one is asked for."""
    (table,) = composed(figures, section(tables=(Table("表", "counted", (PERSONS,)),))).tables
    assert len(table.rows) == 53 and not table.has_total


def test_declared_rows_are_printed_as_declared(figures: Figures) -> None:
    """A blank is a blank, another year is another year."""
    rows = (Row("{prev_year}年", ("warmth_funds@prev_year", "")), Row("{year}年", ("warmth_funds", "warmth_persons")))
    (table,) = composed(figures, section(tables=(Table("表", "indicator", (FUNDS, PERSONS), rows_of=rows),))).tables
    printed = [(label, *(cell.text for cell in cells)) for label, cells in table.rows]
    assert printed == [("2020年", "3,000.00", ""), ("2021年", "3,584.62", "25,431")]


def test_S5_a_part_of_the_year_before_does_not_stand_beside_a_whole_year(figures: Figures) -> None:
    """S5: it would be read as a leap: the cell has a dash, and of units the column is not there at all."""
    figures = replace(figures, reported=frozenset({("GH05", "main", 2020, "Q4", "")}))
    before = replace(FUNDS, indicator="warmth_funds@prev_year")
    rows = (Row("合计", ("warmth_funds@prev_year", "warmth_funds")),)
    tables = (Table("表", "indicator", (FUNDS, FUNDS), rows_of=rows), Table("表", "prefecture", (FUNDS, before)))
    declared, by_unit = composed(figures, section(tables=tables)).tables
    assert [cell.text for cell in declared.rows[0][1]] == ["—", "3,584.62"]
    assert by_unit.head == ("单位", FUNDS.zh) and {len(cells) for _, cells in by_unit.rows} == {1}


def test_S5_a_comparison_of_some_periods_says_in_the_sentence_which(figures: Figures) -> None:
    """S5: 第四季度 stands where it is read, and under a table with such a change."""
    change = {("warmth_funds_change", 2021): {"all": Decimal("8.4")}}
    cut = {(name, 2021): ("2021Q4",) for name in ("warmth_funds", "warmth_persons")}
    figures = replace(figures, values=dict(figures.values) | change, cut_short=cut)
    columns = (FUNDS, Column("增减", "warmth_funds_change", 1))
    made = composed(
        figures,
        section(
            "[[筹资额{warmth_funds_change | change 1}。]]", tables=(Table("表", "prefecture", columns, total="全省"),)
        ),
    )
    assert [said(each) for each in made.paragraphs] == ["筹资额第四季度比上年同期增长8.4%（见表1）。"]
    assert made.tables[0].note == "增减是与上年同期相比（两年都只取第四季度）。"


def test_a_row_of_all_units_adds_up_what_can_be_added(figures: Figures) -> None:
    """Sums over the units are; a ratio is not."""
    columns = (FUNDS, PERSONS, Column("人均", "warmth_per_person"))
    (table,) = composed(figures, section(tables=(Table("表", "prefecture", columns, total="全省"),))).tables
    assert table.sums == (RowSum(8, 0, 8, frozenset({0, 1})),)


@pytest.mark.parametrize(("row", "sums", "expected"), [(0, 2, (0, 1, 3)), (2, -2, (2, 0, 2)), (1, 1, (1, 2, 3))])
def test_a_declared_row_adds_up_the_rows_it_says(
    figures: Figures, row: int, sums: int, expected: tuple[int, int, int]
) -> None:
    """As many below it, or above it; a blank or a ratio is no sum."""
    names = ("warmth_funds", "warmth_per_person")
    rows = tuple(Row("", names, sums if number == row else 0) for number in range(3))
    (table,) = composed(figures, section(tables=(Table("表", "indicator", (FUNDS, PERSONS), rows_of=rows),))).tables
    assert table.sums == (RowSum(*expected, frozenset({0})),)


def test_a_chart_is_whole_or_not_there(figures: Figures) -> None:
    """A chart with a missing bar would show something else than it says."""
    known = Chart("composition", "图", ("warmth_funds", "relief_funds"), unit="万元", scale=10_000)
    unknown = replace(known, indicators=("warmth_funds", "posts_online"))
    regions = Chart("bar_by_unit", "图", ("warmth_funds",), rows="prefecture")
    (chart,) = composed(figures, section(charts=(known, unknown, regions))).charts
    assert [(point.label, point.value) for point in chart.points] == [
        ("送温暖筹资额", Decimal("3584.62125")),
        ("困难职工救助发放额", Decimal(2500)),
    ]


def test_who_has_not_reported_is_named(figures: Figures) -> None:
    """Once a section, with the figures it concerns; where nobody is asked nothing is said."""
    figure = composed(figures, section("[[{warmth_funds | over 3}。]]")).paragraphs[0][0]
    assert isinstance(figure, PrintedFigure)
    assert coverage_notes([figure, figure], WORDS) == ()
    gaps = replace(figure, zh="会员人数", coverage=Coverage(51, 53, ("西宁市总", "海东市总")))
    said = "会员人数：会员工会应报53家，已报51家，未报齐：西宁市总、海东市总。"
    assert coverage_notes([figure, gaps], WORDS) == (Footnote(figure.key, said),)
    assert coverage_notes([replace(figure, coverage=Coverage(0, 0))], WORDS) == ()


def test_that_all_have_reported_is_not_said(figures: Figures) -> None:
    """Paper names who is missing; that nobody is needs no note (S6)."""
    publication = replace(
        figures.project.publications["work_report"], sections=(section("[[{warmth_funds | over 3}。]]"),)
    )
    document = compose(publication, Claims(figures, {}), 2021, "draft", dt.datetime(2022, 1, 26), ())
    assert document.sections[0].coverage_notes == ()


MISSING = Missing(HAIDONG, "2021Q4", Decimal(3_000_000))
DOUBTED = "送温暖筹资额“3580多万元”"


def doubtful(figures: Figures, edition: str) -> PrintedSection:
    """A section with a claim that a missing unit may make untrue, and the same figure in a table."""
    column = Column("资金", "warmth_funds")
    own = section(
        "[[筹资{warmth_funds | over 3}，超{warmth_persons | above 1}。]]",
        tables=(Table("表", "prefecture", (column,)),),
    )
    publication = replace(figures.project.publications["work_report"], sections=(own,))
    late = Coverage(52, 53, ("海东市总",))
    partial = replace(figures, covered={(name, 2021): late for name in ("warmth_funds", "warmth_persons")})
    claims = Claims(partial, {("warmth_funds", 2021): Gap((MISSING,), Decimal(1))})
    (printed,) = compose(publication, claims, 2021, edition, dt.datetime(2022, 1, 26), ()).sections
    return printed


def test_a_draft_says_what_to_look_at_before_signing(figures: Figures) -> None:
    """Only the claim that might not survive, below the note on who is missing and what that was last year."""
    printed = doubtful(figures, "draft")
    assert [note.text for note in printed.coverage_notes] == [
        "送温暖筹资额、送温暖慰问职工数：会员工会应报53家，已报52家，未报齐：海东市总，未报部分至多占上年全省数的10.0%。"
    ]
    assert printed.signer_notes == (f"签发前请核对，单位补报后不一定成立：{DOUBTED}。",)
    _, funds, _, persons, _ = printed.paragraphs[0]
    assert isinstance(funds, PrintedFigure) and isinstance(persons, PrintedFigure)
    assert (funds.claim, funds.missing_share_of_last_year) == (Claim.FAILS, Decimal("0.1"))
    assert "41,846,212.5元" in funds.doubt
    assert (persons.claim, persons.doubt) == (Claim.SURVIVES, "")


def test_an_issued_report_has_no_mark_for_the_signer(figures: Figures) -> None:
    """The reader is told who is missing and what share that was; a table claims nothing beyond what was reported."""
    printed = doubtful(figures, "r1")
    assert len(printed.coverage_notes) == 1 and not printed.signer_notes
    cells = [cell.figure for table in printed.tables for _, row in table.rows for cell in row if cell.figure]
    assert cells and {figure.claim for figure in cells} == {None}


def test_the_declared_publications_print_no_dash_in_a_sentence(project: Project) -> None:
    """When nothing is known, every sentence of both reports leaves its figures out instead of printing dashes."""
    nothing = Figures(project, {}, {}, frozenset())
    for publication in project.publications.values():
        document = compose(publication, Claims(nothing, {}), 2021, "draft", dt.datetime(2022, 1, 26), ())
        on_targets = {each.id for each in publication.sections if "target" in {table.rows for table in each.tables}}
        kept = [each.id for each in publication.sections if each.id not in {*on_targets, "S"}]
        assert [each.id for each in document.sections] == kept
        assert not [figure.key for figure in document.figures if figure.wording == "no_data"]
        spoken = [said(paragraph) for each in document.sections for paragraph in each.paragraphs]
        assert not [text for text in spoken if "—" in text.replace("——", "") or "{" in text or "[[" in text]


def target(
    indicator: str, value: int, actual: int | None, outcome: TargetOutcome, *, is_certain: bool = True
) -> Target:
    """A target of 2021 that a department set a year before."""
    source = TracedCell(indicator, "QHB03", "2020", "QHB03-2020-GH14-1", "甲.xlsx", "ab", "GH14", "E8", "1", None)
    return Target(
        indicator, f"{indicator}的名称", "人", 2021, ">=", Decimal(value), dt.date(2021, 12, 31), "QHB03", "权益保障部",
        2020, source, f"{indicator}-2021", None if actual is None else Decimal(actual), FULL, outcome, is_certain,
    )  # fmt: skip


TARGETS = (
    target("checkup_persons", 50_000, 50_120, TargetOutcome.MET),
    target("warmth_persons", 30_000, 25_431, TargetOutcome.NOT_MET, is_certain=False),
    target("reform_mechanisms", 6, None, TargetOutcome.NO_DATA),
)


def promised(figures: Figures, *targets: Target) -> tuple[PrintedSection, ...]:
    """The report of 2021 with a section on its targets."""
    columns = tuple(map(Column, ("计划", "实际", "结果", "责任部门")))
    own = section(tables=(Table("{year}年目标", "target", columns, note="到年底。"),))
    publication = replace(figures.project.publications["work_report"], sections=(own,))
    return compose(
        publication, Claims(figures, {}), 2021, "draft", dt.datetime(2022, 1, 26), (), tuple(targets)
    ).sections


def test_targets_are_told_one_by_one(figures: Figures) -> None:
    """Planned and reached are figures where there are any; a sentence below counts the outcomes."""
    ((table,),) = (each.tables for each in promised(figures, *TARGETS))
    assert table.head == ("目标", "计划", "实际", "结果", "责任部门")
    assert [(label, *(cell.text for cell in cells)) for label, cells in table.rows] == [
        ("checkup_persons的名称", "不低于5万人", "50,120人", "完成", "权益保障部"),
        ("warmth_persons的名称", "不低于3万人", "25,431人", "按已报数未完成", "权益保障部"),
        ("reform_mechanisms的名称", "不低于6人", "—", "未报送", "权益保障部"),
    ]
    assert table.note == (
        "共3项：完成1项，未完成1项，未报送1项。未完成的是warmth_persons的名称。未报送的是reform_mechanisms的名称。到年底。"
    )
    keys = [[cell.figure.key if cell.figure else "" for cell in cells] for _, cells in table.rows]
    assert keys[0] == ["target_checkup_persons-2020", "checkup_persons-2021", "", ""]
    assert keys[1:] == [["", "warmth_persons-2021", "", ""], ["", "", "", ""]]
    assert [cell.is_words for cell in table.rows[0][1]] == [False, False, True, True]


def test_a_target_that_is_one_in_a_row_is_told_as_such(figures: Figures) -> None:
    """第三批 is neither three batches nor more than those."""
    own = replace(target("checkup_persons", 3, 4, TargetOutcome.MET), unit="批", is_ordinal=True)
    ((table,),) = (each.tables for each in promised(figures, own))
    assert [cell.text for cell in table.rows[0][1]][:2] == ["至少到第三批", "第四批"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("1", "完成"), "到年底。"),
        (("—", "未报送"), "到年底。“—”是没有报的。"),
        (("1", "按已报数完成"), "到年底。没有报齐的注明“按已报数”。"),
    ],
)
def test_a_note_explains_no_mark_that_a_table_does_not_have(texts: tuple[str, ...], said: str) -> None:
    """A reader who is told of a dash looks for it."""
    note = "到年底。“—”是没有报的。没有报齐的注明“按已报数”。"
    assert note_of_marks(note, [("行", tuple(map(TableCell, texts)))]) == said


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (35, 8_250, "人次由上年的35人次增至8250人次。"),
        (960, 226_286, "人次由上年的960人次增至22.6万人次。"),
        (8, 12, "人次由上年的8人次增至12人次。"),
        (9, 6, "人次由上年的9人次降至6人次。"),
        (10, 12, "人次比上年增长20.0%。"),
        (900, 8_250, "人次比上年增长816.7%。"),
    ],
)
def test_a_change_that_per_cent_would_blow_up_is_told_by_both_values(
    figures: Figures, before: int, now: int, said: str
) -> None:
    """Of next to nothing everything is a multiple; from the number on that its form's `swing` names it is not."""
    change = {("warmth_persons_change", 2021): {ALL: Decimal(100 * (now - before)) / before}}
    held = {("warmth_persons", 2021, 0, ""): Decimal(now), ("warmth_persons", 2021, 1, ""): Decimal(before)}
    figures = replace(figures, values=dict(figures.values) | change, operands=held)
    printed = composed(figures, section("[[人次{warmth_persons_change | change 1 人次}。]]"))
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in printed.paragraphs[0]) == said


def test_a_year_without_targets_has_no_section_on_them(figures: Figures) -> None:
    """Nothing was promised, so nothing is said of promises."""
    assert promised(figures) == ()


def thirds(*values: str, total: str = "") -> tuple[tuple[str, tuple[TableCell, ...]], ...]:
    """Rows of one column, the total first; each value exact and as it is printed with two decimals."""
    cells = [TableCell(f"{Decimal(value):,.2f}", Decimal(value), decimals=2) for value in values]
    first = TableCell(f"{Decimal(total):,.2f}", Decimal(total), decimals=2) if total else TableCell("")
    return (("合计", (first,)), *((str(number), (cell,)) for number, cell in enumerate(cells)))


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (thirds("33.335", "33.335", "33.33"), ROUNDED_APART),
        (thirds("50.25", "49.75"), ""),
        (thirds("1000.004", "2000.004", total="3000.008"), ROUNDED_APART),
        (thirds("1000.01", "2000.01", total="3000.02"), ""),
        (thirds("1.111", "2.222", total="9"), ""),
    ],
)
def test_S19_a_table_says_itself_when_its_parts_miss_their_total(
    rows: tuple[tuple[str, tuple[TableCell, ...]], ...], note: str
) -> None:
    """S19: only where what is printed does not add up though the exact values do."""
    assert rounding_note(rows, [RowSum(0, 1, len(rows), frozenset({0}))]) == note


def test_S5_last_year_and_the_change_stand_beside_this_year(figures: Figures) -> None:
    """S5: in the table as in the sentence, by the sign and from the exact values; — for a unit that lacks a year."""
    changes = {("warmth_funds_change", 2021): {ALL: Decimal("19.48737"), HAIDONG: Decimal("-32.5")}}
    compared = replace(figures, values={**figures.values, **changes})
    columns = (
        Column("上年", "warmth_funds@prev_year", 2, 10_000),
        Column("本年", "warmth_funds", 2, 10_000),
        Column("增减（%）", "warmth_funds_change", 1),
    )
    table = Table("送温暖", "prefecture", columns, total="全省")
    printed = composed(compared, section("[[筹资额{warmth_funds_change | change 1}。]]", tables=(table,)))
    assert [said(each) for each in printed.paragraphs] == ["筹资额比上年增长19.5%（见表1）。"]
    shown = {label: [cell.text for cell in cells] for label, cells in printed.tables[0].rows}
    assert shown["全省"] == ["3,000.00", "3,584.62", "19.5"]
    assert (shown["西宁市总"], shown["海东市总"]) == (["—", "100.00", "—"], ["—", "1.23", "-32.5"])


@pytest.mark.parametrize("code", ["work_report", "audit_report"])
def test_S5_both_reports_declare_comparisons_in_sentences_and_rates_in_points(project: Project, code: str) -> None:
    """S5: 增长 and 下降 are bound, never typed; a change of a rate is in 百分点, of an amount in per cent."""
    sections = project.publications[code].sections
    bound = [each for own in sections for each in bindings_of(own.paragraphs) if each.wording.startswith("change")]
    assert bound
    for each in bound:
        change = project.indicators[each.indicator_id]
        of = project.indicators[re.findall("[a-z_]+", change.formula)[0]]
        assert change.unit == ("个百分点" if of.unit == "%" else "%"), change.id
    tables = [table for own in sections for table in own.tables]
    if code == "work_report":
        assert any("@prev_year" in column.indicator for table in tables for column in table.columns)


def test_S4_a_nought_that_nobody_reported_is_a_dash(project: Project) -> None:
    """S4: the form came in and no row of it is of this award: —, not 0; a nought that a cell says is 0."""
    reported = frozenset({("GH07", "awards", 2021, "", ""), ("GH05", "main", 2021, "", "")})
    known = {("warmth_persons", 2021): {"all": Decimal(0)}}
    figures = Figures(project, known, {}, reported)
    rows = (Row("奖状", ("prov_may1_certificates",)), Row("慰问", ("warmth_persons",)))
    table = Table("表", "indicator", (Column("实际"),), rows_of=rows)
    assert figures.get("prov_may1_certificates", 2021).value == 0
    (printed,) = composed(figures, section(tables=(table,))).tables
    assert [cells[0].text for _, cells in printed.rows] == ["—", "0"]


@pytest.mark.parametrize(("least", "is_noted"), [(0, True), (5, True), (6, False)])
def test_S14_a_unit_that_holds_little_of_a_figure_is_no_footnote_of_it(
    project: Project, least: int, is_noted: bool
) -> None:
    """S14: what a unit with 5% of a figure explained is printed from a declared share of 5% on, and not from 6%."""
    values = {("warmth_funds", 2021): {ALL: Decimal(1_000_000), "QHI01": Decimal(50_000)}}
    figures = Figures(project, values, {}, frozenset())
    report = compose(project.publications["work_report"], Claims(figures, {}), 2021, "r1", dt.datetime(2022, 1, 26), ())
    explained = {
        "explanation_id": "e1", "form_code": "GH05", "part": "main", "field": "warmth_funds", "period": "2021Q3",
        "unit_code": "QHI01", "explanation": "集中慰问一线职工",
    }  # fmt: skip
    noted = with_footnotes(report, figures, [explained], least)
    assert bool([note for section in noted.sections for note in section.footnotes]) is is_noted


def test_F4_a_bar_of_a_unit_that_reported_and_has_nothing_is_nought(project: Project) -> None:
    """F4: the chart is drawn with it; in a table a nought that no cell says is a dash."""
    prefectures = [code for code, unit in project.units.items() if unit.level.code == "prefecture"]
    indicator = project.indicators["warmth_persons"]
    reported = frozenset((indicator.form, indicator.part, 2021, "", code) for code in prefectures)
    figures = Figures(project, {("warmth_persons", 2021): {XINING: Decimal(700)}}, {}, reported)
    chart = Chart("bar_by_unit", "慰问", ("warmth_persons",), rows="prefecture")
    table = Table("慰问", "prefecture", (Column("人数", "warmth_persons"),))
    printed = composed(figures, section(tables=(table,), charts=(chart,)))
    (drawn,) = printed.charts
    assert sorted(point.value for point in drawn.points) == [0] * (len(prefectures) - 1) + [700]
    assert [cells[0].text for _, cells in printed.tables[0].rows].count("—") == len(prefectures) - 1
