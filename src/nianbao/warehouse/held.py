"""What is held: files whose cover names another unit than the place they came from, until somebody decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from nianbao.terms.delivery import Outcome
from nianbao.warehouse.connect import Connection, rows_of


@dataclass(frozen=True)
class Held:
    """A held delivery: where it came from and when, whose that place is, and the unit on its cover as it is written."""

    delivery_id: str
    origin: str
    source: str
    received_at: dt.datetime
    sender: str
    cover_unit: str


def read_held(connection: Connection) -> list[Held]:
    """Everything that waits for a decision; what its sender has replaced since by a file of the same name does not."""
    rows = rows_of(
        connection,
        """
        SELECT d.delivery_id, d.origin, d.source, d.received_at, d.sender, min(f.value) AS cover_unit
        FROM ledger.delivery AS d
        INNER JOIN ledger.finding AS f ON d.delivery_id = f.delivery_id AND f.code = 'WRONG_SENDER'
        WHERE d.outcome = $1 AND NOT EXISTS (
            SELECT 1 FROM ledger.delivery AS n
            WHERE n.origin = d.origin AND n.source = d.source AND n.delivery_id > d.delivery_id
        )
        GROUP BY ALL
        ORDER BY d.delivery_id
        """,
        [Outcome.HELD],
    )
    return [Held(**row) for row in rows]
