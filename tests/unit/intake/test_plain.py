"""A plain sheet is taken off its text exactly as the parser reads it; whatever is not plain is left to the parser."""

import random
import re
from collections.abc import Callable, Sequence

import pytest

from nianbao.catalog import Project
from nianbao.intake.formats import xlsx
from nianbao.intake.formats.package import Package
from nianbao.intake.formats.sheet import Opened, Sheet, Unreadable
from nianbao.intake.vocabulary import Vocabulary, load_vocabulary
from nianbao.intake.workbook import read_workbook
from nianbao.terms.filled import Filled
from tests.homes import ROOT, post, send
from tests.intake.made import entries
from tests.workbooks import repacked

PERIOD = "2021Q4"
CHANGED = 120
CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)')
STRING = re.compile(r"<si><t[^>]*>(.*?)</t></si>", re.DOTALL)
STRINGS = "xl/sharedStrings.xml"

VALUES = (
    "", '<c r="{0}"/>', '<c r="{0}" t="s"><v>{1}</v></c>', '<c r="{0}" t="s"><v>99999</v></c>',
    '<c r="{0}"><v>12.5</v></c>', '<c r="{0}"><v>1E3</v></c>', '<c r="{0}"><v>-3</v></c>', '<c r="{0}"><v> 5 </v></c>',
    '<c r="{0}"><v>1_0</v></c>', '<c r="{0}"><v></v></c>', '<c r="{0}" s="7"><v>44500</v></c>',
    '<c r="{0}" s="7"><v>44500.5</v></c>', '<c r="{0}" s="7"><v>60</v></c>', '<c r="{0}" s="999"><v>44500</v></c>',
    '<c r="{0}" t="b"><v>1</v></c>', '<c r="{0}" t="e"><v>#DIV/0!</v></c>', '<c r="{0}"><f>A1+1</f><v>7</v></c>',
    '<c r="{0}"><f>A1+1</f></c>', '<c r="{0}" t="str"><f>A1&amp;"元"</f><v>合计</v></c>',
    '<c r="{0}" t="str"><v>a&amp;b &#10;c</v></c>', '<c r="{0}" t="inlineStr"><is><t>小计</t></is></c>',
    '<c t="b"><v>1</v></c>', '<!-- {0} --><c r="{0}"><v>1</v></c>', '<c r="{0}" t="d"><v>2021-10-01</v></c>',
)  # fmt: skip
TEXTS = ("", " 数值 ", "代码", "GH05-01", "合计", "A&amp;B", "a_x000D_b", "&#65;", "报表版本：2020", "1&lt;2", "a\r\nb")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """What the reader knows of the project."""
    return load_vocabulary(ROOT)


@pytest.fixture(scope="module")
def workbooks(project: Project, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """As few filled workbooks of the template as hold every form that is due at the end of a year."""
    left, chosen = set(project.forms), []
    for planned in post(project, sorted(project.units), [PERIOD]):
        if isinstance(planned.content, Filled) and not left.isdisjoint(planned.content.forms):
            left -= planned.content.forms.keys()
            chosen.append(planned)
    assert not left
    return [path.read_bytes() for path in send(project, tmp_path_factory.mktemp("inbox"), chosen)]


@pytest.fixture
def by_parser(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], object]:
    """Does something while every sheet is left to the parser."""

    def do(work: Callable[[], object]) -> object:
        with monkeypatch.context() as patched:
            patched.setattr(xlsx, "read_plain", lambda *given: None)
            return work()

    return do


def opened(content: bytes) -> Opened | str:
    """The sheets of a workbook, or why it is refused."""
    try:
        return xlsx.open_xlsx(content, Package(content))
    except Unreadable as unreadable:
        return unreadable.fault.code


def said(sheets: Sequence[Sheet]) -> list[object]:
    """All that is known of sheets but how it came about."""
    return [
        (
            *(each.name, [list(row) for row in each.rows], each.texts, each.odd, each.formulas, list(each.merged)),
            *(each.hidden_rows, each.hidden_columns, each.is_hidden),
        )
        for each in sheets
    ]


def changed(content: bytes, dice: random.Random) -> bytes:
    """A workbook with some texts, cells and rows changed as other programs and people change them."""
    parts = dict(entries(content))
    strings = parts[STRINGS].decode()
    number = len(STRING.findall(strings))
    for _ in range(dice.choice((0, 0, 1, 3))):
        text = dice.choice(STRING.findall(strings))
        strings = strings.replace(f">{text}</t>", f">{dice.choice(TEXTS)}</t>", 1)
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    new = {STRINGS: strings.encode()}
    for name in dice.sample(sheets, 3):
        xml = parts[name].decode()
        for _ in range(dice.choice((0, 1, 1, 4))):
            found = dice.choice(list(CELL.finditer(xml)))
            cell = dice.choice(VALUES).format(found[1], dice.randrange(number))
            xml = xml[: found.start()] + cell + xml[found.end() :]
        if dice.random() < 0.2:
            rows = re.findall(r"<row .*?</row>", xml, re.DOTALL)
            xml = xml.replace(
                dice.choice(rows), dice.choice(("", dice.choice(rows), '<row r="3" hidden="1"></row>')), 1
            )
        new[name] = xml.encode()
    return repacked(content, new)


def test_every_form_of_the_template_is_plain(
    workbooks: list[bytes], by_parser: Callable[[Callable[[], object]], object]
) -> None:
    """No sheet of a filled workbook needs the parser, and each is what the parser makes of it."""
    for content in workbooks:
        plain, parsed = opened(content), by_parser(lambda: opened(content))  # noqa: B023
        assert isinstance(plain, Opened)
        assert isinstance(parsed, Opened)
        assert all(sheet.texts_in_order is not None for sheet in plain.sheets)
        assert all(sheet.texts_in_order is None for sheet in parsed.sheets)
        assert said(plain.sheets) == said(parsed.sheets)


def test_a_changed_workbook_is_read_as_by_the_parser(
    workbooks: list[bytes], vocabulary: Vocabulary, by_parser: Callable[[Callable[[], object]], object]
) -> None:
    """Whatever is changed on it, the sheets and what is read of them are the same with the parser and without."""
    plain_sheets = parsed_sheets = refused = 0
    for number in range(CHANGED):
        dice = random.Random(number)
        content = changed(dice.choice(workbooks), dice)
        plain, parsed = opened(content), by_parser(lambda: opened(content))  # noqa: B023
        if isinstance(plain, Opened) and isinstance(parsed, Opened):
            plain_sheets += sum(sheet.texts_in_order is not None for sheet in plain.sheets)
            parsed_sheets += sum(sheet.texts_in_order is None for sheet in plain.sheets)
            assert said(plain.sheets) == said(parsed.sheets), number
        else:
            assert plain == parsed, number
            refused += 1
        whole = read_workbook(content, vocabulary, "a.xlsx")
        assert whole == by_parser(lambda: read_workbook(content, vocabulary, "a.xlsx")), number  # noqa: B023
    assert min(plain_sheets, parsed_sheets, refused) > 0
