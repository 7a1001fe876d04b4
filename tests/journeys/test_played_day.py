"""A day as people live it: a blank filled in LibreOffice, mailed, answered, corrected, accepted; and a morning."""

import datetime as dt
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.errors import NianbaoError
from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from nianbao.terms.filled import Filled
from nianbao.terms.form import FieldType, Layout
from nianbao.terms.period import Period
from nianbao.terms.workbook_words import COVER_SHEET, FAILS, field_code, sheet_name
from tests.browser import browser
from tests.federation import Federation, a01
from tests.homes import clock_at, post
from tests.intake.sources.mail import OFFICE, ImapServer, imap_server, letter
from tests.intake.sources.servers import HOST, PASSWORD
from tests.journeys.test_record import declared_in
from tests.notices.servers import Mailbox, mail_server, make_certificate
from tests.unit.intake.test_in_libreoffice import run_basic

UNIT, PERIOD, CLERK = "QHI10", "2021Q1", "reports@clerk.example.org"
SENT = dt.datetime(2021, 4, 8, 14, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TYPE = """
Sub TypeIn
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL("file://{folder}/{source}", "_blank", 0, hidden())
{cells}
  doc.calculateAll()
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL("file://{folder}/{target}", kind())
  doc.close(True)
End Sub
"""
KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read() + b'\\n')"
Cell = tuple[str, str, object]


@dataclass
class Office:
    """The federation's house: what is declared, its home, its mailbox, and the server that takes its answers."""

    project: Path
    home: Home
    imap: ImapServer
    smtp: Mailbox

    def run(self, *arguments: str) -> str:
        """What a command prints."""
        place = ["--project", str(self.project), "--home", str(self.home.path)]
        done = CliRunner().invoke(main, [*arguments, *place], env={"MAIL": PASSWORD, "SMTP": "secret"})
        assert done.exit_code in (0, 1), done.output
        return done.stdout

    def answer_to(self, workbook: Path, sent: dt.datetime, number: int) -> EmailMessage:
        """Mail a workbook to the office, let the night come, and see what it answers."""
        message = letter(CLERK, ((workbook.name, workbook.read_bytes()),), f"<{number}@clerk.example.org>")
        self.imap.put(message, sent)
        with clock_at(f"{sent.date() + dt.timedelta(days=1)}T01:00:00"):
            self.run("nightly")
        assert len(self.smtp.messages) == number
        return self.smtp.messages[-1]


@pytest.fixture
def office(project: Project, tmp_path: Path) -> Iterator[Office]:
    """An office with a mailbox that it reads and one unit's address that it knows."""
    folder = declared_in(project, tmp_path / "project")
    with imap_server() as imap, mail_server(certificate := make_certificate(tmp_path)) as smtp:
        (folder / "reference" / "sources.toml").write_text(
            f'[[sources]]\nname = "mail"\nkind = "mail"\nhost = "{HOST}"\nport = {imap.port}\nuser = "{imap.user}"\n'
            f'password_env = "MAIL"\nca_file = "{imap.certificate}"\n[sources.answers]\nhost = "{HOST}"\n'
            f'port = {smtp.port}\nuser = "nianbao"\npassword_env = "SMTP"\nfrom = "{OFFICE}"\n'
            f'ca_file = "{certificate[0]}"\n',
            "utf-8",
        )
        (folder / "reference" / "addresses.csv").write_text(f"address,unit_code,lower\n{CLERK},{UNIT},\n", "utf-8")
        made = Office(folder, Home(tmp_path / "home"), imap, smtp)
        made.run("init")
        yield made


@pytest.mark.libreoffice
@pytest.mark.dovecot
@pytest.mark.browser
def test_S16_S17_a_workbook_goes_out_comes_back_is_corrected_and_accepted(
    office: Office, project: Project, tmp_path: Path
) -> None:
    """S16, S17: the sheet itself tells the slip; the answer tells it on a phone and brings the file to mend it in."""
    with clock_at("2021-04-02T09:00:00"):
        office.run("template", "--unit", "省公安工会", "--period", PERIOD, "--out", str(tmp_path / "desk"))
    (blank,) = (tmp_path / "desk").glob("*.xlsx")
    (planned,) = post(project, [UNIT], [PERIOD])
    assert isinstance(planned.content, Filled)
    asked = list(answers(project, blank, planned.content))
    sheet, at, right = next(cell for cell in asked if cell[0].startswith("GH05") and cell[1] == total(project, blank))
    assert isinstance(right, Decimal)
    filled = type_in(blank, "filled.xlsx", [*asked, (sheet, at, right + 100)])
    said = [(title, text) for title, _at, text in texts(filled) if text.startswith(FAILS)]
    assert [title for title, _ in said] == [COVER_SHEET, sheet]
    assert "40530元，与救助资金合计40630元不一致" in said[1][1]

    reply = office.answer_to(filled, SENT, 1)
    text = reply.get_body().get_content()  # type: ignore[union-attr]
    assert str(reply["Subject"]).startswith("报表回执 省公安工会2021年第一季度"), "no code of a period"
    assert text.index("不一致") < text.index("各表审核结论"), "what is to be done stands before what is well"
    assert "40,530元，与救助资金合计40,630元不一致" in text and "附件中已标出有问题的单元格" in text
    page, marked = (tmp_path / "desk" / name for name in ("receipt.html", "marked.xlsx"))
    for path, part in zip((page, marked), reply.iter_attachments(), strict=True):
        path.write_bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
    with browser() as phone:
        phone.size(360, 740)
        phone.open(page.as_uri())
        assert phone.js("document.documentElement.scrollWidth") <= 360
        read = phone.js("document.body.innerText")
    assert read.index("不一致") < read.index("各表审核结论"), "what is to be done stands before what is well"
    assert "2021年4月12日（含当日）" in read and "2021年4月9日 01:00" in read

    corrected = type_in(marked, "corrected.xlsx", [(sheet, at, right)])
    assert not [text for _title, _at, text in texts(corrected) if text.startswith(f"{FAILS} ")]
    reply = office.answer_to(corrected, SENT + dt.timedelta(days=1), 2)
    text = reply.get_body().get_content()  # type: ignore[union-attr]
    assert "结果为：全部接收" in text and "提示" not in text, "what was sent back never counted; nothing is replaced"
    with clock_at("2021-04-10T08:30:00"):
        assert "应报7张，按时7张" in office.run("status", "--unit", UNIT, "--period", PERIOD)


def answers(project: Project, blank: Path, filled: Filled) -> Iterator[Cell]:
    """What a clerk types, where: sheet, cell, and what the list of the cell calls it."""
    book = openpyxl.load_workbook(blank)
    for form, own, parts in project.due_forms(project.units[UNIT], Period.parse(PERIOD)):
        sheet = book[sheet_name(form.code, form.zh)]
        codes = {cell.value: cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
        for part in parts:
            for number, row in enumerate(filled.forms.get(form.code, {}).get(part.code, [])):
                for field in (field for field in part.fields if field.is_asked_in(own) and field.code in row):
                    value = row[field.code]
                    if field.type is FieldType.CODE:
                        value = project.codes[field.codes][str(value)].zh
                    code = codes[field_code(form.code, field.line)]
                    place = code.offset(0, 1) if part.layout is Layout.INDICATOR else code.offset(1 + number, 0)
                    yield sheet.title, place.coordinate, value


def total(project: Project, blank: Path) -> str:
    """The cell of the sum of relief."""
    form = project.forms["GH05"]
    code = field_code(form.code, form.part("main").field("relief_total").line)
    (cell,) = (
        c for row in openpyxl.load_workbook(blank)[sheet_name(form.code, form.zh)] for c in row if c.value == code
    )
    return str(cell.offset(0, 1).coordinate)


def type_in(source: Path, name: str, cells: list[Cell]) -> Path:
    """The workbook with something typed into it in LibreOffice, saved beside it under another name."""
    typed = "\n".join(_typed(*cell) for cell in cells)
    run_basic(source.parent, TYPE.format(folder=source.parent, source=source.name, target=name, cells=typed))
    return source.with_name(name)


def _typed(sheet: str, at: str, value: object) -> str:
    cell = f'doc.Sheets.getByName("{sheet}").getCellRangeByName("{at}")'
    if isinstance(value, dt.date):
        return f'{cell}.FormulaLocal = "{value}"'
    return f"{cell}.Value = {value}" if isinstance(value, int | Decimal) else f'{cell}.String = "{value}"'


def texts(path: Path) -> Iterator[tuple[str, str, str]]:
    """Every text of a workbook as it was last calculated: sheet, cell, text."""
    for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
            yield sheet.title, cell.coordinate, cell.value


def test_O1_O4_a_morning_with_two_silent_units_and_a_failed_night(tmp_path: Path) -> None:
    """O1, O4: page, command, alarm and reminders say the same: who is silent, what failed, when a night was good."""
    federation = Federation(tmp_path)
    shutil.rmtree(federation.folder / "reports")
    command = json.dumps([sys.executable, "-c", KEEP, str(tmp_path / "told")])
    channel = f'[[channels]]\nname = "own"\nkind = "command"\ncommand = {command}\n'
    (federation.folder / "reference" / "notices.toml").write_text(channel, "utf-8")
    federation.send("A1", "2021Q1", {"A01": a01(100, 5000, 10)}, "2021-04-08T10:00")
    with clock_at("2021-04-22T01:00:00"):
        nightly(federation.folder, federation.home)
    federation.edit("forms/A01.toml", "due_days = 10", "due_days = []")
    with clock_at("2021-04-23T01:00:00"), pytest.raises(NianbaoError):
        nightly(federation.folder, federation.home)
    federation.edit("forms/A01.toml", "due_days = []", "due_days = 10")

    told = [json.loads(line) for line in (tmp_path / "told").read_text("utf-8").splitlines()]
    assert [each["event"] for each in told] == ["digest", "night_failed"]
    assert told[0]["text"].startswith("收到文件1份：全部接收1份\n报表：")
    assert "A01.toml" in told[1]["text"] and "重新运行" in told[1]["text"]
    page = re.sub(r"<[^>]+>", "", (federation.home.status / "index.html").read_text("utf-8"))
    with clock_at("2021-04-23T08:30:00"):
        said, reminders = (run(federation, *each) for each in (["status"], ["remind"]))
    for shown in (page, said):
        assert "最近一次正常结束：2021-04-22 01:00，收到文件1份" in shown
        assert "之后失败：2021-04-23 01:00，" in shown and "A01.toml" in shown
    assert "报送情况列不出来" in page, "what is declared cannot be read, and so no names"
    assert "此后超过26小时没有正常结束" in said and "！夜间运行" in said
    for shown in (said, reminders):
        assert "乙市总工会" in shown and "丙市总工会" in shown and "2021年第一季度" in shown


def run(federation: Federation, *arguments: str) -> str:
    """What a command prints."""
    place = ("--project", str(federation.folder), "--home", str(federation.home.path))
    done = CliRunner().invoke(main, [*arguments, *place])
    assert done.exit_code == 0, done.output
    return done.stdout
