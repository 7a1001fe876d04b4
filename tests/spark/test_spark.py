"""What is particular to Spark: how SQL is translated, how files are read on executors, and what is said without it."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.errors import UsageError
from nianbao.intake.columns import FileRead
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import ReadRequest
from nianbao.runs.engine import engine_of_run, readers_of_run
from nianbao.sample.make import make_sample
from nianbao.settings import ENGINE
from nianbao.spark.engine import SparkEngine, to_spark
from nianbao.warehouse.engine import other_engine

with_spark = pytest.mark.skipif(not find_spec("pyspark"), reason="no Spark here: make spark installs it")


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run whose engine is Spark."""
    monkeypatch.setenv(ENGINE, "spark")
    monkeypatch.setenv("SPARK_CONF_DIR", str(Path(__file__).parent / "conf"))
    with engine_of_run():
        yield


def test_a_quotient_is_not_cut() -> None:
    """DuckDB divides two DECIMALs as DOUBLEs; Spark would cut the quotient."""
    assert to_spark("SELECT a / b FROM t") == "SELECT CAST(`a` AS DOUBLE) / CAST(`b` AS DOUBLE) FROM `t`"


def test_a_table_has_its_schema_in_its_name() -> None:
    """Spark's session has no schemas of ours: `core.gh05` is a view of its own."""
    assert to_spark("SELECT core.gh05.x FROM core.gh05") == "SELECT `core__gh05`.`x` FROM `core__gh05`"


def test_an_engine_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error does not silently take DuckDB."""
    monkeypatch.setenv(ENGINE, "sprak")
    with pytest.raises(UsageError, match="sprak"), engine_of_run():
        pass


def test_without_spark_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for Spark without having it is told how to get it."""
    monkeypatch.setenv(ENGINE, "spark")
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with engine_of_run():
        engine = other_engine()
        assert isinstance(engine, SparkEngine)
        with pytest.raises(UsageError) as refused:
            _ = engine.session
    assert "nianbao[spark]" in refused.value.next_step


def test_nothing_of_spark_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night without news does not wait for a cluster."""
    monkeypatch.setenv(ENGINE, "spark")
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with engine_of_run():
        pass


@with_spark
@pytest.mark.java
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning")
def test_executors_read_what_the_pool_reads(project: Project, tmp_path: Path, spark: None) -> None:
    """The same cells, covers and faults for each file, and a file that no reader can take costs that one."""
    paths = [each.path for each in make_sample(project, 2021, tmp_path)][::40]
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(paths[0].read_bytes()[:3000])
    requests = [ReadRequest(path, path.name) for path in (*paths, damaged, tmp_path / "gone.xlsx")]
    with ReaderPool(project.path) as pool, readers_of_run(project.path) as executors:
        here, there = (dict(each.read(requests)) for each in (pool, executors))
    assert len(here) == len(requests)
    assert {place: _told(read) for place, read in there.items()} == {place: _told(read) for place, read in here.items()}


def _told(read: FileRead) -> tuple[object, ...]:
    cells = read.cells.rows() if read.cells is not None else ()
    return read.cover, read.sheets, read.faults, read.explanations, cells
