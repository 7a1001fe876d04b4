"""A roster that cannot be right is refused with line and cure; a list that a spreadsheet program saved is taken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.errors import DeclarationError
from nianbao.settings import Home
from tests.homes import ROOT, call, collect_into, post, send

UNITS, EXTENSIONS, CODES = "reference/units.csv", "reference/extensions.csv", "reference/codes.csv"
XINING, HAIDONG = "\nQH630100,prefecture,西宁市总工会", "\nQH630200,prefecture,海东市总工会"


@pytest.fixture
def change(project_copy: Path) -> Callable[[str, str], Path]:
    """Puts a text of the roster in place of another, and returns the file."""

    def changed(old: str, new: str) -> Path:
        path = project_copy / UNITS
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return changed


FAULTS = [
    ("a blank behind a code", XINING, "\nQH630100 ,prefecture,西宁市总工会", "unit_code = 'QH630100 ' has a blank", 3),
    (
        "a wide blank before a name",
        XINING,
        "\nQH630100,prefecture,\u3000西宁市总工会",
        "has a blank before or behind",
        3,
    ),
    ("a blank in a code", XINING, "\nQH63 0100,prefecture,西宁市总工会", "has a blank or a slash in it", 3),
    ("no code", XINING, "\n,prefecture,西宁市总工会", "unit_code = '' is empty", 3),
    ("no name", XINING, "\nQH630100,prefecture,", "unit QH630100 has no zh: write its name", 3),
    ("codes that differ by case", HAIDONG, "\nqh630100,prefecture,海东市总工会", "cannot be told apart", 4),
    ("one name twice", HAIDONG, "\nQH630200,prefecture,西宁市总工会", "have one name on the same days", 4),
]


@pytest.mark.parametrize(
    ("old", "new", "says", "line"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_O25_a_roster_that_cannot_be_right_is_refused(
    old: str, new: str, says: str, line: int, change: Callable[[str, str], Path]
) -> None:
    """O25: codes with blanks, empty and repeated names, codes that differ by case: refused where they stand."""
    path = change(old, new)
    with pytest.raises(DeclarationError) as refused:
        load_project(path.parents[1])
    assert says in refused.value.what
    assert refused.value.line == line


def test_O25_parents_in_a_circle_are_refused(change: Callable[[str, str], Path]) -> None:
    """O25: two units that stand above each other would have no sum; the way round is named, at one of its lines."""
    change("630100,QH630000,,", "630100,QH630200,,")
    path = change("630200,QH630000,,", "630200,QH630100,,")
    with pytest.raises(DeclarationError) as refused:
        load_project(path.parents[1])
    assert "the place_parent of QH630100 → QH630200 → QH630100 leads in a circle" in refused.value.what
    assert "correct one of them" in refused.value.what
    assert refused.value.line == 3


def test_O25_parents_that_changed_places_are_no_circle(change: Callable[[str, str], Path]) -> None:
    """O25: who stood below whom before may stand above it later; only one day can have a circle."""
    row = "QH6301{n},{kind},甲{n}总工会,甲{n}总,Unit {n},6301{n},{parent},,{start},{end},assumed,test\n"
    rows = [
        row.format(n=98, kind="county", parent="QH630199", start="2018-01-01", end="2019-12-31"),
        row.format(n=98, kind="county", parent="QH630100", start="2020-01-01", end=""),
        row.format(n=99, kind="county", parent="QH630100", start="2018-01-01", end="2019-12-31"),
        row.format(n=99, kind="county", parent="QH630198", start="2020-01-01", end=""),
    ]
    path = change(HAIDONG, "\n" + "".join(rows) + HAIDONG.lstrip("\n"))
    units = load_project(path.parents[1]).units
    assert (units["QH630198"].place_parent, units["QH630199"].place_parent) == ("QH630100", "QH630198")


def test_O25_what_has_data_does_not_vanish(
    project: Project, change: Callable[[str, str], Path], tmp_path: Path
) -> None:
    """O25: a row taken out of the roster though its unit reported is refused by the run, readers and the doctor."""
    home = Home(tmp_path / "home")
    send(project, home.inbox, post(project, ["QHI03"], ["2021Q1"], ["GH05"]))
    collect_into(project, home)
    (row,) = [line for line in (ROOT / UNITS).read_text(encoding="utf-8").splitlines() if line.startswith("QHI03,")]
    path = change(f"\n{row}", "")
    for command in (("collect",), ("figures", "--year", "2021"), ("status",), ("doctor",)):
        said = call(*command, "--project", str(path.parents[1]), home=home)
        told = said.stdout + said.stderr
        assert said.returncode == 78, command
        assert "unit QHI03 reported for 2021Q1 and is not in the roster any more: put its row back" in told
        assert "Traceback" not in told
    change(HAIDONG, f"\n{row.replace('2018-01-01', '2022-01-01')}{HAIDONG}")
    said = call("collect", "--project", str(path.parents[1]), home=home)
    assert said.returncode == 78
    assert f"{path}:4: what unit QHI03 reported for 2021Q1 counts, and no row of it covers that time" in said.stderr


def excel(text: str) -> bytes:
    """A list as a spreadsheet program saves it: marked, CR LF, days in its own way, empty columns and lines."""
    rows = [line.replace("2018-01-01", "2018/1/1") + ",," for line in text.splitlines()]
    empty = "," * rows[0].count(",")
    return "\r\n".join(["", *rows[:3], empty, *rows[3:], empty, ""]).encode("utf-8-sig")


@pytest.mark.parametrize("name", [UNITS, CODES, EXTENSIONS, "reference/accounts.csv", "reference/levels.csv"])
def test_O26_a_list_that_excel_saved_is_taken(name: str, project: Project, project_copy: Path) -> None:
    """O26: what a spreadsheet program adds to a list changes nothing of what it declares."""
    path = project_copy / name
    if name == EXTENSIONS:
        path.write_text(path.read_text(encoding="utf-8") + "QHI03,GH05,2021Q1,2021/4/2,2021/5/1,test,样例岗\n", "utf-8")
    path.write_bytes(excel(path.read_text(encoding="utf-8")))
    read = load_project(project_copy)
    assert (read.roster, read.codes) == (project.roster, project.codes)


def test_O26_the_warehouse_reads_what_excel_saved(project_copy: Path, tmp_path: Path) -> None:
    """O26: the tables of the schema reference hold the rows, and neither the mark nor the empty ones."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    path = project_copy / EXTENSIONS
    path.write_text(path.read_text(encoding="utf-8") + "QHI03,GH05,2021Q1,2021/4/2,2021/5/1,test,样例岗\n", "utf-8")
    before = load_project(project_copy).units
    for name in (UNITS, EXTENSIONS):
        (project_copy / name).write_bytes(excel((project_copy / name).read_text(encoding="utf-8")))
    assert call("collect", "--project", str(project_copy), home=home).returncode == 0
    from tests.homes import warehouse

    with warehouse(home) as connection:
        granted = connection.execute("SELECT unit_code, CAST(granted_on AS VARCHAR) FROM reference.extensions")
        assert granted.fetchall() == [("QHI03", "2021-04-02")]
        rows = connection.execute("SELECT unit_code, valid_from FROM reference.units").fetchall()
    assert {code for code, _ in rows} == set(before)
    assert {str(day) for _, day in rows} >= {"2018-01-01"}


def test_O26_a_row_with_a_comma_too_few_is_no_excel(change: Callable[[str, str], Path]) -> None:
    """O26: what would move values into other columns is refused still."""
    path = change(XINING, "\nQH630100,prefecture西宁市总工会")
    with pytest.raises(DeclarationError, match="11 values under 12 columns: a comma too many or too few"):
        load_project(path.parents[1])
