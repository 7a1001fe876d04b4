"""Who has reported what: the answers behind the status command and the completeness artifact."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from nianbao.catalog import Project
from nianbao.terms.background import Due, DueCounts
from nianbao.terms.delivery import Decision
from nianbao.terms.morning import Owed
from nianbao.terms.status import Status
from nianbao.warehouse.connect import Connection, has_table, literal, rows_of
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME
from nianbao.warehouse.state import READS, STATE


def is_built(connection: Connection) -> bool:
    """Whether the tables that the other answers come from have been built."""
    return has_table(connection, "mart.completeness")


def reporting_models() -> list[Model]:
    """The tables that have a column for every status."""
    return [_completeness_model(), _unit_record_model()]


def _completeness_model() -> Model:
    """mart.completeness: how many units are where with each form and period, a column for every status."""
    statuses = [status for status in Status if status is not Status.NOT_DUE]  # that depends on the day of asking
    return Model(
        name="mart.completeness",
        sql=f"""
SELECT reporting.form_code, form.zh AS form_zh, reporting.period, reporting.year, count(*) AS units_due,
    {_counts(statuses)}
FROM core.reporting AS reporting
INNER JOIN reference.forms AS form ON reporting.form_code = form.form_code
GROUP BY reporting.form_code, form.zh, reporting.period, reporting.year
""",
        reads=frozenset({"core.reporting", "reference.forms"}),
        zh=f"报送完整性：每张表每个报告期应报、{'、'.join(status.zh for status in statuses)}的单位数",
        en="How complete the reporting of each form and period is; one row per form and period",
        columns={f"units_{status}": f"{status.zh}单位数 / units {status.en}" for status in statuses},
    )


def _unit_record_model() -> Model:
    """mart.unit_record: what became of a unit's forms in a year, a column for every status."""
    statuses = [status for status in Status if status is not Status.NOT_DUE]
    return Model(
        name="mart.unit_record",
        sql=f"""
WITH first_pass AS (
    SELECT unit_code, year, count(*) AS forms_right_first_time
    FROM ledger.state
    WHERE number = 1 AND counts
    GROUP BY unit_code, year
)

SELECT reporting.unit_code, unit.zh AS unit_zh, unit.unit_level, reporting.year, count(*) AS forms_due,
    {_counts(statuses, "forms")},
    coalesce(max(first_pass.forms_right_first_time), 0) AS forms_right_first_time
FROM core.reporting AS reporting
INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
LEFT JOIN first_pass ON reporting.unit_code = first_pass.unit_code AND reporting.year = first_pass.year
GROUP BY reporting.unit_code, unit.zh, unit.unit_level, reporting.year
""",
        reads=frozenset({"core.reporting", "core.unit", *READS[STATE]}),
        zh=f"单位报送记录：每个单位每年{'、'.join(status.zh for status in statuses)}和一次通过的表数",
        en="What became of each unit's forms in a year; one row per unit and year",
        columns={f"forms_{status}": f"{status.zh}表数 / forms {status.en}" for status in statuses},
        reach=SAME,
    )


def _counts(statuses: Iterable[Status], what: str = "units") -> str:
    return ", ".join(
        f"count(CASE WHEN reporting.status = {literal(status)} THEN 1 END) AS {what}_{status}" for status in statuses
    )


def awaited_until(connection: Connection, project: Project, year: int, today: dt.date) -> dt.date | None:
    """Until when forms of a year may still come in on time; None for a finished year.

    A year is finished when it is over and whatever is not past its due day has been reported.
    """
    last = project.last_due_day(year)
    if today > last:
        return None
    if today <= project.conventions.year.span(year)[1]:
        return last
    row = connection.execute(
        f"SELECT max(due_on) FROM core.reporting WHERE year = ? AND due_on >= ? "
        f"AND status NOT IN ({literal(Status.ON_TIME)}, {literal(Status.LATE)})",
        [year, today],
    ).fetchone()
    return row[0] if row else None


_REPORTING = f"""
    SELECT * REPLACE (CASE WHEN status = {literal(Status.MISSING)} AND due_on >= $today
        THEN {literal(Status.NOT_DUE)} ELSE status END AS status)
    FROM core.reporting
    WHERE year IN (SELECT unnest($years::INTEGER[])) AND coalesce(unit_code = $unit, TRUE)
        AND coalesce(form_code = $form, TRUE) AND coalesce(period = $period, TRUE)
"""


def _about(
    today: dt.date, years: Sequence[int], unit_code: str | None = None, form_code: str | None = None,
    period: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {"today": today, "years": list(years), "unit": unit_code, "form": form_code, "period": period}


def forms_of_years(
    connection: Connection,
    today: dt.date,
    years: Sequence[int],
    unit_code: str | None = None,
    form_code: str | None = None,
    period: str | None = None,
) -> list[dict[str, Any]]:
    """How complete each form and period of some years is; of a unit, a form or a period where they are named."""
    return rows_of(
        connection,
        f"""
        SELECT reporting.form_code, form.zh AS form_zh, reporting.period, reporting.year,
            count(*) AS units_due, {_counts(Status)}
        FROM ({_REPORTING}) AS reporting
        INNER JOIN reference.forms AS form ON reporting.form_code = form.form_code
        GROUP BY reporting.form_code, form.zh, reporting.period, reporting.year
        ORDER BY reporting.form_code, reporting.period
        """,
        _about(today, years, unit_code, form_code, period),
    )


def due_in_year(connection: Connection, today: dt.date, year: int, first: int | None = None) -> list[Due]:
    """What was due for a year, unit by unit, and what has become of it; of the `first` units where not of all.

    Those of whom something did not come on time stand before the others; both in the order of the roster.
    """
    irregular = ", ".join(literal(status) for status in Status if status.is_irregular)
    chosen = "" if first is None else "WHERE placed.place <= $first"
    rows = rows_of(
        connection,
        f"""
        WITH reporting AS ({_REPORTING}),

        placed AS (
            SELECT r.unit_code, row_number() OVER (ORDER BY NOT r.is_irregular, u.place, r.unit_code) AS place
            FROM (
                SELECT unit_code, bool_or(status IN ({irregular})) AS is_irregular FROM reporting GROUP BY unit_code
            ) AS r
            LEFT JOIN (SELECT unit_code, min(rowid) AS place FROM reference.units GROUP BY unit_code) AS u
                ON r.unit_code = u.unit_code
        )

        SELECT r.unit_code, r.form_code, r.period, r.status, r.arrived_on, r.due_on
        FROM reporting AS r
        INNER JOIN placed ON r.unit_code = placed.unit_code
        {chosen}
        ORDER BY placed.place, r.form_code, r.period
        """,
        _about(today, [year]) | ({} if first is None else {"first": first}),
    )
    return [Due(**row | {"status": Status(row["status"])}) for row in rows]


def due_counts(connection: Connection, today: dt.date, year: int) -> DueCounts:
    """How many units are where with each form and period of a year."""
    return {
        (row["form_code"], row["period"]): Counter({status: row[f"units_{status}"] for status in Status})
        for row in forms_of_years(connection, today, [year])
    }


def open_years(connection: Connection) -> tuple[int, ...]:
    """The years of which a form that is due does not count yet; where all count, every year of which any is due."""
    rows = connection.execute(
        "SELECT year, bool_and(submission_id IS NOT NULL) FROM core.reporting GROUP BY year ORDER BY year"
    ).fetchall()
    return tuple(year for year, is_whole in rows if not is_whole) or tuple(year for year, _ in rows)


def read_exceptions(
    connection: Connection,
    today: dt.date,
    years: Sequence[int],
    unit_code: str | None = None,
    form_code: str | None = None,
    period: str | None = None,
) -> list[Owed]:
    """Every form of some years that did not come on time or is still to come, unit by unit.

    Of a unit, a form or a period where they are named.
    """
    rows = rows_of(
        connection,
        f"""
        SELECT r.unit_code, r.form_code, form.zh AS form_zh, r.period, r.status, r.due_on, r.accepted_until,
            r.arrived_on
        FROM ({_REPORTING}) AS r
        INNER JOIN reference.forms AS form ON r.form_code = form.form_code
        WHERE r.status <> {literal(Status.ON_TIME)}
        ORDER BY r.unit_code, r.form_code, r.period
        """,
        _about(today, years, unit_code, form_code, period),
    )
    return [Owed(**row | {"status": Status(row["status"])}) for row in rows]


def not_reported(
    connection: Connection, today: dt.date, years: Sequence[int], unit_code: str | None = None
) -> list[dict[str, Any]]:
    """What is late, waiting, sent back, missing or not due yet, unit by unit, with what that is called."""
    rows = rows_of(
        connection,
        f"""
        SELECT reporting.unit_code, unit.short_zh, reporting.form_code, reporting.period, reporting.status,
            reporting.arrived_on, reporting.due_on
        FROM ({_REPORTING}) AS reporting
        INNER JOIN core.unit AS unit ON reporting.unit_code = unit.unit_code
        WHERE reporting.status <> {literal(Status.ON_TIME)}
        ORDER BY reporting.unit_code, reporting.form_code, reporting.period
        """,
        _about(today, years, unit_code),
    )
    return [row | {"status_zh": Status(row["status"]).zh} for row in rows]


def waiting_findings(connection: Connection, unit_code: str | None = None) -> list[dict[str, Any]]:
    """The findings of what was sent last and was sent back, or waits for an explanation or for us, and of what counts
    and was reopened."""
    return rows_of(
        connection,
        f"""
        SELECT finding.submission_id, finding.code, finding.severity, finding.sheet, finding.cell, finding.value,
            finding.expected, finding.sentence
        FROM ledger.finding AS finding
        INNER JOIN ledger.state AS sent ON finding.submission_id = sent.submission_id
        WHERE ((sent.is_last AND (sent.waits OR sent.state = {literal(Decision.KEPT)}))
                OR sent.submission_id IN (
                    SELECT submission_id FROM ledger.in_force WHERE state = {literal(Decision.REOPENED)}
                ))
            AND finding.severity <> 'warn'
            AND coalesce(sent.unit_code = ?, TRUE)
        ORDER BY finding.submission_id, finding.sheet, finding.row_no, finding.code
        """,
        [unit_code],
    )
