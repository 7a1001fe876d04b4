"""A night and what can go wrong with it, under Prefect and in a process of its own; prints JSON for test_flows.py.

Called as: python -m tests.journeys.under_prefect HOME, in the project's folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from flows.server import RunServer

# isort: split
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ParameterTypeError
from prefect.settings import get_current_settings

from flows import ROOT
from flows import nightly as nightly_script
from flows.artifacts import tell_completeness
from flows.build import build
from flows.collect import collect
from flows.nightly import nightly
from flows.publish import publish
from flows.steps import leave
from nianbao.warehouse.lock import writer_lock


def a_night(home: Path) -> dict[str, Any]:
    """Collect and build on their own, then the nightly and the release."""
    collected = collect(ROOT, home)
    built = build(ROOT, home)
    night = nightly(ROOT, home)
    published = publish(ROOT, home, year=2021, publications=["audit_report"], unfinished=True)
    return {
        "deliveries": collected.deliveries,
        "built": len(built.models),
        "completeness": tell_completeness(night.morning) if night.morning else [],
        "drafts": [edition.publication for edition in night.editions if edition.is_new],
        "waits": {each.proposal.name: len(each.waits_for) for each in published if each.edition is None},
    }


def a_busy_night(home: Path) -> dict[str, Any]:
    """The flow and the script while somebody else holds the lock."""
    with writer_lock(home, "a test"):
        state = nightly(ROOT, home, return_state=True)
        sys.argv[1:] = ["--home", str(home)]
        with contextlib.redirect_stderr(io.StringIO()) as said:
            code = nightly_script.main()
    return {"state": str(state.type.value), "message": state.message, "exit_code": code, "said": said.getvalue()}


def refused(home: Path) -> list[str]:
    """Parameters that no flow takes."""
    names = []
    for parameters in ({"year": "soon"}, {"year": 1900}, {"home": None}, {"publications": "audit_report"}):
        flow: Any = publish if "publications" in parameters else nightly
        try:
            flow(**({"project": ROOT, "home": home} | parameters))
        except ParameterTypeError:
            names += parameters
    return names


def on_the_page() -> dict[str, Any]:
    """Runs, tasks and artifacts as the server has them."""
    with get_client(sync_client=True) as client:
        artifacts: dict[str, list[Any]] = {}
        for artifact in client.read_artifacts():
            artifacts.setdefault(artifact.key or "", []).append(artifact.data)
        return {
            "flows": sorted(flow.name for flow in client.read_flows()),
            "tasks": sorted({task.name for task in client.read_task_runs()}),
            "artifacts": artifacts,
            "logs": [each.message for each in client.read_logs()],
            "runs": [run.name for run in client.read_flow_runs()],
        }


def next_nights() -> list[str]:
    """When the server would start the nightly of prefect.yaml next."""
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"][0]
    schedules = [DeploymentScheduleCreate(schedule=CronSchedule(**cron)) for cron in declared["schedules"]]
    with get_client(sync_client=True) as client:
        deployment = client.create_deployment(client.create_flow(nightly), declared["name"], schedules=schedules)
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment}, json={"min_runs": 3})
        runs = client.read_flow_runs()
    return sorted(str(run.expected_start_time) for run in runs if run.deployment_id == deployment)


def unknown_to_prefect(page: Path) -> list[str]:
    """The `prefect` commands on a page that its command line would not understand."""
    from prefect.cli._app import _app

    wrong = []
    for line in page.read_text(encoding="utf-8").splitlines():
        program, _, rest = line.partition(" ")
        if program.endswith("bin/prefect"):
            try:
                _app.parse_args(shlex.split(rest, comments=True), print_error=False, exit_on_error=False)
            except Exception as error:
                wrong.append(f"{line}: {error}")
    return wrong


def settings() -> dict[str, Any]:
    """What matters of Prefect's settings."""
    current = get_current_settings()
    return {
        "analytics": current.server.analytics_enabled,
        "second_page": current.server.ui.v2_enabled,
        "csrf": current.server.api.csrf_protection_enabled,
        "leases": current.server.concurrency.lease_storage,
        "persist": current.results.persist_by_default,
        "serializer": current.results.default_serializer,
        "prompt": current.cli.prompt,
    }


def main() -> None:
    """Everything, once."""
    home = Path(sys.argv[1])
    with RunServer():
        report = {
            "night": a_night(home),
            "busy": a_busy_night(home),
            "refused": refused(home),
            "page": on_the_page(),
            "next_nights": next_nights(),
            "settings": settings(),
            "unknown_commands": unknown_to_prefect(ROOT / "docs" / "schedulers.md"),
        }
    print(json.dumps(report, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
    leave(0)
