"""What holds about submissions: the views ledger.event, ledger.state and ledger.in_force, and nothing else says it.

A submission's life is a list of events. Its state is the last one that decides something; what counts now is, for each
unit, form and period, the last submission whose state counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from nianbao.terms.answer import AnswerStanding
from nianbao.terms.approval import ApprovalEvent
from nianbao.terms.delivery import Decision
from nianbao.warehouse.connect import Connection, literal, rows_of

EVENT, STATE, IN_FORCE = "ledger.event", "ledger.state", "ledger.in_force"

READS = dict.fromkeys((STATE, IN_FORCE), ("ledger.submission", "ledger.decision", "ledger.approval"))
"""The tables from which the views follow that models may read."""


def _among(decisions: Sequence[Decision]) -> str:
    return ", ".join(literal(decision.value) for decision in decisions)


_VIEWS = {
    EVENT: """
        SELECT s.submission_id, 'received' AS event, CAST(NULL AS VARCHAR) AS state, d.received_at AS happened_at,
            d.run_id, CAST(NULL AS VARCHAR) AS done_by, s.declared_status AS said
        FROM ledger.submission AS s INNER JOIN ledger.delivery AS d ON s.delivery_id = d.delivery_id
        UNION ALL
        SELECT submission_id, CASE WHEN decided_by IS NULL THEN 'judged' ELSE decision END, decision, decided_at,
            run_id, decided_by, because
        FROM ledger.decision
        UNION ALL
        SELECT submission_id, approval, decision, approved_at, run_id, approved_by, because FROM ledger.approval
        UNION ALL
        SELECT submission_id, 'explained', NULL, explained_at, NULL, unit_code, explanation FROM ledger.explanation
        UNION ALL
        SELECT e.submission_id, r.ruling, NULL, r.ruled_at, NULL, r.ruled_by, NULL
        FROM ledger.ruling AS r INNER JOIN ledger.explanation AS e ON r.explanation_id = e.explanation_id
    """,
    # The run comes before the time: runs are numbered as they happen, while a clock may be set back between two.
    # Numbers are given once in a place, so that the last is found without putting a place in order.
    STATE: f"""
        WITH last_event AS (
            SELECT * FROM ledger.event
            WHERE state IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY run_id DESC, happened_at DESC) = 1
        ),

        last_approval AS (
            SELECT submission_id, arg_max(approval, run_id) AS approval FROM ledger.approval GROUP BY submission_id
        ),

        last_sent AS (
            SELECT unit_code, form_code, period, max(number) AS number FROM ledger.submission
            GROUP BY unit_code, form_code, period
        )

        SELECT s.*, e.state, a.approval, e.happened_at AS decided_at, e.done_by AS decided_by, e.said AS because,
            e.state IN ({_among([each for each in Decision if each.counts])}) AS counts,
            e.state IN ({_among([each for each in Decision if each.waits])}) AS waits,
            s.number = l.number AS is_last
        FROM ledger.submission AS s INNER JOIN last_event AS e ON s.submission_id = e.submission_id
        LEFT JOIN last_sent AS l
            ON s.unit_code = l.unit_code AND s.form_code = l.form_code AND s.period = l.period
        LEFT JOIN last_approval AS a ON s.submission_id = a.submission_id
    """,
    IN_FORCE: """
        WITH counting AS (SELECT * FROM ledger.state WHERE counts),

        last_counting AS (
            SELECT unit_code, form_code, period, max(number) AS number, min(arrived_on) AS first_arrived_on
            FROM counting
            GROUP BY unit_code, form_code, period
        )

        SELECT c.*, l.first_arrived_on
        FROM counting AS c INNER JOIN last_counting AS l
            ON c.unit_code = l.unit_code AND c.form_code = l.form_code AND c.period = l.period AND c.number = l.number
    """,
}


def create_views(connection: Connection) -> None:
    """Create the views over the ledger of the connection's default database, unless they are there as they are here.

    A run that has nothing to say leaves the file as it was: what was set aside of it stays as good as new.
    """
    mark = hashlib.sha256("\n".join(_VIEWS.values()).encode()).hexdigest()
    there = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE database_name = current_database() AND comment = ?", [mark]
    ).fetchone()
    if there == (len(_VIEWS),):
        return
    for name, query in _VIEWS.items():
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")
        connection.execute(f"COMMENT ON VIEW {name} IS {literal(mark)}")


def states(
    connection: Connection, submission_id: str | None = None, place: tuple[str, str, str] | None = None
) -> list[AnswerStanding]:
    """Where the submission of an id stands, or that of a place: delivery, form and period."""
    delivery, form, period = place or (None, None, None)
    where = "s.submission_id = $2 OR (s.delivery_id, s.form_code, s.period) = ($3, $4, $5)"
    return _standings(connection, where, [submission_id, delivery, form, period])


def standings_to_approve(connection: Connection) -> list[AnswerStanding]:
    """Where the submissions stand that the level above has not approved: what waits for it, and what counts."""
    in_force = "s.submission_id IN (SELECT submission_id FROM ledger.in_force)"
    where = f"((s.state = $2 AND s.is_last) OR {in_force}) AND s.approval IS DISTINCT FROM $3"
    return _standings(connection, where, [Decision.AWAITING_APPROVAL, ApprovalEvent.APPROVED])


def standings_of(connection: Connection, delivery_ids: Sequence[str]) -> list[AnswerStanding]:
    """Where the submissions of some deliveries stand, by form and period."""
    return _standings(connection, "s.delivery_id IN (SELECT unnest($2::VARCHAR[]))", [list(delivery_ids)])


def _standings(connection: Connection, where: str, asked: Sequence[object]) -> list[AnswerStanding]:
    columns = ", ".join(f"s.{name}" for name in AnswerStanding.__dataclass_fields__ if name != "number_in_force")
    rows = rows_of(
        connection,
        f"SELECT {columns}, f.number AS number_in_force FROM ledger.state AS s "
        "LEFT JOIN ledger.in_force AS f ON s.state = $1 "
        f"AND (f.unit_code, f.form_code, f.period) = (s.unit_code, s.form_code, s.period) WHERE {where} "
        "ORDER BY s.form_code, s.period, s.unit_code, s.number",
        [Decision.WITHDRAWN, *asked],
    )
    return [AnswerStanding(**row | {"state": Decision(row["state"])}) for row in rows]
