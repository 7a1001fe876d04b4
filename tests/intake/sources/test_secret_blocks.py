"""Under Prefect a secret may be in a Secret block, and nowhere else."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.homes import ROOT
from tests.intake.sources import servers
from tests.intake.sources.servers import PASSWORD, USER, OddServer


@pytest.mark.slow
def test_a_secret_block_opens_the_door_and_is_not_written_down(
    project_with: Callable[[str], Path], odd: OddServer, tmp_path: Path
) -> None:
    """Without the block the run fails and says so; with it the server gets the password, and no log or page does."""
    odd.answers["/a.xlsx"] = servers.file(b"no workbook", ETag='"1"')
    project = project_with(
        f'[[sources]]\nname = "web"\nkind = "http"\nurls = ["{odd.url}/a.xlsx"]\nprivate_addresses = true\n'
        f'user = "{USER}"\npassword_env = "WEB_PASSWORD"\n'
    )
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "WEB_"))}
    environment |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "tests.intake.sources.under_prefect", str(project), str(home)]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, input=PASSWORD, capture_output=True, text=True, timeout=180
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told["before"] == "1 of the sources could not be used: web"
    assert told["deliveries"] == 1
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert {headers["Authorization"] for headers in odd.headers} == {expected}
    assert PASSWORD not in run.stdout + run.stderr
    files = [path for folder in (home, tmp_path / "prefect") for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)  # Prefect's runs, logs, artifacts, and the block itself
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]
