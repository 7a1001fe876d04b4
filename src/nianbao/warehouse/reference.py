"""Loads what is declared (lists, forms, fields, indicators, who owes what) as tables of the schema reference."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

from nianbao.catalog import Project
from nianbao.catalog.contacts import CONTACTS
from nianbao.catalog.declared import read_rows
from nianbao.terms.form import NUMBERS
from nianbao.terms.indicator import Indicator
from nianbao.warehouse.connect import Connection, insert_frame, quote, transaction
from nianbao.warehouse.kept_models import digest_of
from nianbao.warehouse.models import remember_all
from nianbao.warehouse.reference_table import ReferenceTable
from nianbao.warehouse.schema import comment_on
from nianbao.warehouse.time_tables import ended_tables, flag, periods_until, time_tables

_ALL, _OF_YEAR = "reference", "reference of the year"
_LATELY = 24
"""Of so many periods that ended last it is looked day by day whether something is still awaited."""


def load_reference(connection: Connection, project: Project, today: dt.date) -> dict[str, str]:
    """Bring the reference tables up to date; returns the fingerprint of each by its full name.

    They follow from the declarations and from the periods that are over; while neither changes they are left alone,
    because who owes what is long: units by forms by periods. When a period ends only those that speak of its end are
    made again.
    """
    stored = dict(connection.execute("SELECT model, fingerprint FROM ledger.build").fetchall())
    over = [period for period in periods_until(project, today) if period.end < today]
    closed = [
        f"{form.code} {period}"
        for form in project.forms.values()
        for period in over[-_LATELY:]
        if project.is_closed(form, period, today)
    ]
    of_year = hashlib.sha256(f"{digest_of(project)} {today.year}".encode()).hexdigest()
    key = hashlib.sha256(f"{of_year} {over} {closed}".encode()).hexdigest()
    is_same_year = stored.get(_OF_YEAR) == of_year
    known = {name: fingerprint for name, fingerprint in stored.items() if name.startswith("reference.")}
    if stored.get(_ALL) == key:
        return known
    fingerprints = known if is_same_year else {}
    tables = ended_tables(project, today) if is_same_year else reference_tables(project, today)
    with transaction(connection):
        for table in tables:  # one at a time: at 5,000 units all together take half a GB
            name, fingerprint = f"reference.{table.name}", table.fingerprint
            if stored.get(name) != fingerprint:
                _load(connection, name, table, project)
            fingerprints[name] = fingerprint
        connection.execute("DELETE FROM ledger.build WHERE model LIKE 'reference.%'")
        remember_all(connection, fingerprints | {_ALL: key, _OF_YEAR: of_year}, dt.datetime.combine(today, dt.time()))
    return fingerprints


def _load(connection: Connection, name: str, table: ReferenceTable, project: Project) -> None:
    import polars as pl  # takes half a second, which nights on which nothing has changed need not wait

    types = {column: table.types.get(column, "VARCHAR") for column in table.columns}
    columns = ", ".join(f"{quote(key)} {kind}" for key, kind in types.items())
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    comments = {column: project.column_comments.get(column, column) for column in table.columns}
    comment_on(connection, name, f"{table.zh} / {table.en}", comments)
    rows = pl.DataFrame(table.rows, dict.fromkeys(table.columns, pl.String), orient="row")
    insert_frame(connection, name, rows, {column: f"CAST({quote(column)} AS {kind})" for column, kind in types.items()})


_DESCRIPTIONS = {
    "accounts": ("会计科目", "charts of accounts; one row per chart and account"),
    "bulletin_2022_03": (
        "通报数字对照",
        "which printed figure of the model bulletin an indicator is; one row per figure",
    ),
    "codes": ("代码表", "code lists; one row per list and code"),
    "calendar": ("日历", "holidays, and weekends that are worked; one row per day"),
    "extensions": ("延期", "more time that was granted; one row per unit, level or everybody, form and period"),
    "columns": ("列名字典", "what columns mean; one row per column name"),
    "standards": ("标准", "standards that rules check against; one row per standard and validity"),
    "counters": ("量词", "measure words that may stand for a unit in a draft; one row per unit and word"),
    "draft_words": (
        "审稿用词",
        "words by which drafts are read; one row per word, in groups of words that say the same",
    ),
    "words": ("指标用词", "what indicators are called besides their names; one row per word"),
    "levels": ("层级", "the levels of the federation; one row per level"),
    "tiles": ("地块图", "where units lie on a map of tiles; one row per unit"),
    "successions": ("承继", "which unit took over from which; one row per unit, successor and day"),
}
_TYPES = {"calendar": {"day": "DATE"}, "extensions": {"granted_on": "DATE", "accepted_until": "DATE"}}


def reference_tables(project: Project, today: dt.date) -> Iterator[ReferenceTable]:
    """Every table of the schema reference, as of a day."""
    for path in sorted((project.path / "reference").glob("*.csv")):
        if path.name in ("units.csv", CONTACTS):
            continue  # units as read, with what the levels say of them; contacts are nothing for who counts
        header, *rows = (row for _, row in read_rows(path))
        zh, en = _DESCRIPTIONS.get(path.stem, (path.stem, f"the list {path.name}"))
        types = _TYPES.get(path.stem, {})
        yield ReferenceTable(path.stem, zh, en, tuple(header), [tuple(row) for row in rows], types)
    yield from _forms(project)
    yield _swings(project)
    yield _indicators(project)
    yield _federation(project)
    yield _units(project)
    yield from time_tables(project, today.year)
    yield from ended_tables(project, today)


def _forms(project: Project) -> Iterator[ReferenceTable]:
    yield ReferenceTable(
        "forms",
        "报表",
        "the declared forms; one row per form",
        ("form_code", "zh", "en", "table_no", "edition", "since", "until"),
        [
            (form.code, form.zh, form.en, form.table_no, form.edition, form.span.since.isoformat(),
             form.span.until.isoformat())
            for form in project.forms.values()
        ],
        {"since": "DATE", "until": "DATE"},
    )  # fmt: skip
    yield ReferenceTable(
        "fields",
        "报表指标",
        "the declared fields; one row per field of a part",
        ("form_code", "part", "table_name", "field", "column_name", "zh", "en", "type", "unit", "aggregate", "line",
         "code_list", "row_list", "layout", "allows_refunds", "never_falls", "stands_all_year", "is_row_key"),
        [
            (part.form_code, part.code, part.table, field.code, field.column, field.zh, field.en, field.type.value,
             field.unit, field.aggregate.value, str(field.line), field.codes, part.rows, part.layout.value,
             flag(field.allows_refunds), flag(field.never_falls), flag(field.stands_all_year),
             flag(field.code in part.known_by))
            for part in project.parts
            for field in part.fields
        ],
        {
            "line": "INTEGER", "allows_refunds": "BOOLEAN", "never_falls": "BOOLEAN", "stands_all_year": "BOOLEAN",
            "is_row_key": "BOOLEAN",
        },
    )  # fmt: skip


def _swings(project: Project) -> ReferenceTable:
    return ReferenceTable(
        "swings",
        "变动幅度",
        "by how much totals may move before the reason is asked; one row per form, part, field and level",
        ("form_code", "part", "field", "unit_level", "per_cent", "least"),
        [
            (form.code, part.code, field.code, level, str(per_cent), str(form.swing.least))
            for form in project.forms.values()
            for part in form.parts
            for field in part.fields
            if field.type in NUMBERS
            for level in project.roster.levels
            if (per_cent := form.swing_of(field, level))
        ],
        {"per_cent": "INTEGER", "least": "INTEGER"},
    )


def _indicators(project: Project) -> ReferenceTable:
    return ReferenceTable(
        "indicators",
        "指标",
        "the declared indicators; one row per indicator",
        ("indicator_id", "zh", "en", "unit", "publication", "section", "form_code", "part", "period", "unit_scope",
         "aggregate", "of_counted", "formula", "adds_up", "former"),
        [
            (
                item.id,
                item.zh,
                item.en,
                item.unit,
                item.publication,
                item.section,
                item.form,
                item.part if item.form else "",
                item.period,
                item.unit_scope,
                item.aggregate.value,
                flag(_asks_counted(item, project)),
                item.formula,
                flag(item.adds_up),
                " ".join(item.former),
            )
            for item in project.indicators.values()
        ],
        {"of_counted": "BOOLEAN"},
    )  # fmt: skip


def _federation(project: Project) -> ReferenceTable:
    conventions = project.conventions
    return ReferenceTable(
        "federation",
        "联合会的用词和年度",
        "what the federation calls everybody and its counted units, and its year; one row",
        ("whole", "counted", "year_basis"),
        [(conventions.words.whole, conventions.words.counted, conventions.year.code)],
        {},
    )


def _units(project: Project) -> ReferenceTable:
    """The roster with its days as days; a unit that stands is valid to a day that nobody will see."""
    latest = project.roster.latest
    return ReferenceTable(
        "units",
        "单位名册",
        "the roster; one row per unit and validity",
        ("unit_code", "unit_level", "is_root", "is_counted", "zh", "short_zh", "en", "adcode", "place_parent",
         "industry_parent", "valid_from", "valid_to", "is_latest", "name_status", "source"),
        [
            (unit.code, unit.level.code, flag(unit.level.is_root), flag(unit.is_counted), unit.zh, unit.short_zh,
             unit.en, unit.adcode, unit.place_parent, unit.industry_parent, unit.valid_from.isoformat(),
             (unit.valid_to or dt.date.max).isoformat(), flag(unit is latest[unit.code]), unit.name_status,
             unit.source)
            for unit in project.roster.versions
        ],
        {"is_root": "BOOLEAN", "is_counted": "BOOLEAN", "is_latest": "BOOLEAN", "valid_from": "DATE",
         "valid_to": "DATE"},
    )  # fmt: skip


def _asks_counted(indicator: Indicator, project: Project) -> bool:
    """Whether counted units are asked for an indicator; where none is, its coverage is of whoever is asked."""
    if indicator.is_formula:
        return False
    part = project.forms[indicator.form].part(indicator.part)
    return any(
        unit.is_counted and part.is_reported_by(unit) and indicator.is_about(unit) for unit in project.roster.versions
    )
