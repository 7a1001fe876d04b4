"""Known: what counts beside the staged submissions, for the checks that look beyond one of them.

A night is judged in rounds. What counts of the earlier ones stands in `counted`, as staged; all that they brought, in
`counted.sent`. The views of `known` and `known_of_all` show what counts, with what is staged now in place of what it
would replace. What a rule costs that looks no further than the units that sent something follows from what they sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nianbao.terms.form import Part
from nianbao.warehouse.connect import Connection, quote
from nianbao.warehouse.refresh import are_many
from nianbao.warehouse.schema import CELL, LEDGER, create_mirror
from nianbao.warehouse.staged_tables import STAGED_CELL, SUBMISSION, WIDE, stage_table

_IN_LEDGER = ", ".join(name for name in SUBMISSION.columns if name in LEDGER["submission"].columns)
_SENT = "submission_id, unit_code, form_code, period, number, arrived_on, accepted_until"
_PLACE = "unit_code, form_code, period"


def attach_known(connection: Connection, parts: Iterable[Part]) -> None:
    """Attach what judging works in, where it is not there yet: databases in memory."""
    attached = {row[0] for row in connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    if "known" in attached:
        return
    for database in ("stage", "counted", *KNOWN):
        connection.execute(f"ATTACH ':memory:' AS {database}")
    begin_night(connection, parts)


def begin_night(connection: Connection, parts: Iterable[Part]) -> None:
    """Forget the rounds of an earlier night; the databases are attached."""
    create_mirror(connection, "counted", (SUBMISSION, STAGED_CELL, *map(stage_table, parts)))
    connection.execute(f"CREATE OR REPLACE TABLE counted.sent AS SELECT {_SENT} FROM counted.submission")


def end_round(connection: Connection, parts: Iterable[Part], accepted: Sequence[str]) -> None:
    """Let the accepted ones of what is staged count for the rounds to come, in place of what they replace."""
    connection.execute(f"INSERT INTO counted.sent SELECT {_SENT} FROM stage.submission")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE accepted AS SELECT unnest($1::VARCHAR[]) AS submission_id", [list(accepted)]
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE replaced AS
        SELECT submission_id FROM counted.submission
        WHERE ({_PLACE}) IN (SELECT ({_PLACE}) FROM stage.submission SEMI JOIN accepted USING (submission_id))
    """)
    [(replaced,)] = connection.execute("SELECT count(*) FROM replaced").fetchall()
    for table in ("submission", "cell", *(part.table for part in parts)):
        if replaced:
            connection.execute(f"DELETE FROM counted.{table} WHERE submission_id IN (FROM replaced)")
        connection.execute(f"INSERT INTO counted.{table} FROM stage.{table} SEMI JOIN accepted USING (submission_id)")
    connection.execute("DROP TABLE accepted; DROP TABLE replaced")


def show_known(connection: Connection, parts: Iterable[Part]) -> None:
    """Views of what counts, with what is staged in place of what it would replace.

    `known` shows it of the units that are staged and of those they were the year before, `known_of_all` of everybody.
    """
    warehouse = quote(str(connection.execute("SELECT current_database()").fetchall()[0][0]))
    name_concerned(connection)
    _choose(connection, warehouse)
    _relate(connection, warehouse)
    stored_cells = _set_cells_apart(connection, warehouse)
    for known in KNOWN:
        sources = _sources(connection, known)
        sources.show(connection, "submission", SUBMISSION.columns, f"FROM {known}.main.in_force")
        cells = stored_cells if known == "known" else f"{warehouse}.raw.cell"
        sources.show(connection, "cell", CELL.columns, _stored(known, cells, CELL.columns, {"value": _CELL_VALUE}, ()))
        for part in parts:
            wide = {field.column: f"CAST(r.{quote(field.column)} AS {WIDE[field.type]})" for field in part.fields}
            own = ["submission_id", "row_no", *_WHO, *wide]
            raw = f"{warehouse}.raw.{part.table}"
            sources.show(connection, part.table, own, _stored(known, raw, own, wide, _WHO))
    show_sent(connection)


KNOWN = ("known", "known_of_all")
"""The databases that show what counts: of the units that are staged, and of everybody."""

_WHO = ("unit_code", "period", "year")
_CELL_VALUE = f"CAST(r.value AS {STAGED_CELL.bare_columns['value']})"


def name_concerned(connection: Connection) -> None:
    """The units that `known` shows, in `known.concerned`: those that are staged and those that they were a year ago."""
    connection.execute("""
        CREATE OR REPLACE TABLE known.concerned AS
        SELECT unit_code FROM stage.submission
        UNION
        SELECT h.earlier_unit
        FROM reference.year_before AS h SEMI JOIN stage.submission AS s
            ON h.unit_code = s.unit_code AND h.period = s.period
    """)


def _choose(connection: Connection, warehouse: str) -> None:
    """The submissions that are shown: of everybody, and of the units of `known.concerned`."""
    staged = f"({_PLACE}) IN (SELECT ({_PLACE}) FROM stage.main.submission)"
    counted = f"({_PLACE}) IN (SELECT ({_PLACE}) FROM counted.main.submission)"
    connection.execute("""
        CREATE OR REPLACE TABLE known_of_all.latest AS
        SELECT submission_id FROM stage.main.submission
        QUALIFY row_number() OVER (PARTITION BY unit_code, form_code, period ORDER BY number DESC) = 1
    """)
    connection.execute(f"""
        CREATE OR REPLACE TABLE known_of_all.counted AS
        SELECT submission_id, unit_code FROM counted.main.submission WHERE NOT {staged}
    """)
    connection.execute(f"""
        CREATE OR REPLACE VIEW known_of_all.in_force AS
        SELECT {_IN_LEDGER} FROM {warehouse}.ledger.in_force WHERE NOT {staged} AND NOT {counted}
    """)
    for table in ("counted", "in_force"):
        connection.execute(
            f"CREATE OR REPLACE TABLE known.{table} AS "
            f"FROM known_of_all.{table} SEMI JOIN known.concerned USING (unit_code)"
        )


def _set_cells_apart(connection: Connection, warehouse: str) -> str:
    """The name of the table with the stored cells of `known`: where these are few they are read once and set apart."""
    [(concerned, of_all)] = connection.execute(
        f"SELECT (SELECT count(*) FROM known.in_force), (SELECT count(*) FROM {warehouse}.ledger.in_force)"
    ).fetchall()
    if are_many(concerned, of_all):
        return f"{warehouse}.raw.cell"
    connection.execute(
        f"CREATE OR REPLACE TABLE known.stored_cell AS "
        f"FROM {warehouse}.raw.cell SEMI JOIN known.in_force USING (submission_id)"
    )
    return "known.main.stored_cell"


@dataclass(frozen=True)
class _Sources:
    """Where the rows of the views of `known` come from: what is staged, or the last of each place of it; and, where
    they have any, earlier rounds and the warehouse. To plan a rule takes longer than to evaluate it, and the longer the
    more its views join.
    """

    known: str
    is_last: bool
    has_counted: bool
    has_stored: bool

    def show(self, connection: Connection, table: str, columns: Iterable[str], stored: str) -> None:
        """A view over the rows staged now, those of earlier rounds, and those in the warehouse."""
        names = ", ".join(map(quote, columns))
        last = "" if self.is_last else " SEMI JOIN known_of_all.main.latest USING (submission_id)"
        selects = [f"SELECT {names} FROM stage.main.{table}{last}"]
        if self.has_counted:
            kept = f"SEMI JOIN {self.known}.main.counted USING (submission_id)"
            selects.append(f"SELECT {names} FROM counted.main.{table} {kept}")
        if self.has_stored:
            selects.append(stored)
        connection.execute(f"CREATE OR REPLACE VIEW {self.known}.{table} AS {' UNION ALL BY NAME '.join(selects)}")


def _sources(connection: Connection, known: str) -> _Sources:
    return _Sources(
        known,
        *connection.execute(f"""
            SELECT
                (SELECT count(*) FROM known_of_all.latest) = (SELECT count(*) FROM stage.main.submission),
                EXISTS (FROM {known}.main.counted),
                EXISTS (FROM {known}.main.in_force)
        """).fetchall()[0],
    )


def _stored(known: str, raw: str, columns: Iterable[str], wide: Mapping[str, str], who: Sequence[str]) -> str:
    """The rows of a table of the warehouse that `known` shows; `who` are columns of the submission."""
    plain = {name: f"{'f' if name in who else 'r'}.{quote(name)}" for name in columns}
    values = (f"{value} AS {quote(name)}" for name, value in {**plain, **wide}.items())
    submissions = f"INNER JOIN {known}.main.in_force AS f ON r.submission_id = f.submission_id"
    return f"SELECT {', '.join(values)} FROM {raw} AS r {submissions}"


def _relate(connection: Connection, warehouse: str) -> None:
    """What each staged submission would replace, with the cells of that: `known.replaced`, `known.replaced_cell`."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE known.replaced AS
        SELECT s.submission_id, coalesce(c.submission_id, f.submission_id) AS replaced_id
        FROM stage.main.submission AS s
        LEFT JOIN counted.main.submission AS c USING ({_PLACE})
        LEFT JOIN {warehouse}.ledger.in_force AS f USING ({_PLACE})
        WHERE coalesce(c.submission_id, f.submission_id, s.submission_id) <> s.submission_id
    """)
    columns = ", ".join(CELL.columns)
    stored = ", ".join(_CELL_VALUE if name == "value" else f"r.{name}" for name in CELL.columns)
    connection.execute(f"""
        CREATE OR REPLACE VIEW known.replaced_cell AS
        SELECT {columns} FROM counted.main.cell
        WHERE submission_id IN (SELECT replaced_id FROM known.main.replaced)
        UNION ALL
        SELECT {stored} FROM {warehouse}.raw.cell AS r
        WHERE r.submission_id IN (SELECT replaced_id FROM known.main.replaced)
            AND r.submission_id NOT IN (SELECT submission_id FROM counted.main.submission)
    """)


def show_sent(connection: Connection) -> None:
    """The views `sent`: everything that was ever sent, whatever became of it."""
    warehouse = quote(str(connection.execute("SELECT current_database()").fetchall()[0][0]))
    for known in KNOWN:
        own = "SEMI JOIN known.main.concerned USING (unit_code)" if known == "known" else ""
        connection.execute(f"""
            CREATE OR REPLACE VIEW {known}.sent AS
            SELECT {_SENT} FROM stage.main.submission
            UNION
            SELECT {_SENT} FROM counted.main.sent {own}
            UNION
            SELECT {_SENT} FROM {warehouse}.ledger.submission {own}
        """)


def relate_periods(connection: Connection) -> None:
    """Say of everything known of the staged units and forms how its period, and its year to date, is summed.

    `known.year_to_date` has a row for each submission that takes part, with its weight in the value of the period and
    in that of the year to date: what the year had before is taken off one, or added to the other.
    """
    connection.execute("""
        CREATE OR REPLACE TABLE known.year_to_date AS
        WITH concerned AS (
            SELECT unit_code, form_code, year FROM stage.submission
            UNION
            SELECT unit_code, form_code, year - 1 FROM stage.submission
            UNION
            SELECT h.earlier_unit, s.form_code, s.year - 1
            FROM stage.submission AS s
            INNER JOIN reference.year_before AS h ON s.unit_code = h.unit_code AND s.period = h.period
        ),

        own AS (
            SELECT * FROM known.submission SEMI JOIN concerned USING (unit_code, form_code, year)
        ),

        before AS (
            SELECT
                k.submission_id, k.basis, e.submission_id AS said_in, e.period_end,
                max(CASE WHEN e.basis = 'cumulative' THEN e.period_end END) OVER (
                    PARTITION BY k.submission_id
                ) AS anchored
            FROM own AS k
            INNER JOIN own AS e USING (unit_code, form_code, year)
            WHERE e.period_end < CASE WHEN k.basis = 'cumulative' THEN k.period_end ELSE k.period_start END
        )

        SELECT submission_id, submission_id AS said_in, TRUE AS is_own, 1 AS in_period, 1 AS to_date FROM own
        UNION ALL
        SELECT
            submission_id, said_in, FALSE,
            CASE WHEN basis = 'cumulative' THEN -1 ELSE 0 END,
            CASE WHEN basis = 'cumulative' THEN 0 ELSE 1 END
        FROM before
        WHERE anchored IS NULL OR period_end >= anchored
    """)
