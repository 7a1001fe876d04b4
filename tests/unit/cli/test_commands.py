"""The command line: quick help, answers for people and for programs, and an exit code that says what was wrong."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nianbao import __version__
from nianbao.catalog import Project
from nianbao.cli import main
from nianbao.cli.main import COMMANDS
from nianbao.settings import Home
from nianbao.warehouse.lock import writer_lock
from tests.homes import ROOT, call

DECLARED = ("forms", "reference", "expectations", "sql", "indicators", "reports")
READS = {
    "status": ("status", "--year", "2021"),
    "status of a unit": ("status", "--unit", "QHI06"),
    "figures": ("figures", "--year", "2021"),
    "doubtful figures": ("figures", "--year", "2021", "--doubtful"),
    "targets": ("targets", "--year", "2022"),
    "explain": ("explain", "warmth_funds", "--year", "2021"),
    "explain a unit": ("explain", "wage_bargaining_rate", "--year", "2021", "--unit", "QH630100"),
    "sql": ("sql", "SELECT unit_code, zh, valid_from, is_counted FROM core.unit"),
}


def run(*arguments: str, home: Path | None = None, project: Path = ROOT) -> Result:
    """A command as somebody calls it, in this process."""
    options: list[str] = ["--home", str(home)] if home else []
    if arguments[0] != "sql" and "--help" not in arguments:
        options += ["--project", str(project)]
    return CliRunner().invoke(main, [*arguments, *options])


def parsed(result: Result) -> Any:
    """The JSON that a command printed, and nothing else."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command: str) -> None:
    """--help says what the command is for and lists its options."""
    result = run(*([command] if command else []), "--help")
    assert result.exit_code == 0
    purpose = " ".join(COMMANDS[command][1].split()[:4]) if command else "Exit codes:"
    assert purpose in " ".join(result.output.split())


def test_help_comes_at_once() -> None:
    """Nothing heavy is imported to say what there is."""
    started = time.perf_counter()
    result = call("--help")
    assert time.perf_counter() - started < 1.5
    assert result.returncode == 0
    assert all(command in result.stdout for command in COMMANDS)
    script = "import sys, nianbao.cli; print({'duckdb', 'great_expectations', 'yaml', 'rich'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT / "src", capture_output=True, text=True)
    assert loaded.stdout.strip() == "set()"


def test_the_version_is_told() -> None:
    """With the name of the program."""
    assert run("--version", "--help").exit_code == 0
    assert CliRunner().invoke(main, ["--version"]).output.strip() == f"nianbao, version {__version__}"


@pytest.mark.parametrize("arguments", READS.values(), ids=[name.replace(" ", "-") for name in READS])
def test_an_answer_for_programs_is_json(arguments: tuple[str, ...], year_home: Home) -> None:
    """What is asked with --json is answered with JSON, numbers exact."""
    answer = parsed(run(*arguments, "--json", home=year_home.path))
    assert answer


@pytest.mark.parametrize("arguments", READS.values(), ids=[name.replace(" ", "-") for name in READS])
def test_an_answer_for_people_is_in_lines(arguments: tuple[str, ...], year_home: Home) -> None:
    """Without --json there is text, no trailing blanks, and nothing on the error stream."""
    result = run(*arguments, home=year_home.path)
    assert result.exit_code == 0 and result.stderr == ""
    assert len(result.stdout.splitlines()) > 2
    assert not [line for line in result.stdout.splitlines() if line != line.rstrip()]


def test_doubtful_figures_are_claims_with_a_reason(year_home: Home) -> None:
    """Each is printed in a report, rests on a form that a unit has not sent, and says so."""
    rows = parsed(run("figures", "--year", "2021", "--doubtful", "--json", home=year_home.path))
    assert {row["claim"] for row in rows} == {"cannot_be_told"}  # the unit did not report that quarter a year before
    for row in rows:
        assert row["reported"] < row["asked"]
        assert "青海联通公司2021年第三季度" in row["doubt"] and f"“{row['printed']}”" in row["doubt"]
    is_plain = [row["wording"] == "exact" for row in rows]
    assert is_plain == sorted(is_plain)


def test_status_tells_who_has_not_reported(year_home: Home) -> None:
    """By form and period, by unit, with the findings that wait; for people in Chinese."""
    answer = parsed(run("status", "--year", "2021", "--json", home=year_home.path))
    absent = {(row["unit_code"], row["form_code"], row["period"]): row["status"] for row in answer["not_reported"]}
    assert absent["QHD14", "GH06", "2021Q3"] == "missing"
    assert absent["QHD09", "GH01", "2021Q4"] == "late"
    assert {row["form_code"] for row in answer["forms"]} == {f"GH{number:02d}" for number in range(1, 17)}
    assert "未报" in run("status", "--year", "2021", home=year_home.path).stdout


def test_status_of_a_unit_tells_of_that_unit_only(year_home: Home, clock: Callable[[str], None]) -> None:
    """What it owes, what became of it, what waits; that all is well when it is; nobody else's name."""
    clock("2022-03-01T10:00")
    well = run("status", "--unit", "QH630100", home=year_home.path)
    assert "all is well" in well.stdout
    assert "西宁市总工会：2021年度应报" in well.stdout
    waiting = run("status", "--unit", "QHD14", home=year_home.path)
    assert "未报1张" in waiting.stdout
    assert "all is well" not in waiting.stdout
    assert not re.search(r"QH(?!D14)[0-9A-Z]{3}", waiting.stdout)
    answer = parsed(run("status", "--unit", "QHD14", "--json", home=year_home.path))
    assert {row["unit_code"] for row in answer["not_reported"]} == {"QHD14"}
    assert "sources" not in answer
    unknown = run("status", "--unit", "QHX99", home=year_home.path)
    assert unknown.exit_code == 64


def test_what_is_not_due_yet_is_not_called_missing(year_home: Home, clock: Callable[[str], None]) -> None:
    """Up to the due day a form that has not come is 未到期, from the next day on 未报."""
    states = []
    for day in ("2021-10-11", "2021-10-12"):  # the tenth is a Sunday
        clock(f"{day}T09:00")
        answer = parsed(run("status", "--unit", "QHD14", "--json", home=year_home.path))
        (row,) = (row for row in answer["not_reported"] if row["form_code"] == "GH06")
        (form,) = (row for row in answer["forms"] if (row["form_code"], row["period"]) == ("GH06", "2021Q3"))
        states.append((row["due_on"], row["status"], form["units_missing"], form["units_not_due"]))
    assert states == [("2021-10-11", "not_due", 0, 1), ("2021-10-11", "missing", 1, 0)]


def test_figures_come_as_csv_too(year_home: Home) -> None:
    """The same values as with --json."""
    rows = list(csv.DictReader(io.StringIO(run("figures", "--year", "2021", "--csv", home=year_home.path).stdout)))
    answer = parsed(run("figures", "--year", "2021", "--json", home=year_home.path))
    assert {row["indicator_id"]: row["value"] for row in rows} == {
        row["indicator_id"]: str(row["value"]) for row in answer
    }


def test_figures_of_the_past_can_be_asked_for(year_home: Home) -> None:
    """As of the first night the correction of the second is not known."""
    now = {row["indicator_id"]: row for row in parsed(run("figures", "--year", "2021", "--json", home=year_home.path))}
    answer = parsed(run("figures", "--year", "2021", "--as-of", "2022-01-20", "--json", home=year_home.path))
    then = {row["indicator_id"]: row for row in answer}
    assert now["warmth_funds"]["value"] != then["warmth_funds"]["value"]
    assert then["warmth_funds"]["reported"] < now["warmth_funds"]["reported"] == 53


def test_a_figure_that_no_member_union_reports_says_who_does(year_home: Home) -> None:
    """Members' figures have their coverage; of the others the reporter is named, and nothing is counted of nothing."""
    rows = {row["indicator_id"]: row for row in parsed(run("figures", "--year", "2021", "--json", home=year_home.path))}
    own = [row for row in rows.values() if row["asked"] is None]
    assert own
    assert all(row["reported"] is None and row["reported_by"] for row in own)
    assert rows["warmth_funds"]["asked"] == 53 and rows["warmth_funds"]["reported_by"] == ""
    shown = run("figures", "--year", "2021", home=year_home.path).stdout
    assert f"{own[0]['reported_by'].split()[0]}" in shown
    assert " 0/0" not in shown


def test_a_night_with_nothing_new_says_so(year_copy: Home, clock: Callable[[str], None]) -> None:
    """Every run answers programs and people, and says when there was nothing to do."""
    clock("2022-01-28T01:00")
    night = parsed(run("nightly", "--json", home=year_copy.path))
    assert night["collected"]["deliveries"] == 0 and night["built"] == []
    assert [edition["is_new"] for edition in night["editions"]] == [False, False]
    assert parsed(run("collect", "--json", home=year_copy.path))["outcomes"] == {}
    assert parsed(run("build", "--json", home=year_copy.path))["built"] == []
    assert parsed(run("preview", "--json", home=year_copy.path)) == []
    assert parsed(run("publish", "--json", home=year_copy.path)) == []
    assert "nothing new" in run("collect", home=year_copy.path).stdout
    assert "unchanged" in run("preview", "--publication", "work_report", home=year_copy.path).stdout


def test_doctor_says_what_is_missing(year_home: Home, tmp_path: Path) -> None:
    """Everything is well in a home that is in use; in a project with a wrong form it is not, and the code says so."""
    assert all(answer["is_well"] for answer in parsed(run("doctor", "--json", home=year_home.path)))
    fonts = [each["what"] for each in parsed(run("doctor", "--json", home=year_home.path)) if "font" in each["what"]]
    assert "font 仿宋_GB2312" in fonts and len(fonts) == 6
    broken = broken_project(tmp_path, "forms/GH05.toml", "due_days = 10", "due_days = ten")
    result = run("doctor", home=year_home.path, project=broken)
    assert result.exit_code == 78
    assert "FAIL  declared folders" in result.stdout and "GH05.toml:9" in result.stdout


def test_doctor_finds_a_broken_rule_before_the_night(year_home: Home, tmp_path: Path) -> None:
    """Rules and models are evaluated once; each that breaks is named, and the others are well."""
    broken = broken_project(tmp_path, "sql/check/C12_2_completion_recomputed.sql", "stage.gh12", "stage.gh55")
    model = broken / "sql" / "mart" / "figure.sql"
    model.write_text(model.read_text("utf-8").replace("value.year", "value.jahr", 1), "utf-8")
    result = run("doctor", home=year_home.path, project=broken)
    assert result.exit_code == 78
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 2
    assert "FAIL  C12_2_completion_recomputed: " in failed[0]
    assert "mart.figure" in failed[1]


def broken_project(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the declared folders with a fault in one file."""
    target = folder / "project"
    for name in DECLARED:
        shutil.copytree(ROOT / name, target / name)
    path = target / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return target


WRONG = {
    "an unknown command": (("nighty",), 2, "No such command"),
    "an unknown option": (("status", "--units", "x"), 2, "No such option"),
    "a year that is none": (("figures", "--year", "last"), 2, "not a valid integer"),
    "no year": (("figures",), 2, "Missing option"),
    "both one unit and all": (("template", "--unit", "QH630100", "--all", "--period", "2021Q4"), 2, "name one unit"),
    "an unknown unit": (("template", "--unit", "QH999", "--period", "2021Q4"), 64, "not in the roster"),
    "an unknown period": (("template", "--unit", "QH630100", "--period", "2021Q9"), 64, "'2021Q9' is not like"),
    "a period without a form": (("template", "--unit", "QH630100", "--period", "2021M03"), 64, "no form is asked"),
    "an unknown indicator": (("explain", "warmth", "--year", "2021"), 64, "'warmth' is not declared"),
    "a year without figures": (("figures", "--year", "1999"), 64, "there are no figures for 1999"),
    "a wrong query": (("sql", "SELEC 1"), 64, "syntax error"),
    "a forbidden query": (("sql", "COPY core.unit TO 'stolen.csv'"), 64, ""),
    "as of a day without a folder": (("build", "--as-of", "2022-01-20"), 2, "--as-of needs --out"),
}


@pytest.mark.parametrize("name", WRONG, ids=[name.replace(" ", "-") for name in WRONG])
def test_a_wrong_request_is_told_apart(name: str, year_home: Home) -> None:
    """The code says whose fault it is, the message what was wrong; it is no traceback."""
    arguments, code, says = WRONG[name]
    home = None if arguments[0] in ("template", "nighty") else year_home.path
    result = CliRunner().invoke(main, [*arguments, *(["--home", str(home)] if home else [])])
    assert result.exit_code == code, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [("status",), ("figures", "--year", "2021"), ("sql", "SELECT 1")])
def test_before_the_first_night_there_is_nothing_to_tell(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """The message says what to run first."""
    result = run(*arguments, home=tmp_path)
    assert result.exit_code == 74
    assert "run nianbao nightly first" in result.stderr


def test_without_a_query_the_tables_are_listed(year_home: Home) -> None:
    """Whoever does not know the names yet asks for them."""
    listed = {row["name"]: row["comment"] for row in parsed(run("sql", "--json", home=year_home.path))}
    assert "Every indicator of every year" in listed["mart.figure"]
    assert all(listed.values())


def test_a_number_is_shown_without_empty_decimals(year_home: Home) -> None:
    """As many decimals as it has: tables keep ten for rates."""
    query = "SELECT CAST(7344500 AS DECIMAL(38, 10)) AS money, CAST(37.5 AS DECIMAL(38, 10)) AS rate"
    assert run("sql", query, home=year_home.path).output.split()[-2:] == ["7,344,500", "37.5"]


def test_an_empty_inbox_is_no_fault(tmp_path: Path) -> None:
    """The first night of a new workspace ends well and publishes nothing; there is nothing to issue yet."""
    assert run("init", home=tmp_path / "new").exit_code == 0
    assert parsed(run("nightly", "--json", home=tmp_path / "new"))["editions"] == []
    result = run("preview", home=tmp_path / "new")
    assert result.exit_code in (4, 64) and "Traceback" not in result.output


@pytest.mark.parametrize("command", ["nightly", "collect", "build", "preview", "publish"])
def test_one_run_at_a_time(command: str, tmp_path: Path) -> None:
    """The second is told who is at it, and changes nothing."""
    Home(tmp_path).inbox.mkdir()
    with writer_lock(tmp_path, "nightly"):
        result = call(command, home=Home(tmp_path))
    assert result.returncode == 75
    assert "the warehouse is held by process" in result.stderr and "(nightly)" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inbox", "writer.lock"]


@pytest.fixture
def writing(year_copy: Home) -> Iterator[Home]:
    """A home whose warehouse another program has open to write."""
    script = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(year_copy.warehouse)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "open\n"
    yield year_copy
    process.kill()
    process.stdout.close()
    process.wait()


def test_a_question_waits_for_nobody(writing: Home) -> None:
    """While another program has the warehouse, questions to it are told so; the published file answers as ever."""
    assert run("status", home=writing.path).exit_code == 75
    assert parsed(run("sql", "SELECT count(*) AS n FROM core.unit", "--json", home=writing.path))[0]["n"] > 53


def test_a_wrong_declaration_stops_a_run(year_home: Home, tmp_path: Path) -> None:
    """The message names file and line; nothing is touched."""
    broken = broken_project(tmp_path, "forms/GH05.toml", 'layout = "indicator"', 'layout = "lines"')
    result = run("nightly", home=tmp_path / "home", project=broken)
    assert result.exit_code == 78
    assert re.search(r"GH05\.toml:\d+: layout = 'lines' is none of: indicator, ledger", result.stderr)
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_no_warehouse_stops_a_run(tmp_path: Path) -> None:
    """Whether it is read or written, the message says what to do and the file stays as it is."""
    home = Home(tmp_path)
    home.warehouse.write_bytes(b"this is not a database" * 1000)
    for command in ("status", "collect"):
        result = run(command, home=tmp_path)
        assert result.exit_code == 74, (command, result.exception)
        assert "nianbao rebuild" in result.stderr
    assert home.warehouse.read_bytes().startswith(b"this is not")


def test_tables_that_break_an_expectation_are_not_published(
    year_copy: Home, project: Project, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    """The run ends with its own code and names the rule; drafts and the analysts' file stay as they were."""
    clock("2022-01-28T01:00")
    before = {path: path.stat().st_mtime_ns for path in year_copy.releases.rglob("*") if path.is_file()}
    broken = broken_project(tmp_path, "expectations/built/core_submission.yaml", "{min_value: 1}", "{max_value: 1}")
    for command in ("nightly", "preview", "publish", "build"):
        result = run(command, home=year_copy.path, project=broken)
        assert result.exit_code == 4, (command, result.output)
        assert "core.submission B01-1" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in year_copy.releases.rglob("*") if path.is_file()} == before
    assert run("build", home=year_copy.path).exit_code == 0


def test_a_blank_workbook_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    """Named after unit and period; the answer is its path."""
    result = run("template", "--unit", "QH630100", "--period", "2021Q4", "--out", str(tmp_path / "blank"))
    assert result.exit_code == 0
    (path,) = (tmp_path / "blank").iterdir()
    assert (path.name, result.stdout.strip()) == ("西宁市总工会-2021Q4.xlsx", str(path))
    written = path.read_bytes()
    for same in ("2021", "2021H2"):
        again = run("template", "--unit", "QH630100", "--period", same, "--out", str(tmp_path / same))
        assert again.stdout.strip() == str(tmp_path / same / path.name)
        assert (tmp_path / same / path.name).read_bytes() == written
