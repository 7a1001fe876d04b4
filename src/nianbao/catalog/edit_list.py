"""Puts rows into declared CSV files, and leaves everything else in them as it stands, byte for byte."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RowEdit:
    """A row, by column, for a list: in the place of the row that begins on line `at`, or right below that one.

    Without a line it becomes the last. `columns` are those of a list that is not there yet.
    """

    path: Path
    columns: Sequence[str]
    row: Mapping[str, str]
    at: int | None = None
    is_new: bool = True


@contextmanager
def edited(edits: Iterable[RowEdit]) -> Iterator[None]:
    """The lists with the rows in them; if anything is refused while they are looked at, they are as they were."""
    by_path: dict[Path, list[RowEdit]] = defaultdict(list)
    for each in edits:
        by_path[each.path].append(each)
    before = {path: path.read_bytes() if path.exists() else None for path in by_path}
    try:
        for path, own in by_path.items():
            _replace(path, _with_rows(before[path] or b"", own))
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                _replace(path, content)
        raise


def _with_rows(content: bytes, edits: Sequence[RowEdit]) -> bytes:
    """The text with the last line first, so that the numbers of those above stay right."""
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    text = content.decode(encoding) or ",".join(edits[0].columns) + "\n"
    newline = "\r\n" if "\r\n" in text else "\n"
    records = _records(text)
    for edit in sorted(edits, key=lambda edit: edit.at or len(records) + text.count("\n"), reverse=True):
        written = io.StringIO(newline="")
        header = next(csv.reader(io.StringIO(text, newline="")))
        row = [edit.row.get(name.strip(), "") for name in header]
        csv.writer(written, lineterminator=newline).writerow(row)
        place = next((number for number, (line, _) in enumerate(records) if line == edit.at), _last_filled(records))
        if edit.is_new:
            line, above = records[place]
            records[place : place + 1] = [(line, above.rstrip("\r\n") + newline), (0, written.getvalue())]
        else:
            records[place] = (records[place][0], written.getvalue())
    return "".join(record for _line, record in records).encode(encoding)


def _records(text: str) -> list[tuple[int, str]]:
    """The records with the line on which each begins, as they are written; a quoted text may have several lines."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines))
    records, begun = [], 0
    for _row in reader:
        records.append((begun + 1, "".join(lines[begun : reader.line_num])))
        begun = reader.line_num
    return records


def _last_filled(records: Sequence[tuple[int, str]]) -> int:
    return max(number for number, (_line, record) in enumerate(records) if record.strip(" ,\r\n") or not number)


def _replace(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    scratch.write_bytes(content)
    os.replace(scratch, path)
