"""The page: whole in itself, safe, and every figure on it leads to its cells."""

import html.parser
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.publish.html import render, write
from nianbao.terms.document import PrintedFigure
from tests.conftest import PROGRAMS
from tests.unit.publish.synthetic import HOSTILE, document

CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS["browser"])), "")
QUIET = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
)
SETTLED = "--disable-sync --hide-scrollbars --virtual-time-budget=4000 --enable-logging=stderr --v=0"


class Page(html.parser.HTMLParser):
    """The elements of a page, as (tag, attributes), and its text outside of scripts and styles."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self.elements and self.elements[-1][0] not in {"script", "style"}:
            self.said += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def source() -> str:
    """The synthetic publication's page."""
    return render(document())


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    """The synthetic publication's page, parsed."""
    return Page(source)


def test_the_page_asks_for_nothing_from_outside(source: str, page: Page) -> None:
    """No address of another machine stands in the page but the names of the SVG vocabulary."""
    assert not re.findall(r"https?:|[\"'(]//", re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/[^"]+"', "", source))
    assert not [tag for tag, _ in page.elements if tag in {"link", "img", "iframe", "object", "embed", "base", "form"}]
    assert all(attributes["href"].startswith("#") for attributes in page.of("a"))
    assert "@import" not in source and "url(" not in source


def test_the_content_policy_lets_in_only_the_pages_own_style_and_script(source: str, page: Page) -> None:
    """The policy forbids everything, and no element carries a style or a handler of its own."""
    policy = next(each["content"] for each in page.of("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [name for _, attributes in page.elements for name in attributes if name == "style" or name[:2] == "on"]


def test_hostile_names_are_only_text(source: str, page: Page) -> None:
    """Markup in a sentence, a unit's name or a cell is shown and does nothing."""
    assert HOSTILE not in source
    assert len(page.of("script")) == 2
    assert HOSTILE in page.said
    assert "甲<乙 & 丙" in page.said


def test_every_figure_is_a_link_with_a_trace(source: str, page: Page) -> None:
    """Each figure links to its trace, which is on the page, and to a line of the list for those without script."""
    links = [each for each in page.of("a") if each.get("class") == "figure"]
    data = json.loads(source.split('id="trace-data">')[1].split("</script>")[0])
    lines = {each["id"] for each in page.of("tr") if "id" in each}
    printed = [
        piece
        for section in document().sections
        for paragraph in section.paragraphs
        for piece in paragraph
        if isinstance(piece, PrintedFigure)
    ]
    assert len(links) > len(printed) >= 15
    assert {piece.key for piece in printed} <= {link["data-figure"] for link in links}
    for link in links:
        assert link["href"] == f"#trace-{link['data-figure']}"
        assert data["figures"][link["data-figure"]]["cells"]
        assert f"trace-{link['data-figure']}" in lines


def test_no_id_is_given_twice(page: Page) -> None:
    """A link leads to one place, and charts do not disturb each other."""
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {each["href"][1:] for each in page.of("nav") + page.of("a") if "href" in each} <= set(ids)


def test_the_charts_are_drawings_with_chinese_text(source: str, page: Page) -> None:
    """All three charts stand in the page as SVG whose labels are text, with a description."""
    drawings = re.findall(r"<svg.*?</svg>", source, re.DOTALL)
    assert len(drawings) == 3
    assert all(re.search(r"<text[^>]*>[\u4e00-\u9fff]{2,}", drawing) for drawing in drawings)
    assert [each["aria-label"][:5] for each in page.of("div") if each.get("role") == "img"] == [
        "各市州送温",
        "收入构成（",
        "预算与执行",
    ]


def test_what_a_reader_must_know_stands_on_top(page: Page) -> None:
    """Issuer, title, edition, time of the data and notices come before the first section, revisions too."""
    head = page.said[: page.said.index("年末全省工会会员")]
    for words in (
        "某省总工会",
        "2021年工作报告",
        "草稿",
        "数据截至",
        "2022年2月18日 09:30",
        "合成的样例数据",
        "更正说明",
        "3多万元",
    ):
        assert words in head


def test_a_run_in_heading_begins_its_paragraph(page: Page) -> None:
    """A heading of level 3 stands in bold at the start of the first paragraph and ends with a full stop."""
    assert "一是维护职工权益。送温暖活动筹资" in page.said


def test_coverage_is_printed_with_what_it_concerns(page: Page) -> None:
    """Who has not reported stands under the section and in the list of figures."""
    assert "应报53个单位，已报51" in page.said
    assert "51／53" in page.said


def test_the_same_document_has_the_same_bytes(tmp_path: Path, source: str) -> None:
    """Writing twice gives one and the same file."""
    write(document(), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == source.encode()


def test_a_document_with_little_in_it_is_printed() -> None:
    """Neither figures nor sections are needed for a page."""
    empty = replace(document(), sections=(), figures=(), traces={}, notices=(), revisions=(), edition="r2")
    assert "第2版" in Page(render(empty)).said


def browse(address: str, folder: Path) -> tuple[str, list[str]]:
    """The page as Chromium has it after its script has run, and what it complained about."""
    command = [
        CHROMIUM,
        *QUIET.split(),
        *SETTLED.split(),
        f"--user-data-dir={folder / 'profile'}",
        "--allow-file-access-from-files",
        "--dump-dom",
        address,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def drive(folder: Path, width: int, script: str) -> dict[str, object]:
    """What a script finds out about the page in a frame of this width; `step()` waits for what a click sets going."""
    write(document(), folder / "page.html")
    (folder / "driver.html").write_text(
        f"""<iframe id="f" src="page.html" width="{width}" height="800"></iframe><pre id="found"></pre><script>
        const step = () => new Promise((done) => setTimeout(done, 200));
        document.getElementById("f").onload = async () => {{
          const w = document.getElementById("f").contentWindow, d = w.document;
          const panel = d.getElementById("trace"), found = {{}};
          const link = d.querySelector('main a[data-figure="warmth_per_person-2021"]');
          {script}
          document.getElementById("found").textContent = JSON.stringify(found);
        }};</script>""",
        encoding="utf-8",
    )
    seen, complaints = browse((folder / "driver.html").as_uri(), folder)
    assert not complaints
    return dict(json.loads(html.unescape(re.findall(r'<pre id="found">(.*?)</pre>', seen, re.DOTALL)[0])))


@pytest.mark.browser
def test_an_address_with_a_figure_opens_its_panel(tmp_path: Path) -> None:
    """The panel shows wording, exact value, operands, coverage and cells, and the console stays silent."""
    write(document(), tmp_path / "page.html")
    seen, complaints = browse((tmp_path / "page.html").as_uri() + "#trace-warmth_funds-2021", tmp_path)
    panel = seen[seen.index("<dialog") : seen.index("</dialog>")]
    for words in (
        "3504多万元",
        "35,036,757",
        "算法",
        "已报 51 ／ 应报 53",
        "某县总工会",
        "2021年第三季度",
        "E9",
        "313,078.25",
    ):
        assert words in panel
    assert HOSTILE not in panel and HOSTILE.replace("<", "&lt;").replace(">", "&gt;") in panel
    assert "harm" not in seen[seen.index("<title>") : seen.index("</title>")]
    assert not complaints


@pytest.mark.browser
def test_the_panel_opens_goes_back_and_closes(tmp_path: Path) -> None:
    """A figure opens the panel, an operand replaces it, going back returns, Esc closes and gives the focus back."""
    found = drive(
        tmp_path,
        1300,
        """
        link.focus(); link.click(); await step();
        found.opened = [panel.open, panel.querySelector("h2").textContent, d.activeElement.id];
        panel.querySelector(".operands a").click(); await step();
        found.operand = panel.querySelector(".about").textContent;
        w.history.back(); await step();
        found.back = panel.querySelector("h2").textContent;
        d.dispatchEvent(new w.KeyboardEvent("keydown", { key: "Escape", bubbles: true })); await step();
        found.closed = [panel.open, d.activeElement === link, w.location.hash];
        """,
    )
    assert found == {
        "opened": [True, "1007.2元", "trace-title"],
        "operand": "送温暖筹资额 · 2021年",
        "back": "1007.2元",
        "closed": [False, True, ""],
    }


@pytest.mark.browser
def test_a_part_in_a_table_opens_at_its_unit(tmp_path: Path) -> None:
    """The panel of one unit's part says which unit, its own value, and has that unit's cells open."""
    found = drive(
        tmp_path,
        1300,
        """
        d.querySelector('main a[data-unit="QH602"]').click(); await step();
        found.said = [".about", "h2", ".exact b"].map((kind) => panel.querySelector(kind).textContent);
        const opened = panel.querySelectorAll("details[open] summary span:first-child");
        found.open = [...opened].map((each) => each.textContent);
        """,
    )
    assert found == {
        "said": ["送温暖筹资额 · 2021年 · 海东市总工会", "154.84", "1,548,387"],
        "open": ["海东市总工会"],
    }


@pytest.mark.browser
def test_a_phone_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    """On 390 pixels the text fits, the contents are folded, and the panel is modal."""
    found = drive(
        tmp_path,
        390,
        """
        found.width = d.documentElement.scrollWidth; found.contents = d.querySelector("nav details").open;
        link.click(); await step();
        found.modal = panel.matches(":modal"); found.panel = panel.scrollWidth;
        """,
    )
    assert found == {"width": 390, "contents": False, "modal": True, "panel": 390}
