"""notify on the Prefect page: what an automation noticed goes to the declared channels."""

from pathlib import Path

from prefect import flow

from flows.secret_blocks import secret
from nianbao.errors import StoreError
from nianbao.runs.telling import tell_event
from nianbao.settings import Home
from nianbao.terms.notice import Event


@flow(name="notify", persist_result=False)
def notify(event: Event, text: str, project: Path = Path("."), home: Path = Path("var")) -> int:
    """Tell people by the channels of reference/notices.toml; returns how many took it.

    Args:
        event: 事由，如 night_failed What it is about.
        text: 告知的内容 What is told.
        project: 申报目录，含forms/、reference/、sql/ Folder of the declarations.
        home: 数据目录，含收件、回执、档案、数据库和发布件 Folder of inbox, outbox, archive, warehouse and releases.
    """
    told = tell_event(project.resolve(), Home(home.resolve()), event, text, secret)
    if told.alarms:
        raise StoreError(
            "; ".join(f"{alarm.source}: {alarm.what}" for alarm in told.alarms), "notices", "see the alarms"
        )
    return told.sent
