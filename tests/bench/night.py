"""One night in a process of its own, as the scheduler starts it; prints its seconds and its peak memory as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from nianbao.runs.nightly import nightly
from nianbao.settings import Home


def main(project: Path, home: Path) -> None:
    """Run nightly and print what it took, imports aside."""
    started = time.perf_counter()
    night = nightly(project, Home(home))
    taken = time.perf_counter() - started
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "seconds": taken,
                "deliveries": night.collected.deliveries,
                "parent_mb": peaks[0],
                "reader_mb": peaks[1],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
