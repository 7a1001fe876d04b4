"""The automations on a real Prefect server: a nightly that fails starts `notify`; prints JSON for test_automations.py.

Called in the project's folder, with PREFECT_API_URL of a server that runs its services.
"""

from __future__ import annotations

import json
import os
import time

import flows.automations as script

# isort: split
from prefect.client.orchestration import get_client
from prefect.states import Failed

from flows.nightly import nightly
from flows.notify import notify

STEP_SECONDS, STEPS = 0.5, 600


def main() -> None:
    """Set the automations up twice, let a run of the nightly fail, and wait for what the server starts."""
    with get_client(sync_client=True) as client:
        before = script.main()
        deployments = {
            flow.name: client.create_deployment(client.create_flow(flow), flow.name, parameters=given)
            for flow, given in ((nightly, {}), (notify, {"event": "test", "text": ""}))
        }
        codes, names = [], []
        for language in ("zh", "en"):
            os.environ["LANGUAGE"] = language
            codes.append(script.main())
            names.append(sorted(each.name for each in client.read_automations()))
        time.sleep(3)  # the server learns of new triggers every now and then
        started = []
        for _ in range(STEPS):
            run = client.create_flow_run_from_deployment(deployments["nightly"])
            client.set_flow_run_state(run.id, Failed(message="a test"), force=True)
            time.sleep(STEP_SECONDS)
            started = [each for each in client.read_flow_runs() if each.deployment_id == deployments["notify"]]
            if started:
                break
        told = [each.parameters for each in started][:1]
    print(json.dumps({"before": before, "codes": codes, "names": names, "told": told}))


if __name__ == "__main__":
    main()
