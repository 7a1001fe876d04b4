"""A source that is given so much time and no more: a server that never ends costs its own files, and no night."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from nianbao.intake.fetch.sources.listing import MAX_SEEN
from nianbao.intake.fetch.sources.source import Found, Source, SourceStopped
from nianbao.language import _
from nianbao.terms.source import AnswerLetter, DeclaredSource

T = TypeVar("T")
_AHEAD = 4
"""How many pieces of a file are read before the first of them is written down."""


class Limited:
    """A source of any kind, each of whose exchanges is carried out in a thread that the run need not wait for.

    No library of ours can be told "be done by then": their time limits begin anew with every byte. So the thread of an
    exchange that takes too long is left behind with its connection, which is closed, and the next one gets a new one.
    """

    def __init__(self, declared: DeclaredSource, connect: Callable[[], Source]) -> None:
        self.declared = declared
        self._connect = connect
        self._source: Source | None = connect()  # a missing secret or library is told at once
        self._carrier = _Carrier()
        self._seconds_left = float(declared.run_seconds)

    def walk(self) -> Iterator[Found]:
        """Everything that lies there; a list that is longer than will be looked at is not read to its end."""
        for entries in self._pieces(lambda source: [list(islice(source.walk(), MAX_SEEN + 1))], self._seconds_left):
            yield from entries

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes of a file, piece by piece."""
        return self._pieces(lambda source: source.read(found), self.declared.file_seconds)

    def answer(self, letter: AnswerLetter) -> str:
        """Send an answer back; why nobody is to get it, where that is so."""
        return "".join(self._pieces(lambda source: [source.answer(letter)], self.declared.file_seconds))

    def close(self) -> None:
        """Let go of connections."""
        self._carrier.dismiss()
        if self._source:
            self._source.close()

    def _pieces(self, work: Callable[[Source], Iterable[T]], seconds: float) -> Iterator[T]:
        """What an exchange gives, as it comes.

        Raises:
            SourceStopped: it took longer than it may, or the source has had all its time.
        """
        began = time.monotonic()
        allowed = min(float(seconds), self._seconds_left)
        if allowed <= 0:
            raise self._too_slow(allowed)
        if self._source is None:
            self._source = self._connect()
        source = self._source
        exchange = _Exchange(lambda: work(source))
        if not self._carrier.is_free:
            self._carrier.dismiss()
            self._carrier = _Carrier()
        self._carrier.ask(exchange)
        try:
            while (said := exchange.next(began + allowed - time.monotonic())) != _END:
                if said is None:
                    raise self._too_slow(allowed)
                yield from said
            if exchange.fault is not None:
                raise exchange.fault
        finally:
            if not exchange.is_over(began + allowed - time.monotonic()):
                self._leave_behind()
            self._seconds_left -= time.monotonic() - began

    def _leave_behind(self) -> None:
        """Close a connection that a thread still waits at: most of those who wait there are woken by it."""
        left, self._source = self._source, None

        def close() -> None:
            with contextlib.suppress(Exception):
                left.close()  # type: ignore[union-attr]

        threading.Thread(target=close, daemon=True).start()

    def _too_slow(self, allowed: float) -> SourceStopped:
        if allowed < self.declared.file_seconds:
            what = _("it has had the {run_seconds} seconds that a run gives it").format(
                run_seconds=self.declared.run_seconds
            )
        else:
            what = _("no end after {allowed:.0f} seconds").format(allowed=allowed)
        return SourceStopped(
            "TOO_SLOW",
            what,
            _("ask the server's owner why it is slow; raise file_seconds or run_seconds in sources.toml if it must be"),
        )


_END: tuple[()] = ()
"""Stands behind the last piece of an exchange."""


class _Exchange(Generic[T]):
    """One exchange with a source, carried out in another thread; `fault` is how it ended, once it has."""

    def __init__(self, work: Callable[[], Iterable[T]]) -> None:
        self.fault: BaseException | None = None
        self._work = work
        self._said: queue.SimpleQueue[tuple[T, ...]] = queue.SimpleQueue()
        self._has_room: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _piece in range(_AHEAD):
            self._has_room.put(None)
        self._is_wanted = True
        self._ended = threading.Event()

    def next(self, seconds: float) -> tuple[T, ...] | None:
        """The next piece, the end, or None when neither came in time."""
        try:
            said = self._said.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None
        self._has_room.put(None)
        return said

    def is_over(self, seconds: float) -> bool:
        """Whether it ends in time when nothing more is wanted of it."""
        self._is_wanted = False
        self._has_room.put(None)  # for a piece that waits to be handed over
        return self._ended.wait(max(seconds, 0.0))

    @property
    def has_ended(self) -> bool:
        """Whether the work is done."""
        return self._ended.is_set()

    def carry_out(self) -> None:
        """Do the work, piece by piece, as far as it is wanted."""
        try:
            for item in self._work():
                self._has_room.get()
                if not self._is_wanted:
                    return
                self._said.put((item,))
        except BaseException as fault:  # told to the run, in its own thread
            self.fault = fault
        finally:
            self._said.put(_END)
            self._ended.set()


class _Carrier:
    """A thread that carries out exchanges, one after another."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[_Exchange[Any] | None] = queue.SimpleQueue()
        self._last: _Exchange[Any] | None = None
        threading.Thread(target=self._carry_out, daemon=True).start()

    @property
    def is_free(self) -> bool:
        """Whether it is done with what it was asked for."""
        return self._last is None or self._last.has_ended

    def ask(self, exchange: _Exchange[Any]) -> None:
        """Let it carry out an exchange."""
        self._last = exchange
        self._asked.put(exchange)

    def dismiss(self) -> None:
        """Let the thread end once it is done."""
        self._asked.put(None)

    def _carry_out(self) -> None:
        while exchange := self._asked.get():
            exchange.carry_out()
