"""A process that lives through many nights, as a server does, holds no more at the end than after the first few."""

import ctypes
import gc
import sys
from pathlib import Path

import pytest

from tests.federation import Federation, a01

WARM, LAST = 4, 12
A_NIGHT = 1.0
"""MB that a night may leave behind: what it stores is far less, what was seen once was 13."""


def resident() -> float:
    """MB that the process holds, once the allocator has given back what is free."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096 / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_O29_twelve_nights_in_one_process_hold_no_more_than_four(tmp_path: Path) -> None:
    """O29: each night takes in a correction, judges it and makes its tables; what it used it gives back."""
    federation = Federation(tmp_path)
    held = []
    for night in range(1, LAST + 1):
        federation.send("A1", "2021Q1", {"A01": a01(1000 + night, 10000, 100)}, f"2021-04-{night:02d}T09:00")
        federation.night(f"2021-04-{night + 1:02d}T01:00")
        held.append(resident())
    assert federation.in_force() == [f"A1-2021Q1-A01-{LAST}"]
    assert held[-1] - held[WARM - 1] < A_NIGHT * (LAST - WARM), [round(each) for each in held]
