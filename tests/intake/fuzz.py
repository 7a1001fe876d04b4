"""Mutated files of every format through the real reader: each is read or refused in time, and the reader lives.

`make fuzz` runs ten thousand a format, a test a hundred; the seeds are fixed, so that a file can be made again.
Then it holds as many mutants that know the structure of a workbook to what openpyxl and LibreOffice read (mutants.py).
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from nianbao.catalog import Project, load_project
from nianbao.intake.columns import FileRead
from nianbao.intake.read.formats.compound import Compound
from nianbao.intake.worker import pool
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from nianbao.terms.period import Period
from tests.homes import ROOT
from tests.intake.faults import Desk
from tests.intake.made import as_json, compound, delivery, entries, ods, stream_of, xls, zipped
from tests.intake.made import records as records_of
from tests.intake.mutants import Comparison, compare

SECONDS = 5.0
PER_FORMAT = 10_000
BATCH = 500
NEVER_CRASHES = frozenset({"ods", "csv", "json"})
"""These are read by our own code, which leaves nothing to crash; the others by a compiled parser."""

_ODD = (
    b"\0", b"\xff" * 8, b"A" * 500, b"-1", b"4294967295", b"1e999", b"<", b"/>", b"]]>", b"&#0;", b"&x;", b'"', b"\n",
    b"\xed\xa0\x80", "\u202e".encode(), b"XFD1048576", b"<!DOCTYPE a>", b"{", b"}", b"[" * 200, b",", b"GH05-01",
)  # fmt: skip


def seeds(project: Project, scratch: Path) -> dict[str, list[bytes]]:
    """The good files that are mutated, by format."""
    desk = Desk(project, project.units["QH630100"], Period.parse("2021Q4"), scratch / "seed.xlsx")
    return {
        "xlsx": [desk.workbook()],
        "xls": [xls(desk)],
        "ods": [ods(desk)],
        "csv": [desk.text().encode(), desk.text().encode("gb18030"), b"\xff\xfe" + desk.text().encode("utf-16-le")],
        "json": [as_json(delivery(desk))],
    }


def mutants(kind: str, good: list[bytes], count: int) -> Iterator[bytes]:
    """So many files made from good ones; the n-th is the same on every machine."""
    inside = {"xlsx": _within_zip, "ods": _within_zip, "xls": _within_records}.get(kind, _damaged)
    for number in range(count):
        dice = random.Random(f"{kind}-{number}")
        content = dice.choice(good)
        yield (inside if dice.random() < 0.6 else _damaged)(content, dice)


def fuzz(project: Path, per_format: int, scratch: Path, tell: Callable[[str], None] = print) -> dict[str, Counter[str]]:
    """Read mutants of every format; what became of them by format, counted by code."""
    pool.SECONDS_PER_FILE = SECONDS
    found: dict[str, Counter[str]] = {}
    with ReaderPool(project) as readers:
        for kind, good in seeds(load_project(project), scratch).items():
            began = time.monotonic()
            found[kind] = Counter()
            files = enumerate(mutants(kind, good, per_format))
            while batch := list(islice(files, BATCH)):
                for _, read in readers.read([_request(scratch, kind, *each) for each in batch]):
                    found[kind][_became(read)] += 1
            tell(f"{kind:5} {per_format} files in {time.monotonic() - began:.0f} s: {dict(found[kind].most_common())}")
    return found


def _request(scratch: Path, kind: str, number: int, content: bytes) -> ReadRequest:
    path = scratch / f"{number % BATCH}.{kind}"
    path.write_bytes(content)
    return ReadRequest(path, f"{number}.{kind}")


def _became(read: FileRead) -> str:
    """Read, or the code for which it was refused; without a form on it, its cover says so."""
    if read.sheets:
        return "read"
    if read.faults:
        return read.faults[-1].code
    return "NO_FORM" if read.cover else "nothing"


def _damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, put in or torn off."""
    whole = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        place = dice.randrange(len(whole) + 1)
        length = dice.choice((1, 1, 2, 4, 16, 200))
        how = dice.randrange(6)
        if how == 0:
            whole[place : place + 1] = bytes([dice.randrange(256)])
        elif how == 1:
            del whole[place : place + length]
        elif how == 2:
            whole[place:place] = whole[place : place + length]
        elif how == 3:
            whole[place:place] = dice.choice(_ODD)
        elif how == 4:
            whole[place : place + length] = dice.randbytes(length)
        elif dice.random() < 0.2:
            del whole[place:]
    return bytes(whole)


def _within_zip(content: bytes, dice: random.Random) -> bytes:
    """One entry of a package damaged, so that its parsers see the damage."""
    parts = entries(content)
    chosen = dice.randrange(len(parts))
    return zipped((name, _damaged(text, dice) if place == chosen else text) for place, (name, text) in enumerate(parts))


def _within_records(content: bytes, dice: random.Random) -> bytes:
    """Some records of an old workbook damaged, so that it still opens."""
    parts = records_of(Compound(content).stream("Workbook"))
    for _ in range(dice.choice((1, 2, 5))):
        place = dice.randrange(1, len(parts))
        kind, text = parts[place]
        parts[place] = (kind, (_damaged(text, dice) or b"\0")[:8_000])
    return compound(stream_of(parts))


def faults_of(found: dict[str, Counter[str]]) -> list[str]:
    """What must not happen: too slow a file, a crash of our own code, a reading that says nothing at all."""
    return [
        f"{kind}: {count} times {code}"
        for kind, counts in found.items()
        for code, count in counts.items()
        if code in {"TIMEOUT", "nothing"} or (code == "PARSER_CRASH" and kind in NEVER_CRASHES)
    ]


def main() -> None:
    """Fuzz every format, so many files of each; given the first mutant too, only compare so many mutants from it on."""
    per_format, first = (int(said) for said in (*sys.argv[1:3], *(str(PER_FORMAT), "-1")[len(sys.argv[1:3]) :]))
    with tempfile.TemporaryDirectory() as scratch:
        wrong = faults_of(fuzz(ROOT, per_format, Path(scratch))) if first < 0 else []
        (workbook,) = seeds(load_project(ROOT), Path(scratch))["xlsx"]
        whole = Comparison()
        begin = max(first, 0)
        for start in range(begin, begin + per_format, BATCH):
            numbers = range(start, min(start + BATCH, begin + per_format))
            compared = compare(workbook, numbers, Path(scratch) / f"office-{start}", lambda _: True)
            print(f"mutants {numbers}: {dict(compared.found.most_common())}", *compared.wrong, sep="\n", flush=True)
            whole.add(compared)
        print(f"all mutants: {dict(whole.found.most_common())}", "where the others disagree:", whole.table(), sep="\n")
    sys.exit("\n".join(wrong + whole.wrong) or 0)


if __name__ == "__main__":
    main()
