"""The page of a real Prefect server in a real browser: what it asks for, and what can be started on it (O3)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import Browser, browser
from tests.homes import ROOT
from tests.prefect_server import prefect_server

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES = (
    "dashboard", "runs", "flows", "deployments", "work-pools", "blocks", "variables", "automations", "events",
    "concurrency-limits", "settings", "v2/", "v2/dashboard",
)  # fmt: skip
ELSEWHERE = ("V2", "Upgrade", "Cloud")
ASK = """
import json, flows
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    deployments = {each.name: str(each.id) for each in client.read_deployments()}
    made = [each for each in client.read_flow_runs() if str(each.deployment_id) == deployments["publish"]]
    runs = [[each.parameters, each.state_name] for each in made]
print(json.dumps([deployments, runs]))
"""


@dataclass(frozen=True)
class Server:
    """A server with the timetable on it, and a tab."""

    environment: dict[str, str]
    page: Browser

    def ask(self) -> tuple[dict[str, str], list[tuple[dict[str, Any], str]]]:
        """Ids of the deployments by name; parameters and state of each run of publish."""
        said = subprocess.run(
            [sys.executable, "-c", ASK], cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        deployments, runs = json.loads(said.stdout.splitlines()[-1])
        return deployments, runs

    def open(self, path: str, awaited: str = "Deployments") -> str:
        """Go to a page; what is read there once some words stand."""
        self.page.open(f"{self.environment['PREFECT_API_URL'].removesuffix('/api')}/{path}")
        self.page.settle(lambda: self.page.js(f"document.body.innerText.includes('{awaited}')"))
        return str(self.page.js("document.body.innerText"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As docs/schedulers.md sets it up, by somebody who works in Chinese."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as served, browser() as page:
        environment = {**served, "NIANBAO_LANGUAGE": "zh"}
        for command in (["work-pool", "create", "nianbao", "--type", "process"], ["deploy", "--all"]):
            subprocess.run(
                [sys.executable, "-m", "prefect", *command], cwd=ROOT, env=environment, check=True, capture_output=True
            )
        page.size(1400, 1000)
        yield Server(environment, page)


@pytest.mark.parametrize("path", PAGES)
def test_O3_no_page_asks_anybody_outside(server: Server, path: str) -> None:
    """Every request goes to the server itself; no other page of Prefect is offered, and its address leads to ours."""
    del server.page.requests[:]
    said = server.open(path)
    asked = {urlsplit(each).hostname for each in server.page.requests if each.startswith(("http", "ws"))}
    assert asked == {"127.0.0.1"}
    assert not [word for word in ELSEWHERE if word in said]
    assert not server.page.js("location.pathname").startswith("/v2")


def test_O3_the_form_of_a_release_says_in_chinese_what_it_asks(server: Server) -> None:
    """Every parameter has a sentence that an office reads, also what it does to signatures."""
    deployments, _ = server.ask()
    said = server.open(f"deployments/deployment/{deployments['publish']}/run", "wait_seconds")
    for words in ("声明目录", "运行目录", "不填即所有已结束的年度", "不填即全部", "尚未结束的年度", "已有的签字作废"):
        assert words in said


def test_O3_what_is_started_by_mistake_lays_down_and_waits(server: Server) -> None:
    """The form sent as it stands starts one run with the declared parameters, and no signature becomes void."""
    deployments, before = server.ask()
    server.open(f"deployments/deployment/{deployments['publish']}/run", "wait_seconds")
    press = "[...document.querySelectorAll('button')].find(each => each.innerText.trim() == 'Submit')"
    server.page.settle(lambda: server.page.js(f"!!{press}"))
    server.page.js(f"{press}.click()")
    server.page.settle(lambda: "/run" not in server.page.js("location.pathname").removeprefix("/runs"))
    _, runs = server.ask()
    (started,) = runs[len(before) :]
    assert started[1] == "Scheduled"
    assert {"renew", "unfinished"} & {name for name, value in started[0].items() if value} == set()
    assert (started[0]["project"], started[0]["home"]) == (".", "var")
