"""What was kept back because we failed over it, and waits to be judged again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from nianbao.terms.delivery import Decision, Delivery, Outcome
from nianbao.warehouse.connect import Connection, rows_of

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Kept:
    """A delivery with something kept back.

    `numbers` are the submissions to judge, by unit, form and period: none when the file was kept back whole. `decided`
    is what was decided about its others, `unchanged` are its forms that said what counted already.
    """

    delivery: Delivery
    numbers: Mapping[Place, int]
    decided: tuple[Decision, ...]
    unchanged: tuple[str, ...]


def read_kept(connection: Connection) -> list[Kept]:
    """Every delivery with something to judge; a submission that a later one has replaced needs no judgement."""
    columns = ", ".join(f"d.{field.name}" for field in fields(Delivery))
    deliveries = rows_of(
        connection,
        f"""
        SELECT {columns}, d.unchanged FROM ledger.delivery AS d
        WHERE d.delivery_id IN (SELECT delivery_id FROM ledger.state WHERE state = $1)
            OR (d.outcome = $2 AND d.delivery_id NOT IN (SELECT delivery_id FROM ledger.submission))
        ORDER BY d.delivery_id
        """,
        [Decision.KEPT, Outcome.KEPT],
    )
    if not deliveries:
        return []
    submissions = rows_of(
        connection,
        """
        SELECT s.delivery_id, s.unit_code, s.form_code, s.period, s.number, s.state, f.number > s.number AS is_replaced
        FROM ledger.state AS s
        LEFT JOIN ledger.in_force AS f
            ON s.unit_code = f.unit_code AND s.form_code = f.form_code AND s.period = f.period
        WHERE s.delivery_id IN (SELECT unnest($1::VARCHAR[]))
        ORDER BY s.submission_id
        """,
        [[row["delivery_id"] for row in deliveries]],
    )
    found = []
    for row in deliveries:
        unchanged = (row.pop("unchanged") or "").split()
        own = [each for each in submissions if each["delivery_id"] == row["delivery_id"]]
        due = [each for each in own if each["state"] == Decision.KEPT and not each["is_replaced"]]
        if due or not own:
            numbers = {(each["unit_code"], each["form_code"], each["period"]): int(each["number"]) for each in due}
            decided = tuple(Decision(each["state"]) for each in own if each not in due)
            found.append(Kept(Delivery(**row), numbers, decided, tuple(unchanged)))
    return found
