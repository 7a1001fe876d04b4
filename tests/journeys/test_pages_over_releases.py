"""The pages over all releases in a real browser, from disk: what is published, and the explorer of its figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.publish.site.landing import Over, write_over
from nianbao.runs.publish import recall
from nianbao.runs.shelf import refresh_shelves
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.terms.release import PeriodValue, ReleasedIndicator, ReleasedUnit, ReleasedValue, ReleasedYear
from tests.browser import Browser, browser
from tests.homes import YEAR, release, warehouse

pytestmark = pytest.mark.browser

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
MEMBERS, FUNDS, CAPITAL = "members_total", "warmth_funds", "QH630100"
ROWS = "[...document.querySelectorAll('#table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this module."""
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, year_home: Home) -> Iterator[Browser]:
    """The browser; afterwards it must have asked for nothing but files beside the pages, and have been silent."""
    chromium.open("about:blank")
    chromium.requests.clear()
    chromium.complaints.clear()
    chromium.size(1300, 900)
    yield chromium
    assert chromium.complaints == []
    asked = [each for each in chromium.requests if not each.startswith(("data:", "blob:", "about:"))]
    assert [each for each in asked if not each.startswith(year_home.releases.as_uri())] == []


def explore(page: Browser, home: Home, hash_: str) -> list[list[str]]:
    """The rows of the explorer for what an address names."""
    page.open("about:blank")
    page.open(f"{(home.releases / 'explorer.html').as_uri()}#{hash_}")
    page.settle(lambda: page.js("document.getElementById('title').textContent") != "正在取数")
    found: list[list[str]] = page.js(ROWS)
    return found


def test_S11_what_is_published_is_found_on_one_page(page: Browser, year_home: Home) -> None:
    """Every publication of every year with its edition and files; drafts are not there, nor a link to one."""
    page.open((year_home.releases / "index.html").as_uri())
    links = page.js("[...document.querySelectorAll('main a')].map((each) => each.getAttribute('href'))")
    for code in ("work_report", "audit_report"):
        assert f"{YEAR}/{code}/r1/index.html" in links
        assert f"{YEAR}/{code}/r1/{code}-{YEAR}.pdf" in links
    assert not [each for each in links if "draft" in each]
    assert [each for each in links if not (year_home.releases / each.partition("#")[0]).exists()] == []
    office = (year_home.path / "drafts.html").read_text("utf-8")
    assert f'href="releases/{YEAR}/work_report/draft/index.html"' in office
    assert not (year_home.releases / "drafts.html").exists()


def test_S11_search_finds_sentences_indicators_and_units(page: Browser, year_home: Home) -> None:
    """A word of a report leads to the place where it stands, an indicator and a unit into the explorer."""
    page.open((year_home.releases / "index.html").as_uri())
    for words, start in (
        ("送温暖活动 筹资", f"{YEAR}/work_report/r1/index.html#s-W1"),
        ("西宁市总", "explorer.html#u="),
    ):
        page.js("document.getElementById('find').focus(); document.getElementById('find').value = ''")
        page.type(words)
        page.settle(lambda: page.js("document.getElementById('hits').children.length") > 0)
        hits = page.js("[...document.querySelectorAll('#hits a')].map((each) => each.getAttribute('href'))")
        assert [each for each in hits if each.startswith(start)], hits
    page.js("document.getElementById('find').value = ''; document.getElementById('find').focus()")
    page.type("没有人写过的话")
    page.settle(lambda: page.js("document.getElementById('count').textContent") == "0处")


def test_S11_the_explorer_shows_a_figure_over_the_years(page: Browser, year_home: Home, project: Project) -> None:
    """All years with the exact value, the change, the coverage, and where it was printed."""
    rows = explore(page, year_home, f"i={MEMBERS}&u=all&p=year")
    with warehouse(year_home) as connection:
        value = read_figures(connection, project).get(MEMBERS, YEAR).value
    last = rows[-1]
    assert last[0] == f"{YEAR}年"
    assert Decimal(last[1].replace(",", "").rstrip("*")) == value
    assert re.fullmatch(r"\d+／53", last[3])
    href = page.js("document.querySelector('#table tbody tr:last-child a').getAttribute('href')")
    assert (year_home.releases / href).exists()
    assert page.js("document.querySelector('#drawing svg').getAttribute('aria-label')").count(f"{YEAR}年") == 1


@pytest.mark.parametrize("indicator", [MEMBERS, FUNDS, "income_total"])
def test_S11_the_years_of_a_figure_fit_a_phone(page: Browser, year_home: Home, indicator: str) -> None:
    """Nothing of the table is drawn along at 375 px, and a year stays on one line."""
    page.size(375, 740)
    assert explore(page, year_home, f"i={indicator}&u=all&p=year")
    assert (
        page.js("(({ clientWidth, scrollWidth }) => scrollWidth - clientWidth)(document.querySelector('.scroll'))") <= 0
    )
    page.js("range = document.createRange(); range.selectNodeContents(document.querySelector('#table tbody th'))")
    assert page.js("range.getClientRects().length") == 1


def test_S11_a_level_and_periods_are_shown_and_add_up(page: Browser, year_home: Home, project: Project) -> None:
    """The units of a level, the largest first; and the periods of one of them, which add up to its year."""
    rows = explore(page, year_home, f"i={FUNDS}&u=level:prefecture&p=year&y={YEAR}")
    amounts = [Decimal(row[1].replace(",", "").rstrip("*")) for row in rows]
    assert len(rows) == 8
    assert amounts == sorted(amounts, reverse=True)
    of_unit = explore(page, year_home, f"i={FUNDS}&u={CAPITAL}&p=periods&y={YEAR}")
    assert [row[0] for row in of_unit] == ["一季度", "二季度", "三季度", "四季度"]
    with warehouse(year_home) as connection:
        value = read_figures(connection, project).get(FUNDS, YEAR, CAPITAL).value
    assert sum(Decimal(row[1].replace(",", "")) for row in of_unit) == value


def test_S11_the_address_keeps_what_was_chosen(page: Browser, year_home: Home) -> None:
    """Whoever is sent the link sees the same; an unknown name in it leaves what was chosen."""
    explore(page, year_home, f"i={FUNDS}&u=all")
    page.js(f"document.getElementById('whose').value = '{CAPITAL}'; "
            "document.getElementById('whose').dispatchEvent(new Event('change'))")  # fmt: skip
    page.settle(lambda: CAPITAL in page.js("location.hash"))
    sent = page.js("location.hash.slice(1)")
    title = page.js("document.getElementById('title').textContent")
    explore(page, year_home, sent)
    assert page.js("document.getElementById('title').textContent") == title
    explore(page, year_home, "i=no_such_indicator&u=nobody&p=never&y=1")
    assert page.js("document.getElementById('indicator').value") != ""


def test_S11_table_and_picture_are_taken_away(page: Browser, year_home: Home) -> None:
    """The CSV holds exact values and says which are not whole; the PNG is the drawing at twice its size."""
    explore(page, year_home, f"i={FUNDS}&u=level:prefecture&p=year&y={YEAR}")
    page.js("""window.saved = []; URL.createObjectURL = (blob) => { saved.push(blob); return "about:blank#"; };
        HTMLAnchorElement.prototype.click = function () { window.named = this.download; }""")
    page.js("document.getElementById('csv').click()")
    text = page.js("saved[0].text()")
    assert text.startswith(f'"单位","{YEAR}年","{YEAR - 1}年","比上年","报送","计量单位","未报齐"')
    assert len(text.strip().splitlines()) == 9
    assert re.search(r'"西宁市总","\d+(\.\d+)?"', text)
    assert page.js("window.named").endswith(".csv")
    page.js("document.getElementById('png').click()")
    page.settle(lambda: page.js("saved.length") == 2)
    assert page.js("saved[1].type") == "image/png"
    size = page.js("createImageBitmap(saved[1]).then((picture) => [picture.width, picture.height])")
    drawn = page.js("document.querySelector('#drawing svg').getAttribute('width')")
    assert size[0] == 2 * int(drawn)


def test_S11_decimals_stay_exact(page: Browser, year_home: Home) -> None:
    """Sums of money longer than a floating number holds are taken from one another to the last digit."""
    explore(page, year_home, "")
    cases = [
        ("12345678901234567890.12", "0.02", "12345678901234567890.1"),
        ("5", "7.25", "-2.25"),
        ("3.10", "3.1", "0"),
        ("-1", "-0.5", "-0.5"),
    ]
    for one, other, difference in cases:
        assert page.js(f"nianbaoTools.minus({json.dumps(one)}, {json.dumps(other)})") == difference
    for now, before, said in (
        ("103", "100", "+3.0%"),
        ("99.95", "100", "-0.1%"),
        ("100", "0", ""),
        ("2", "3", "-33.3%"),
    ):
        assert page.js(f"nianbaoTools.perCent('{now}', '{before}')") == said
    assert page.js("nianbaoTools.digits('-1234567.5')") == "-1,234,567.5"


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_S10_S11_axe_finds_nothing(page: Browser, year_home: Home, look: str, width: int) -> None:
    """Landing page, explorer, report, a figure and completeness: no finding on a phone or a desk, by day or night."""
    page.size(width, 800)
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": look}])
    folder = release(year_home, "work_report", 1)
    pages = [year_home.releases / "index.html", year_home.releases / "explorer.html", folder / "index.html"]
    pages += [folder / "completeness.html", folder / "figures" / f"{FUNDS}-{YEAR}.html", folder.parent / "index.html"]
    found = {}
    for path in pages:
        page.open(path.as_uri())
        page.js(AXE + "; 0")
        said = page.js("axe.run().then((found) => found.violations.map((each) => [each.id, each.nodes[0].html]))")
        wide = page.js("document.documentElement.scrollWidth")
        found[path.name] = (said, wide)
    page.call("Emulation.setEmulatedMedia", features=[])
    assert found == dict.fromkeys((path.name for path in pages), ([], width))


def released(year: int, months: str, amount: int, *, is_unfinished: bool = False) -> ReleasedYear:
    """A year from July of one indicator and unit, as a release has it, with its periods."""
    periods = tuple(PeriodValue("funds", code, "A1", Decimal(amount)) for code in months.split())
    total = ReleasedValue("funds", "all", Decimal(amount * len(periods)), 1, 1)
    unit = ReleasedUnit("A1", "city", "各市总工会", "甲市总", "")
    indicator = ReleasedIndicator("funds", "慰问资金", "元", "yearbook", "1")
    own = (total, total._replace(scope="A1"))
    return ReleasedYear(year, "2022/yearbook/r1", (), (indicator,), (unit,), own, (), periods, is_unfinished)


def test_T22_F7_the_explorer_says_that_a_year_is_not_over_and_knows_its_months(
    chromium: Browser, tmp_path: Path
) -> None:
    """T22, F7: nothing is held against a running year, which says so; periods of a year from July meet their own."""
    years = [released(2021, "2020Q3 2020Q4 2021Q1 2021Q2", 10), released(2022, "2021Q3", 30, is_unfinished=True)]
    write_over(tmp_path, Over("样例", "全省", {}, {2022: "2022工作年度"}, {"yearbook": "年报"}), (), lambda: years)
    chromium.size(1300, 900)
    home = Home(tmp_path)
    (tmp_path / "releases").symlink_to(tmp_path)
    rows = explore(chromium, home, "i=funds&u=all&p=year")
    assert [(row[0], row[2]) for row in rows] == [("2021年", "—"), ("2022工作年度", "年度未结束，不比较")]
    notes = chromium.js("document.getElementById('notes').textContent")
    assert "2022年度尚未结束" in notes and "2021年度尚未结束" not in notes
    assert explore(chromium, home, "i=funds&u=A1&p=periods&y=2022") == [["三季度", "30", "10"]]
    assert [row[1] for row in explore(chromium, home, "i=funds&u=A1&p=periods&y=2021")] == ["10"] * 4


def test_S15_a_recalled_release_is_marked_and_its_figures_are_gone(
    year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """A release that was called back is said to be so on the landing page; its sentences are not found any more."""
    clock("2022-02-03T10:00")
    before = _sentences(year_copy.releases)
    assert "work_report/r1" in before
    with open_workspace(project.path, year_copy, "recall") as workspace:
        recall(workspace, f"work_report/{YEAR}/r1", "表3一列串行", "办公室签发岗")
        page = year_copy.releases / "index.html"
        assert "已撤回（2022年2月3日办公室签发岗：表3一列串行）" in page.read_text("utf-8")
        assert "work_report/r1" not in _sentences(year_copy.releases)
        assert "audit_report/r1" in _sentences(year_copy.releases)
        told = page.stat().st_mtime_ns
        refresh_shelves(workspace)
    assert page.stat().st_mtime_ns == told, "a night without news writes nothing"


def test_S11_parts_keep_their_name_as_long_as_they_say_the_same(year_copy: Home, project: Project) -> None:
    """Pages are made anew without touching the parts that did not change; a part that is gone comes back."""
    data = year_copy.releases / "pages" / "data"
    before = {path.name: path.stat().st_mtime_ns for path in data.iterdir()}
    (year_copy.releases / "index.html").unlink()
    gone = next(data.glob(f"{MEMBERS}.*.js"))
    gone.unlink()
    with open_workspace(project.path, year_copy, "publish") as workspace:
        refresh_shelves(workspace)
    after = {path.name: path.stat().st_mtime_ns for path in data.iterdir()}
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {gone.name}
    assert (year_copy.releases / "index.html").exists()


def _sentences(releases: Path) -> str:
    """The part with the sentences that can be found."""
    (path,) = (releases / "pages" / "data").glob("sentences.*.js")
    return path.read_text("utf-8")
