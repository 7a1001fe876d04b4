"""Names from outside are data: whatever they are, they can be written down and never lead anywhere."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianbao.intake.fetch.sources.name import as_data, is_hidden, is_temporary, safe_path

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\x.xlsx",
    "/etc/passwd",
    "a\0b.xlsx",
    "a\nb.xlsx",
    "x" * 300 + ".xlsx",
    "报" * 300 + ".xlsx",
    "CON",
    "nul.xlsx",
    "C:\\x.xlsx",
    "a/../../b.xlsx",
    "...",
    "",
    "/",
    "a\u202exslx.exe",
    "\x1b[31mred.xlsx",
    "a/" * 500 + "b.xlsx",
    "trailing. ",
    b"\xce\xf7\xc4\xfe.xlsx".decode("utf-8", "surrogateescape"),
]


def holds(name: str) -> None:
    """A name gives a path that stays where it is put, and that file systems and databases can hold."""
    path = safe_path(name)
    assert not path.is_absolute()
    assert not {"", ".", ".."} & set(path.parts)
    assert path.parts
    assert all(len(os.fsencode(part)) <= 200 for part in path.parts)
    assert not [character for character in str(path) if ord(character) < 32 or character in '\\:*?"<>|']
    as_data(name).encode("utf-8")
    assert len(as_data(name)) <= 1010
    assert not any(ord(character) < 32 for character in as_data(name))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_leads_nowhere(name: str, tmp_path: Path) -> None:
    """An answer to a file of any name can be written, and lies inside the outbox."""
    holds(name)
    place = tmp_path / safe_path(name)
    assert place.resolve().is_relative_to(tmp_path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_name(place.name + ".回执.json").write_text("{}", encoding="utf-8")


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_can_be_a_name(name: str) -> None:
    """No sequence of characters is a name that leads somewhere or cannot be stored."""
    holds(name)


@pytest.mark.parametrize("name", ["西宁市总/西宁市总工会-2021Q4.xlsx", "a b（1）.xlsx", "x/y/z.ods", "GH05 说明.csv"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    """The answer lies where the sender looks for it."""
    assert safe_path(name) == Path(name)
    assert as_data(name) == name


def test_two_hostile_names_do_not_meet() -> None:
    """What is left of different names is told apart."""
    assert len({safe_path(name) for name in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.xlsx", False), ("~$a.xlsx", True), ("a.xlsx.filepart", True), ("a.PART", True),
     ("../a.xlsx", False), ("a.xlsx.crdownload", True)],
)  # fmt: skip
def test_temporary_names_are_known(name: str, expected: bool) -> None:
    """A file that is being uploaded or open in Excel is left alone."""
    assert is_temporary(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a.xlsx", False), (".hidden/a.xlsx", True), ("../a.xlsx", False), ("x/.a.xlsx", True)]
)
def test_hidden_names_are_known(name: str, expected: bool) -> None:
    """What a system hides is nobody's delivery."""
    assert is_hidden(name) is expected
