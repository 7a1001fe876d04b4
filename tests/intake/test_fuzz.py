"""Five hundred mutated files through the real reader; `make fuzz` reads ten thousand a format."""

from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake.worker import pool
from nianbao.terms.period import Period
from tests.intake.faults import Desk
from tests.intake.fuzz import faults_of, fuzz
from tests.intake.mutants import compare

PER_FORMAT, MUTANTS, CONVERTED = 100, 500, 40


@pytest.mark.slow
def test_no_mutated_file_stops_the_reader(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 500 files is read or refused within five seconds and a GiB, and the pool lives to read the next."""
    monkeypatch.setattr(pool, "SECONDS_PER_FILE", pool.SECONDS_PER_FILE)
    found = fuzz(project.path, PER_FORMAT, tmp_path, tell=lambda line: None)
    assert not faults_of(found)
    assert {kind: counts.total() for kind, counts in found.items()} == dict.fromkeys(found, PER_FORMAT)
    assert all(counts["read"] and len(counts) > 1 for counts in found.values()), found


def test_what_is_accepted_is_what_others_read(project: Project, tmp_path: Path) -> None:
    """Of 500 mutants every accepted cell holds what openpyxl or LibreOffice reads, errors and formulas being told."""
    desk = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), tmp_path / "seed.xlsx")
    compared = compare(desk.workbook(), range(MUTANTS), tmp_path / "office", lambda number: number < CONVERTED)
    found = compared.found
    assert compared.wrong == []
    assert found["accepted"] > MUTANTS / 3
    assert found["openpyxl"] > MUTANTS / 3
    assert found.keys() >= {"CELL_MALFORMED", "XML_MALFORMED", "ZIP_MALFORMED"}
