"""One place says what holds about a submission; everything else asks it."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nianbao.catalog import Project
from nianbao.terms.delivery import Decision
from nianbao.warehouse.connect import Connection, open_memory, rows_of
from nianbao.warehouse.explanations import explanations, rulings
from nianbao.warehouse.schema import LEDGER, create_schema
from nianbao.warehouse.state import states
from tests.facts import record

ROOT = Path(__file__).parents[3]
ACCEPTED, WARNED, WAITING, REJECTED = tuple(Decision)[:4]
WITHDRAWN = Decision.WITHDRAWN
SPELLED = {f"src/nianbao/terms/{name}.py" for name in ("delivery", "status")}
QUOTED = re.compile(rf"""(['"])({"|".join(Decision)})\1(?!:)""")  # a colon follows the key of a document
ORDERED = re.compile(r"decision\b[^,;]*\bDESC|FROM ledger\.decision|JOIN ledger\.decision", re.IGNORECASE)


@pytest.fixture
def connection(project: Project) -> Iterator[Connection]:
    """A warehouse whose ledger takes rows that name only what matters."""
    connection = open_memory()
    create_schema(connection, project)
    for table in ("submission", "decision", "delivery"):
        connection.execute(f"CREATE OR REPLACE TABLE ledger.{table} AS SELECT * FROM ledger.{table}")
    yield connection
    connection.close()


def tell(connection: Connection, *events: tuple[int, int, Decision, int]) -> None:
    """Record events about versions of one form: (version, run, decision, hour)."""
    submissions: dict[int, dict[str, Any]] = {}
    decisions = []
    for number, run, decision, hour in events:
        key = {"submission_id": f"v{number}"}
        place = {"unit_code": "U1", "form_code": "GH05", "period": "2021Q4", "number": number}
        submissions[number] = dict.fromkeys(LEDGER["submission"].columns) | key | place
        at = dt.datetime(2022, 1, 16, hour)
        decided = {"decision": decision.value, "decided_at": at, "run_id": f"R{run:06d}"}
        decisions.append(dict.fromkeys(LEDGER["decision"].columns) | key | decided)
    record(connection, {"submission": list(submissions.values()), "decision": decisions})


def held(connection: Connection) -> list[tuple[str, str, bool, bool]]:
    """State, whether it counts and whether it is the last sent, by submission."""
    rows = rows_of(connection, "SELECT submission_id, state, counts, is_last FROM ledger.state ORDER BY ALL")
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


def in_force(connection: Connection) -> list[str]:
    """The submissions that count now."""
    return [row["submission_id"] for row in rows_of(connection, "SELECT submission_id FROM ledger.in_force")]


def test_the_state_is_that_of_the_last_event(connection: Connection) -> None:
    """A submission that was accepted and taken back is withdrawn, and the one before it counts again."""
    tell(connection, (1, 1, ACCEPTED, 1), (2, 2, WARNED, 2))
    assert in_force(connection) == ["v2"]
    tell_again = {"submission_id": "v2", "decision": WITHDRAWN.value, "run_id": "R000003"}
    at = {"decided_at": dt.datetime(2022, 1, 17), "decided_by": "审核岗", "because": "报错"}
    record(connection, {"decision": [tell_again | at]})
    assert held(connection) == [("v1", ACCEPTED, True, False), ("v2", WITHDRAWN, False, True)]
    assert in_force(connection) == ["v1"]


def test_a_clock_that_was_set_back_changes_no_state(connection: Connection) -> None:
    """Runs are numbered as they happen: the withdrawal of run 2 holds though its clock says it came before run 1."""
    tell(connection, (1, 1, ACCEPTED, 9), (1, 2, WITHDRAWN, 3))
    assert held(connection) == [("v1", WITHDRAWN, False, True)]
    assert in_force(connection) == []


def test_a_version_that_waits_takes_nothing_away(connection: Connection) -> None:
    """What counts is the last version that counts, not the last one sent."""
    tell(connection, (1, 1, ACCEPTED, 1), (2, 2, REJECTED, 2), (3, 3, WAITING, 3))
    assert in_force(connection) == ["v1"]
    assert [(each.submission_id, each.period, each.state) for each in states(connection, "v3")] == [
        ("v3", "2021Q4", WAITING)
    ]


def test_what_was_withdrawn_and_judged_again_counts_again(connection: Connection) -> None:
    """A later judgement is a later event."""
    tell(connection, (1, 1, ACCEPTED, 1), (1, 2, WITHDRAWN, 2), (1, 3, WARNED, 3))
    assert in_force(connection) == ["v1"]


def test_no_other_line_spells_a_state() -> None:
    """Quoted states and orders of decisions stand in the table of words and in the views, nowhere else."""
    files = [
        path
        for folder in ("src", "sql", "flows")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sql")
    ]
    assert len(files) > 200
    found = []
    for path in files:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        quoted = [] if name in SPELLED else [match[0] for match in QUOTED.finditer(text)]
        ordered = [] if name.endswith("warehouse/state.py") else [match[0] for match in ORDERED.finditer(text)]
        found += [(name, spelled) for spelled in quoted + ordered]
    assert found == []


def test_T33_the_last_of_two_rulings_within_one_second_holds(connection: Connection) -> None:
    """The clock cannot tell them apart; the order in which they were recorded can."""
    at, texts = (
        dt.datetime(2022, 1, 16, 9),
        dict.fromkeys(("unit_code", "form_code", "period", "code", "sentence"), "x"),
    )
    explanation = {"explanation_id": "E1", "submission_id": "v1", "explanation": "属实", "explained_at": at} | texts
    record(connection, {"explanation": [dict.fromkeys(LEDGER["explanation"].columns) | explanation]})
    for ruling in ("approved", "refused"):
        ruled = {"explanation_id": "E1", "ruling": ruling, "ruled_by": "审核岗", "ruled_at": at, "explanation": "属实"}
        about = {"unit_code": "x", "form_code": "x", "code": "x"}
        record(connection, {"ruling": [dict.fromkeys(LEDGER["ruling"].columns) | ruled | about]})
    assert [each.ruling for each in rulings(connection)] == ["approved", "refused"]
    assert [row["ruling"] for row in explanations(connection)] == ["refused"]
