"""Templates are compiled once and kept; what is kept is never taken for another template, version or manner."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest

from nianbao import templates
from nianbao.templates import open_templates


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of one template that can be imported, in a Python that keeps what it compiled."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "its_pages"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "page.html.j2").write_text("{% if it %}\n{{ it }}\n{% endif %}", "utf-8")
    yield folder
    sys.modules.pop("its_pages", None)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are compiled from now on."""
    names: list[str] = []
    real = jinja2.Environment.compile

    def compile_(self: jinja2.Environment, source: str, name: str, *more: Any) -> Any:
        names.append(name)
        return real(self, source, name, *more)

    monkeypatch.setattr(jinja2.Environment, "compile", compile_)
    return names


def page(it: str = "<甲>") -> str:
    """The page as a new process would make it."""
    return open_templates("its_pages").get_template("page.html.j2").render(it=it)


def test_a_template_is_compiled_once(package: Path, compiled: list[str]) -> None:
    """The next process takes what the first one compiled; it lies where Python's own does."""
    assert page() == page() == "&lt;甲&gt;\n"
    assert compiled == ["page.html.j2"]
    assert list(package.glob("__pycache__/*.jinja"))


def test_another_text_is_another_template(package: Path, compiled: list[str]) -> None:
    """Also where time and length of the file are as they were."""
    page()
    path = package / "page.html.j2"
    path.write_text(path.read_text("utf-8").replace("{{ it }}", "{{it  }}").replace("if it", "if 1 "), "utf-8")
    assert page("") == "\n"
    assert len(compiled) == 2


def test_another_jinja_compiles_anew(package: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What one version compiled another need not understand."""
    page()
    monkeypatch.setattr(templates, "version", lambda name: "99")
    page()
    assert len(compiled) == 2


def test_another_manner_compiles_anew(package: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """How blanks and markup are treated is compiled into a template."""
    page()
    monkeypatch.setattr(templates, "_OPTIONS", templates._OPTIONS | {"trim_blocks": False})
    assert page() == "\n&lt;甲&gt;\n"
    assert len(compiled) == 2


def test_what_is_torn_is_compiled_anew(package: Path, compiled: list[str]) -> None:
    """A file that ends early, as after a full disk, is no page."""
    page()
    (kept,) = package.glob("__pycache__/*.jinja")
    kept.write_bytes(kept.read_bytes()[:60])
    assert page() == "&lt;甲&gt;\n"
    assert len(compiled) == 2


def test_where_nothing_can_be_kept_pages_are_made_all_the_same(package: Path, compiled: list[str]) -> None:
    """The program may be installed where its user cannot write."""
    (package / "__pycache__").rmdir() if (package / "__pycache__").is_dir() else None
    (package / "__pycache__").touch()
    assert page() == page() == "&lt;甲&gt;\n"
    assert len(compiled) == 2
