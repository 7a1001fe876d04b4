"""What holds about submissions: ledger.event, ledger.state and ledger.in_force, and nothing else says it.

A submission's life is a list of events. Its state is the last one that decides something; what counts now is, for each
unit, form and period, the last submission whose state counts. The state is kept as a table, and said anew of the places
of which facts come, so that asking for it costs no more where more is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from nianbao.terms.answer import AnswerStanding
from nianbao.terms.approval import ApprovalEvent
from nianbao.terms.delivery import Decision
from nianbao.warehouse.connect import Connection, literal, rows_of

EVENT, STATE, IN_FORCE = "ledger.event", "ledger.state", "ledger.in_force"

READS = dict.fromkeys((STATE, IN_FORCE), ("ledger.submission", "ledger.decision", "ledger.approval"))
"""The tables from which what models may read of them follows."""


def _among(decisions: Sequence[Decision]) -> str:
    return ", ".join(literal(decision.value) for decision in decisions)


_EVENTS = """
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
"""

# The run comes before the time: runs are numbered as they happen, while a clock may be set back between two.
_STATES = f"""
    WITH named AS (SELECT * FROM ledger.submission {{of_places}}),

    last_event AS (
        SELECT * FROM ledger.event
        WHERE state IS NOT NULL AND submission_id IN (SELECT submission_id FROM named)
        QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY run_id DESC, happened_at DESC) = 1
    ),

    last_approval AS (
        SELECT submission_id, arg_max(approval, run_id) AS approval FROM ledger.approval GROUP BY submission_id
    ),

    told AS (
        SELECT s.*, e.state, a.approval, e.happened_at AS decided_at, e.done_by AS decided_by, e.said AS because,
            coalesce(e.state IN ({_among([each for each in Decision if each.counts])}), FALSE) AS counts,
            coalesce(e.state IN ({_among([each for each in Decision if each.waits])}), FALSE) AS waits
        FROM named AS s
        LEFT JOIN last_event AS e ON s.submission_id = e.submission_id
        LEFT JOIN last_approval AS a ON s.submission_id = a.submission_id
    ),

    standing AS (
        SELECT *,
            number = max(number) OVER place AS is_last,
            counts AND number = max(CASE WHEN counts THEN number END) OVER place AS is_in_force,
            min(CASE WHEN counts THEN arrived_on END) OVER place AS first_arrived_on
        FROM told
        WINDOW place AS (PARTITION BY unit_code, form_code, period)
    )

    SELECT * FROM standing WHERE state IS NOT NULL
"""

_PLACE = "unit_code, form_code, period"
_IN_FORCE = f"SELECT * FROM {STATE} WHERE is_in_force"
_VIEWS = {EVENT: _EVENTS, IN_FORCE: _IN_FORCE}


def create_state(connection: Connection) -> None:
    """Create the views over the ledger of the connection's default database, and its table of states, where needed.

    A run that has nothing to say leaves the file as it was: what was set aside of it stays as good as new.
    """
    mark = hashlib.sha256("\n".join((_EVENTS, _STATES, _IN_FORCE)).encode()).hexdigest()
    there = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE database_name = current_database() AND comment = ?", [mark]
    ).fetchone()
    if there == (len(_VIEWS),):
        return
    connection.execute(f"CREATE OR REPLACE VIEW {EVENT} AS {_EVENTS}")
    restate_all(connection)
    connection.execute(f"CREATE OR REPLACE VIEW {IN_FORCE} AS {_IN_FORCE}")
    for name in _VIEWS:
        connection.execute(f"COMMENT ON VIEW {name} IS {literal(mark)}")


def restate_all(connection: Connection) -> None:
    """Say of every submission anew what state it is in."""
    connection.execute(f"CREATE OR REPLACE TABLE {STATE} AS {_STATES.format(of_places='')}")


@contextmanager
def restating(
    connection: Connection, submission_ids: Iterable[str], delivery_ids: Iterable[str] = ()
) -> Iterator[None]:
    """Say anew what state the submissions are in of which, or of whose deliveries, the block changes what is said.

    With them all others of the same unit, form and period: which of these counts may be another then.
    """
    named = f"SELECT {_PLACE} FROM ledger.submission WHERE {_NAMED}"
    asked = [sorted(submission_ids), sorted(delivery_ids)]
    # Before, as what is taken away has its place now, and after, as what is new has it then.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE restated AS {named}", asked)
    yield
    connection.execute(f"INSERT INTO restated {named}", asked)
    of_places = f"WHERE ({_PLACE}) IN (FROM restated)"
    connection.execute(f"DELETE FROM {STATE} {of_places}")
    connection.execute(f"INSERT INTO {STATE} {_STATES.format(of_places=of_places)}; DROP TABLE restated")


_NAMED = "submission_id IN (SELECT unnest($1::VARCHAR[])) OR delivery_id IN (SELECT unnest($2::VARCHAR[]))"


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
