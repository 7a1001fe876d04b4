"""A file says when it can have arrived: not before the last look that did not see it."""

import datetime as dt
from pathlib import Path

from nianbao.intake.fetch.receive import SourceLook, earliest_arrival, look_after, read_looks, write_looks
from nianbao.intake.fetch.sources import Found

NIGHT = dt.datetime(2021, 4, 25, 1)
TAKEN, LEFT = Found("甲.xlsx", 9, 5, origin="inbox"), Found("乙.xlsx", 9, 6, origin="inbox")


def test_T20_what_was_seen_and_left_keeps_its_time() -> None:
    """T20: a file that a run saw and did not take, being written or one too many, may have come when it says."""
    looks = {"inbox": look_after(NIGHT, [TAKEN, LEFT], [TAKEN])}
    assert earliest_arrival(LEFT, looks) == dt.datetime.min
    assert earliest_arrival(Found("丙.xlsx", 9, 7, origin="inbox"), looks) == NIGHT
    assert earliest_arrival(Found("乙.xlsx", 9, 5, origin="inbox"), looks) == NIGHT


def test_T20_a_source_that_nobody_looked_at_says_nothing() -> None:
    """T20: for the first run, and for a source that did not answer, the sender's time holds."""
    elsewhere = Found("丙.xlsx", 9, 7, origin="other")
    assert earliest_arrival(elsewhere, {"inbox": SourceLook(NIGHT, frozenset())}) == dt.datetime.min


def test_looks_are_remembered(tmp_path: Path) -> None:
    """Written and read, they are the same; where none were written there are none."""
    looks = {"inbox": look_after(NIGHT, [TAKEN, LEFT], [TAKEN])}
    assert read_looks(tmp_path / "looks.json") == {}
    write_looks(tmp_path / "looks.json", looks)
    assert read_looks(tmp_path / "looks.json") == looks
