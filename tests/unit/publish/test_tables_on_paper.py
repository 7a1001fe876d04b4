"""Tables as they go on paper: totals stand out, and a number is not parted from its unit for want of a hair."""

from nianbao.publish.plain import text_width
from nianbao.publish.typeset.grid import set_table
from nianbao.terms.document import PrintedTable, RowSum, TableCell


def table(*rows: tuple[str, str], **said: object) -> PrintedTable:
    """A table of labels and one column of numbers."""
    cells = tuple((label, (TableCell(text),)) for label, text in rows)
    return PrintedTable("救助资金", "", ("项目", "金额"), cells, **said)  # type: ignore[arg-type]


def test_every_row_that_adds_up_others_is_bold() -> None:
    """A declared total is one as much as that of the units, wherever it stands."""
    sums = (RowSum(0, 1, 3, frozenset({0})),)
    (grid,) = set_table(table(("合计", "3"), ("生活", "1"), ("医疗", "2"), sums=sums)).grids
    assert [all(entry.is_bold for entry in row) for row in grid.rows] == [True, False, False]


def test_numbers_have_room_in_a_substituted_font() -> None:
    """While the labels have what they need, a column of numbers is wider than its numbers are in Times."""
    number, label = "342,576人", "医疗互保参保职工"
    (grid,) = set_table(table((label, number))).grids
    spare = [width - text_width(text) for width, text in zip(grid.widths, (label, number), strict=True)]
    assert spare[1] > spare[0] > 0
