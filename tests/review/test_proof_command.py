"""`nianbao proof` at the command line, on the drafts of the sample year."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from nianbao.cli import main
from nianbao.settings import Home
from tests.homes import ROOT, release
from tests.review.drafts import edit


def run(home: Home, *arguments: str, text: str | None = None) -> Result:
    """The command with these arguments."""
    given = ["proof", "--project", str(ROOT), "--home", str(home.path), "--year", "2021", *arguments]
    return CliRunner().invoke(main, given, input=text, catch_exceptions=False)


@pytest.fixture
def edited(year_home: Home, tmp_path: Path) -> Path:
    """The draft of the work report with one number changed."""
    (report,) = release(year_home, "work_report", 1).glob("*.docx")
    word = docx.Document(str(report))
    edit(word, "training_classes-2021", "201期")
    word.save(str(tmp_path / "edited.docx"))
    return tmp_path / "edited.docx"


@pytest.mark.slow
def test_the_drafts_of_a_year_agree(year_home: Home) -> None:
    """What the reports print is what the checker reads."""
    for publication in ("work_report", "audit_report"):
        (report,) = release(year_home, publication, 1).glob("*.docx")
        result = run(year_home, str(report), "--json")
        answer = json.loads(result.stdout)
        assert answer["numbers"] == [] and result.exit_code == 0
        assert answer["found"] > 70


@pytest.mark.slow
def test_S13_a_changed_number_is_listed_and_commented_on_and_exits_1(
    year_home: Home, edited: Path, tmp_path: Path
) -> None:
    """S13: in a table for people, as JSON for programs, in the document for the editor."""
    shown = run(year_home, str(edited), "--docx", str(tmp_path / "out.docx"))
    assert shown.exit_code == 1
    assert "与库中不符" in shown.stdout and "201期" in shown.stdout and "189期" in shown.stdout
    (number,) = json.loads(run(year_home, str(edited), "--json").stdout)["numbers"]
    assert number["indicator_id"] == "training_classes"
    assert number["verdicts"] == ["stale"]
    (comment,) = docx.Document(str(tmp_path / "out.docx")).comments
    assert comment.text.endswith("可写作：189期")


@pytest.mark.slow
def test_a_pasted_text_is_read_from_standard_input(year_home: Home) -> None:
    """Without any file."""
    result = run(year_home, "-", "--json", "--all", text="七是着力加强自身建设。举办各类培训班201期。")
    (number,) = json.loads(result.stdout)["numbers"]
    assert (number["text"], number["section"], number["verdicts"]) == ("201期", "W1.A7", ["stale"])


@pytest.mark.slow
def test_what_cannot_be_done_is_said_with_the_next_step(year_home: Home, edited: Path) -> None:
    """Comments need a Word document, the draft itself is kept, and an unknown year has no figures."""
    for arguments, says in (
        (("-", "--docx", "out.docx"), "Word document"),
        ((str(edited), "--docx", str(edited)), "not written over"),
        ((str(edited), "--year", "1999"), "no figures for 1999"),
    ):
        result = run(year_home, *arguments, text="")
        assert result.exit_code == 64
        assert says in result.stderr
