"""A Spark session that computes as DuckDB does: ANSI arithmetic, the same time zone, nothing that listens outside."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.clock import ZONE
from nianbao.errors import UsageError
from nianbao.language import _

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "NIANBAO_SPARK"
"""The environment variable that names the cluster, as --master of spark-submit does; one machine if it is not set."""

_ONE_MACHINE = "local[*]"
_NO_WARNING = "ignore::FutureWarning"
"""Spark warns of frames of pandas, wherever it is imported; none are used here."""

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # what does not fit or cannot be read is an error, never NULL
    "spark.sql.session.timeZone": str(ZONE),
    "spark.sql.caseSensitive": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.executorEnv.PYTHONWARNINGS": _NO_WARNING,
}
_ONE_MACHINE_SETTINGS = {
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1500m",
}


@contextmanager
def open_session() -> Iterator[SparkSession]:
    """A session on the cluster that NIANBAO_SPARK names, ended with the block.

    Raises:
        UsageError: Spark, or the Java that it runs on, is not installed here.
    """
    master = os.environ.get(MASTER) or _ONE_MACHINE
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else the workers take the system's Python
    settings = _SETTINGS
    if master.startswith("local"):
        settings = settings | _ONE_MACHINE_SETTINGS
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # nothing listens to other machines
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        session = _start(master, settings)
        session.sparkContext.setLogLevel("OFF")  # what fails is raised, with its cause
        try:
            yield session
        finally:
            session.stop()


def _start(master: str, settings: dict[str, str]) -> SparkSession:
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(_("Spark is not installed"), next_step=_("pip install 'nianbao[spark]'")) from error
    builder: SparkSession.Builder = SparkSession.builder.master(master).appName("nianbao")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise UsageError(
            _("Spark does not start: {error}").format(error=error),
            MASTER,
            _("install Java 17 or newer, and see that the cluster answers"),
        ) from error
