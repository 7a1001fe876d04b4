"""A federation of many units through four quarters: what each night takes, and whether that grows with what is stored.

`make scale UNITS=5000`; exit code 1 when a kind of night grows. A quarter is measured by the form: the last one brings
those of the whole year besides. A night with few files or none is measured whole.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ["PYTHONPATH"] = str(ROOT / "src") + os.pathsep + str(ROOT)

from nianbao.catalog import load_project  # noqa: E402
from tests.bench.federation import found  # noqa: E402
from tests.bench.lives import Night, live  # noqa: E402

UNITS = 5_000
LATE = 100
GROWTH = 1.5
HEADINGS = ("night", "files", "stored", "forms", "CPU s", "ms/file", "ms/form", "peak MB", "wall s")
LINE = "{:24} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>7}"


def main(arguments: list[str] | None = None) -> int:
    """Live through the year and print the table; 1 when a cost grows with what is stored."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--units", type=int, default=UNITS, help="how many units beside those of the roster")
    parser.add_argument("--growth", type=float, default=GROWTH, help="by how much a night may grow from Q1 to Q4")
    options = parser.parse_args(arguments)
    print(LINE.format(*HEADINGS))
    nights = []
    with tempfile.TemporaryDirectory(prefix="nianbao-scale-") as folder:
        federation = found(load_project(ROOT), options.units, Path(folder))
        for night in live(federation, Path(folder) / "home", late=max(options.units // LATE, 1)):
            print(_line(night), flush=True)
            nights.append(night)
    grown = list(growing(nights, options.growth))
    print("", *grown or ["nothing grows with what is stored"], sep="\n")
    return 1 if grown else 0


def growing(nights: Sequence[Night], limit: float) -> list[str]:
    """Each kind of night that takes more than `limit` times as much at the end of the year as at its beginning.

    Quarters are compared by what a form takes, others by what the night takes.
    """
    kinds: dict[str, list[Night]] = {}
    for night in nights:
        kinds.setdefault(night.name.partition(", ")[2] or "a quarter", []).append(night)
    return [
        f"{kind}: {of.spent.processor:.2f} s for {of.forms} forms on {of.stored} files "
        f"became {to.spent.processor:.2f} s for {to.forms} on {to.stored}"
        for kind, (of, *_, to) in kinds.items()
        if _measured(to) > limit * _measured(of)
    ]


def _measured(night: Night) -> float:
    return night.spent.processor / (night.forms if night.is_quarter else 1)


def _line(night: Night) -> str:
    spent = night.spent
    a_file = f"{night.ms_a_file:.1f}" if night.files else ""
    a_form = f"{1000 * _measured(night):.2f}" if night.is_quarter else ""
    return LINE.format(
        night.name,
        night.files,
        night.stored,
        night.forms,
        f"{spent.processor:.2f}",
        a_file,
        a_form,
        f"{spent.peak_mb:.0f}",
        f"{spent.wall:.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
