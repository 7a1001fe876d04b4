"""What a worker answers crosses as columns, and is taken only if it is what a worker of ours would say."""

import datetime as dt
import io
import json
from decimal import Decimal

import polars as pl
import pytest

from nianbao.intake.columns import FileRead, cell_schema, to_columns
from nianbao.intake.worker.wire import BadAnswer, dump_answer, dump_file, load_file, take_answer
from nianbao.terms.submission import Cell, FormFrame, Reading, ReadingFault

CELLS = (
    Cell("main", 1, "warmth_funds", "E6", "1,940.50", Decimal("1940.50"), None),
    Cell("main", 1, "held_on", "E7", "2021-12-01", dt.date(2021, 12, 1), None),
    Cell("main", 1, "is_pilot", "E8", "是", True, None),
    Cell("list", 2, "name", "B9", "甲\n“乙”", "甲\n“乙”", None),
    Cell("list", 2, "count", "C9", "三", None, "NOT_A_NUMBER"),
    Cell("list", 3, "count", "C10", "", None, None),
)
FAULT = ReadingFault("HIDDEN_SHEET", "GH05", "GH05 帮扶")
READ = to_columns(
    Reading(
        {"unit_code": "QH630100", "period": "2021Q4"},
        (FormFrame("GH05", "GH05 帮扶", "2021", "已核对", CELLS, (FAULT,)), FormFrame("GH06", "空表", "2021", "", ())),
        (ReadingFault("CLOCK", value="2031-01-01"),),
        (("QH630100-2021Q4-GH05/C05-1/main//", "属实"),),
    )
)


def crossed(read: FileRead) -> FileRead:
    """What the parent takes from the bytes of a worker."""
    received = bytearray(dump_file(read))
    answer = take_answer(received)
    assert answer is not None and not received
    return load_file(*answer)


def test_what_was_read_arrives_as_it_was() -> None:
    """Covers, faults, reasons, and every cell with its value and whether it is a number."""
    arrived = crossed(READ)
    assert (arrived.cover, arrived.sheets, arrived.faults) == (READ.cover, READ.sheets, READ.faults)
    assert arrived.explanations == READ.explanations
    assert arrived.cells is not None and arrived.cells.equals(READ.cells)
    assert arrived.cells.select("read_as", "value").rows() == [
        ("1940.50", "1940.50"), ("2021-12-01", None), ("true", None), ("甲\n“乙”", None), (None, None), (None, None),
    ]  # fmt: skip


def test_a_file_without_cells_arrives_without() -> None:
    """Such as one that could not be opened."""
    refused = to_columns(Reading(faults=(ReadingFault("NOT_A_WORKBOOK"),)))
    assert crossed(refused) == refused


def test_answers_are_told_apart_wherever_the_pipe_cuts_them() -> None:
    """Byte by byte, two answers come out as they went in."""
    received, found = bytearray(), []
    for byte in dump_answer(b"marked") + dump_answer(b'{"a":\n1}', b"\n\n"):
        received.append(byte)
        if answer := take_answer(received):
            found.append(answer)
    assert found == [(b"marked", b""), (b'{"a":\n1}', b"\n\n")]


def stream(frame: pl.DataFrame) -> bytes:
    """A frame as a stream of Arrow."""
    body = io.BytesIO()
    frame.write_ipc_stream(body)
    return body.getvalue()


HEAD = json.dumps({"cover": {}, "sheets": [], "faults": [], "explanations": {}}).encode()
ONE = pl.DataFrame([(0, "main", 1, "f", "E6", "5", "5", "5", None, None)], schema=cell_schema(), orient="row")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"\x80\x04N.", b""),
        (b"[]", b""),
        (b'{"cover": {}, "sheets": [{"form_code": "GH05"}], "faults": [], "explanations": {}}', b""),
        (HEAD, b"\x80\x04N."),
        (HEAD, stream(ONE)[:60]),
        (HEAD, stream(ONE.drop("fault"))),
        (HEAD, stream(ONE.with_columns(pl.col("row_no").cast(pl.String)))),
        (HEAD, stream(ONE.with_columns(pl.lit("x").alias("submission_id")))),
    ],
    ids=[
        "a pickle",
        "a list",
        "half a sheet",
        "a pickle for cells",
        "torn off",
        "a column less",
        "another type",
        "more",
    ],
)
def test_nonsense_is_refused(head: bytes, body: bytes) -> None:
    """What a worker that was taken over may say is no reading, and runs nothing."""
    with pytest.raises(BadAnswer):
        load_file(head, body)
