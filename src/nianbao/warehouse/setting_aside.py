"""A delivery that is judged again is judged as if neither it nor any later version of its forms had come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nianbao.warehouse.connect import Connection

_LATER = """
    SELECT later.* FROM ledger.submission AS later
    WHERE EXISTS (
        SELECT 1 FROM ledger.submission AS own
        WHERE own.delivery_id = $1 AND later.number >= own.number
            AND (own.unit_code, own.form_code, own.period) = (later.unit_code, later.form_code, later.period)
    )
"""


@contextmanager
def later_versions_set_aside(connection: Connection, delivery_id: str) -> Iterator[None]:
    """Hide the submissions of a delivery and all later versions of the same forms, and the delivery itself."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE aside_submission AS {_LATER}", [delivery_id])
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE aside_delivery AS SELECT * FROM ledger.delivery WHERE delivery_id >= $1",
        [delivery_id],
    )
    for table in ("submission", "delivery"):
        key = f"{table}_id"
        connection.execute(f"DELETE FROM ledger.{table} WHERE {key} IN (SELECT {key} FROM aside_{table})")
    try:
        yield
    finally:
        for table in ("submission", "delivery"):
            connection.execute(f"INSERT INTO ledger.{table} SELECT * FROM aside_{table}; DROP TABLE aside_{table}")
