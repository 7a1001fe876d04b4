"""The runs under Prefect: the same as without it, on a timetable, and without a word to anybody outside."""

import ast
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from nianbao.catalog import Project
from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from tests.homes import ROOT, SECOND_NIGHT, arrive, clock_at, collect_into, digest, draft, post, release, send
from tests.journeys.test_personal_values import CARD, ID_CARD, PHONE, shown

UNITS, PERIODS = ("QH630100", "QHI10", "QHD16"), ("2021Q4",)
HOSTILE = f"[看这里](javascript：alert(1)) <img src=x> `x` | **急** {PHONE} {CARD}.xlsx"
LISTENING = ("127.0.0.1", "localhost", "::1")
WATCH = """
import os, socket
def _told(function, host):
    def watched(*arguments, **options):
        with open(os.environ["WATCHED_HOSTS"], "a", encoding="utf-8") as file:
            file.write(f"{host(arguments)}\\n")
        return function(*arguments, **options)
    return watched
socket.getaddrinfo = _told(socket.getaddrinfo, lambda given: given[0])
def _peer(given):
    return given[1][0] if isinstance(given[1], tuple) else "localhost"
socket.socket.connect = _told(socket.socket.connect, _peer)
"""


@dataclass(frozen=True)
class Machine:
    """A place where flows are run: its folder, and the environment of a program that is started in it."""

    folder: Path
    environment: dict[str, str]

    def hosts(self) -> set[str]:
        """Every host that a program started here has asked for."""
        return set((self.folder / "hosts").read_text(encoding="utf-8").split())

    def processes(self) -> list[int]:
        """Every process started here that still runs."""
        mark = f"PREFECT_HOME={self.environment['PREFECT_HOME']}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                found += [int(path.parent.name)] if mark in path.read_bytes() else []
            except OSError:  # it has ended, or is somebody else's
                continue
        return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which nobody has set anything for Prefect."""
    folder = tmp_path_factory.mktemp("machine")
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not re.match("PREFECT|DO_NOT_TRACK|GX_|CI$", name)}
    return Machine(
        folder,
        kept
        | {
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "src")]),
            "WATCHED_HOSTS": str(folder / "hosts"),
            "PREFECT_HOME": str(folder / "prefect"),
            "NIANBAO_NOW": SECOND_NIGHT,
            "NIANBAO_LANGUAGE": "en",
        },
    )


def new_home(project: Project, path: Path) -> Home:
    """Three workbooks, one under somebody's numbers, and a file that is none and has a name made to do harm."""
    home = Home(path)
    first, *others = post(project, UNITS, PERIODS)
    paths = send(project, home.inbox, [replace(first, file=f"{ID_CARD}/{PHONE}填报.xlsx"), *others])
    assert len(paths) == len(UNITS)
    hostile = home.inbox / HOSTILE
    hostile.write_text("not a workbook", encoding="utf-8")
    arrive(hostile, post(project, UNITS, PERIODS)[0].sent_at)
    return home


@pytest.fixture(scope="module")
def home(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home that the flows work on."""
    return new_home(project, tmp_path_factory.mktemp("flows") / "home")


@pytest.fixture(scope="module")
def told(machine: Machine, home: Home) -> dict[str, Any]:
    """What the flows did with it."""
    command = [sys.executable, "-m", "tests.journeys.under_prefect", str(home.path)]
    run = subprocess.run(command, cwd=ROOT, env=machine.environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def timetable() -> dict[str, dict[str, Any]]:
    """The deployments of prefect.yaml by name."""
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    return {deployment["name"]: deployment for deployment in declared["deployments"]}


@pytest.mark.slow
def test_flows_come_to_the_same_as_the_plain_functions(
    told: dict[str, Any], home: Home, project: Project, tmp_path: Path
) -> None:
    """The same files give the same ledger, the same tables and the same printed figures, with and without Prefect."""
    plain = new_home(project, tmp_path / "plain")
    with clock_at(SECOND_NIGHT):
        nightly(project.path, plain)
    assert without_proposals(digest(home)) == without_proposals(digest(plain))
    for code in told["night"]["drafts"]:
        assert (draft(home, code) / "figures.csv").read_bytes() == (draft(plain, code) / "figures.csv").read_bytes()
    laid_down = release(home, "audit_report", 1).with_name("proposed") / "figures.csv"
    assert laid_down.read_bytes() == (draft(plain, "audit_report") / "figures.csv").read_bytes()
    assert told["night"]["deliveries"] == len(UNITS) + 1
    assert told["night"]["drafts"] == list(project.publications)
    assert told["night"]["waits"]["audit_report/2021/r1"] >= len(project.sign_off.roles)


def without_proposals(tables: dict[str, str]) -> dict[str, str]:
    """The tables that a night fills."""
    return {name: content for name, content in tables.items() if name != "ledger.proposal"}


@pytest.mark.slow
def test_the_page_shows_runs_batches_and_what_they_came_to(told: dict[str, Any]) -> None:
    """O9: a batch of deliveries is one task; completeness, findings and reports are artifacts; good runs have a log."""
    page = told["page"]
    for said in (f"{len(UNITS) + 1} deliveries: ", "应报：", "work_report 工作报告 2021 draft: "):
        assert any(line.startswith(said) for line in page["logs"]), said
    assert page["flows"] == ["build", "collect", "nightly", "publish"]
    assert {
        f"read {len(UNITS) + 1} deliveries",
        f"judge {len(UNITS) + 1} deliveries",
        "build the tables",
        "verify the tables",
        "render work_report as HTML",
    } <= set(page["tasks"])
    assert {"completeness", "findings", "reports"} <= set(page["artifacts"])
    (table,) = map(json.loads, page["artifacts"]["completeness"])
    assert [list(row.values()) for row in table] == [list(row.values()) for row in told["night"]["completeness"]]
    assert any("audit\\_report/2021/r1" in listed for listed in page["artifacts"]["sign-off"])


@pytest.mark.slow
def test_nothing_that_was_sent_can_act_on_the_page(told: dict[str, Any]) -> None:
    """A file name with a link, a tag and marks in it stays text in the findings."""
    findings = "\n".join(told["page"]["artifacts"]["findings"])
    shown = next(line for line in findings.splitlines() if "看这里" in line)
    assert "<" not in shown
    assert not re.search(r"(?<!\\)[\[\]()`*|]", shown)
    assert shown.replace("\\", "").startswith("- [看这里](javascript：alert(1)) &lt;img src=x&gt;")


@pytest.mark.slow
def test_O11_prefect_keeps_no_personal_number(told: dict[str, Any], machine: Machine) -> None:
    """O11: names of runs and tasks, artifacts, logs, messages, parameters, events: its whole database has none."""
    assert "publish" in told["page"]["flows"]
    with sqlite3.connect(machine.folder / "prefect" / "prefect.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = {name: str(database.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables}
    database.close()
    values = {ID_CARD, PHONE, CARD}
    assert {name: found for name, text in kept.items() if (found := shown(text, values))} == {}
    masked = f"{PHONE[:3]}******{PHONE[-2:]}"
    assert masked in kept["artifact"].replace("\\", "")
    assert {"flow_run", "task_run", "log", "events"} <= {name for name, text in kept.items() if len(text) > len("[]")}


@pytest.mark.slow
def test_a_second_run_fails_at_once_and_names_the_first(told: dict[str, Any]) -> None:
    """The flow run is failed with the holder of the lock in its message; the script ends with 75."""
    assert told["busy"]["state"] == "FAILED"
    assert "(a test)" in told["busy"]["message"]
    assert told["busy"]["exit_code"] == 75
    assert "(a test)" in told["busy"]["said"]


@pytest.mark.slow
def test_parameters_are_checked_before_anything_runs(told: dict[str, Any]) -> None:
    """A year that is none, a home that is none and a text instead of a list are refused."""
    assert told["refused"] == ["year", "year", "home", "publications"]


@pytest.mark.slow
def test_no_host_outside_is_asked_for(machine: Machine, told: dict[str, Any]) -> None:
    """Neither the run nor the server it brings looks for any host but this one, and nothing is pickled."""
    assert machine.hosts() <= set(LISTENING)
    assert told["settings"] == {
        "analytics": False,
        "second_page": False,
        "csrf": True,
        "leases": "prefect.server.concurrency.lease_storage.filesystem",
        "persist": False,
        "serializer": "json",
        "prompt": False,
    }
    for kept in (machine.folder / "prefect").rglob("storage/*"):
        assert "message" in json.loads(kept.read_text(encoding="utf-8"))  # of a failure; results are not kept


@pytest.mark.slow
def test_the_server_plans_the_nights_to_come(told: dict[str, Any]) -> None:
    """From the cron line of prefect.yaml the server makes runs at one in the morning in China."""
    assert len(told["next_nights"]) >= 3
    assert {night.split()[1] for night in told["next_nights"]} == {"17:00:00+00:00"}


@pytest.mark.slow
def test_every_prefect_command_shown_is_understood(told: dict[str, Any]) -> None:
    """docs/schedulers.md shows no command or option that Prefect does not have."""
    assert told["unknown_commands"] == []


@pytest.fixture
def killed(machine: Machine, project: Project, tmp_path: Path) -> Home:
    """A home whose nightly flow was killed while it was reading."""
    home = new_home(project, tmp_path / "killed")
    command = [sys.executable, "flows/nightly.py", "--home", str(home.path)]
    run = subprocess.Popen(command, cwd=ROOT, env=machine.environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: any(home.archive.rglob("R000001.json")))
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    return home


@pytest.mark.slow
def test_a_killed_flow_leaves_nothing_to_repair(killed: Home, machine: Machine, project: Project) -> None:
    """Its lock is free, its server and readers are gone, and the next run does what it did not."""
    wait_for(lambda: not machine.processes())
    with clock_at(SECOND_NIGHT):
        assert collect_into(project, killed).deliveries == len(UNITS) + 1
    assert len(list(killed.outbox.rglob("*.json"))) == len(UNITS) + 1


def wait_for(happened: Any, seconds: float = 90.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


SUMMED_UP = {
    "zh": ("来件4件：", "报送", "审核问题", "work_report 工作报告 2021 草稿: 数字"),
    "en": ("4 deliveries: ", " submissions: ", " findings: ", "work_report 工作报告 2021 draft: "),
}
OUR_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
"""Two words of English beside each other, as no code, path or name of a product has them."""


@pytest.fixture(scope="module", params=SUMMED_UP)
def night_in(
    request: pytest.FixtureRequest, machine: Machine, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, list[str]]]:
    """A language, and what a night that somebody ran in it left with Prefect: logs, tasks, artifacts."""
    language, folder = request.param, tmp_path_factory.mktemp(request.param)
    home = new_home(project, folder / "home")
    environment = machine.environment | {"PREFECT_HOME": str(folder), "NIANBAO_LANGUAGE": language}
    command = [sys.executable, "flows/nightly.py", "--home", str(home.path)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    asked = {
        "logs": "SELECT message FROM log WHERE message NOT LIKE '%flow run%' AND message NOT LIKE 'Finished in state%'",
        "tasks": "SELECT name FROM task_run",
        "artifacts": "SELECT description FROM artifact",
        "contents": "SELECT data FROM artifact WHERE key != 'completeness'",
    }
    with sqlite3.connect(folder / "prefect.db") as database:
        kept = {name: [str(row[0]) for row in database.execute(query)] for name, query in asked.items()}
    database.close()
    contents = [json.loads(text) for text in kept["contents"]]
    kept["contents"] = [line for text in contents for line in text.splitlines() if "看这里" not in line]
    return language, kept


@pytest.mark.slow
def test_O17_a_night_sums_itself_up_in_the_language_of_who_runs_it(night_in: tuple[str, dict[str, list[str]]]) -> None:
    """O17: its lines, artifacts and tasks; what is data (words of states, names) stays Chinese."""
    language, kept = night_in
    for said in SUMMED_UP[language]:
        assert any(said in line for line in kept["logs"]), said
    for name in ("logs", "tasks", "artifacts", "contents"):
        assert kept[name], name
        assert language != "zh" or not [text for text in kept[name] if OUR_WORDS.search(text)]
    for name in ("tasks", "artifacts"):
        assert {bool(re.search("[一-鿿]", text)) for text in kept[name]} == {language == "zh"}


_EXPLAINED = """
import flows, json
from prefect.utilities.callables import parameter_schema
from flows import build, collect, nightly, notify, publish
told = [each.model_json_schema()["properties"] for each in (publish.SignOffForm,)]
for each in (build.build, collect.collect, nightly.nightly, notify.notify, publish.publish):
    told.append(parameter_schema(each).properties | {"": {"description": each.description, "title": each.name}})
print(json.dumps([text for each in told for field in each.values() for text in (field["description"], field["title"])]))
"""


@pytest.mark.parametrize(("language", "has_chinese"), [("zh", True), ("en", False)])
def test_O17_what_a_flow_asks_for_is_explained_in_one_language(language: str, has_chinese: bool) -> None:
    """O17: each deployed flow, each of its parameters, and the form of a role that signs, as the deployer speaks."""
    environment = os.environ | {"NIANBAO_LANGUAGE": language, "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-c", _EXPLAINED]
    done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told = [text for text in json.loads(done.stdout) if not re.fullmatch(r"[a-z_]+", text) or text == "sign"]
    assert len(told) > 20
    assert {bool(re.search("[一-鿿]", text)) for text in told} == {has_chinese}
    assert not [text for text in told if has_chinese and re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", text)]


def test_every_deployment_names_a_flow_and_parameters_it_has(timetable: dict[str, dict[str, Any]]) -> None:
    """An entrypoint of prefect.yaml is a function under @flow that takes the parameters given there."""
    assert set(timetable) == {"nightly", "collect", "build", "publish", "notify"}
    for name, deployment in timetable.items():
        path, _, function = deployment["entrypoint"].partition(":")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
        decorators = [
            node.func.id
            for node in found.decorator_list
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert decorators == ["flow"], name
        assert set(deployment["parameters"]) <= {argument.arg for argument in found.args.args}, name
        assert found.args.args[0].annotation is not None


def test_the_timetable_is_a_night_in_china_one_run_at_a_time(timetable: dict[str, dict[str, Any]]) -> None:
    """Only the nightly has a schedule, at one in the morning there; of two runs at once the newer is cancelled."""
    assert {name: deployment.get("schedules", []) for name, deployment in timetable.items()} == {
        "nightly": [{"cron": "0 1 * * *", "timezone": "Asia/Shanghai"}],
        "collect": [],
        "build": [],
        "notify": [],
        "publish": [],
    }
    for name, deployment in timetable.items():
        strategy = "ENQUEUE" if name == "notify" else "CANCEL_NEW"  # what is to be told waits for its turn
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": strategy}
        assert deployment["work_pool"] == {"name": "nianbao"}


def test_the_timetable_knows_no_place(timetable: dict[str, dict[str, Any]]) -> None:
    """Neither prefect.yaml nor prefect.toml names a folder of a machine."""
    for name in ("prefect.yaml", "prefect.toml"):
        assert not re.search(r"(?<![\w.])/\w", re.sub("#.*", "", (ROOT / name).read_text(encoding="utf-8")))
