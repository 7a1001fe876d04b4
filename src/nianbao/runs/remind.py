"""remind: who is to be reminded of what, said once, and recorded with who did it and when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nianbao import clock
from nianbao.notices.channels import Secrets
from nianbao.notices.tell import Telling, tell
from nianbao.publish.xlsx.book import XlsxBook, XlsxColumn
from nianbao.runs.morning import Asked, read_standing
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.terms.contact import UNKNOWN
from nianbao.terms.morning import Owed
from nianbao.terms.notice import Event, Notice
from nianbao.terms.personal import mask
from nianbao.terms.reminder import Reminder, Reminding
from nianbao.terms.status import Status
from nianbao.warehouse.connect import has_table

LISTING = "催报.xlsx"
_UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f]")
_REMINDED = "ledger.reminder"


def list_reminders(workspace: Workspace, asked: Asked, days: int, again: bool = False) -> list[Reminder]:
    """Every unit that owes something, or will within some days, with what it was not reminded of yet.

    Who has reported is not reminded, and nobody of what is a fault of ours or waits for the level above. `again` also
    names what was said before.
    """
    project, today = workspace.project, clock.now().date()
    office = project.contacts.get(project.federation.code, UNKNOWN)
    said = set() if again else _said_before(workspace)
    found = []
    for unit in read_standing(workspace, asked, ()).units:
        for reminding, wanted in _WANTED.items():
            owed = tuple(
                each
                for each in unit.owed
                if wanted(each, today + dt.timedelta(days=days))
                and (each.unit_code, each.form_code, each.period, reminding.value) not in said
            )
            if owed:
                found.append(
                    Reminder(unit.code, unit.zh, unit.contact, office, project.federation.zh, reminding, owed, today)
                )
    return found


_WANTED: dict[Reminding, Callable[[Owed, dt.date], bool]] = {
    Reminding.AFTER: lambda owed, _until: owed.status.is_owed,
    Reminding.BEFORE: lambda owed, until: owed.status is Status.NOT_DUE and owed.due_on <= until,
}


def write_reminders(reminders: Sequence[Reminder], folder: Path) -> list[Path]:
    """A text for each unit, and all of them in one workbook with whom to call.

    Raises:
        FileExistsError: one of the files is there already; nothing was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / _name(each): each for each in reminders}
    listing = folder / LISTING
    if there := next((path for path in (*paths, listing) if path.exists()), None):
        raise FileExistsError(there)
    for path, each in paths.items():
        path.write_text(each.text, encoding="utf-8")
    _write_listing(reminders, listing)
    return [*paths, listing]


def tell_reminders(workspace: Workspace, reminders: Sequence[Reminder], secrets: Secrets) -> Telling:
    """Give each text to the channels that want reminders, whose people pass it on."""
    notices = [Notice(Event.REMINDER, tuple(each.text.rstrip().splitlines())) for each in reminders]
    return tell(notices, workspace.project.notices.channels, workspace.home, secrets)


def record_reminders(workspace: Workspace, reminders: Sequence[Reminder], by: str) -> None:
    """Record who was reminded of what, so that it is said once."""
    now, actor = clock.now(), mask(by)
    rows = [
        {"unit_code": each.unit_code, "form_code": owed.form_code, "period": owed.period, "kind": each.reminding.value,
         "status": owed.status.value, "reminded_at": now, "actor": actor}
        for each in reminders
        for owed in each.owed
    ]  # fmt: skip
    if rows:
        summary = {"units": len({each.unit_code for each in reminders}), "forms": len(rows)}
        record_run(workspace, Doing("remind", actor=actor, summary=summary), {"reminder": rows})


def _said_before(workspace: Workspace) -> set[tuple[str, str, str, str]]:
    if not has_table(workspace.connection, _REMINDED):
        return set()
    query = f"SELECT DISTINCT unit_code, form_code, period, kind FROM {_REMINDED}"
    return set(workspace.connection.execute(query).fetchall())


def _name(each: Reminder) -> str:
    return f"{each.reminding.zh}-{each.unit_code}-{_UNSAFE.sub('_', each.unit_zh)}.txt"


def _write_listing(reminders: Sequence[Reminder], path: Path) -> None:
    columns = [
        XlsxColumn("单位代码"), XlsxColumn("单位", 24), XlsxColumn("类别"), XlsxColumn("联系科室", 24),
        XlsxColumn("电话"), XlsxColumn("邮箱"), XlsxColumn("张数"), XlsxColumn("正文", 60),
    ]  # fmt: skip
    book = XlsxBook(path)
    book.add_lists("催报", columns, _rows(reminders))
    book.workbook.close()


def _rows(reminders: Sequence[Reminder]) -> Iterator[tuple[str | int, ...]]:
    for each in reminders:
        reached = each.contact
        yield (
            each.unit_code, each.unit_zh, each.reminding.zh, reached.office, reached.phone, reached.mail,
            len(each.owed), each.text.rstrip(),
        )  # fmt: skip
