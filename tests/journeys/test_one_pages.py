"""One A4 page of key figures for each report and for each unit, from what was released."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.publish.one_page import Ground, page_of_publication, pages_of_units, write_list, write_pages
from nianbao.publish.site.landing import Over
from nianbao.runs.one_page import write_one_pages
from nianbao.runs.publish import recall
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.statistics.figures import read_figures
from nianbao.terms.figure import Coverage
from nianbao.terms.indicator import Indicator
from nianbao.terms.one_page import OnePage, PlannedValue, UnitRecord
from tests.homes import YEAR, warehouse

CAPITAL = "QH630100"


@pytest.fixture
def ground(year_home: Home, project: Project) -> Ground:
    """The sample year's figures behind the pages of the work report."""
    publication = project.publications["work_report"]
    with warehouse(year_home) as connection:
        figures = read_figures(connection, project, summed=publication.key_figures)
    return Ground(figures, publication, YEAR, "第1版", {}, {})


@pytest.fixture
def written(year_copy: Home, project: Project) -> dict[str, list[Path]]:
    """The pages of the sample year, by release."""
    with open_workspace(project.path, year_copy, "onepager") as workspace:
        return write_one_pages(workspace)


def cell(page: OnePage, figure: str, head: str) -> str:
    """What stands in a page in the line of a figure under a head; a column of dashes alone is not there."""
    (row,) = [row for row in page.rows if row.zh == figure]
    return row.cells[page.heads.index(head) - 1] if head in page.heads else "—"


def test_one_command_writes_a_sheet_for_each_report_and_unit(written: dict[str, list[Path]], year_copy: Home) -> None:
    """Every page is there as HTML and as a PDF of one A4 sheet, and the landing page leads to them."""
    assert set(written) == {f"work_report/{YEAR}/r1", f"audit_report/{YEAR}/r1"}
    paths = written[f"work_report/{YEAR}/r1"]
    names = {path.name for path in paths}
    assert {"work_report.html", "work_report.pdf", f"{CAPITAL}.html", f"{CAPITAL}.pdf"} <= names
    for path in [each for each in paths if each.name in ("work_report.pdf", f"{CAPITAL}.pdf", "QHI06.pdf")]:
        with closing(pypdfium2.PdfDocument(path)) as paper:
            assert [[round(side) for side in paper.get_page_size(n)] for n in range(len(paper))] == [[595, 842]], path
    landing = (year_copy.releases / "index.html").read_text("utf-8")
    links = re.findall(r'href="(pages/one-page/[^"]+)"', landing)
    assert len(links) == 2
    listed = (year_copy.releases / links[0]).read_text("utf-8")
    for name in re.findall(r'href="([^"/]+\.(?:html|pdf))"', listed):
        assert ((year_copy.releases / links[0]).parent / name).exists()


def test_what_is_there_is_not_written_again(written: dict[str, list[Path]], year_copy: Home, project: Project) -> None:
    """A release does not change, so its pages do not; one that is gone comes back."""
    gone = written[f"work_report/{YEAR}/r1"][0]
    gone.unlink()
    with open_workspace(project.path, year_copy, "onepager") as workspace:
        assert write_one_pages(workspace) == {f"work_report/{YEAR}/r1": [gone], f"audit_report/{YEAR}/r1": []}


def test_a_page_that_shows_something_else_is_written_anew(
    written: dict[str, list[Path]], year_copy: Home, project: Project
) -> None:
    """Other key figures make pages anew, units without any lose theirs, and the same again makes none."""
    before = written[f"work_report/{YEAR}/r1"]
    publication = project.publications["work_report"]
    fewer = replace(publication, key_figures=publication.key_figures[:3])
    other = replace(project)
    other.__dict__["publications"] = {**project.publications, "work_report": fewer}
    with open_workspace(project.path, year_copy, "onepager") as workspace:
        shown = replace(workspace, project=other)
        again = [write_one_pages(shown, publications=["work_report"])[f"work_report/{YEAR}/r1"] for _ in range(2)]
    assert again[1] == [] and before[0] == again[0][0]
    assert before[0].read_text(encoding="utf-8").count('<th scope="row">') == 3
    assert {path for path in before if path.exists()} == set(again[0])


def test_a_recalled_release_has_no_pages(
    written: dict[str, list[Path]], year_copy: Home, project: Project, clock: Callable[[str], None]
) -> None:
    """Nobody is led to the pages of a release that was called back, and none are written of it."""
    clock("2022-02-03T10:00")
    with open_workspace(project.path, year_copy, "recall") as workspace:
        for code in ("work_report", "audit_report"):
            recall(workspace, f"{code}/{YEAR}/r1", "表3一列串行", "办公室签发岗")
        assert "one-page" not in (year_copy.releases / "index.html").read_text("utf-8")
        with pytest.raises(UsageError, match="holds that has key figures"):
            write_one_pages(workspace)


def test_T22_a_page_of_a_running_year_says_so_and_compares_nothing(ground: Ground, tmp_path: Path) -> None:
    """T22: on screen, on paper and over the list; a part of a year is held against no whole one."""
    said = "本年度尚未结束：只含截至2021年3月31日的报告期，不是全年数。"
    running = replace(ground, unfinished=said)
    page = page_of_publication(running)
    assert {cell(page, row.zh, "比上年") for row in page.rows} <= {"年度未结束", "—"}
    assert {cell(page, row.zh, "居首") for row in page.rows} == {"—"}
    over = Over("样例", "全省", {}, {}, {})
    write_pages([page], tmp_path, over, dt.datetime(2021, 4, 12))
    write_list([page], tmp_path, over, running)
    assert [path.name for path in sorted(tmp_path.glob("*.html")) if said not in path.read_text("utf-8")] == []
    with closing(pypdfium2.PdfDocument(tmp_path / "work_report.pdf")) as paper:
        assert said in "".join(paper[0].get_textpage().get_text_bounded().split())
    assert "年度未结束" not in str(page_of_publication(ground))


def test_a_column_of_dashes_alone_is_left_out_with_its_note(ground: Ground, project: Project) -> None:
    """Of what one office reports nobody is first; a page says of its columns what is to be said, and of no other."""
    assert page_of_publication(ground).heads[-2:] == ("居首", "报送")
    audit = page_of_publication(replace(ground, publication=project.publications["audit_report"]))
    assert "居首" not in audit.heads and "目标" not in audit.heads
    assert all(len(row.cells) == len(audit.heads) - 1 for row in audit.rows)
    for page in (page_of_publication(ground), audit, *pages_of_units(ground)):
        assert not [n for n, _ in enumerate(page.heads[1:]) if n and {row.cells[n] for row in page.rows} == {"—"}]
        for head in ("居首", "名次", "同级平均"):
            assert (head in "".join(page.notes)) == (head in page.heads), page.name


def test_who_alone_reports_a_figure_has_no_place_and_no_average(ground: Ground, project: Project) -> None:
    """The office that reports the audits is not the average of the offices."""
    audit = replace(ground, publication=project.publications["audit_report"])
    pages = {page.name: page for page in pages_of_units(audit)}
    (page,) = [page for page in pages.values() if any(row.zh == "省总直属单位审计家数" for row in page.rows)]
    assert not {"同级平均", "名次"} & set(page.heads)


def test_only_a_rate_is_its_own_average(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted once over all, however many units name it, is no average of them."""
    monkeypatch.setattr(Indicator, "adds_up", property(lambda _: False))
    page = next(page for page in pages_of_units(ground) if page.name == CAPITAL)
    assert cell(page, "会员人数", "同级平均") == "—"
    assert cell(page, "职工入会率", "同级平均").endswith("%")


@pytest.mark.parametrize(("now", "before", "told"), [(4, 4, "持平"), (5, 4, "+25.0%"), (3, 4, "-25.0%")])
def test_what_is_as_it_was_has_not_changed(
    ground: Ground, now: int, before: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """持平 of a number as of a rate, not 0.0%."""
    monkeypatch.setattr(Ground, "is_whole_of", lambda *_: True)
    for year, value in ((YEAR, now), (YEAR - 1, before)):
        ground.figures.values["members_total", year] = {CAPITAL: Decimal(value)}
    page = next(page for page in pages_of_units(ground) if page.name == CAPITAL)
    assert cell(page, "会员人数", "比上年") == told


def test_ranks_are_shared_and_only_where_all_have_reported(ground: Ground) -> None:
    """Equal values share a place and the next is left out; where a unit of the level is missing nobody has a place."""
    figures = ground.figures
    codes = [code for code, unit in figures.project.units.items() if unit.level.code == "prefecture"]
    values = dict(zip(codes, map(Decimal, (90, 80, 80, 70, 60, 50, 40, 30)), strict=True))
    figures.values["members_total", YEAR] = {**figures.values["members_total", YEAR], **values}
    pages = {page.name: page for page in pages_of_units(ground)}
    said = [cell(pages[code], "会员人数", "名次") for code in codes[:4]]
    assert said == ["第1（共8）", "并列第2（共8）", "并列第2（共8）", "第4（共8）"]
    assert cell(pages[codes[0]], "会员人数", "同级平均") == "62.50人"
    assert cell(page_of_publication(ground), "会员人数", "居首") == "西宁市总"
    lacking = Coverage(52, 53, (figures.project.units[codes[7]].short_zh,))
    told = replace(ground, figures=replace(figures, covered={**figures.covered, ("members_total", YEAR): lacking}))
    pages = {page.name: page for page in pages_of_units(told)}
    assert cell(pages[codes[0]], "会员人数", "名次") == "不排名"
    assert cell(pages[codes[0]], "会员人数", "同级平均") == "—"
    assert cell(page_of_publication(told), "会员人数", "居首") == "—"
    assert cell(page_of_publication(told), "会员人数", "比上年") in ("—", "未报齐")


def test_a_rate_is_not_averaged(ground: Ground) -> None:
    """Beside a unit's rate stands that of everybody together, which is no mean of rates."""
    page = next(page for page in pages_of_units(ground) if page.name == CAPITAL)
    whole = ground.figures.get("membership_rate", YEAR).value
    assert whole is not None
    assert cell(page, "职工入会率", "同级平均") == f"{whole.quantize(Decimal('0.01'))}%"


def test_a_target_is_not_called_missed_while_units_are_missing(ground: Ground) -> None:
    """What is planned stands beside the figure, with what became of it by what is reported."""
    value = ground.figures.get("members_total", YEAR).value
    assert value is not None
    for planned, said in ((value + 1, "未完成"), (value, "完成")):
        told = Ground(ground.figures, ground.publication, YEAR, "", {"members_total": PlannedValue(">=", planned)}, {})
        assert cell(page_of_publication(told), "会员人数", "目标").endswith(f"，{said}")


def test_the_record_of_a_unit_is_on_its_page(ground: Ground) -> None:
    """How many forms were on time, late and missing."""
    records = {CAPITAL: UnitRecord(40, 37, 2, 1, 35)}
    told = Ground(ground.figures, ground.publication, YEAR, "", {}, records)
    page = next(page for page in pages_of_units(told) if page.name == CAPITAL)
    assert page.notes[0] == "报送记录：到期40份，按时37份，迟报2份，未报1份；一次通过35份。"
