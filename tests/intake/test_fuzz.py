"""Five hundred mutated files through the real reader; `make fuzz` reads ten thousand a format."""

from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake import reader_pool
from tests.intake.fuzz import faults_of, fuzz

PER_FORMAT = 100


@pytest.mark.slow
def test_no_mutated_file_stops_the_reader(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 500 files is read or refused within five seconds and a GiB, and the pool lives to read the next."""
    monkeypatch.setattr(reader_pool, "SECONDS_PER_FILE", reader_pool.SECONDS_PER_FILE)
    found = fuzz(project.path, PER_FORMAT, tmp_path, tell=lambda line: None)
    assert not faults_of(found)
    assert {kind: counts.total() for kind, counts in found.items()} == dict.fromkeys(found, PER_FORMAT)
    assert all(counts["read"] and len(counts) > 1 for counts in found.values()), found
