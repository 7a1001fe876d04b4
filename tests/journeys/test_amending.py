"""O16: commands that edit the project's own lists, leave the rest of them as it stands, and record who and why."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nianbao.catalog import load_project
from nianbao.catalog.contacts import CONTACTS
from nianbao.cli.main import main
from nianbao.settings import Home
from tests.federation import Federation, a01, a02
from tests.homes import ROOT, clock_at

WHO = ("--by", "统计审核岗", "--because", "样例发〔2022〕1号")


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """A federation whose first city has reported for a quarter."""
    made = Federation(tmp_path)
    (made.folder / "reference" / CONTACTS).write_bytes(
        "\ufeffunit_code,office,phone,mail\r\n\r\nA2,办公室,0000-1,\r\nA1,办公室,0000-2,a@example.invalid\r\n".encode()
    )
    made.send("A1", "2021Q4", {"A01": a01(100, 5, 6), "A02": a02()}, "2022-01-05T09:00:00")
    made.night("2022-01-06T01:00:00")
    return made


def run(federation: Federation, *arguments: str) -> Result:
    """A command on a day of 2022, with who and why."""
    places = ["--project", str(federation.folder), "--home", str(federation.home.path)]
    with clock_at("2022-06-01T10:00:00"):
        return CliRunner().invoke(main, [*arguments, *places])


def recorded(federation: Federation) -> dict[str, object]:
    """The last run of the record."""
    return dict(json.loads(run(federation, "runs", "--json").output)[0])


def test_O16_a_contact_is_written_and_nothing_else_moves(federation: Federation) -> None:
    """O16: one value changes, the order, the mark, the empty line and the line ends stay; the record has no phone."""
    path = federation.folder / "reference" / CONTACTS
    before = path.read_bytes()
    assert run(federation, "contact", "set", "A2", "--phone", "0000-9", *WHO).exit_code == 0
    assert path.read_bytes() == before.replace(b"0000-1", b"0000-9")
    run_ = recorded(federation)
    assert (run_["kind"], run_["actor"], run_["because"]) == ("contact", "统计审核岗", "样例发〔2022〕1号")
    assert "phone" in str(run_) and "0000-9" not in str(run_)
    assert "改动 电话" in run(federation, "runs").output, "in words for people"
    assert run(federation, "contact", "set", "A3", "--office", "办公室", *WHO).exit_code == 0
    assert path.read_bytes().endswith("a@example.invalid\r\nA3,办公室,,\r\n".encode())


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("contact", "set", "A2", "--mail", "no address"), CONTACTS),
        (("contact", "set", "A2", "--office", ""), CONTACTS),
        (("unit", "add", "A9", "--level", "no_level", "--zh", "新市总", "--from", "2022-01-01"), "units.csv"),
        (("unit", "add", "A1", "--level", "prefecture", "--zh", "新市总", "--from", "2022-01-01"), "units.csv"),
        (("unit", "end", "A1", "--on", "2021-06-30"), "units.csv"),
        (("unit", "change", "A1", "--from", "2022-07-01", "--short-zh", ""), "units.csv"),
    ],
)  # fmt: skip
def test_O16_what_doctor_would_refuse_is_not_written(
    federation: Federation, arguments: tuple[str, ...], file: str
) -> None:
    """O16: no address, an unknown level, a code twice, a unit that ends before what it reported: the file stays."""
    path, last = federation.folder / "reference" / file, recorded(federation)["kind"]
    before = path.read_bytes()
    refused = run(federation, *arguments, *WHO)
    assert refused.exit_code == 64
    assert path.read_bytes() == before
    assert recorded(federation)["kind"] == last


def test_O16_a_unit_is_renamed_joined_and_succeeded(federation: Federation) -> None:
    """O16: each is a row of the roster with its days and the document, right below the row that it follows."""
    path = federation.folder / "reference" / "units.csv"
    before = path.read_text(encoding="utf-8").splitlines()
    renamed = run(federation, "unit", "change", "A1", "--from", "2022-07-01", "--zh", "新甲市总工会", *WHO)
    assert renamed.exit_code == 0, renamed.output
    place = next(number for number, line in enumerate(before) if line.startswith("A1,"))
    after = path.read_text(encoding="utf-8").splitlines()
    assert after[:place] + after[place + 2 :] == before[:place] + before[place + 1 :]
    ended, begun = after[place : place + 2]
    assert ",2022-06-30," in ended and "新甲市总工会" in begun and ",2022-07-01,," in begun and WHO[3] in begun

    made = run(
        federation, "unit", "add", "A9", "--level", "prefecture", "--zh", "戊市总工会", "--short-zh", "戊市总",
        "--en", "Wu City federation", "--place-parent", federation.project.federation.zh, "--from", "2022-07-01", *WHO,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    joined = run(federation, "unit", "end", "A2", "--on", "2022-06-30", "--successor", "戊市总", *WHO)
    assert joined.exit_code == 0, joined.output
    assert [(each.unit_code, each.successor) for each in federation.project.roster.successions] == [("A2", "A9")]
    assert recorded(federation)["kind"] == "unit"
    assert run(federation, "doctor").exit_code == 0


def test_O16_the_commands_of_the_operators_page_work(project_copy: Path, tmp_path: Path) -> None:
    """O16: each command under 单位和联系方式 does what it says, in both languages of the page the same."""
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)
    pages = [
        re.search(
            rf"^## {title}\n\n```sh\n(.*?)^```", (ROOT / "docs" / name).read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        for name, title in (("operators.md", "Units and contacts"), ("operators.zh-CN.md", "单位和联系方式"))
    ]
    assert pages[0] and pages[1] and pages[0][1] == pages[1][1]
    places = ["--project", str(project_copy), "--home", str(home.path)]
    for command in pages[0][1].splitlines():
        with clock_at("2024-01-10T10:00:00"):
            done = CliRunner().invoke(main, [*shlex.split(command)[1:], *places])
        assert done.exit_code == 0, done.output
    project = load_project(project_copy)
    assert project.contacts["QH630100"].office == "办公室"
    assert str(project.units["QHD99"].valid_to) == "2023-12-31"
