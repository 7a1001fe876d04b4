"""A federation of many units through four quarters: what each night takes, and whether that grows with what is stored.

`make scale UNITS=5000`; exit code 1 when a night grows with what is stored. Each night of the last quarter is
held against the same night, with the same files, of the same federation as if it had begun with that quarter.
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
LINE = "{:34} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>7}"


def main(arguments: list[str] | None = None) -> int:
    """Live through the year and print the table; 1 when a cost grows with what is stored."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--units", type=int, default=UNITS, help="how many units beside those of the roster")
    parser.add_argument("--growth", type=float, default=GROWTH, help="how many times as much a night may take")
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
    """Each night that takes more than `limit` times what the same night takes where nothing was stored before."""
    begun = {(night.quarter, night.kind): night for night in nights if night.begins}
    pairs = [(begun.get((night.quarter, night.kind)), night) for night in nights if not night.begins]
    return [
        f"{to.name}: {of.spent.processor:.2f} s on {of.stored} files became {to.spent.processor:.2f} s on {to.stored}"
        for of, to in pairs
        if of and to.spent.processor > limit * of.spent.processor
    ]


def _line(night: Night) -> str:
    spent = night.spent
    a_file = f"{night.ms_a_file:.1f}" if night.files else ""
    a_form = f"{1000 * spent.processor / night.forms:.2f}" if night.forms and not night.kind else ""
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
