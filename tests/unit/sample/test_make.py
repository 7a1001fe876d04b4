"""The files of the sample year."""

import datetime as dt
from pathlib import Path

import pytest

from nianbao import clock
from nianbao.catalog import Project
from nianbao.sample.make import SampleDelivery, make_sample

AFTER, BY = dt.date(2022, 1, 13), dt.date(2022, 1, 19)


@pytest.fixture(scope="module")
def written(project: Project, tmp_path_factory: pytest.TempPathFactory) -> list[SampleDelivery]:
    """The few files of a week."""
    return make_sample(project, 2021, tmp_path_factory.mktemp("inbox"), sent_by=BY, sent_after=AFTER)


def test_only_the_asked_days_are_written(written: list[SampleDelivery]) -> None:
    """A demo can play the year night by night."""
    assert written
    assert all(AFTER < each.sent_on <= BY for each in written)


def test_a_file_lies_in_its_unit_s_folder_since_the_day_it_was_sent(written: list[SampleDelivery]) -> None:
    """The time of the file is the time of sending, in China."""
    for each in written:
        assert clock.local(each.path.stat().st_mtime).date() == each.sent_on
    folders = {each.unit_code: each.path.parent.name for each in written}
    assert folders["QH632700"] == "玉树州总"


def test_the_same_rows_give_the_same_bytes(project: Project, written: list[SampleDelivery], tmp_path: Path) -> None:
    """Made again elsewhere, every file is the same to the last byte, and progress is told to the end."""
    told: list[tuple[int, int]] = []
    again = make_sample(project, 2021, tmp_path, sent_by=BY, sent_after=AFTER, progress=lambda *step: told.append(step))
    assert [each.path.read_bytes() for each in again] == [each.path.read_bytes() for each in written]
    assert told[-1] == (len(again), len(again))
