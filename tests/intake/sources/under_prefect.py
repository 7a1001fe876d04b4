"""A collect run whose secret is in a Prefect Secret block; prints JSON for test_secret_blocks.py.

Called as: python -m tests.intake.sources.under_prefect PROJECT HOME, in the project's folder; the secret is on standard
input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flows.server import RunServer

# isort: split
from prefect.blocks.system import Secret

from flows.collect import collect
from flows.steps import leave
from nianbao.errors import SourceError


def main() -> None:
    """Once without the block, once with it."""
    project, home = map(Path, sys.argv[1:])
    with RunServer():
        try:
            collect(project, home)
            before = "collected"
        except SourceError as error:
            before = error.what
        Secret(value=sys.stdin.read()).save("web-password")  # type: ignore[arg-type]
        after = collect(project, home)
    print(json.dumps({"before": before, "deliveries": after.deliveries}))
    leave(0)


if __name__ == "__main__":
    main()
