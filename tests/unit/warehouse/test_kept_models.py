"""The models of a project are made once and kept, as long as nothing that they follow from has changed."""

import shutil
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.runs.compile import all_models
from nianbao.warehouse.kept_models import keep_models
from nianbao.warehouse.models import Model


def refuse(project: Project) -> list[Model]:
    """Nobody may make the models anew."""
    raise AssertionError("made anew")


def test_what_is_kept_is_what_was_made(project: Project, tmp_path: Path) -> None:
    """The second night takes the models as the first one made them, to the letter."""
    made = keep_models(project, tmp_path / "home" / "models.json", all_models)
    assert keep_models(project, tmp_path / "home" / "models.json", refuse) == made == all_models(project)


@pytest.mark.parametrize("changed", ["sql/core/unit.sql", "indicators/relief.toml", "forms/GH05.toml"])
def test_a_changed_declaration_makes_them_anew(changed: str, project: Project, tmp_path: Path) -> None:
    """Whatever file of the declarations changes, the models follow it in the next night."""
    for folder in ("forms", "reference", "expectations", "sql", "indicators", "reports"):
        shutil.copytree(project.path / folder, tmp_path / "project" / folder)
    kept = tmp_path / "models.json"
    keep_models(load_project(tmp_path / "project"), kept, all_models)
    with (tmp_path / "project" / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(AssertionError, match="made anew"):
        keep_models(load_project(tmp_path / "project"), kept, refuse)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "another", "models": []}', "\x00"])
def test_a_file_that_is_not_ours_is_made_anew(content: str, project: Project, tmp_path: Path) -> None:
    """A torn, foreign or outdated file costs a little time and nothing else."""
    kept = tmp_path / "models.json"
    kept.write_text(content, encoding="utf-8")
    one = [Model("core.one", "SELECT 1 AS one", frozenset(), "一", "one", {"one": "一 / one"})]
    assert keep_models(project, kept, lambda project: one) == one
    assert keep_models(project, kept, refuse) == one
