"""The record: runs are appended whole, follow each other, and come back as they were written."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from nianbao.errors import StoreError
from nianbao.record import Archive, Record, Run
from nianbao.record.manifest import frame_of
from nianbao.record.record import MOST_ROWS
from nianbao.record.verify import Looked, verify_record

NIGHT = dt.datetime(2022, 1, 16, 1)
DELIVERY = frame_of(("delivery_id", "sha256", "size_bytes", "period"), [("D000001", "ab", 8, None)])
CELLS = pl.DataFrame({"submission_id": ["S-1", "S-1"], "text": ["１２", "无"]})


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """An empty record."""
    return Record(Archive(tmp_path / "archive"))


def run(record: Record, day: int = 16, **values: object) -> Run:
    """A night's run of a day in January, with one delivery."""
    listing = record.archive.keep_bytes(b"{}")
    at = NIGHT.replace(day=day)
    return Run(**{  # type: ignore[arg-type]
        "kind": "collect", "started_at": at, "at": at, "version": "0.1.0", "declarations": listing,
        "facts": {"delivery": DELIVERY}, **values,
    })  # fmt: skip


def test_a_run_comes_back_as_it_was_recorded(record: Record) -> None:
    """Who, why, when and by what; its facts by kind, its cells by period, nothing of what has no rows."""
    empty = frame_of(("finding_id",), [])
    written = record.append(
        run(
            record,
            facts={"delivery": DELIVERY, "finding": empty},
            cells={"2021Q4": CELLS},
            actor="统计岗",
            because="误报",
        )
    )
    (read,) = record.scan()
    assert (read.run_id, read.actor, read.because, read.at) == ("R000001", "统计岗", "误报", NIGHT)
    assert read.sha256 == written.sha256 and read.previous is None
    facts = record.facts(read)
    assert facts.keys() == {"delivery"} and facts["delivery"].equals(DELIVERY)
    assert record.table(read.cells["2021Q4"]).equals(CELLS)
    assert read.cells["2021Q4"].path == "cells/period=2021Q4/R000001.parquet"


def test_a_large_table_lies_beside_the_manifest(record: Record) -> None:
    """More than ten thousand rows of a kind are Parquet, and no different to who reads them."""
    rows = frame_of(("code",), [(f"C{number}",) for number in range(MOST_ROWS + 1)])
    record.append(run(record, facts={"finding": rows}))
    (read,) = record.scan()
    assert not read.facts and read.tables["finding"].rows == MOST_ROWS + 1
    assert record.facts(read)["finding"].equals(rows)


def test_runs_follow_each_other(record: Record) -> None:
    """Each names the hash of the one before; a scan begins behind a run, and ends with a day."""
    written = [record.append(run(record, day)) for day in (16, 17, 18)]
    assert [each.previous for each in written] == [None, written[0].sha256, written[1].sha256]
    assert [each.number for each in record.scan(after=1)] == [2, 3]
    assert [each.number for each in record.scan(until=dt.date(2022, 1, 17))] == [1, 2]


def test_T37_a_record_that_was_altered_is_not_read_past(record: Record) -> None:
    """A changed manifest no longer is what the next one names; a missing one is a gap: both are told by name."""
    for day in (16, 17, 18):
        record.append(run(record, day))
    second = record.path_of(2)
    whole = second.read_bytes()
    second.write_bytes(whole.replace(b"D000001", b"D000009"))
    with pytest.raises(StoreError, match="does not follow") as caught:
        list(record.scan())
    assert caught.value.where.endswith("R000003.json")
    second.write_bytes(whole[:100])
    with pytest.raises(StoreError, match="damaged"):
        list(record.scan())
    second.unlink()
    with pytest.raises(StoreError, match="R000002 is gone"):
        list(record.scan())


def test_a_format_of_the_future_is_refused(record: Record) -> None:
    """An older program does not guess what a newer one wrote."""
    record.append(run(record))
    path = record.path_of(1)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": 99}), "utf-8")
    with pytest.raises(StoreError, match="install the newer nianbao"):
        list(record.scan())


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_O19_what_no_manifest_names_does_not_exist(
    record: Record, moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends before its manifest is in place left nothing to read; the next clears it away."""
    record.append(run(record))

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    point = ("nianbao.record.record.settle_new", "nianbao.record.archive.os.replace", "nianbao.record.archive.os.fsync")
    second = run(record, 17, cells={"2021Q4": CELLS})
    with monkeypatch.context() as patch:
        patch.setattr(point[moment], end)
        with pytest.raises(KeyboardInterrupt):
            record.append(second)
    assert [each.number for each in record.scan()] == [1]
    record.clear()
    assert not list(tmp_path.rglob("R000002*")) and not list(tmp_path.rglob(".*"))
    assert record.append(second).number == 2


def test_T37_every_byte_that_is_read_is_compared(record: Record, tmp_path: Path) -> None:
    """One flipped byte of a delivery, a table or a manifest is found and named; a file that is gone, too."""
    archive = record.archive
    sha256 = archive.keep_bytes(b"workbook")
    received = frame_of(("delivery_id", "sha256"), [("D000001", sha256)])
    manifest = record.append(run(record, facts={"received": received}, cells={"2021Q4": CELLS}))
    record.append(run(record, 17))
    looked = Looked()
    assert list(verify_record(record, looked)) == []
    assert (looked.runs, looked.tables, looked.files) == (2, 1, 2)
    table = tmp_path / "archive" / "record" / manifest.cells["2021Q4"].path
    for path, said in ((archive.path_of(sha256), sha256), (table, "R000001"), (record.path_of(1), "R000001")):
        whole = path.read_bytes()
        path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
        (damage,) = verify_record(record, Looked())
        assert said in damage.what + damage.where
        path.write_bytes(whole)
    archive.path_of(sha256).unlink()
    with pytest.raises(StoreError, match="is gone"):
        archive.read(sha256)
    (damage,) = verify_record(record, Looked())
    assert "is gone" in damage.what
