"""What is to be taken from a source this time: names sifted, floods capped, oddities told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from nianbao.intake.fetch.sources.name import as_data, is_hidden, is_temporary
from nianbao.intake.fetch.sources.own_files import is_receipt
from nianbao.intake.fetch.sources.source import Found, Source, SourceStopped, State
from nianbao.language import _
from nianbao.terms.source import Alarm, DeclaredSource

MAX_SEEN = 100_000
_SHOWN = 5
_MOST = 1 << 62  # what a database column holds; a server may claim more


@dataclass(frozen=True)
class TakenIn:
    """What was taken in from a source before: every state in which a file was."""

    states: Set[State] = frozenset()

    def has(self, found: Found) -> bool:
        """Whether a file was taken in already, in the state it has now; not every source tells a size."""
        if found.is_once:
            return found.name in self._names
        if found.size < 0:
            return (found.name, found.modified_ns, found.version) in self._unsized
        return found.state in self.states

    @cached_property
    def _names(self) -> Set[str]:
        return {name for name, *_ in self.states}

    @cached_property
    def _unsized(self) -> Set[tuple[str, int, str]]:
        return {(name, modified_ns, version) for name, _, modified_ns, version in self.states}


@dataclass
class Listing:
    """The regular files of a source that are not known, finished and unfinished, and what else was to be said of it.

    `is_whole` says that all that lies there was seen.
    """

    found: list[Found] = field(default_factory=list)
    unfinished: list[Found] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    is_whole: bool = True


def look(source: Source, known: TakenIn) -> Listing:
    """List a source once, without what is known.

    Raises:
        SourceStopped: the source is not the one that was meant, or lets nobody in.
        TransportFault: it did not answer.
    """
    declared = source.declared
    listing = Listing()
    refused: list[Found] = []
    receipts: list[Found] = []
    entries = list(islice(source.walk(), MAX_SEEN + 1))
    if declared.sentinel and not any(entry.name == declared.sentinel and not entry.not_a_file for entry in entries):
        raise SourceStopped(
            "INBOX_GONE",
            _("the file {sentinel} that is always there is missing").format(sentinel=declared.sentinel),
            _("see whether the share is mounted and the folder is the right one"),
        )
    is_complete = _completeness(entries, declared.marker)
    # First by what they are called there, as nearly all are known and plain.
    moved = [entry for entry in entries[:MAX_SEEN] if entry.not_a_file or entry.state not in known.states]
    for entry in _ours(moved, declared):
        shown = _shown(entry, declared)
        if entry.not_a_file:
            refused.append(shown)
        elif known.has(shown):
            continue
        elif is_receipt(entry.name):
            receipts.append(shown)
        else:
            (listing.found if is_complete(entry) else listing.unfinished).append(shown)
    if len(entries) > MAX_SEEN:
        listing.is_whole = False
        step = _("clear the source: files that were taken in are kept in the archive")
        listing.alarms.append(
            Alarm(
                declared.name,
                "FLOOD",
                _("more than {max_seen} entries; the rest was not seen").format(max_seen=MAX_SEEN),
                step,
            )
        )
    if refused:
        listing.alarms.append(_refusal(declared.name, refused))
    if receipts:
        what = _("{receipts} of our own receipts lie there, left alone: {named}").format(
            receipts=len(receipts), named=_named(receipts)
        )
        step = _("see whether it is the right folder, and remove them")
        listing.alarms.append(Alarm(declared.name, "OWN_FILES", what, step))
    return listing


def _shown(entry: Found, declared: DeclaredSource) -> Found:
    """An entry as it can be written down: under a name that can, with numbers that a database holds."""
    name = as_data(entry.name)
    return entry._replace(
        name=name,
        size=min(entry.size, _MOST),
        modified_ns=max(-_MOST, min(entry.modified_ns, _MOST)),
        is_settled=entry.is_settled or bool(declared.marker),
        origin=declared.name,
    )


def cap(declared: DeclaredSource, new: Sequence[Found], largest: int) -> tuple[list[Found], list[Alarm]]:
    """Of the new files those that fit into one cycle, oldest first, and an alarm when some must wait."""
    taken: list[Found] = []
    room = declared.max_bytes
    for found in sorted(new, key=lambda found: (found.modified_ns, found.name)):
        size = min(found.size, largest) if found.size >= 0 else largest
        if len(taken) == declared.max_files or (size > room and taken):
            break
        room -= size
        taken.append(found)
    waiting = len(new) - len(taken)
    if not waiting:
        return taken, []
    what = _("{new} new files at once; {waiting} of them wait for the next run").format(new=len(new), waiting=waiting)
    return taken, [
        Alarm(declared.name, "FLOOD", what, _("see who sends so many; raise max_files or max_megabytes if meant"))
    ]


def _ours(entries: Sequence[Found], declared: DeclaredSource) -> Iterator[Found]:
    """The entries that are meant as deliveries, or will be."""
    for entry in entries:
        is_answer = declared.receipts and (entry.name + "/").startswith(f"{declared.receipts}/")
        is_marker = declared.marker and entry.name.endswith(declared.marker)
        if not (is_hidden(entry.name) or is_answer or is_marker or entry.name == declared.sentinel):
            yield entry


def _completeness(entries: Sequence[Found], marker: str) -> Callable[[Found], bool]:
    """What tells whether an entry is complete: its name; where senders mark what is, a marker no older than it too."""
    marks = (entry for entry in entries if marker and entry.name.endswith(marker) and not entry.not_a_file)
    marked = {entry.name: entry.modified_ns for entry in marks}

    def is_complete(entry: Found) -> bool:
        if is_temporary(entry.name):
            return False
        return not marker or marked.get(entry.name + marker, entry.modified_ns - 1) >= entry.modified_ns

    return is_complete


def _refusal(source: str, refused: Sequence[Found]) -> Alarm:
    what = _("no regular files, left alone: {named}").format(named=_named(refused))
    return Alarm(source, "NOT_REGULAR", what, _("ask the sender for the file itself, and remove these"))


def _named(entries: Sequence[Found]) -> str:
    shown = ", ".join(
        f"{entry.name} ({entry.not_a_file})" if entry.not_a_file else entry.name for entry in entries[:_SHOWN]
    )
    return f"{shown} and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else shown
