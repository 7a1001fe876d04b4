"""F5, F6: reports say the nouns that are declared once, by naming them."""

from pathlib import Path

import pytest

from nianbao.errors import DeclarationError
from nianbao.terms.passage import Binding, Bound
from tests.federation import Federation

SECTION = "reports/yearbook/sections/010_1.toml"

WRITTEN = """\
id = "1"
title = "{issuer}{level:prefecture.many}"
level = 1
paragraphs = ["[[{whole}{level:prefecture.many}有会员{members | exact}。]]"]

[[tables]]
title = "{level:prefecture.many.short}、{level:prefecture}、{level:prefecture.short}"
rows = "prefecture"
columns = [{ zh = "{counted}会员", indicator = "members" }]
total = "{whole}"
"""


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A small federation with words of its own."""
    made = Federation(tmp_path)
    (made.folder / "federation.toml").write_text(
        'issuer = "样例妇联"\n[words]\nwhole = "全市"\ncounted = "基层妇联"\nunit_ending = "总工会"\n',
        encoding="utf-8",
    )
    (made.folder / SECTION).write_text(WRITTEN, encoding="utf-8")
    return made


def test_F5_reports_name_levels_as_declared(federation: Federation) -> None:
    """F5: one unit of a level, several, both without the ending of names; everybody, the counted, who issues."""
    section = federation.project.publications["yearbook"].sections[0]
    (table,) = section.tables
    assert (section.title, table.title, table.columns[0].zh, table.total) == (
        "样例妇联各市总工会", "各市、市总工会、市", "基层妇联会员", "全市",
    )  # fmt: skip


def test_F5_a_sentence_names_a_level_beside_its_figures(federation: Federation) -> None:
    """F5: the noun is text, as levels.csv has it now; the figure is bound."""
    federation.edit("reference/levels.csv", "各市总工会", "各市妇联")
    (paragraph,) = federation.project.publications["yearbook"].sections[0].paragraphs
    assert isinstance(paragraph, Bound)
    assert paragraph.sentences == (("全市各市妇联有会员", Binding("members", wording="exact"), "。"),)


@pytest.mark.parametrize("word", ["whole", "counted", "office", "issuer", "year", "prev_year"])
def test_F5_no_indicator_is_called_like_a_word_of_texts(federation: Federation, word: str) -> None:
    """F5: {whole} is the noun wherever it stands, so that no figure can hide behind it."""
    file = next(path for path in (federation.folder / "indicators").glob("*.toml") if '"members"' in path.read_text())
    federation.edit(file.relative_to(federation.folder).as_posix(), 'id = "members"', f'id = "{word}"')
    with pytest.raises(DeclarationError, match="is a word of its own in the texts of reports"):
        _ = federation.project.indicators


def test_F5_a_level_that_is_none_is_refused(federation: Federation) -> None:
    """F5: with the file and its line, and which levels there are."""
    federation.edit(SECTION, "{level:prefecture}", "{level:county}")
    with pytest.raises(DeclarationError, match="there is no such level; there are: province, prefecture") as refused:
        _ = federation.project.publications
    assert (Path(str(refused.value.path)).name, refused.value.line) == ("010_1.toml", 7)
