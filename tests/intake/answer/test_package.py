"""A workbook's package: a part that nobody touched is passed on as it was packed, if it was packed as it says."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from nianbao.intake.answer import package
from nianbao.intake.answer.package import UnknownPackage, WorkbookPackage
from tests.intake.answer.conftest import Desk

PART = "docProps/app.xml"
"""A part that marking never looks at."""


@pytest.fixture
def own(desk: Desk, tmp_path: Path) -> bytes:
    """A workbook as our template writes it and a clerk fills it."""
    return desk.write(tmp_path / "own.xlsx", desk.planned()).read_bytes()


def with_part(
    workbook: bytes, packed: bytes, text: bytes, method: int = zipfile.ZIP_DEFLATED, size: int | None = None
) -> bytes:
    """The workbook with bytes of ours for a part, which its directory says are this text, or so much of it."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != PART:
                new.writestr(name, old.read(name))
        new.writestr(PART, packed, zipfile.ZIP_STORED)
        entry = new.getinfo(PART)
        entry.compress_type, entry.CRC, entry.file_size = method, zlib.crc32(text), size or len(text)
        at = written.tell()
        written.seek(entry.header_offset)
        written.write(entry.FileHeader())
        written.seek(at)
    return written.getvalue()


def part_of(workbook: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    """What the directory says of the part, and its bytes as they are packed."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert archive.testzip() is None
        entry = archive.getinfo(PART)
    start = entry.header_offset + 30 + len(PART)
    return entry, workbook[start : start + entry.compress_size]


def deflated(text: bytes, level: int = 1, end: int = zlib.Z_FINISH) -> bytes:
    """A text as zip programs pack it."""
    packing = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush(end)


TEXT = b"<Properties>" + b"<TotalTime>17</TotalTime>" * 40 + b"</Properties>"


def test_what_nobody_touched_is_passed_on_as_it_was_packed(own: bytes) -> None:
    """Another packing of the same text than ours comes out as it came in, with the same name for it."""
    given = deflated(TEXT, level=0)
    entry, packed = part_of(WorkbookPackage(with_part(own, given, TEXT)).to_bytes())
    assert packed == given and (entry.CRC, entry.file_size) == (zlib.crc32(TEXT), len(TEXT))


@pytest.mark.parametrize(
    ("packed", "method"),
    [
        pytest.param(deflated(TEXT) + b"behind it", zipfile.ZIP_DEFLATED, id="more behind it"),
        pytest.param(deflated(TEXT + b"more"), zipfile.ZIP_DEFLATED, id="longer than it says"),
        pytest.param(deflated(TEXT, end=zlib.Z_SYNC_FLUSH), zipfile.ZIP_DEFLATED, id="without an end"),
        pytest.param(TEXT, zipfile.ZIP_STORED, id="not packed"),
    ],
)
def test_what_is_packed_otherwise_than_it_says_is_packed_anew(own: bytes, packed: bytes, method: int) -> None:
    """Only what a reader of the directory's sizes gets is passed on, and nothing hides beside it."""
    _, anew = part_of(WorkbookPackage(with_part(own, packed, TEXT, method)).to_bytes())
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    assert (inflating.decompress(anew), inflating.eof, inflating.unused_data) == (TEXT, True, b"")


@pytest.mark.parametrize(
    ("packed", "method", "size"),
    [
        pytest.param(deflated(TEXT.replace(b"17", b"18")), zipfile.ZIP_DEFLATED, None, id="another text"),
        pytest.param(deflated(TEXT), zipfile.ZIP_DEFLATED, len(TEXT) - 1, id="a byte more"),
        pytest.param(deflated(TEXT), zipfile.ZIP_STORED, None, id="said not to be packed"),
        pytest.param(b"\xff" * 40, zipfile.ZIP_DEFLATED, None, id="no text"),
    ],
)
def test_what_is_damaged_is_not_passed_on(own: bytes, packed: bytes, method: int, size: int | None) -> None:
    """A part that is not what the directory says is never given back under our seal."""
    with pytest.raises((zipfile.BadZipFile, zlib.error, EOFError)):
        WorkbookPackage(with_part(own, packed, TEXT, method, size)).to_bytes()


def test_what_is_only_passed_on_counts_towards_what_may_be_inflated(
    own: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook that inflates to too much is refused, also where most of it would be passed on."""
    monkeypatch.setattr(package, "_MAX_INFLATED", 50_000)
    with pytest.raises(UnknownPackage, match="too large"):
        WorkbookPackage(own).to_bytes()
