"""A question that somebody asks of the analysts' file: answered within limits, and a dead end for everything else."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import duckdb

from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.settings import MEMORY
from nianbao.warehouse.connect import Connection, open_reader
from nianbao.warehouse.snapshot import CURRENT

TABLES = "SELECT schema_name || '.' || table_name AS name, comment FROM duckdb_tables() ORDER BY 1"
"""What there is, with its meaning."""

LONGEST_QUERY = 60
"""Seconds that a query may take unless told otherwise."""

MOST_ROWS = 1_000_000
"""Rows that an answer may have: more are no answer to read, and are read better from the Parquet files."""


def query_published(folder: Path, query: str, seconds: int = LONGEST_QUERY) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer a query from the published file: column names and rows.

    Raises:
        StoreError: nothing has been published yet.
        UsageError: the query is wrong, asks for something a reader may not do, or for more time, memory, disk or rows
            than it may have.
    """
    path = folder / CURRENT
    if not path.exists():
        raise StoreError(_("nothing has been published yet"), str(path), _("run nianbao nightly first"))
    connection = open_reader(path)
    too_late = threading.Timer(seconds, connection.interrupt)
    too_late.daemon = True
    too_late.start()
    try:
        cursor: Connection | None = connection.execute(query)
        if cursor is None:
            raise UsageError(_("the query is empty"), next_step=_("nianbao sql without a query lists the tables"))
        head, rows = [column[0] for column in cursor.description or ()], cursor.fetchmany(MOST_ROWS + 1)
        if len(rows) > MOST_ROWS:
            step = _("add LIMIT, or sum up; whole tables lie as Parquet in every release")
            raise UsageError(
                _("the answer has more than {MOST_ROWS:,} rows").format(MOST_ROWS=MOST_ROWS), next_step=step
            )
        return head, rows
    except duckdb.InterruptException as error:
        step = _("ask for less, or give it more time: --seconds")
        raise UsageError(
            _("the query was stopped after {seconds} seconds").format(seconds=seconds), next_step=step
        ) from error
    except duckdb.OutOfMemoryException as error:
        step = _("ask for less; {MEMORY}=8GB gives more memory").format(MEMORY=MEMORY)
        raise UsageError(
            _("the query needs more memory, or more room beside it, than it may have"), "", step
        ) from error
    except duckdb.Error as error:
        raise UsageError(str(error), next_step=_("nianbao sql without a query lists the tables")) from error
    finally:
        too_late.cancel()
        connection.close()
