"""notify on the Prefect page: what an automation noticed goes to the declared channels."""

from pathlib import Path

from flows.secret_blocks import secret
from flows.steps import flow
from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.runs.telling import tell_event
from nianbao.settings import Home
from nianbao.terms.notice import Event


@flow("notify")
def notify(event: Event, text: str, project: Path = Path("."), home: Path = Path("var")) -> int:
    """Tell people by the channels of reference/notices.toml; returns how many took it.

    Args:
        event: What it is about, such as night_failed.
        text: What is told.
        project: Folder of the declarations.
        home: Folder of inbox, outbox, archive, warehouse and releases.
    """
    told = tell_event(project.resolve(), Home(home.resolve()), event, text, secret)
    if told.alarms:
        raise StoreError(
            "; ".join(f"{alarm.source}: {alarm.what}" for alarm in told.alarms),
            "notices",
            next_step=_("see that each channel of reference/notices.toml is reached: nianbao notify test"),
        )
    return told.sent
