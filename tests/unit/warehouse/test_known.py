"""What rules see beside the staged submissions: what counts of their units, and of everybody only where they ask."""

import datetime as dt
from collections.abc import Iterator

import pytest

from nianbao.catalog import Project
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.known import end_round, relate_periods, show_known
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema
from nianbao.warehouse.stage import fill_stage
from nianbao.warehouse.state import restate_all
from tests.sql.test_plans import UNITS, fill


@pytest.fixture
def federation(project: Project) -> Iterator[Connection]:
    """All units sent every form last year; nothing is staged yet."""
    connection = open_memory()
    create_schema(connection, project)
    load_reference(connection, project, dt.date(2022, 3, 1))
    fill(connection, project, 2020, "raw", "ledger.submission")
    connection.execute("""
        INSERT INTO ledger.decision BY NAME
        SELECT submission_id, 'accepted' AS decision, make_timestamp(2021, 1, 11, 0, 0, 0) AS decided_at, 'R1' AS run_id
        FROM ledger.submission
    """)
    restate_all(connection)
    fill_stage(connection, project)
    fill(connection, project, 2021, "stage", "stage.submission")
    yield connection
    connection.close()


@pytest.mark.parametrize("of_staged", ["unit_code = 'U7'", "unit_code IN ('U1', 'U2', 'U3')", "TRUE"])
def test_known_is_what_counts_of_the_units_that_are_staged(
    federation: Connection, project: Project, of_staged: str
) -> None:
    """Few or many, `known` has all rows of `known_of_all` that are theirs, and none of anybody else's."""
    for table in ("submission", *(part.table for part in project.parts)):
        federation.execute(f"DELETE FROM stage.{table} WHERE NOT ({of_staged})")
    federation.execute("DELETE FROM stage.cell WHERE submission_id NOT IN (SELECT submission_id FROM stage.submission)")
    show_known(federation, project.parts)
    relate_periods(federation)
    theirs = "(SELECT submission_id FROM known_of_all.submission SEMI JOIN stage.submission USING (unit_code))"
    for table in ("submission", "sent", "cell", "gh05", "gh12"):
        whole = f"known_of_all.{table} WHERE submission_id IN {theirs}"
        shown, of_all = (
            federation.execute(f"SELECT count(*), sum(hash(t)) FROM (FROM {each}) AS t").fetchone()
            for each in (f"known.{table}", whole)
        )
        assert shown == of_all
        assert shown is not None and shown[0] > 0
    everybody = federation.execute("SELECT count(DISTINCT unit_code) FROM known_of_all.submission").fetchone()
    assert everybody == (UNITS,)


def test_known_shows_a_successor_what_it_was_the_year_before(federation: Connection, project: Project) -> None:
    """The unit that a staged one took over is shown with it."""
    for table in ("submission", *(part.table for part in project.parts)):
        federation.execute(f"DELETE FROM stage.{table} WHERE unit_code <> 'U7'")
    federation.execute("""
        INSERT INTO reference.year_before BY NAME
        SELECT 'U7' AS unit_code, '2021' AS period, 'U8' AS earlier_unit, 1 AS share
    """)
    show_known(federation, project.parts)
    shown = federation.execute("SELECT DISTINCT unit_code FROM known.submission ORDER BY unit_code").fetchall()
    assert shown == [("U7",), ("U8",)]


def test_known_has_each_place_once_wherever_its_rows_come_from(federation: Connection, project: Project) -> None:
    """What an earlier round brought counts beside the warehouse, and of what is staged twice the last."""
    forms = len(project.forms)
    sent = [row[0] for row in federation.execute("SELECT submission_id FROM stage.submission").fetchall()]
    end_round(federation, project.parts, sent)
    for table in ("submission", *(part.table for part in project.parts)):
        federation.execute(f"DELETE FROM stage.{table} WHERE unit_code <> 'U7'")
    federation.execute("""
        INSERT INTO stage.submission
        SELECT * REPLACE (submission_id || '-again' AS submission_id, 2 AS number) FROM stage.submission
    """)
    show_known(federation, project.parts)
    found = {
        known: federation.execute(f"""
            SELECT year, number, count(DISTINCT unit_code), count(*) FROM {known}.submission
            GROUP BY ALL ORDER BY ALL
        """).fetchall()
        for known in ("known", "known_of_all")
    }
    assert found["known"] == [(2020, 1, 1, forms), (2021, 2, 1, forms)]
    others = (2021, 1, UNITS - 1, forms * (UNITS - 1))
    assert found["known_of_all"] == [(2020, 1, UNITS, forms * UNITS), others, (2021, 2, 1, forms)]
    end_round(federation, project.parts, [f"{each}-again" for each in sent if each.startswith("U7-")])
    [(counted,)] = federation.execute("SELECT count(*) FROM counted.submission").fetchall()
    assert counted == forms * UNITS
