"""A release under Prefect that waits for its signatures, in a process of its own; prints JSON for test_sign_off.py.

Called as: python -m tests.journeys.signing_under_prefect HOME NAME, in the project's folder.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from flows.server import RunServer

# isort: split
from prefect.client.orchestration import get_client
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.flow_runs import resume_flow_run

from flows import ROOT
from flows.publish import publish
from flows.steps import leave
from nianbao.record import Archive, Record
from nianbao.runs.sign import sign
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.sign_off import Identity


def go_on(run_id: UUID) -> dict[str, Any]:
    """Carry the run on as a worker would, until it waits or ends."""
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(run_id)
        published: Any = []
        with contextlib.suppress(Pause):
            published = run_flow(publish, flow_run=run, parameters=run.parameters)
        state = client.read_flow_run(run_id).state
        assert state is not None
        details = state.state_details
        keys = details.run_input_keyset or {}
        path = f"/flow_runs/{run_id}/input/{keys.get('description', '')}"
        return {
            "state": state.name,
            "days": details.pause_timeout and (details.pause_timeout - state.timestamp).days,
            "asked": client.request("GET", path).text if keys else "",
            "released": [each.edition.name for each in published if each.edition],
        }


def main() -> None:
    """Lay down, wait for one role and for the other, who signs by command meanwhile, release; then all once more."""
    home, name = Path(sys.argv[1]), sys.argv[2]
    told = []
    with RunServer():
        with get_client(sync_client=True) as client:
            deployment = client.create_deployment(client.create_flow(publish), "publish")
            parameters = {"project": str(ROOT), "home": str(home), "year": 2021, "publications": ["work_report"]}
            run = client.create_flow_run_from_deployment(deployment, parameters=parameters)
        told.append(go_on(run.id))
        resume_flow_run(run.id, run_input={"signs": True})
        told.append(go_on(run.id))
        with open_workspace(ROOT, Home(home), "sign") as workspace:  # no lock is held while the run waits
            sign(workspace, name, "office", Identity("user-2"))
        resume_flow_run(run.id, run_input={"signs": False})
        told.append(go_on(run.id))
        with get_client(sync_client=True) as client:
            again = client.create_flow_run_from_deployment(deployment, parameters=parameters)
        runs = Record(Archive(Home(home).archive)).last_number()
        told.append(go_on(again.id) | {"recorded": Record(Archive(Home(home).archive)).last_number() - runs})
    print(json.dumps(told, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
    leave(0)
