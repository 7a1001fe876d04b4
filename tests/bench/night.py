"""One night in a process of its own, as the scheduler starts it; prints what it and its steps took as JSON."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nianbao.runs.nightly import nightly
from nianbao.settings import Home
from tests.bench.measures import Effort, effort
from tests.bench.spent import largest_child, peak_mb


def main(project: Path, home: Path) -> None:
    """Run nightly and print what it took, imports aside."""
    steps: dict[str, float] = {}
    nights = []

    def timed(name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """A step, with a stop-watch for all processors."""
        results: list[Any] = []
        steps[name] = steps.get(name, 0.0) + effort(lambda: results.append(work(*arguments))).processor
        return results[0]

    efforts: list[Effort] = []
    reader_mb = largest_child(
        lambda: efforts.append(effort(lambda: nights.append(nightly(project, Home(home), step=timed))))
    )
    (night,), (taken,) = nights, efforts
    print(
        json.dumps(
            {
                "seconds": taken.wall,
                "processor": taken.processor,
                "steps": steps,
                "deliveries": night.collected.deliveries,
                "parent_mb": peak_mb(),
                "reader_mb": reader_mb,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
