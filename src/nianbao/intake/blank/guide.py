"""The sheet that says how to fill the workbook in."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from nianbao.intake.blank.page import BlankBook, Page
from nianbao.intake.blank.style import text_height
from nianbao.terms.workbook_words import GUIDE_SHEET

_LINES = (
    "只在浅黄色的格内填写，请不要增删列，也不要更改工作表的名称；行高列宽可以调整。",
    "先填封面：报送类型、统计口径、金额单位、填表人、审核人和填报日期。单位、报告期和报表版本已经印好。",
    "数字格只填数字，不写单位，不写“约”“多”等字；金额按封面选定的单位填写，全册一致。",
    "带下拉箭头的格请从列表中选择；日期写成2021-05-20的样子。",
    "没有发生的填0。必填的格不能空着；选填的格不适用的，可以不填，也可以填“无”。",
    "登记类的表一行一条，从第一行起连续填写，用不完的行空着即可；不够时在中间插入行，再把上一行的“自查”格向下复制。已印好名称的行请逐行填写。",
    "“自查”栏“✓”是对得上的；“✗”的请照旁边的话改正，数字属实的写在“说明”里。封面汇总全册未通过的项数和必填未填的格数。",
    "与上期相差较大、或系统提示偏离一般情况而数字属实的，请在该表下方的“说明”中写明原因。",
    "灰色的“上期”“上年同期”“本年前期累计”是已经计入的数，供核对用，不必填写；金额以元为单位；列多的台账排在打印页的右侧，在屏幕上看。",
    "全部填好后按xlsx格式保存，整册报送，文件名请包含单位名称和报告期。",
    "报送后会收到回执；有问题的，同时收到标好的本册报表，请在那一册里改正或写明原因，报送类型选“更正”，整册报回。",
    "报送截止日期见封面。逾期仍可在宽限期内报送，记为迟报。",
)


def write_guide(book: BlankBook, sheet: Worksheet) -> None:
    """Write what a clerk needs to know, one numbered sentence a row."""
    page = Page(book, sheet, [5.0, 83.0])
    page.line(GUIDE_SHEET, "title", 44)
    for number, line in enumerate(_LINES, start=1):
        sheet.set_row(page.row, text_height(line, page.widths[1]) + 6)
        page.put(0, f"{number}.", "guide")
        page.put(1, line, "guide")
        page.row += 1
    page.finish(f"{book.unit.zh}　{book.period.zh}")
