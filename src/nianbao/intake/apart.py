"""apart: the one place where work on one submission is done so that what we fail over stops nobody else.

A piece of work that can be done for each by itself goes through `do_apart` or `each_apart`; one that is done for many
at once, such as judging, through `sift`. What cannot be any one submission's fault is passed on and ends the run.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nianbao.errors import NianbaoError, StoreError
from nianbao.terms.personal import mask
from nianbao.warehouse.connect import DISK_FAULTS, raise_interrupt

T = TypeVar("T")
R = TypeVar("R")

_LONGEST_CAUSE = 300
_OF_ONE_FILE = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)
"""What the disk refuses of one name only."""


@dataclass(frozen=True)
class Failed:
    """A piece of work that we failed over, and over what."""

    cause: str


def do_apart(work: Callable[[], T]) -> T | Failed:
    """What a piece of work about one submission comes to, or what we failed over.

    Raises:
        KeyboardInterrupt: somebody stopped the run.
        StoreError: what was recorded is damaged.
        OSError: the disk is full or may not be written.
    """
    try:
        return work()
    except Exception as error:
        return Failed(blame(error))


def each_apart(
    items: Iterable[tuple[str, T]], work: Callable[[T], R], causes: dict[str, str]
) -> Iterator[tuple[str, R]]:
    """What some work comes to for each of some items, by their keys; of one that we fail over the cause is noted.

    What failed before is left out.

    Raises:
        KeyboardInterrupt, StoreError, OSError: as `do_apart`.
    """
    for key, item in items:
        if key in causes:
            continue
        try:
            done = work(item)
        except Exception as error:
            causes[key] = blame(error)
        else:
            yield key, done


def sift(attempt: Callable[[Sequence[str]], object], everyone: Sequence[str]) -> dict[str, str]:
    """Over which of some keys a piece of work fails that is done for many at once, each with its cause.

    The doubtful ones are tried together and, if that fails, half by half: a few bad ones among many cost a few tries.

    Raises:
        KeyboardInterrupt, StoreError, OSError: as `do_apart`.
    """
    causes: dict[str, str] = {}

    def sound_with(sound: list[str], doubtful: list[str]) -> list[str]:
        tried = do_apart(lambda: attempt([*sound, *doubtful])) if doubtful else None
        if not isinstance(tried, Failed):
            return [*sound, *doubtful]
        if len(doubtful) == 1:
            causes[doubtful[0]] = tried.cause
            return sound
        middle = len(doubtful) // 2
        return sound_with(sound_with(sound, doubtful[:middle]), doubtful[middle:])

    sound_with([], list(everyone))
    return causes


def blame(error: Exception) -> str:
    """What we failed over, for the operator: what a fault of ours says, of any other only its kind and place.

    What a library says may repeat a value of the file.

    Raises:
        KeyboardInterrupt, StoreError, OSError: the error is no one submission's.
    """
    raise_interrupt(error)
    is_of_one = isinstance(error, OSError) and error.errno in _OF_ONE_FILE
    if isinstance(error, StoreError) or (isinstance(error, DISK_FAULTS) and not is_of_one):
        raise error
    if isinstance(error, NianbaoError):
        return mask(error.what.splitlines()[0])[:_LONGEST_CAUSE]
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "nianbao" in Path(frame.filename).parts]
    place = f" at {Path(own[-1].filename).stem}:{own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{place}"
