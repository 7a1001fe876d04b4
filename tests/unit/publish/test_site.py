"""The pages of an edition: whole in themselves, safe, and every figure leads to its cells."""

import html.parser
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest

from nianbao.publish.site import write
from nianbao.publish.site.figure import change_text
from nianbao.publish.site.index_data import meaning
from nianbao.publish.site.outline import Outline
from nianbao.terms.background import Background, Described, Due
from nianbao.terms.document import Document, PrintedFigure, PrintedSection
from nianbao.terms.status import Status
from tests.unit.publish.synthetic import HOSTILE, PREFECTURES, UNITS, document, values

STATUSES = tuple(Status)


class Page(html.parser.HTMLParser):
    """The elements of a page, as (tag, attributes), and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.said += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]


def parts(indicator: int, year: int) -> dict[str, Decimal]:
    """What each unit contributes to an indicator."""
    return {each.unit_code: each.value or Decimal() for each in values(indicator, year)}


def with_background() -> Document:
    """The synthetic publication with indicators, last year's values and what was due."""
    names = {"warmth_funds": ("送温暖筹资额", "元", 0), "warmth_persons": ("慰问职工人数", "人", 1)}
    indicators = {
        name: Described(
            name, zh, name.replace("_", " "), unit, "work_report", f"GH05 帮扶“{zh}”，各单位各期合计",
            values={year: sum(parts(at, year).values(), Decimal()) for year in (2020, 2021)},
            by_unit={year: parts(at, year) for year in (2020, 2021)},
        )
        for name, (zh, unit, at) in names.items()
    }  # fmt: skip
    operands = (("warmth_funds", 0), ("warmth_persons", 0))
    indicators["warmth_per_person"] = Described(
        "warmth_per_person", "人均慰问额", "warmth per person", "元", "work_report", "筹资额 ÷ 人数", operands=operands
    )
    indicators["unprinted"] = Described("unprinted", HOSTILE, "not printed", "个", "audit_report", HOSTILE)
    day = replace(document()).as_of.date()
    due = tuple(
        Due(
            code,
            form,
            f"2021Q{quarter}",
            STATUSES[at] if at < len(STATUSES) and form == "GH05" else Status.ON_TIME,
            day,
            day,
        )
        for at, code in enumerate(UNITS)
        for form in ("GH05", "GH06")
        for quarter in (1, 2)
    )
    background = Background(
        indicators, {"audit_report": "经审报告"}, {"GH05": "帮扶情况表", "GH06": HOSTILE}, UNITS,
        tuple(UNITS)[: len(PREFECTURES)], due,
    )  # fmt: skip
    return replace(document(), background=background)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic publication's pages."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "work_report-2021.docx").touch()
    write(with_background(), folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Every page, parsed, by its path."""
    found = sorted(site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): Page(path.read_text("utf-8")) for path in found}


def test_no_page_asks_for_anything_from_outside(pages: dict[str, Page], site: Path) -> None:
    """No address of another machine but the names of the SVG vocabulary, and nothing loaded but the shared files."""
    for name, page in pages.items():
        assert not re.findall(
            r"https?:|[\"'(]//", re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/[^"]+"', "", page.source)
        )
        assert not [tag for tag, _ in page.elements if tag in {"img", "iframe", "object", "embed", "base", "form"}]
        loaded = [each["src"] for each in page.of("script")] + [each["href"] for each in page.of("link")]
        assert all(((site / name).parent / each).exists() for each in loaded) and len(loaded) == 3
    style = (site / "assets" / "site.css").read_text("utf-8")
    assert "@import" not in style and "url(" not in style


def test_the_content_policy_forbids_everything_but_the_shared_files(pages: dict[str, Page]) -> None:
    """Nothing by default, nothing inline, and no element carries a style or a handler of its own."""
    for page in pages.values():
        (policy,) = [each["content"] for each in page.of("meta") if "http-equiv" in each]
        assert policy.startswith("default-src 'none'; style-src 'self' file:; script-src 'self' file:;")
        assert not [n for _, attributes in page.elements for n in attributes if n == "style" or n[:2] == "on"]
        assert all(each.keys() == {"src", "defer"} for each in page.of("script"))


def test_hostile_names_are_only_text(pages: dict[str, Page], site: Path) -> None:
    """Markup in a sentence, a unit's name, a form or a cell is shown and does nothing, in the index as well."""
    assert all(HOSTILE not in page.source for page in pages.values())
    for name in ("index.html", "indicators.html", "completeness.html", "revisions.html", "figures/members-2021.html"):
        assert HOSTILE in pages[name].said, name
    assert "<" not in (site / "assets" / "figures.js").read_text("utf-8")


def test_every_link_leads_somewhere(pages: dict[str, Page], site: Path) -> None:
    """To a file that is there, and to a place on it that is there; no place is named twice."""
    ids = {
        name: [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        for name, page in pages.items()
    }
    for name, page in pages.items():
        assert len(ids[name]) == len(set(ids[name])), name
        for link in page.of("a"):
            path, _, anchor = link["href"].partition("#")
            target = ((site / name).parent / unquote(path)).resolve() if path else site / name
            assert target.exists(), (name, link)
            if anchor:
                assert unquote(anchor) in ids[target.relative_to(site.resolve()).as_posix()], (name, link)


def test_every_figure_has_one_page_that_says_where_it_comes_from(pages: dict[str, Page]) -> None:
    """A page per key, shared by the printings and by single units' parts, with value, operands and cells."""
    keys = {figure.key for figure in document().figures}
    assert {f"figures/{key}.html" for key in keys} == {name for name in pages if name.startswith("figures/")}
    page = pages["figures/warmth_funds-2021.html"]
    for words in (
        "35,036,757",
        "3504多万元",
        "大于印出的数",
        "甲<乙 & 丙、某县总工会",
        "西宁市总工会",
        "E9",
        "313,078.25",
        "比上年",
    ):
        assert words in page.said, words
    share = pages["figures/warmth_per_person-2021.html"]
    assert "算式中的“送温暖筹资额”" in share.said and "算式中的“慰问职工人数”" in share.said
    assert [each["href"] for each in share.of("a")].count("warmth_funds-2021.html") == 1


def test_S11_a_figure_stands_in_its_line_over_the_years(pages: dict[str, Page]) -> None:
    """S11: on its own page, each year with its bar and how it changed; the page of last year's ends with last year."""
    page = pages["figures/warmth_funds-2021.html"]
    line = page.source.split('id="years"')[1].split("</table>")[0]
    assert re.findall(r'<th scope="row">(\d{4})年', line) == ["2020", "2021"]
    assert line.count('<svg class="bar"') == 2 and "%）" in line.split("2021年")[1]
    assert 'id="years"' not in pages["figures/warmth_funds-2020.html"].source


def test_part_of_a_year_is_not_compared(tmp_path: Path, pages: dict[str, Page]) -> None:
    """Of last year only some periods were reported: its value is shown as such, and no change is told."""
    whole = with_background()
    indicators = {name: replace(each, partial=frozenset({2020})) for name, each in whole.background.indicators.items()}
    write(replace(whole, background=replace(whole.background, indicators=indicators)), tmp_path)
    name = "figures/warmth_funds-2021.html"
    page = Page((tmp_path / name).read_text("utf-8"))
    assert "%）" in pages[name].said and "不作比较" not in pages[name].said
    assert "%）" not in page.said and "不作比较" in page.said


def test_a_long_wording_is_broken_but_in_its_numbers(tmp_path: Path) -> None:
    """A line of a phone holds hardly more; the numbers stay with their units, and so does what is short."""
    report = document()
    figure = report.figures[0]
    told = ("约3580多万元", "第四季度比上年同期增长8.4%")
    section = PrintedSection("W9", "", 3, tuple((replace(figure, text=text),) for text in told), (), ())
    write(replace(report, sections=(section,)), tmp_path)
    source = (tmp_path / "index.html").read_text("utf-8")
    assert re.findall(r'class="(figure[^"]*)"[^>]*>(.*?)</a>', source.partition('id="figures"')[0]) == [
        ("figure", "约3580多万元"),
        ("figure told", "第四季度比上年同期增长<span>8.4%</span>"),
    ]


def test_every_figure_of_the_text_is_a_link(pages: dict[str, Page]) -> None:
    """Also without script it leads to its page, that of a single unit to the unit's line."""
    links = [each for each in pages["index.html"].of("a") if "figure" in each.get("class", "").split()]
    printed = [p for s in document().sections for par in s.paragraphs for p in par if isinstance(p, PrintedFigure)]
    assert {piece.key for piece in printed} <= {link["data-figure"] for link in links}
    for link in links:
        unit = f"#unit-{link['data-unit']}" if "data-unit" in link else ""
        assert link["href"] == f"figures/{link['data-figure']}.html{unit}"
    assert any("data-unit" in link for link in links)


def test_only_files_that_are_there_are_offered(pages: dict[str, Page]) -> None:
    """The Word document lies in the folder, the PDF and the workbook do not."""
    assert [each["href"] for each in pages["index.html"].of("a") if "download" in each] == ["work_report-2021.docx"]


def test_the_charts_are_drawings_with_chinese_text_and_a_table(pages: dict[str, Page]) -> None:
    """All three charts stand in the report as SVG whose labels are text, described, and once more as a table."""
    drawings = re.findall(r"<svg.*?</svg>", pages["index.html"].source, re.DOTALL)
    assert len(drawings) == 3
    assert all(re.search(r"<text[^>]*>[\u4e00-\u9fff]{2,}", drawing) for drawing in drawings)
    assert sum(each.get("class") == "as-table" for each in pages["index.html"].of("details")) == 3


def test_what_a_reader_must_know_stands_on_top(pages: dict[str, Page]) -> None:
    """Issuer, title, edition, time of the data, notices and that there are corrections come before the text."""
    said = pages["index.html"].said
    head = said[: said.index("年末全省工会会员")]
    for words in (
        "某省总工会",
        "2021年工作报告",
        "草稿",
        "2022年2月18日 09:30",
        "合成的样例数据",
        "其中1处的原表述已不成立",
    ):
        assert words in head
    assert "一是维护职工权益。送温暖活动筹资" in said


def test_indicators_are_listed_with_their_values(pages: dict[str, Page]) -> None:
    """All of them, also those that are printed elsewhere, with names, field and the values of two years."""
    said = pages["indicators.html"].said
    for words in ("共4项", "warmth funds", "GH05 帮扶“送温暖筹资额”", "印在经审报告", "35,036,757"):
        assert words in said


def test_completeness_shows_each_state_by_a_sign(pages: dict[str, Page]) -> None:
    """T32: every status has a sign and a word, withdrawn too, and what did not come on time is listed."""
    page = pages["completeness.html"]
    labels = {each["title"] for each in page.of("span") if each.get("role") == "img"}
    for word in ("按时", "迟报", "待说明", "待核准", "退回", "撤回", "留存待审", "未报", "未到期"):
        assert f"各期{word}" in labels, word
    rows = [each.get("data-is", "") for each in page.of("tr") if "data-words" in each]
    assert (len(rows), sum("owes" in is_ for is_ in rows), sum("irregular" in is_ for is_ in rows)) == (
        len(UNITS),
        4,
        7,
    )


def test_revisions_say_what_has_become_false(pages: dict[str, Page]) -> None:
    """Old and new text and value, whether the old phrase holds, and once under the table what it follows from."""
    said = pages["revisions.html"].said
    for words in ("3多万元", "3504多万元", "35,000", "✕ 已不成立", "无法判断"):
        assert words in said
    assert (
        said.count("西宁市总2021年第四季度《送温暖情况表》更正（QH630100-2021Q4-GH05-1 → QH630100-2021Q4-GH05-2）") == 1
    )


def test_the_same_document_has_the_same_bytes(site: Path, tmp_path: Path) -> None:
    """Writing twice gives one and the same files."""
    (tmp_path / "work_report-2021.docx").touch()
    write(with_background(), tmp_path)
    files = [path.relative_to(site) for path in site.rglob("*") if path.is_file()]
    assert len(files) > 25
    assert all((site / name).read_bytes() == (tmp_path / name).read_bytes() for name in files)


def test_a_document_with_little_in_it_is_printed(tmp_path: Path) -> None:
    """Neither figures nor sections nor a background are needed."""
    write(replace(document(), sections=(), figures=(), traces={}, notices=(), revisions=(), edition="r2"), tmp_path)
    assert "第2版" in (tmp_path / "index.html").read_text("utf-8")
    assert "没有改动印出的数字" in (tmp_path / "revisions.html").read_text("utf-8")


def test_the_site_grows_with_the_figures(tmp_path: Path) -> None:
    """Half of the figures make about half of the pages' size, and every page shares style, script and index."""

    def size(sections: int) -> tuple[int, int]:
        folder = tmp_path / str(sections)
        folder.mkdir()
        whole = document()
        figures = tuple(each for each in whole.figures if int(each.year) > 2021 - sections)
        write(replace(whole, sections=(), figures=figures, revisions=()), folder)
        found = list((folder / "figures").iterdir())
        return len(found), sum(path.stat().st_size for path in found)

    (few, small), (many, large) = size(1), size(2)
    assert (few, many) == (11, 21)
    assert large / small == pytest.approx(many / few, rel=0.1)


def test_the_index_tells_what_the_panel_shows(site: Path) -> None:
    """Value, printings, operands with values, coverage and ranked units of each figure, as text."""
    text = (site / "assets" / "figures.js").read_text("utf-8")
    index = json.loads(text.removeprefix("window.nianbaoFigures=").rstrip(";\n"))
    funds = index["warmth_funds-2021"]
    assert (funds["value"], funds["reported"], funds["expected"], len(funds["ranked"])) == (
        "35,036,757.00",
        51,
        53,
        8,
    )
    assert [each[2] for each in index["warmth_per_person-2021"]["operands"]] == ["35,036,757.00", "34,828"]


@pytest.mark.parametrize("word", ["3580多万元", "1200余名", "近4000件", "约1万名", "90%以上", "超90%"])
def test_a_wording_is_explained(word: str) -> None:
    """The page says what 多, 余, 近, 约, 以上 and 超 promise."""
    assert meaning(word).startswith("“") and meaning("21场") == ""


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [
        ("110", "100", "人", "+10（+10.0%）"),
        ("37.5", "39", "%", "-1.50个百分点"),
        ("5", "0", "个", "+5"),
        ("5", "-2", "元", "+7"),
    ],
)
def test_a_change_is_told_as_its_unit_has_it(now: str, before: str, unit: str, text: str) -> None:
    """Rates change by points; a share of nothing, or of less than nothing, is not told."""
    assert change_text(Decimal(now), Decimal(before), unit) == text


def test_a_section_without_a_heading_is_called_as_the_one_over_it() -> None:
    """Nowhere does a reader meet the id of a section: not among figures, nor among texts and revisions."""
    it = document()
    bare = replace(it, sections=tuple(replace(each, title="") if each.id == "W1.1" else each for each in it.sections))
    assert Outline(bare).titles["W1.1"] == Outline(it).titles["W1"]


def test_every_page_of_sample_data_says_that_it_is(tmp_path: Path) -> None:
    """Whoever prints the page of one figure has the notice on it, and the first page has it once."""
    notice = "合成样例数据。"
    write(replace(with_background(), notices=(notice,)), tmp_path)
    assert [page.name for page in tmp_path.rglob("*.html") if page.read_text("utf-8").count(notice) != 1] == []
