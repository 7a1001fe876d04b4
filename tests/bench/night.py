"""One night in a process of its own, as the scheduler starts it; prints what it and its steps took as JSON."""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from tests.bench.measures import effort


def main(project: Path, home: Path) -> None:
    """Run nightly and print what it took, imports aside."""
    steps: dict[str, float] = {}
    nights = []

    def timed(name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """A step, with a stop-watch for all processors."""
        results: list[Any] = []
        steps[name] = steps.get(name, 0.0) + effort(lambda: results.append(work(*arguments))).processor
        return results[0]

    taken = effort(lambda: nights.append(nightly(project, Home(home), step=timed)))
    (night,) = nights
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "seconds": taken.wall,
                "processor": taken.processor,
                "steps": steps,
                "deliveries": night.collected.deliveries,
                "parent_mb": peaks[0],
                "reader_mb": peaks[1],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
