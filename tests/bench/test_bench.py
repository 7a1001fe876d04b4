"""The bench itself: that it runs, not what it measures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("bench.py")


@pytest.mark.slow
def test_the_bench_measures_every_stage() -> None:
    """A quick bench tells what reading, checking, building, publishing and a night take."""
    done = subprocess.run([sys.executable, str(BENCH), "--quick", "--json"], check=True, capture_output=True, text=True)
    sections = json.loads(done.stdout)
    assert list(sections) == ["Reading", "Checking and building", "Publishing", "Nights, without a server"]
    assert all(measure["value"] > 0 for measures in sections.values() for measure in measures)
    rendered = {measure["what"] for measure in sections["Publishing"]}
    kinds = ("site", "docx", "xlsx", "pdf", "sdmx")
    assert {f"render {code} {kind}" for code in ("work_report", "audit_report") for kind in kinds} <= rendered
    assert {"work_report: figures.sdmx.csv", "audit_report: figures.csv"} <= rendered
    assert {"≥ 0.5", "≤ 3 s", "≤ 10 s", "flat"} <= {
        measure["aim"] for measures in sections.values() for measure in measures
    }
