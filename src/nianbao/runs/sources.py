"""The sources during a run: opened together, their new files received, answers sent back to them."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.catalog import Project
from nianbao.errors import SourceError
from nianbao.intake.acknowledge import place_of
from nianbao.intake.answer.page import compose_letter
from nianbao.intake.answer.receipt_json import load_receipt
from nianbao.intake.fetch.receive import earliest_arrival, fetch, look_after, read_looks, receive, write_looks
from nianbao.intake.fetch.sources import Found, Secrets, Source, SourceStopped, TakenIn, look, open_source
from nianbao.intake.fetch.sources.own_files import RECEIPT
from nianbao.intake.fetch.sources.patience import attempt
from nianbao.intake.judge.senders import Senders, expected_senders
from nianbao.language import _
from nianbao.record import Archive
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.workspace import Workspace
from nianbao.settings import Home, write_whole
from nianbao.terms.delivery import Delivery, Reply
from nianbao.terms.source import LOCAL_INBOX, STRANGER, Alarm, AnswerLetter, FolderPlace, Unfinished
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection

_FAILURES = 3
_TOLD = 20
_RECORDED_AT_ONCE = 100


@dataclass
class Sources:
    """The sources that could be opened, what is wrong with them and the others, and which of them do not answer."""

    workspace: Workspace
    opened: dict[str, Source] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    unfinished: list[Unfinished] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def receive(self) -> None:
        """Copy what is new into the archive and record it, many files at once: so long the disk is waited for once."""
        at, looks = clock.now(), read_looks(self.workspace.home.looks)
        seen: dict[str, list[Found]] = {}
        taken: list[Found] = []
        known = {name: TakenIn(ledger.known_states(self.workspace.connection, name)) for name in self.opened}
        ready = fetch(list(self.opened.values()), known, self.alarms, self.unfinished, seen)
        self.silent |= {alarm.source for alarm in self.alarms if alarm.stopped}
        number, failures = ledger.count_received(self.workspace.connection), Counter[str]()
        received: list[Delivery] = []
        places = [(found.origin, found.name) for _, found in ready]
        senders = find_senders(self.workspace.project, self.workspace.connection, places)
        for source, each in ready:
            if each.origin in self.silent:
                continue  # what is left is taken by the next run
            found = each._replace(sender=each.sender or senders.sender_of(each.origin, each.name))
            archive, earliest = self.workspace.record.archive, earliest_arrival(found, looks)
            delivery = attempt(found.origin, partial(_receive, archive, source, found, number + 1, earliest))
            if isinstance(delivery, Alarm):
                self._note_failure(source, found, delivery, failures)
            elif delivery:
                number += 1
                received.append(delivery)
                taken.append(each)
            if len(received) == _RECORDED_AT_ONCE:
                self._record(received)
                received = []
        self._record(received)
        self.alarms += _strangers(taken)
        looks |= {origin: look_after(at, files, taken) for origin, files in seen.items()}
        write_looks(self.workspace.home.looks, looks)

    def _note_failure(self, source: Source, found: Found, alarm: Alarm, failures: Counter[str]) -> None:
        failures[found.origin] += 1
        if failures[found.origin] <= _TOLD:
            self.alarms.append(replace(alarm, what=f"{found.name}: {alarm.what}"))
        if failures[found.origin] % _FAILURES == 0:
            seen = attempt(found.origin, partial(look, source, TakenIn()))
            if isinstance(seen, Alarm):
                self.silent.add(found.origin)  # it is not these files, it is the server

    def _record(self, received: Sequence[Delivery]) -> None:
        if received:
            doing = Doing("receive", summary={"received": len(received)})
            record_run(self.workspace, doing, {"received": [*map(vars, received)]})

    def send_back(self, reply: Reply) -> None:
        """Put the answer to a delivery where the delivery came from, if that is declared; if it fails, the next run."""
        name = reply.origin
        mark = note_unsent(self.workspace, reply)
        source = self.opened.get(name)
        if source is None or name in self.silent or not mark.exists():
            return
        letter = _letter(self.workspace.home, source.declared.receipts, reply)
        sent = attempt(name, partial(source.answer, letter))
        if isinstance(sent, Alarm):
            step = _("have writing allowed there; the next run sends it again. It also lies in the outbox")
            self.alarms.append(
                Alarm(
                    name, "NO_RECEIPT", _("answers cannot be written back: {what}").format(what=sent.what), step, True
                )
            )
            self.silent.add(name)
            return
        if sent:
            step = _("it lies in the outbox; pass it on if somebody waits for it")
            self.alarms.append(
                Alarm(
                    name,
                    "NOT_ANSWERED",
                    _("{source} is not answered: {sent}").format(source=reply.source, sent=sent),
                    step,
                )
            )
        mark.unlink()

    def unsent(self) -> list[str]:
        """The deliveries whose answers could not be written or sent back so far."""
        folder = self.workspace.home.unsent
        return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def find_senders(project: Project, connection: Connection, files: Sequence[tuple[str, str]]) -> Senders:
    """Whose files are expected where, for files by source and path."""
    senders = expected_senders(project, clock.now().date())
    unsaid = senders.unsaid(files)
    return replace(senders, learnt=senders.learn(ledger.accepted_at(connection, unsaid))) if unsaid else senders


def place_in_sources(project: Project, home: Home, path: Path) -> tuple[str, str]:
    """The source and the path in it of a file of this machine; the inbox and its bare name where it lies in none."""
    whole = path.resolve()
    for source in project.sources:
        if isinstance(source.place, FolderPlace):
            folder = (home.path / source.place.path).resolve()
            if whole.is_relative_to(folder):
                return source.name, whole.relative_to(folder).as_posix()
    return LOCAL_INBOX, path.name


def note_unsent(workspace: Workspace, reply: Reply) -> Path:
    """The mark that lets the next run send an answer back; it is there only if the source takes answers."""
    taking = {declared.name for declared in workspace.project.sources if declared.takes_answers}
    return note_owed(workspace.home, reply.delivery_id, reply.origin in taking)


def note_owed(home: Home, delivery_id: str, is_owed: bool) -> Path:
    """The mark that lets the next run answer a delivery, set or taken away."""
    mark = home.unsent / delivery_id
    if is_owed:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    return mark


@contextmanager
def open_sources(workspace: Workspace, secrets: Secrets) -> Iterator[Sources]:
    """The declared sources while a run lasts; at its end what is wrong is written down for `nianbao status`."""
    if workspace.home.is_new:
        workspace.home.inbox.mkdir(exist_ok=True)  # made with its home; once something was collected it has to be there
    sources = Sources(workspace)
    try:
        for declared in workspace.project.sources:
            try:
                sources.opened[declared.name] = open_source(declared, workspace.home.path, secrets)
            except SourceStopped as stopped:
                sources.alarms.append(stopped.alarm(declared.name))
        yield sources
    finally:
        for source in sources.opened.values():
            source.close()
        _write_alarms(workspace.home, sources)


def read_alarms(home: Home) -> dict[str, Any]:
    """What was wrong with the sources at the last run, what stood there unfinished, and when that was."""
    seen: dict[str, Any] = {"at": None, "alarms": [], "unfinished": []}
    if home.alarms.exists():
        seen |= json.loads(home.alarms.read_text(encoding="utf-8"))
    return seen


def raise_stopped(alarms: Sequence[Alarm]) -> None:
    """End a run that is otherwise done when nothing could be taken from a source.

    Raises:
        SourceError: a source was stopped.
    """
    stopped = sorted({alarm.source for alarm in alarms if alarm.stopped})
    if stopped:
        raise SourceError(
            _("{stopped} of the sources could not be used: {join}").format(
                stopped=len(stopped), join=", ".join(stopped)
            )
        )


def _receive(archive: Archive, source: Source, found: Found, number: int, earliest: dt.datetime) -> Delivery | None:
    return receive(archive, found, source.read(found), number, earliest)


def _write_alarms(home: Home, sources: Sources) -> None:
    seen = {
        "at": clock.now(),
        "alarms": [asdict(alarm) for alarm in sources.alarms],
        "unfinished": [asdict(each) for each in sources.unfinished],
    }
    write_whole(home.alarms, json.dumps(seen, ensure_ascii=False, default=str))


def _strangers(taken: Sequence[Found]) -> Iterator[Alarm]:
    """What was taken from addresses that no unit has declared: told once; what it brings is held."""
    by_source: dict[str, list[str]] = {}
    for found in taken:
        if found.sender == STRANGER:
            by_source.setdefault(found.origin, []).append(found.name)
    for source, names in by_source.items():
        shown = ", ".join(names[:_TOLD]) + (" …" if len(names) > _TOLD else "")
        what = _("{names} files came from addresses that no unit has declared, and are held: {shown}").format(
            names=len(names), shown=shown
        )
        step = _("nianbao held; declare the address in reference/addresses.csv if it is a unit's")
        yield Alarm(source, "UNKNOWN_SENDER", what, step)


def _letter(home: Home, folder: str, reply: Reply) -> AnswerLetter:
    """An answer as it lies in the outbox, with the words that go with it by mail."""
    place = place_of(reply)
    target = home.outbox / place
    lying = target.with_name(target.name + RECEIPT)  # which names the marked workbook that goes with it
    title, text = compose_letter(load_receipt(lying.read_text(encoding="utf-8")))
    files = sorted(file for file in target.parent.iterdir() if file.name.startswith(f"{target.name}."))
    return AnswerLetter(
        reply.source,
        reply.version,
        title,
        text,
        tuple((_at_source(folder, place.with_name(file.name)), file.read_bytes()) for file in files),
    )


def _at_source(folder: str, place: Path) -> str:
    """Where an answer goes at the source: under its folder for answers, as in the outbox."""
    inside = place.parts[1:] if place.parts[0].startswith("@") else place.parts
    return "/".join((folder, *inside))
