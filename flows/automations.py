"""Sets up the automations of the Prefect server: a nightly that failed, and none that ended well for 26 hours.

Run as a script, after `prefect deploy --all`. Each starts the deployment `notify`; set up again nothing changes.
"""

import datetime as dt
import importlib
import sys
from pathlib import Path
from uuid import UUID

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    importlib.import_module("flows")  # before Prefect, so that it finds its settings

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from nianbao.language import _
from nianbao.terms.notice import Event

NIGHTLY, NOTIFY = "nightly/nightly", "notify/notify"
LATE = dt.timedelta(hours=26)
_RUN: dict[str, str | list[str]] = {"prefect.resource.id": "prefect.flow-run.*"}


def automations(nightly: UUID, notify: UUID) -> list[AutomationCore]:
    """Both automations, for the deployments of these ids."""
    of_nightly: dict[str, str | list[str]] = {
        "prefect.resource.id": f"prefect.deployment.{nightly}",
        "prefect.resource.role": "deployment",
    }
    failed = EventTrigger(
        match=_RUN,
        match_related=of_nightly,
        expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"},
        posture=Posture.Reactive,
        threshold=1,
    )
    late = EventTrigger(
        match=_RUN,
        match_related=of_nightly,
        expect={"prefect.flow-run.Completed"},
        posture=Posture.Proactive,
        threshold=1,
        within=LATE,
    )
    hours = int(LATE.total_seconds() // 3600)
    return [
        AutomationCore(
            name=_("nianbao: a night failed"),
            description=_("Tells the channels of reference/notices.toml."),
            trigger=failed,
            actions=[
                _tell(
                    notify,
                    Event.NIGHT_FAILED,
                    _("Prefect: nightly {{ flow_run.name }} ended as {{ flow_run.state.name }}"),
                )
            ],
        ),
        AutomationCore(
            name=_("nianbao: no good night"),
            description=_("Tells them when no nightly ended well for {hours} hours.").format(hours=hours),
            trigger=late,
            actions=[
                _tell(
                    notify,
                    Event.NO_GOOD_NIGHT,
                    _("Prefect: no nightly ended well for {hours} hours").format(hours=hours),
                )
            ],
        ),
    ]


def _tell(notify: UUID, event: Event, text: str) -> RunDeployment:
    template = {"__prefect_kind": "jinja", "template": text}
    parameters = {"event": event.value, "text": template}
    return RunDeployment(source="selected", deployment_id=notify, parameters=parameters, job_variables=None)


def _events_told(automation: Automation | AutomationCore) -> list[str]:
    """Of what an automation tells: so it is known again, whatever it is called and in which language."""
    started = [action for action in automation.actions if isinstance(action, RunDeployment)]
    return [each.parameters["event"] for each in started if each.parameters and "event" in each.parameters]


def set_up(client: SyncPrefectClient) -> list[str]:
    """Create or renew the automations; returns their names.

    Raises:
        ObjectNotFound: the timetable is not on the server.
    """
    ids = [client.read_deployment_by_name(name).id for name in (NIGHTLY, NOTIFY)]
    wanted = automations(*ids)
    present = client.read_automations()
    for each in wanted:
        known = [old for old in present if _events_told(old) == _events_told(each)]
        for old in known[1:]:
            client.delete_automation(old.id)
        if known:
            client.update_automation(known[0].id, each)
        else:
            client.create_automation(each)
    return [each.name for each in wanted]


def main() -> int:
    """Set them up once; says what is there."""
    with get_client(sync_client=True) as client:
        try:
            names = set_up(client)
        except ObjectNotFound as error:
            print(f"nianbao: {error}\n  next: .venv/bin/prefect deploy --all", file=sys.stderr)
            return 69
    print("\n".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
