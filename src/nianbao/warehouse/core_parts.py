"""core.<part>: the rows in force of one part of a form, values of year-to-date reports turned into period values."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.terms.form import Aggregate, Form, Layout, Part
from nianbao.warehouse.connect import quote
from nianbao.warehouse.models import Model
from nianbao.warehouse.refresh import SAME
from nianbao.warehouse.schema import SQL_TYPES


def core_models(project: Project) -> list[Model]:
    """One model per part of every form; written from the form, as raw is."""
    return [_core_model(form, part) for form in project.forms.values() for part in form.parts]


def _core_model(form: Form, part: Part) -> Model:
    name = f"core.{part.table}"
    return Model(
        name=name,
        sql=_core_sql(form, part),
        reads=frozenset({f"raw.{part.table}", "core.submission"}),
        zh=f"现行数据：{form.zh}·{part.zh}",
        en=f"rows in force of {form.en}: {part.en}; one row per record of a unit and period",
        columns={field.column: field.comment for field in part.fields},
        reach=SAME,
    )


def _core_sql(form: Form, part: Part) -> str:
    columns = [quote(field.column) for field in part.fields]
    sums = {quote(field.column): SQL_TYPES[field.type] for field in part.fields if field.aggregate is Aggregate.SUM}
    rows = f"""
SELECT r.submission_id, r.row_no, s.unit_code, s.period, s.year, s.basis, {", ".join(f"r.{name}" for name in columns)}
FROM raw.{part.table} AS r
INNER JOIN core.submission AS s
    ON r.submission_id = s.submission_id"""
    if form.cumulative or part.layout is Layout.LEDGER or not sums:
        return (
            f"SELECT submission_id, row_no, unit_code, period, year, {', '.join(columns)}\nFROM ({rows}\n) AS reported"
        )
    anchors = {name: quote(f"anchors of {name[1:-1]}") for name in sums}
    counts = ",\n        ".join(
        f"count(CASE WHEN basis = 'cumulative' THEN {name} END) OVER ({_BEFORE}) AS {anchor}"
        for name, anchor in anchors.items()
    )
    values = [
        f"CAST({_period_value(name, anchors[name])} AS {sums[name]}) AS {name}" if name in sums else name
        for name in columns
    ]
    return f"""WITH reported AS ({rows}
),

grouped AS (
    SELECT
        *,
        {counts}
    FROM reported
)

SELECT submission_id, row_no, unit_code, period, year, {", ".join(values)}
FROM grouped"""


_EARLIER = "ORDER BY period ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_BEFORE = f"PARTITION BY unit_code, year {_EARLIER}"


def _period_value(name: str, anchors: str) -> str:
    """The value of the period alone: a year-to-date value less what the year had before it.

    What the year had before: the last year-to-date value, plus the period values reported after that one, which are
    those with as many year-to-date values (`anchors`) before them.
    """
    since = f"PARTITION BY unit_code, year, {anchors} {_EARLIER}"
    return (
        f"CASE WHEN basis = 'cumulative' THEN {name}"
        f" - coalesce(last_value(CASE WHEN basis = 'cumulative' THEN {name} END IGNORE NULLS) OVER ({_BEFORE}), 0)"
        f" - coalesce(sum(CASE WHEN basis = 'period' THEN {name} END) OVER ({since}), 0)"
        f" ELSE {name} END"
    )
