"""What a source can do, what is found there, and how it fails."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from nianbao.intake.fetch.sources.name import as_data
from nianbao.language import _
from nianbao.terms.source import Alarm, AnswerLetter, DeclaredSource

CHUNK = 1 << 20


State = tuple[str, int, int, str]
"""What a file is known by: name, size, time of change and version."""


class Found(NamedTuple):
    """A file at a source, as one listing showed it.

    `name` is its path there as data: it is written down and shown, and never opened. `handle` is what the source
    opens it by. `size` is -1 where the source does not tell; `version` is an ETag or the like. `not_a_file` says what
    it is instead of a regular file. `is_settled`: it cannot be half written. `sender` is whose it is, where the source
    itself knows. `is_once`: its name says all that it is, so that it is taken once, whatever its time or version.
    It is no more than a tuple, as every night makes one of every file that lies there.
    """

    name: str
    size: int
    modified_ns: int
    version: str = ""
    handle: Any = None
    not_a_file: str = ""
    is_settled: bool = True
    origin: str = ""
    sender: str = ""
    is_once: bool = False

    @property
    def state(self) -> State:
        """What it is known by; a file that was changed has another."""
        return self.name, self.size, self.modified_ns, self.version


def whole(text: str | None) -> int:
    """A size as a header says it, -1 when it says nothing that can be one."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else -1


class TransportFault(Exception):
    """The source did not answer, or not to the end; it may later."""


class Changed(Exception):
    """The file is no longer the one that was listed; a later run takes it."""


class SourceStopped(Exception):
    """Nothing may be taken from the source until a person has looked at it."""

    def __init__(self, code: str, what: str, next_step: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.next_step = next_step

    def alarm(self, source: str) -> Alarm:
        """The alarm that this is."""
        return Alarm(source, self.code, self.what, self.next_step, stopped=True)


def unreadable(name: str) -> SourceStopped:
    """What is said of a file that may be listed but not read."""
    return SourceStopped(
        "NOT_READABLE",
        _("{as_data} may not be read").format(as_data=as_data(name)),
        _("have the right to read it given to us"),
    )


class FileStore(ABC):
    """Answers a delivery by files beside it."""

    def answer(self, letter: AnswerLetter) -> str:
        """Put the files of an answer there; each path is one where somebody looks for it."""
        for path, content in letter.files:
            self.write(path, content)
        return ""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Put a file at a path under the source's top folder, over one of the same name."""


class Source(Protocol):
    """A place that deliveries come from; it is used by one thread at a time.

    Every method may raise TransportFault (worth another try) and SourceStopped (not worth one).
    """

    declared: DeclaredSource

    def walk(self) -> Iterator[Found]:
        """Everything that lies there, of whatever kind, in any order."""
        ...

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes of a file, piece by piece; raises Changed when it is not the file that was found."""
        ...

    def answer(self, letter: AnswerLetter) -> str:
        """Send an answer back; why nobody is to get it, where that is so."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
