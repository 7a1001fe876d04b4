"""The pages of an edition in a real browser, opened from disk: they work, stay silent, and ask nothing of anybody."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest

from nianbao.publish.site import write
from tests.browser import Browser, browser
from tests.unit.publish.test_site import with_background

pytestmark = pytest.mark.browser

NAMES = (
    "index.html", "indicators.html", "completeness.html", "revisions.html", "texts.html",
    "figures/warmth_funds-2021.html", "figures/warmth_per_person-2021.html",
)  # fmt: skip
PANEL = 'document.getElementById("trace")'

# The contrast of every text with what is behind it, as rendered; the worst are returned.
CONTRAST = """
(() => {
  const light = ([r, g, b]) => { const f = (v) => ((v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const behind = (node) => { for (; node; node = node.parentElement) {
    const color = parts(getComputedStyle(node).backgroundColor); if (color.length < 4 || color[3] === 1) return color; }
    return [255, 255, 255]; };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("svg, script")) continue;
    seen += 1;
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${node.outerHTML.slice(0, 80)} ${ratio}`);
  }
  return [seen, [...new Set(poor)]];
})()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic publication's pages."""
    folder = tmp_path_factory.mktemp("site")
    write(with_background(), folder)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this module."""
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, site: Path) -> Iterator[Browser]:
    """The browser at a desk; afterwards it must have asked for nothing but the site's own files, and be silent."""
    chromium.open("about:blank")
    chromium.requests.clear()
    chromium.complaints.clear()
    chromium.size(1300, 900)
    yield chromium
    assert chromium.js("document.title.includes('harm')") is False
    assert chromium.complaints == []
    assert [address for address in chromium.requests if not address.startswith(site.as_uri())] == []
    assert chromium.requests


def test_a_request_to_outside_would_be_refused(chromium: Browser, site: Path) -> None:
    """The policy stops a picture, a request and a script from elsewhere, also if somebody could put them in."""
    chromium.open((site / "index.html").as_uri())
    chromium.complaints.clear()
    refused = chromium.js("""new Promise((done) => {
      const seen = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        seen.push(event.effectiveDirective);
        if (seen.length === 4) done(seen.sort());
      });
      document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/picture.png" }));
      document.body.append(Object.assign(document.createElement("script"), { src: "http://127.0.0.1:9/script.js" }));
      document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'harm'" }));
      fetch("http://127.0.0.1:9/").catch(() => null);
    })""")
    assert refused == ["connect-src", "img-src", "script-src-elem", "script-src-elem"]


@pytest.mark.parametrize("width", [360, 1300])
@pytest.mark.parametrize("name", NAMES)
def test_no_page_scrolls_sideways(page: Browser, site: Path, name: str, width: int) -> None:
    """On a phone of 360 pixels as on a desk the page is as wide as the screen; wide tables scroll in themselves."""
    page.size(width, 740)
    page.open((site / name).as_uri())
    assert page.js("document.documentElement.scrollWidth") == width


BROKEN = """
(() => {
  const lines = (node) => { const range = document.createRange(); range.selectNodeContents(node);
    return new Set([...range.getClientRects()].map((each) => Math.round(each.bottom))).size; };
  const said = (node) => node.textContent.trim();
  const all = (selector, is) => [...document.querySelectorAll(selector)].filter((node) => is(said(node)));
  const numbers = all("td, a.figure, dd", (text) => /^[-+]?[\\d,.]+$/.test(text));
  const names = all("nav.site a, tbody th", (text) => text.length <= 4);
  return [numbers.length, [...numbers, ...names].filter((node) => lines(node) > 1).map(said)];
})()
"""
"""How many numbers a page has, and which of them, and which short names, stand in more than one line."""


@pytest.mark.parametrize("width", [360, 1300])
@pytest.mark.parametrize("name", ["index.html", "figures/warmth_funds-2021.html"])
def test_S10_no_number_is_broken_in_two(page: Browser, site: Path, name: str, width: int) -> None:
    """S10: nor a short name of a unit or a link to a page; on a phone, tables are drawn along under their names."""
    page.size(width, 740)
    page.open((site / name).as_uri())
    count, broken = page.js(BROKEN)
    assert count > 20
    assert broken == []


SPILLED = """
[...document.querySelectorAll("table:not(.cells) :is(th, td)")].filter((cell) => {
  if (!cell.offsetParent || cell.querySelector(".unseen")) return false;
  const range = document.createRange(); range.selectNodeContents(cell);
  const edge = cell.getBoundingClientRect().right + 1;
  return [...range.getClientRects()].some((each) => each.right > edge);
}).map((cell) => cell.textContent.trim())
"""
"""The cells of tables whose text runs over the next one."""


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_runs_over_the_next_one_on_a_phone(page: Browser, site: Path, name: str) -> None:
    """The title of a form beside its periods, too: what is longer than its column is broken, not laid over another."""
    page.size(390, 844)
    page.open((site / name).as_uri())
    assert page.js(SPILLED) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_read(page: Browser, site: Path, name: str) -> None:
    """The contrast of every rendered text with its ground is at least 4.5:1."""
    page.open((site / name).as_uri())
    if name == "index.html":
        page.js('document.querySelector("main a.figure").click()')
    seen, poor = page.js(CONTRAST)
    assert seen > 10
    assert poor == []


def test_a_reader_goes_from_page_to_page(page: Browser, site: Path) -> None:
    """From the report to indicators, to a figure, to its operand, and back by the crumbs."""
    page.open((site / "index.html").as_uri())
    for selector, name in (
        ('nav.site a[href="indicators.html"]', "/indicators.html"),
        ('a[href="figures/warmth_per_person-2021.html"]', "/figures/warmth_per_person-2021.html"),
        ('.operands a[href="warmth_funds-2021.html"]', "/figures/warmth_funds-2021.html"),
        (".crumbs a", "/index.html"),
        ('nav.site a[href="completeness.html"]', "/completeness.html"),
        ('nav.site a[href="revisions.html"]', "/revisions.html"),
    ):
        page.js(f"document.querySelector({selector!r}).click()")
        page.settle(lambda name=name: page.js("location.pathname + document.readyState").endswith(f"{name}complete"))


def test_a_number_opens_the_panel_and_the_keys_close_it(page: Browser, site: Path) -> None:
    """Enter on a figure opens it, an operand replaces it, going back returns, Esc gives the focus back."""
    page.open((site / "index.html").as_uri())
    page.js("""document.querySelector('main a[data-figure="warmth_per_person-2021"]').focus()""")
    page.press("Enter")
    page.settle(lambda: page.js(f"{PANEL}.open"))
    assert page.js(f"[{PANEL}.querySelector('h2').textContent, document.activeElement.id]") == [
        "1007.2元",
        "trace-title",
    ]
    assert page.js(f"{PANEL}.querySelector('.whole').getAttribute('href')") == "figures/warmth_per_person-2021.html"
    page.js(f"{PANEL}.querySelector('.operands a').click()")
    about = page.js(f"{PANEL}.textContent")
    for words in (
        "送温暖筹资额 · 2021年",
        "35,036,757",
        "2020年",
        "已报 51 ／ 应报 53",
        "西宁市总工会",
        "大于印出的数",
    ):
        assert words in about, words
    page.js("history.back()")
    page.settle(lambda: page.js(f"{PANEL}.querySelector('h2').textContent") == "1007.2元")
    page.press("Escape")
    assert page.js(f"[{PANEL}.open, document.activeElement.dataset.figure]") == [False, "warmth_per_person-2021"]


def test_a_part_in_a_table_opens_at_its_unit(page: Browser, site: Path) -> None:
    """The panel says which unit and its own value, and leads to the unit's line on the figure's page."""
    page.open((site / "index.html").as_uri())
    page.js("""document.querySelector('main a[data-unit="QH602"]').click()""")
    said = page.js(f"['.about', 'h2', '.exact b'].map((each) => {PANEL}.querySelector(each).textContent)")
    assert said == ["送温暖筹资额 · 2021年 · 海东市总工会", "154.84", "1,548,387.00"]
    assert page.js(f"{PANEL}.querySelector('.whole').hash") == "#unit-QH602"


def test_an_address_with_a_figure_opens_its_panel(page: Browser, site: Path) -> None:
    """A link that was passed on shows the figure, and on a phone the panel lies over the page."""
    page.size(360, 740)
    page.open((site / "index.html").as_uri() + "#trace-warmth_funds-2021")
    assert page.js(f"[{PANEL}.matches(':modal'), {PANEL}.scrollWidth]") == [True, 360]


def test_search_finds_figures_on_every_page(page: Browser, site: Path) -> None:
    """The slash leads to the search; words, wordings and digits find; the arrow and Enter open the page."""
    for name in NAMES:
        page.open((site / name).as_uri())
        page.press("/")
        assert page.js("document.activeElement.id") == "find"
        page.type("35036757")
        assert page.js("document.querySelector('#found a').textContent").startswith("送温暖筹资额（2021年）")
    page.js("document.getElementById('find').value = ''")
    page.type("人均 慰问")
    page.press("ArrowDown")
    page.press("Enter")
    page.settle(lambda: page.js("location.pathname").endswith("/figures/warmth_per_person-2021.html"))


def test_the_table_of_units_sorts_by_keyboard(page: Browser, site: Path) -> None:
    """Enter on a head sorts down, then up; the head says which way."""
    page.open((site / "figures/warmth_funds-2021.html").as_uri())
    values = "[...document.querySelectorAll('#units tbody tr')].map((row) => Number(row.cells[2].dataset.value))"
    page.js("document.querySelectorAll('#units th button')[1].focus()")
    for direction, sign in (("descending", -1), ("ascending", 1)):
        page.press("Enter")
        found = page.js(values)
        assert found == sorted(found, key=lambda value: value * sign) and len(set(found)) > 10
        assert page.js("document.activeElement.closest('th').getAttribute('aria-sort')") == direction


def test_lists_are_filtered_as_one_types(page: Browser, site: Path) -> None:
    """Indicators by any of their words; units by name and by whether they owe something."""
    shown = "[...document.getElementById({!r}).children].filter((each) => !each.hidden).length"
    page.open((site / "indicators.html").as_uri())
    page.js("document.getElementById('filter').focus()")
    page.type("warmth gh05")
    assert page.js(shown.format("indicators")) == 2
    page.open((site / "completeness.html").as_uri())
    page.js("document.querySelector('[value=owes]').click()")
    assert page.js(shown.format("matrix")) == 4


def test_the_first_tab_leads_past_the_navigation(page: Browser, site: Path) -> None:
    """The skip link is the first stop, is seen when it is reached, and leads to the text."""
    page.open((site / "index.html").as_uri())
    page.press("Tab")
    seen = page.js("[document.activeElement.className, document.activeElement.getBoundingClientRect().top >= 0]")
    assert seen == ["skip", True]
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter")
    page.settle(lambda: page.js("document.activeElement.id") == "text")


def test_the_head_of_a_table_stands_on_every_printed_page(page: Browser, site: Path) -> None:
    """A table that one can sort has buttons in its head; on paper its next page has the same words over its columns."""
    page.open((site / "completeness.html").as_uri())
    row = "body.append(body.rows[0].cloneNode(true))"
    page.js(f"for (const body of document.querySelectorAll('.sortable tbody')) for (let n = 0; n < 90; n++) {row}")
    heads = page.js("[...document.querySelectorAll('table.sortable')].pop().tHead.innerText.split(/\\s+/).join('')")
    with closing(pypdfium2.PdfDocument(page.printed())) as paper:
        said = [sheet.get_textpage().get_text_bounded() for sheet in paper]
    assert len(said) > 2 and heads.replace("↕", "") in "".join(said[-2].split())


def test_a_table_never_ends_with_one_row_on_the_next_sheet(page: Browser, site: Path) -> None:
    """Wherever the first sheet ends, its note and at least two rows go over with the last one."""
    page.open((site / "index.html").as_uri())
    page.js(
        "document.getElementById('text').innerHTML = '<div></div><figure class=table><table><tbody>'"
        " + [...Array(9).keys()].map((n) => `<tr><td>row-${n}</td></tr>`).join('')"
        " + '</tbody></table><p class=note>below</p></figure>'"
    )
    carried = set()
    for height in range(500, 900, 28):
        page.js(f"document.querySelector('#text > div').style.height = '{height}px'")
        with closing(pypdfium2.PdfDocument(page.printed())) as paper:
            said = [sheet.get_textpage().get_text_bounded() for sheet in paper]
        if "below" not in said[0]:
            carried.add(said[1].count("row-"))
    assert len(carried) > 3 and not carried & {0, 1}


@pytest.mark.parametrize(("edition", "says"), [("draft", True), ("r1", False)])
def test_every_printed_page_of_a_draft_says_that_it_is_one(page: Browser, site: Path, edition: str, says: bool) -> None:
    """A sheet of it, taken out of the stack, is not held for one that was signed."""
    page.open((site / "index.html").as_uri())
    page.js(f"document.body.dataset.edition = {edition!r}")
    with closing(pypdfium2.PdfDocument(page.printed())) as paper:
        said = ["草稿，未经签发" in sheet.get_textpage().get_text_bounded() for sheet in paper]
    assert len(said) > 1 and set(said) == {says}


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_printed(page: Browser, site: Path, name: str) -> None:
    """Each page becomes a PDF on A4, and the numbers of the text carry their number in the list."""
    page.open((site / name).as_uri())
    paper = page.printed()
    assert paper.startswith(b"%PDF") and b"/MediaBox [0 0 594.95" in paper
    if name == "index.html":
        page.call("Emulation.setEmulatedMedia", media="print")
        mark = "getComputedStyle(document.querySelector('main p a.figure'), '::after').content"
        assert page.js(mark).startswith('"[1')
        page.call("Emulation.setEmulatedMedia", media="")
