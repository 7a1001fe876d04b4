"""The engine of a run: DuckDB and worker processes on this machine, or Spark where NIANBAO_ENGINE says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nianbao.intake.worker.pool import ReaderPool
from nianbao.settings import wants_spark
from nianbao.warehouse.engine import computing_on, other_engine


@contextmanager
def engine_of_run() -> Iterator[None]:
    """Let models and the queries of rules be computed where the settings say, while a run lasts.

    Raises:
        UsageError: there is no engine of that name.
    """
    if not wants_spark():
        yield
        return
    from nianbao.spark.engine import SparkEngine  # nothing of Spark is imported by those who do not use it

    with SparkEngine() as engine, computing_on(engine):
        yield


def readers_of_run(project: Path) -> ReaderPool:
    """What reads the files of a run, and marks workbooks: worker processes here, or on Spark's executors."""
    engine = other_engine()
    if engine is None:
        return ReaderPool(project)
    from nianbao.spark.engine import SparkEngine
    from nianbao.spark.readers import SparkReaders

    assert isinstance(engine, SparkEngine)
    return SparkReaders(engine, project)
