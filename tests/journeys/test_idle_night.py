"""A night on which nothing came: what it leaves alone."""

import json
import subprocess
import sys

from nianbao.settings import Home
from tests.homes import ROOT, SECOND_NIGHT

NIGHT = """
import json, sys
from pathlib import Path
from nianbao.cli.main import main
try:
    main(["nightly", "--project", sys.argv[1], "--home", sys.argv[2], "--json"])
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
HEAVY = {
    "great_expectations", "pandas", "numpy", "scipy", "sqlalchemy", "polars", "pyarrow", "prefect", "typst",
    "docx", "lxml", "fontTools", "sdmx", "pypdfium2", "httpx", "botocore", "asyncssh",
}  # fmt: skip


def test_an_idle_night_loads_no_heavy_library(year_copy: Home) -> None:
    """With nothing new a night loads neither what judges nor what renders reports, and parses no SQL."""
    # What writes the status page it has (jinja2): the page says each night how the reporting stands.
    command = [sys.executable, "-c", NIGHT, str(ROOT), str(year_copy.path)]
    for _ in range(2):  # the first one may find that the program has changed since the year was lived
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={"NIANBAO_NOW": SECOND_NIGHT})
    told, loaded = done.stdout.rsplit("\n", 2)[0], json.loads(done.stdout.splitlines()[-1])
    assert json.loads(told)["built"] == []
    assert set(loaded) & HEAVY == set()
    assert "sqlglot.dialects" not in loaded


def test_an_idle_night_leaves_the_warehouse_as_it_was(year_copy: Home) -> None:
    """Nothing is written to its file, and what was set aside of it after the last run that wrote stays."""
    command = [sys.executable, "-c", NIGHT, str(ROOT), str(year_copy.path)]
    changed = []
    for moment in (SECOND_NIGHT, f"{SECOND_NIGHT[:-2]}30"):
        subprocess.run(command, check=True, capture_output=True, env={"NIANBAO_NOW": moment})
        changed.append((year_copy.warehouse.stat().st_mtime_ns, year_copy.last_state.stat().st_ino))
        assert year_copy.last_state.read_bytes() == year_copy.warehouse.read_bytes()
    assert changed[0] == changed[1]
