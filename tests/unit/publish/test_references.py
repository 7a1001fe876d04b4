"""The text refers to its tables and charts where it says a figure of theirs."""

from dataclasses import replace

import pytest

from nianbao.publish.numbering import number_sections
from nianbao.terms.document import (
    Paragraph,
    PrintedBlock,
    PrintedChart,
    PrintedSection,
    PrintedTable,
    TableCell,
)
from nianbao.terms.publication import Numbering
from tests.unit.publish.synthetic import document, figure

FUNDS, PERSONS = figure(0), figure(1)
TABLE = PrintedTable("表题", "", ("项目", "资金"), (("全部", (TableCell("1", figure=FUNDS),)),))
CHART = PrintedChart("bar_by_unit", "图题", "", (), (FUNDS.indicator_id,))
EMPTY = replace(TABLE, rows=(("全部", (TableCell("—"),)),))


def said(paragraph: Paragraph, *tables: PrintedTable, charts: tuple[PrintedChart, ...] = ()) -> str:
    """The paragraph of a section with these tables and charts, once they are numbered."""
    section = PrintedSection("W1", "", 2, (paragraph,), tables, charts)
    (numbered,) = number_sections([section], Numbering())
    return "".join(piece if isinstance(piece, str) else piece.text for piece in numbered.paragraphs[0])


@pytest.mark.parametrize(
    ("paragraph", "told"),
    [
        (("筹资", FUNDS, "。慰问", PERSONS, "。"), f"筹资{FUNDS.text}（见表1）。慰问{PERSONS.text}。"),
        (
            ("慰问", PERSONS, "，筹资", FUNDS, "的。其余另报。"),
            f"慰问{PERSONS.text}，筹资{FUNDS.text}的（见表1）。其余另报。",
        ),
        (("目标逐项申报。到年末对照。",), "目标逐项申报。到年末对照（见表1）。"),
    ],
)
def test_a_reference_stands_behind_the_sentence_that_says_a_figure_of_the_table(
    paragraph: Paragraph, told: str
) -> None:
    """Where none does, at the end of what stands before the table."""
    assert said(paragraph, TABLE) == told


def test_a_chart_is_referred_to_with_the_table_that_it_draws() -> None:
    """So a sentence sends to both at once."""
    assert said(("筹资", FUNDS, "。"), TABLE, charts=(CHART,)) == f"筹资{FUNDS.text}（见表1、图1）。"


@pytest.mark.parametrize(
    ("tables", "charts", "told"),
    [
        ((TABLE,) * 2, (), "见表1、表2"),
        ((TABLE,) * 4, (), "见表1至表4"),
        ((TABLE,) * 3, (CHART,) * 3, "见表1至表3、图1至图3"),
        ((TABLE, EMPTY, TABLE, TABLE), (), "见表1、表3、表4"),
        ((TABLE, EMPTY, *(TABLE,) * 3), (), "见表1、表3至表5"),
    ],
)
def test_three_and_more_in_a_row_are_referred_to_by_the_first_and_the_last(
    tables: tuple[PrintedTable, ...], charts: tuple[PrintedChart, ...], told: str
) -> None:
    """A table of dashes between them parts the row."""
    assert said(("筹资", FUNDS, "。"), *tables, charts=charts) == f"筹资{FUNDS.text}（{told}）。"


def test_nobody_is_sent_to_a_table_of_dashes() -> None:
    """In a year without data."""
    assert said(("以下各项由报表汇总。",), EMPTY) == "以下各项由报表汇总。"


def test_what_the_office_wrote_stays_as_it_is() -> None:
    """Not a letter is added to it."""
    block = PrintedBlock("block-导语-1", "导语", "W1", "过去一年。", "办公室", document().as_of.date())
    assert said((block,), TABLE) == "过去一年。"
