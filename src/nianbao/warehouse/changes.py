"""Changes: cell by cell, what a submission that counts says otherwise than the one that counted before it."""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.terms.receipt import CellChange
from nianbao.warehouse.connect import Connection, rows_of

_CHANGES = """
    WITH pairs AS (
        SELECT s.submission_id, b.submission_id AS replaced_id, s.form_code
        FROM ledger.state AS s
        INNER JOIN ledger.state AS b
            ON s.unit_code = b.unit_code AND s.form_code = b.form_code AND s.period = b.period
                AND b.number < s.number AND b.counts
        WHERE s.counts AND s.delivery_id IN (SELECT unnest($1::VARCHAR[]))
        QUALIFY row_number() OVER (PARTITION BY s.submission_id ORDER BY b.number DESC) = 1
    ),

    firsts AS (
        SELECT form_code, part, arg_min(field, line) AS field FROM reference.fields
        WHERE layout = 'ledger' GROUP BY form_code, part
    ),

    sides AS (
        SELECT submission_id, submission_id AS said_in FROM pairs
        UNION ALL
        SELECT submission_id, replaced_id FROM pairs
    ),

    cells AS (
        SELECT p.submission_id, p.said_in, c.part, c.row_no, c.field, coalesce(c.read_as, c.text) AS said,
            max(CASE WHEN c.field = f.field THEN coalesce(c.read_as, c.text) END) OVER line AS named
        FROM sides AS p
        INNER JOIN raw.cell AS c ON p.said_in = c.submission_id
        LEFT JOIN firsts AS f ON c.form_code = f.form_code AND c.part = f.part
        WINDOW line AS (PARTITION BY p.submission_id, p.said_in, c.part, c.row_no)
    ),

    -- The how many-th row of its name: rows may be moved, and several may have one name.
    placed AS (
        SELECT *, dense_rank() OVER (
            PARTITION BY submission_id, said_in, part, named ORDER BY row_no
        ) AS place
        FROM cells
    ),

    now AS (SELECT p.*, q.form_code, q.replaced_id FROM placed AS p
        INNER JOIN pairs AS q ON p.submission_id = q.submission_id AND p.said_in = q.submission_id),

    before AS (SELECT p.*, q.form_code, q.replaced_id FROM placed AS p
        INNER JOIN pairs AS q ON p.submission_id = q.submission_id AND p.said_in = q.replaced_id)

    SELECT coalesce(n.submission_id, b.submission_id) AS submission_id,
        coalesce(n.replaced_id, b.replaced_id) AS replaced_id, coalesce(n.form_code, b.form_code) AS form_code,
        coalesce(n.part, b.part) AS part, coalesce(n.named, b.named, '') AS row_named,
        coalesce(n.field, b.field) AS field, b.said AS before, n.said AS after
    FROM now AS n
    FULL OUTER JOIN before AS b
        ON n.submission_id = b.submission_id AND n.part = b.part AND n.field = b.field AND n.place = b.place
            AND coalesce(n.named, '') = coalesce(b.named, '')
    WHERE n.said IS DISTINCT FROM b.said
    ORDER BY 1, 4, coalesce(n.row_no, b.row_no), n.row_no IS NULL, 6
"""


def changes_in(connection: Connection, delivery_ids: Sequence[str]) -> list[CellChange]:
    """What the counting submissions of some deliveries change."""
    return [CellChange(**row) for row in rows_of(connection, _CHANGES, [list(delivery_ids)])]
