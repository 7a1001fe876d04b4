"""The words by which drafts are read are declared, and a project adds its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.errors import DeclarationError
from nianbao.review.draft.numbers import NumberFinder
from nianbao.review.draft.words import WORDS, read_words


def _with_words(project: Project, folder: Path, rows: str) -> Project:
    """The project in another folder, with words of its own."""
    path = folder / WORDS
    path.parent.mkdir()
    path.write_text(f"word_group,word\n{rows}", encoding="utf-8")
    return replace(project, path=folder)


def test_a_project_adds_words_to_those_that_are_shipped(project: Project, tmp_path: Path) -> None:
    """S13: a measure word of another federation makes a number one of its own."""
    own = _with_words(project, tmp_path, "measure,哈达\n")
    assert NumberFinder(read_words(project)).find("敬献十二条、35哈达。")[-1].unit == ""
    assert NumberFinder(read_words(own)).find("敬献十二条、35哈达。")[-1].unit == "哈达"
    assert set(read_words(project).groups["up"]) <= set(read_words(own).groups["up"])


def test_a_project_without_words_of_its_own_has_the_shipped_ones(project: Project, tmp_path: Path) -> None:
    """S13: with its own word for the whole among them."""
    (tmp_path / "reference").mkdir()
    bare = replace(project, path=tmp_path)
    assert read_words(bare) == read_words(project)
    assert project.conventions.words.whole in read_words(bare).groups["average"]


def test_a_group_that_nothing_asks_for_is_refused(project: Project, tmp_path: Path) -> None:
    """S13: a misspelt group would add nothing; its line is named."""
    own = _with_words(project, tmp_path, "upp,攀升\n")
    with pytest.raises(DeclarationError) as refused:
        read_words(own)
    assert refused.value.line == 2
