"""Reading on executors: each has a worker process of its own, with the limits and the isolation of the pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.intake.columns import FileRead, unread
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from nianbao.intake.worker.wire import BadAnswer, dump_file, load_file, take_answer
from nianbao.terms.submission import ReadingFault

if TYPE_CHECKING:
    import pyarrow as pa

    from nianbao.spark.engine import SparkEngine

_ASKED = "position long, path string, name string"
_ANSWERED = "position long, answer binary"
_FILES_AT_ONCE = 64
"""How many files a task reads: so many that a worker's start costs little, so few that all executors have some."""


class SparkReaders(ReaderPool):
    """Reads files on executors, which see the archive and the project under the same paths; marks them here."""

    def __init__(self, engine: SparkEngine, project: Path) -> None:
        super().__init__(project)
        self._engine = engine
        self._project_path = str(project)

    def read(self, requests: Iterable[ReadRequest]) -> Iterator[tuple[int, FileRead]]:
        """Read files on executors; yields (position, what was read) when all are done."""
        rows = [(position, str(each.path), each.name) for position, each in enumerate(requests)]
        if not rows:
            return
        project_path = self._project_path

        def read_some(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return _read_some(batches, project_path)

        session = self._engine.session
        tasks = max(session.sparkContext.defaultParallelism, len(rows) // _FILES_AT_ONCE)
        asked = session.createDataFrame(rows, _ASKED).repartition(tasks)
        for row in asked.mapInArrow(read_some, _ANSWERED).collect():
            yield row["position"], _load(bytes(row["answer"]))


def _read_some(batches: Iterable[pa.RecordBatch], project_path: str) -> Iterator[pa.RecordBatch]:
    """On an executor: the answers of one worker to the requests of a task."""
    import pyarrow as pa

    with ReaderPool(Path(project_path), workers=1) as pool:
        for batch in batches:
            positions = batch.column("position").to_pylist()
            paths, names = batch.column("path").to_pylist(), batch.column("name").to_pylist()
            requests = [ReadRequest(Path(path), name) for path, name in zip(paths, names, strict=True)]
            answers = [(positions[place], dump_file(read)) for place, read in pool.read(requests)]
            columns = [pa.array([key for key, _ in answers], pa.int64()), pa.array([each for _, each in answers])]
            yield pa.RecordBatch.from_arrays(columns, names=["position", "answer"])


def _load(answer: bytes) -> FileRead:
    taken = take_answer(bytearray(answer))
    try:
        return load_file(*taken) if taken else unread(ReadingFault("PARSER_CRASH"))
    except BadAnswer:
        return unread(ReadingFault("PARSER_CRASH"))
