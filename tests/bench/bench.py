"""Time and memory of nianbao on a generated year, as shares of what the bare tools take for the same.

`make bench`; `--quick` for a first look at fewer files, `--json` for a machine.
"""

import argparse
import dataclasses
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ["PYTHONPATH"] = str(ROOT / "src") + os.pathsep + str(ROOT)

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from nianbao.catalog import load_project  # noqa: E402
from nianbao.clock import OVERRIDE  # noqa: E402
from nianbao.sample.make import make_sample  # noqa: E402
from nianbao.settings import Home  # noqa: E402
from tests.bench.columns import measure_columns  # noqa: E402
from tests.bench.lives import measure_year  # noqa: E402
from tests.bench.measures import Measure  # noqa: E402
from tests.bench.nights import NOW, measure_nights  # noqa: E402
from tests.bench.publishing import measure_publishing  # noqa: E402
from tests.bench.reading import is_workbook, measure_reading  # noqa: E402
from tests.bench.tables import measure_tables  # noqa: E402

YEAR = 2021
READS, COLUMN_FILES, REPETITIONS = 2_000, 300, 3
UNITS, FEW_UNITS = 500, 10
FIRST_QUARTER = dt.date(2021, 4, 7)
"""For a quick look: the last quarter of the year before, which is history, and the first of what the reports print."""
WIDTH = 128
Section = tuple[str, Iterable[Measure]]


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="few files and one repetition: a smoke test")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    os.environ[OVERRIDE] = NOW
    with tempfile.TemporaryDirectory(prefix="nianbao-bench-") as folder:
        sections = measure(Path(folder), options.quick)
        print_json(sections) if options.json else print_table(sections)


def measure(folder: Path, is_quick: bool) -> Iterator[Section]:
    """Every section of the report; each is measured when it is asked for."""
    inbox = folder / "inbox"
    make_sample(load_project(ROOT), YEAR, inbox, sent_by=FIRST_QUARTER if is_quick else dt.date.fromisoformat(NOW[:10]))
    workbooks = [path for path in sorted(inbox.rglob("*.xlsx")) if is_workbook(path)]
    reads, repetitions = (len(workbooks), 1) if is_quick else (READS, REPETITIONS)
    shutil.copytree(inbox, folder / "tables" / "inbox")
    yield "Reading", measure_reading(ROOT, workbooks, reads, repetitions)
    yield (
        "Cells as columns",
        measure_columns(ROOT, workbooks[: len(workbooks) if is_quick else COLUMN_FILES], repetitions),
    )
    yield "Checking and building", measure_tables(ROOT, Home(folder / "tables"), repetitions)
    yield "Publishing", measure_publishing(ROOT, Home(folder / "tables"), YEAR, repetitions)
    yield "Nights, without a server", measure_nights(ROOT, inbox, folder, repetitions)
    units = FEW_UNITS if is_quick else UNITS
    yield f"A year of {units} units more", measure_year(load_project(ROOT), units, folder / "federation")


def print_table(sections: Iterable[Section]) -> None:
    """A table for each section, as soon as it is measured."""
    console = Console(highlight=False, width=WIDTH)
    with console.status("writing the sample year") as status:
        for title, measures in sections:
            status.update(f"measuring: {title}")
            table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, expand=True)
            for heading in ("", "value", "", "share", "of", "aim"):
                table.add_column(heading, justify="right" if heading in ("value", "share") else "left", no_wrap=True)
            for each in measures:
                share = f"{each.share:.2f}" if each.share is not None else ""
                table.add_row(each.what, _shown(each.value), each.unit, share, each.of, each.aim)
            console.print(table, "")


def print_json(sections: Iterable[Section]) -> None:
    """All sections as one object, by their titles."""
    found = {title: [dataclasses.asdict(each) for each in measures] for title, measures in sections}
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


if __name__ == "__main__":
    main()
