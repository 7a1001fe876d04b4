"""What the office writes into the blocks of a draft is kept, with who and when, and survives every later night."""

from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.publish.docx.protected import blocks_of
from nianbao.runs.drafts import write_drafts
from nianbao.runs.nightly import nightly
from nianbao.runs.take_over import take_over
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.statistics.texts import read_blocks
from tests.homes import clock_at, post, send

CODE = "audit_report"


@pytest.fixture(scope="module")
def home(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One department has reported its texts of 2021, and the draft lies there."""
    made = Home(tmp_path_factory.mktemp("office") / "home")
    made.inbox.mkdir(parents=True)
    send(project, made.inbox, post(project, ["QHB10"], ["2021Q4"], ["GH11", "GH15"]))
    live_a_night(project, made, "2022-01-20T01:00")
    return made


def live_a_night(project: Project, home: Home, moment: str) -> None:
    """A night, and the whole draft that somebody asks for in the morning."""
    with clock_at(moment):
        nightly(project.path, home)
        with open_workspace(project.path, home, "draft") as workspace:
            write_drafts(workspace, publications=[CODE])


def draft_of(home: Home) -> Path:
    """The Word document of the draft."""
    return home.releases / "2021" / CODE / "draft" / f"{CODE}-2021.docx"


def edited(source: Path, target: Path, change: Callable[[str], str]) -> Path:
    """A copy in which every text of the document is what `change` makes of it."""
    word = docx.Document(str(source))
    for text in word.element.body.iter(qn("w:t")):
        text.text = change(text.text or "")
    word.save(str(target))
    return target


def blocks(home: Home) -> dict[str, tuple[str, ...]]:
    """The office blocks of the draft as they are printed now."""
    return {tag.block_id: texts for tag, texts in blocks_of(docx.Document(str(draft_of(home))))}


def test_S2_a_block_is_taken_over_once_and_survives_the_nights(project: Project, home: Home, tmp_path: Path) -> None:
    """S2: kept with role and day, printed by the next night and the one after; taken again it changes nothing."""
    assert blocks(home)["导语"] == ("【待补写：导语】",)
    words = "各位委员，现将经费审查工作报告如下。"
    path = edited(draft_of(home), tmp_path / "edited.docx", lambda text: words if text == "【待补写：导语】" else text)
    with clock_at("2022-02-10T10:00"), open_workspace(project.path, home, "take_over") as workspace:
        (taken,) = take_over(workspace, path, "办公室文字岗")
        assert (taken.publication, taken.year, taken.block_id, taken.now) == (CODE, 2021, "导语", (words,))
        assert take_over(workspace, path, "办公室文字岗") == []
        kept = read_blocks(workspace.connection, CODE, 2021)["导语"]
        assert (kept.by, kept.written_on.isoformat()) == ("办公室文字岗", "2022-02-10")
    for night in ("2022-02-11T01:00", "2022-02-12T01:00"):
        live_a_night(project, home, night)
        assert blocks(home)["导语"] == (words,)
    page = (draft_of(home).parent / "index.html").read_text(encoding="utf-8")
    assert words in page and "【待补写：导语】" not in page


def test_S2_a_document_whose_other_text_was_changed_is_refused(project: Project, home: Home, tmp_path: Path) -> None:
    """S2: with the paragraph that was changed, and nothing is kept."""
    path = edited(
        draft_of(home), tmp_path / "wrong.docx", lambda text: text.replace("审查审计分三个层次", "审查审计分两个层次")
    )
    with open_workspace(project.path, home, "take_over") as workspace:
        with pytest.raises(UsageError, match="审查审计分两个层次"):
            take_over(workspace, path, "办公室文字岗")
        assert "致谢" not in read_blocks(workspace.connection, CODE, 2021)


def test_what_is_no_report_is_refused(project: Project, home: Home, tmp_path: Path) -> None:
    """A document without blocks, and a file that is no document."""
    docx.Document().save(str(tmp_path / "empty.docx"))
    (tmp_path / "text.docx").write_text("x", encoding="utf-8")
    with open_workspace(project.path, home, "take_over") as workspace:
        for name, said in (("empty.docx", "no block"), ("text.docx", "no Word document")):
            with pytest.raises(UsageError, match=said):
                take_over(workspace, tmp_path / name, "办公室文字岗")
