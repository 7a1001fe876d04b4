"""The receipt for programs and the receipt for people: complete, in one documented shape, and inert."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner

from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.clock import ZONE
from nianbao.intake.acknowledge import MARKED, PAGE, RECEIPT
from nianbao.intake.answer.job import SIGN
from nianbao.intake.answer.page import compose_letter, render_page
from nianbao.intake.answer.receipt import ReceiptWriter, grouped
from nianbao.intake.answer.receipt_json import NotAReceipt, dump_receipt, load_receipt, receipt_schema
from nianbao.intake.answer.styles import FILLS
from nianbao.intake.answer.work import compose_job, last_days_zh
from nianbao.intake.worker.pool import ReaderPool
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.deadline import Extension
from nianbao.terms.finding import Severity
from nianbao.terms.numbers import part_thousands, write_number
from nianbao.terms.workbook_words import ANSWER_SHEET
from nianbao.warehouse import ledger
from tests.browser import browser
from tests.homes import ROOT, clock_at
from tests.intake.answer.conftest import NOW, PERIOD, UNIT, WRONG, Desk

SCHEMA = json.loads((ROOT / "docs" / "receipt.schema.json").read_text(encoding="utf-8"))
LOADING = ("src", "href", "action", "srcset")
ALIVE = ("<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "{{7*7}}", "javascript:alert(1)")


@pytest.fixture(scope="module")
def lived(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose home took in a good workbook, a wrong one, one twice, and something that is no workbook."""
    desk = Desk(project, Home(tmp_path_factory.mktemp("receipts") / "home"))
    desk.send(desk.planned("2021Q2", is_whole=True), "2021-07-09T01:00")
    desk.send(desk.planned(forms=WRONG))
    content = desk.write(desk.home.path / "same.xlsx", desk.planned("2021Q2", is_whole=True)).read_bytes()
    desk.send_back(content, "same.xlsx", "2021-10-11T01:00")
    desk.send_back(b"%PDF-1.7 no workbook at all", "pdf.xlsx", "2021-10-11T02:00")
    return desk


def answer(desk: Desk, name: str) -> Path:
    """What the names of the answers to a file begin with."""
    return desk.home.outbox / desk.planned().unit.short_zh / name


@pytest.fixture(scope="module")
def wrong(lived: Desk) -> dict[str, Any]:
    """The receipt for the wrong workbook."""
    return read(answer(lived, lived.planned().file_name))


def read(path: Path) -> dict[str, Any]:
    """The receipt beside a name."""
    receipt: dict[str, Any] = json.loads(path.with_name(path.name + RECEIPT).read_text("utf-8"))
    return receipt


def test_the_documented_shape_is_that_of_the_types() -> None:
    """docs/receipt.schema.json is made from terms/receipt.py, word for word; `make docs` writes it."""
    assert receipt_schema() == SCHEMA


def test_a_receipt_is_read_back_as_it_was_written(lived: Desk) -> None:
    """Every key of every kind of receipt comes back with its type; what is none of ours is refused."""
    for path in sorted(lived.home.outbox.rglob(f"*{RECEIPT}")):
        text = path.read_text("utf-8")
        assert dump_receipt(load_receipt(text)) == text
    for other in ("", "[]", "{}", '{"schema": 2}', text.replace('"reject', '"regret').replace('"sha256"', '"sha"')):
        with pytest.raises(NotAReceipt):
            load_receipt(other)


@pytest.mark.parametrize("name", ["A&B.xlsx", "引'号.xlsx"])
def test_an_earlier_answer_names_its_workbook_whatever_the_file_is_called(desk: Desk, name: str) -> None:
    """When a file of the same name comes, the receipt before it moves aside with its workbook, and names it."""
    wrong = desk.write(desk.home.path / "wrong.xlsx", desk.planned(forms=WRONG)).read_bytes()
    good = desk.write(desk.home.path / "good.xlsx", desk.planned()).read_bytes()
    (desk.home.inbox / desk.planned().unit.short_zh).mkdir(parents=True)
    target = desk.send_back(wrong, name, NOW)
    first = read(target)
    assert first["marked_workbook"] == name + MARKED
    desk.send_back(good, name, "2021-10-10T02:00")
    earlier = target.with_name(f"{name}.{first['delivery_id']}")
    moved = read(earlier)
    assert moved == first | {"marked_workbook": earlier.name + MARKED}
    assert earlier.with_name(moved["marked_workbook"]).is_file()
    assert earlier.name + MARKED in unescape(earlier.with_name(earlier.name + PAGE).read_text("utf-8"))


def test_every_receipt_has_the_documented_shape(lived: Desk) -> None:
    """Accepted, rejected, duplicate or quarantined: each receipt keeps to docs/receipt.schema.json."""
    paths = sorted(lived.home.outbox.rglob(f"*{RECEIPT}"))
    receipts = [json.loads(path.read_text("utf-8")) for path in paths]
    assert {item["outcome"] for item in receipts} == {"accepted", "rejected", "duplicate", "quarantined"}
    for receipt in receipts:
        jsonschema.validate(receipt, SCHEMA, cls=jsonschema.Draft202012Validator)
        assert set(receipt) == set(SCHEMA["properties"])
        for item in receipt["findings"]:
            assert set(item) == set(SCHEMA["properties"]["findings"]["items"]["properties"])


def test_a_page_says_what_a_clerk_can_use(lived: Desk) -> None:
    """Codes of our own stand in the JSON alone; who sent a file twice is not told that nothing was found in it."""
    for path in lived.home.outbox.rglob(f"*{RECEIPT}"):
        receipt = json.loads(path.read_text("utf-8"))
        page = path.with_name(path.name.removesuffix(RECEIPT) + PAGE).read_text("utf-8")
        ours = {item["code"] for item in receipt["findings"] if "_" in item["code"]}
        assert not {code for code in ours if code in page}
        if receipt["outcome"] == "duplicate":
            assert "不必重报" in page and "没有发现问题" not in page
        elif receipt["outcome"] == "quarantined":
            assert ours


def test_all_errors_come_at_once_with_what_was_given_and_expected(wrong: dict[str, Any]) -> None:
    """Each finding names its cell, the value given, what it was compared with, the difference, and the time before."""
    by_code = {item["code"]: item for item in wrong["findings"]}
    above = by_code["C01-1"]
    assert (above["sheet"][:4], above["value"]) == ("GH01", "99999999")
    assert int(above["difference"]) == 99_999_999 - int(above["expected"])
    assert above["last"]["period"] == "2021Q2"
    assert above["allowed"].startswith("填整数")
    assert {item["cell"] for item in wrong["findings"] if item["sheet"]} >= {"E9", "E7"}


def test_what_is_asked_fits_the_file_and_the_finding(wrong: dict[str, Any]) -> None:
    """A bound is no value that must be; who sent a table without a cover is not sent to one."""
    receipt = load_receipt(json.dumps(wrong))
    job = compose_job(receipt)
    by_code = {line.opinion[-7:]: line.expected for line in job.lines}
    assert by_code["（C01-1）"].startswith("对照值 ")
    assert any("封面的报送类型选“更正”" in line for line in job.guidance)
    assert not any("封面" in line for line in compose_job(replace(receipt, file="a.csv")).guidance)
    only_wrong = tuple(item for item in receipt.findings if item.severity is Severity.REJECT)
    assert "“说明”栏可填" in render_page(receipt)
    assert "“说明”栏可填" not in render_page(replace(receipt, findings=only_wrong))


def test_only_what_has_findings_is_marked(lived: Desk, wrong: dict[str, Any]) -> None:
    """A workbook with findings comes back marked; a clean one, a duplicate and what cannot be opened do not."""
    marked = sorted(path.name for path in lived.home.outbox.rglob(f"*{MARKED}"))
    assert marked == [lived.planned().file_name + MARKED]
    assert wrong["marked_workbook"] == marked[0]
    assert read(answer(lived, "pdf.xlsx"))["marked_workbook"] is None


def test_the_marked_workbook_shows_what_the_receipt_says(lived: Desk, wrong: dict[str, Any]) -> None:
    """Every cell of a finding is filled and commented, and stands in the list of findings."""
    name = answer(lived, lived.planned().file_name)
    workbook = openpyxl.load_workbook(name.with_name(name.name + MARKED))
    listed = " ".join(str(cell.value) for row in workbook[ANSWER_SHEET].iter_rows() for cell in row if cell.value)
    for item in wrong["findings"]:
        assert item["sentence"] in listed
        if item["cell"]:
            cell = workbook[item["sheet"]][item["cell"]]
            assert cell.fill.fgColor.rgb in FILLS.values()
            assert SIGN in cell.comment.text
            assert item["sentence"] in cell.comment.text
            if item["last"]:
                before = write_number(item["last"]["value"], item["unit"])
                assert f"上期（{item['last']['period_zh']}）：{before}" in cell.comment.text


class Tags(HTMLParser):
    """The tags of a page, and every attribute that could load or do something."""

    tags: list[str]
    loaded: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.loaded += [name for name, _ in attrs if name in LOADING or name.startswith("on")]


def seen_in(page: str) -> Tags:
    """What a browser would find on a page."""
    parser = Tags()
    parser.tags, parser.loaded = [], []
    parser.feed(page)
    return parser


def test_the_page_is_chinese_and_loads_nothing(lived: Desk, wrong: dict[str, Any]) -> None:
    """One page without scripts or pictures, closed by its policy; it links to phone, address and marked workbook."""
    name = answer(lived, lived.planned().file_name)
    page = name.with_name(name.name + PAGE).read_text("utf-8")
    seen = seen_in(page)
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(seen.tags)
    marked = re.findall(r'href="\./([^"]+)"', page)
    assert seen.loaded == ["href"] * (len(marked) + 2)
    assert 'href="tel:' in page
    assert all(name.with_name(unquote(each)).is_file() for each in marked)
    assert 'lang="zh-CN"' in page
    assert re.search(r"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-[^']+'", page)
    for item in wrong["findings"]:
        assert item["sentence"] in page.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


@pytest.mark.parametrize("text", ALIVE)
def test_nothing_from_outside_comes_alive_in_the_page(wrong: dict[str, Any], text: str) -> None:
    """Whatever a name, a value or a reason says, it is text."""
    finding = wrong["findings"][0] | dict.fromkeys(("sheet", "cell", "value", "sentence", "because", "expected"), text)
    reason = dict.fromkeys(("explanation_id", "text", "ruling_zh"), text)
    finding["explanation"] = reason | {"given": "note", "ruling": "pending", "until": None}
    receipt = wrong | {"file": text, "unit": text, "marked_workbook": text, "findings": [finding]}
    clean, page = (seen_in(render_page(load_receipt(json.dumps(each)))) for each in (wrong | {"findings": []}, receipt))
    assert set(page.tags) <= set(clean.tags) | {"ol", "li", "span", "h2", "p"}
    assert page.loaded == ["href"] * 3  # the office's phone and address, and the marked workbook, whose name is quoted


def test_what_is_said_of_several_sheets_alike_is_said_once(wrong: dict[str, Any]) -> None:
    """Late for seven forms is one finding on the page with seven sheets; what is about a cell stays apart."""
    findings = load_receipt(json.dumps(wrong)).findings
    late = [
        replace(findings[0], sheet=f"表{number}", cell=None, severity=Severity.WARN, sentence="迟报")
        for number in range(7)
    ]
    shown = grouped([*late, *findings])
    assert len(shown) == 1 + len(findings)
    assert shown[0].sheets == tuple(item.sheet for item in late)


def test_a_blank_form_is_one_finding(desk: Desk) -> None:
    """A form in which no cell is filled is said to be empty, once, not field by field."""
    planned = desk.planned()
    filled: Any = planned.content
    forms = filled.forms | {"GH01": {"main": [{}], "groups": []}}
    receipt = read(desk.send(replace(planned, content=replace(filled, forms=forms))))
    about = [item["code"] for item in receipt["findings"] if item["sheet"] and item["sheet"].startswith("GH01")]
    assert about == ["EMPTY_FORM"]


def test_missing_forms_are_one_finding(desk: Desk) -> None:
    """A workbook without some of the sheets due says so once, naming them, and the others are taken."""
    planned = desk.planned()
    filled: Any = planned.content
    forms = {code: parts for code, parts in filled.forms.items() if code == "GH05"}
    receipt = read(desk.send(replace(planned, content=replace(filled, forms=forms, only=True))))
    (missing,) = (item for item in receipt["findings"] if item["code"] == "FORM_MISSING")
    assert "GH01" in missing["expected"]
    assert "GH03" in missing["expected"]
    assert [(item["form"], item["decision"]) for item in receipt["submissions"]] == [("GH05", "accepted")]


def test_a_sheet_that_cannot_be_marked_costs_only_the_marked_workbook(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When marking fails the receipts are written all the same, and say that there is no marked workbook."""

    monkeypatch.setattr(ReaderPool, "mark", lambda self, requests: ((n, False) for n, _ in enumerate(requests)))
    name = desk.send(desk.planned(forms=WRONG))
    assert read(name)["marked_workbook"] is None
    assert "没有生成标好的报表" in name.with_name(name.name + PAGE).read_text("utf-8")
    assert not list(desk.home.outbox.rglob(f"*{MARKED}"))


def test_S16_a_receipt_says_whom_to_call_and_until_when(lived: Desk, wrong: dict[str, Any]) -> None:
    """S16: page, JSON and marked workbook name office, phone and last days; the page leaves the digest to programs."""
    office = lived.project.contacts[lived.project.federation.code]
    form = lived.project.forms["GH01"]
    name = answer(lived, lived.planned().file_name)
    page = name.with_name(name.name + PAGE).read_text("utf-8")
    sheet = openpyxl.load_workbook(name.with_name(name.name + MARKED))[ANSWER_SHEET]
    guidance = " ".join(str(cell.value) for (cell, *_) in sheet.iter_rows(max_row=8) if cell.value)
    for text in (office.office, office.phone, "2021年10月11日（含当日），最迟2021年10月21日接收"):
        assert text in page and text in guidance
    assert wrong["office"] == {"office": office.office, "phone": office.phone, "mail": office.mail}
    line = next(item for item in wrong["submissions"] if item["form"] == "GH01")
    assert (line["table_no"], line["due_on"], line["accepted_until"]) == (form.table_no, "2021-10-11", "2021-10-21")
    assert f">{form.table_no}</td>" in page
    assert wrong["sha256"] not in page


def test_S16_the_mail_says_by_itself_what_is_wrong_and_whom_to_call(lived: Desk) -> None:
    """S16: in its text stand each open finding with its cell, the last days, office and phone; no value does."""
    receipt = load_receipt(
        (path := answer(lived, lived.planned().file_name)).with_name(path.name + RECEIPT).read_text("utf-8")
    )
    title, text = compose_letter(receipt)
    office = lived.project.contacts[lived.project.federation.code]
    assert receipt.unit and receipt.unit in title
    for words in (office.office, office.phone, "2021年10月11日（含当日），最迟2021年10月21日接收", "回复本邮件"):
        assert words in text
    open_ = [finding for finding in receipt.findings if finding.is_open]
    assert open_
    for finding in open_[:5]:
        assert finding.sentence in text and (not finding.cell or finding.cell in text)
    assert not [each.sentence for each in receipt.findings if not each.is_open and each.sentence in text]


def test_a_last_day_that_is_past_is_not_told(lived: Desk, project: Project) -> None:
    """Who corrects a year later is not told that nothing was taken after last October: a correction is."""
    with open_workspace(ROOT, lived.home, "status") as workspace:
        _, answered, *_ = ledger.answers(workspace.connection, ["D000001", "D000002", "D000003"])
    receipt = ReceiptWriter(project).compose(answered)
    assert last_days_zh(receipt)
    assert not last_days_zh(replace(receipt, received_at=dt.datetime(2022, 10, 1, tzinfo=ZONE)))


def test_S16_an_extension_moves_the_last_day_that_a_receipt_names(project: Project, lived: Desk) -> None:
    """S16: what was granted before the due day is the last day, in words."""
    granted = Extension(UNIT, "GH01", PERIOD, dt.date(2021, 10, 8), dt.date(2021, 11, 5), "统计审核岗", "系统切换")
    given_more = replace(project, extensions=(*project.extensions, granted))
    with open_workspace(ROOT, lived.home, "status") as workspace:
        _, answered, *_ = ledger.answers(workspace.connection, ["D000001", "D000002", "D000003"])
    page = render_page(ReceiptWriter(given_more).compose(answered))
    assert "GH01的报送期限：2021年11月5日（含当日）。" in page
    assert "GH03、GH05、GH06的报送期限：2021年10月11日（含当日），最迟2021年10月21日接收。" in page


def test_S16_numbers_are_written_as_people_write_them(lived: Desk, wrong: dict[str, Any]) -> None:
    """S16: thousands apart and 元 behind money, on the page and in the comments; JSON keeps plain numbers."""
    name = answer(lived, lived.planned().file_name)
    page = name.with_name(name.name + PAGE).read_text("utf-8")
    by_code = {item["code"]: item for item in wrong["findings"]}
    above, dear = by_code["C01-1"], by_code["C05-3"]
    assert above["value"] == "99999999" and "填报值 99,999,999<" in page
    assert "填99,999,999人" in above["sentence"]
    assert dear["unit"] == "元" and f"{int(dear['last']['value']):,}元<" in page
    assert "200至5,000<" in page
    comment = openpyxl.load_workbook(name.with_name(name.name + MARKED))[above["sheet"]][above["cell"]].comment.text
    assert "填报值：99,999,999" in comment and f"相差：多{int(above['difference']):,}" in comment


def test_S16_what_is_said_of_a_whole_file_has_no_value_beside_it(lived: Desk) -> None:
    """S16: 填报值 and 应为 stand beside a cell; of a file without one the sentence says it all, and JSON keeps both."""
    name = answer(lived, "pdf.xlsx")
    (finding,) = read(name)["findings"]
    page = unescape(name.with_name(name.name + PAGE).read_text("utf-8"))
    assert finding["value"] and finding["expected"] and not finding["cell"]
    assert finding["sentence"] in page and not re.search("填报值|应为 |对照值", page)


def test_S16_an_operator_reads_the_same_numbers_as_the_clerk(lived: Desk, wrong: dict[str, Any]) -> None:
    """S16: the lines of the night, of status and of explanations have their thousands apart, and money its 元."""
    above = next(item for item in wrong["findings"] if item["code"] == "C01-1")
    with clock_at(NOW):
        status = CliRunner().invoke(main, ["status", "--json", "--home", str(lived.home.path)]).output
        explained = CliRunner().invoke(main, ["explanations", "--all", "--home", str(lived.home.path)]).output
    assert "99,999,999人" in above["sentence"] and above["sentence"] in status
    assert not re.search(r"[0-9]{4,}(?:人|元)", status + explained)


@pytest.mark.parametrize(
    ("said", "unit", "written"),
    [("1234567.50", "元", "1,234,567.50元"), ("-1200", "人", "-1,200"), ("约3000", "人", "约3000"),
     ("20210012", None, "20210012"), (None, "人", ""), ("0", "元", "0元")],
)  # fmt: skip
def test_S16_only_a_number_of_a_counting_field_is_written_apart(
    said: str | None, unit: str | None, written: str
) -> None:
    """S16: a code, a year or what somebody wrote in words stays as it is."""
    assert write_number(said, unit) == written


def test_S16_years_and_codes_in_a_sentence_stay_whole() -> None:
    """S16: only what stands before a unit of measure is a quantity."""
    told = part_thousands("2021年U10012345人数A1234人共12345.5元，1234人，见GH01-2021", {"人"})
    assert told == "2021年U10012345人数A1234人共12,345.5元，1,234人，见GH01-2021"


@pytest.mark.browser
def test_S16_the_receipt_does_not_scroll_sideways_on_a_phone(
    lived: Desk, wrong: dict[str, Any], tmp_path: Path
) -> None:
    """S16: at 360 pixels in a real browser the page is as wide as the screen, whatever the file is called."""
    long = "很长的文件名" * 12 + "A" * 120 + ".xlsx"
    (tmp_path / "plain.html").write_text(render_page(load_receipt(json.dumps(wrong))), "utf-8")
    receipt = wrong | {"file": long, "marked_workbook": long}
    (tmp_path / "long.html").write_text(render_page(load_receipt(json.dumps(receipt))), "utf-8")
    with browser() as page:
        page.size(360, 740)
        for name in ("plain.html", "long.html"):
            page.open((tmp_path / name).as_uri())
            assert page.js("document.documentElement.scrollWidth") == 360
            assert page.js("document.querySelector('.phone').checkVisibility()")
