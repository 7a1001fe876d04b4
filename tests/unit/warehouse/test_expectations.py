"""What the rules promise: every offending row, exactly, or an error that says why not."""

import datetime as dt
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nianbao.errors import RuleError
from nianbao.terms.check import SQL_RULE, Offender, Rule
from nianbao.terms.finding import Severity
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.expectations import validate, validate_built

SRC = Path(__file__).parents[3] / "src"

RECORDS = """
INSERT INTO stage.gh05 VALUES
    ('QH630100-2021Q4-GH05-1', 1, 10, 4, 120.10, 'A1', '西宁市总工会', DATE '2021-12-31', TRUE),
    ('QH630100-2021Q4-GH05-1', 2, NULL, 9, 0.10, 'A2', '海东市 总工会', DATE '2021-10-01', FALSE),
    ('QH630200-2021Q4-GH05-1', 1, 7, 7, 9007199254740993.01, 'B9', 'Haibei', DATE '2022-01-01', NULL),
    ('QH630200-2021Q4-GH05-1', 2, -3, 2, NULL, NULL, NULL, NULL, TRUE)
"""


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A warehouse with a staging database and four records of one form."""
    connection = open_memory()
    connection.execute("ATTACH ':memory:' AS stage")
    connection.execute(
        "CREATE TABLE stage.gh05 (submission_id VARCHAR, row_no INTEGER, persons BIGINT, visits BIGINT,"
        " funds_yuan DECIMAL(18, 2), kind VARCHAR, 单位名称 VARCHAR, held_on DATE, done BOOLEAN)"
    )
    # A table of the same name elsewhere must not be mistaken for it.
    connection.execute("CREATE SCHEMA core; CREATE TABLE core.gh05 (nothing INTEGER)")
    connection.execute(RECORDS)
    yield connection
    connection.close()


def rule(type: str, name: str = "C05-1.gh05", **kwargs: object) -> Rule:
    """A rule of a type; what it says does not matter here."""
    return Rule(name, "C05-1", "GH05", "gh05", "main", Severity.REJECT, "请核对。", "数据应当真实。", type, kwargs)


def sql(query: str, name: str = "C05_1_sql") -> Rule:
    """A rule that is a query for its offenders."""
    return rule(SQL_RULE, name, unexpected_rows_query=query)


def places(offenders: list[Offender]) -> list[str]:
    """The offending rows, as the last digits of the unit and the row number."""
    return [f"{offender.submission_id[5]}.{offender.row_no}" for offender in offenders]


TYPES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("expect_column_values_to_not_be_null", {"column": "funds_yuan"}, ["2.2"]),
    ("expect_column_values_to_be_null", {"column": "persons"}, ["1.1", "2.1", "2.2"]),
    ("expect_column_values_to_be_between", {"column": "persons", "min_value": 0}, ["2.2"]),
    ("expect_column_values_to_be_between", {"column": "persons", "min_value": 7, "strict_min": True}, ["2.1", "2.2"]),
    ("expect_column_values_to_be_between", {"column": "funds_yuan", "max_value": 120}, ["1.1", "2.1"]),
    ("expect_column_values_to_be_between", {"column": "funds_yuan", "min_value": 0.1}, []),
    ("expect_column_values_to_be_between", {"column": "held_on", "max_value": "2021-12-31"}, ["2.1"]),
    ("expect_column_values_to_be_between", {"column": "held_on", "min_value": dt.date(2021, 12, 31)}, ["1.2"]),
    ("expect_column_values_to_be_in_set", {"column": "kind", "value_set": ["A1", "A2"]}, ["2.1"]),
    ("expect_column_values_to_be_in_set", {"column": "done", "value_set": [True]}, ["1.2"]),
    ("expect_column_values_to_not_be_in_set", {"column": "persons", "value_set": [7, 10]}, ["1.1", "2.1"]),
    ("expect_column_values_to_match_regex", {"column": "单位名称", "regex": "^[一-龥]+$"}, ["1.2", "2.1"]),
    ("expect_column_values_to_not_match_regex", {"column": "单位名称", "regex": " "}, ["1.2"]),
    ("expect_column_value_lengths_to_be_between", {"column": "单位名称", "max_value": 6}, ["1.2"]),
    ("expect_column_value_lengths_to_equal", {"column": "kind", "value": 2}, []),
    ("expect_column_values_to_be_unique", {"column": "submission_id"}, ["1.1", "1.2", "2.1", "2.2"]),
    ("expect_column_pair_values_to_be_equal", {"column_A": "persons", "column_B": "visits"}, ["1.1", "1.2", "2.2"]),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "persons", "column_B": "visits", "or_equal": True},
        ["2.2"],
    ),
    ("expect_multicolumn_sum_to_equal", {"column_list": ["persons", "visits"], "sum_total": 14}, ["2.2"]),
    (
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": ["persons", "visits"]},
        ["2.1"],
    ),
    (SQL_RULE, {"unexpected_rows_query": "SELECT * FROM stage.gh05 WHERE visits > 6"}, ["1.2", "2.1"]),
]


@pytest.mark.parametrize(("type", "kwargs", "expected"), TYPES)
def test_a_rule_finds_its_offending_rows_and_no_other(
    connection: Connection, type: str, kwargs: dict[str, Any], expected: list[str]
) -> None:
    """Each supported type of rule names exactly the rows that break it."""
    assert places(validate(connection, "stage", "gh05", [rule(type, **kwargs)])) == expected


def test_all_rules_of_a_table_are_evaluated_together_and_reported_in_their_order(connection: Connection) -> None:
    """Offenders come by rule, then by submission and row."""
    rules = [rule(type, name=f"{number}", **kwargs) for number, (type, kwargs, _) in enumerate(TYPES)]
    offenders = validate(connection, "stage", "gh05", rules)
    expected = [(str(number), place) for number, (_, _, found) in enumerate(TYPES) for place in found]
    assert [(o.rule.name, place) for o, place in zip(offenders, places(offenders), strict=True)] == expected


def test_two_rules_that_differ_only_in_severity_are_both_reported(connection: Connection) -> None:
    """Equal expectations of different rules are not taken for one."""
    kwargs = {"column": "persons", "min_value": 0}
    rules = [rule("expect_column_values_to_be_between", name, **kwargs) for name in ("warn", "reject")]
    assert [offender.rule.name for offender in validate(connection, "stage", "gh05", rules)] == ["warn", "reject"]


def test_values_come_back_as_they_are_stored(connection: Connection) -> None:
    """Money stays decimal to the last fen, also where a float could not hold it."""
    between = rule("expect_column_values_to_be_between", "core", column="funds_yuan", max_value=1)
    query = sql("SELECT submission_id, row_no, funds_yuan, held_on FROM stage.gh05 WHERE funds_yuan > 1")
    offenders = validate(connection, "stage", "gh05", [between, query])
    assert [offender.row["funds_yuan"] for offender in offenders] == [
        Decimal("120.10"),
        Decimal("9007199254740993.01"),
    ] * 2
    assert offenders[1].row["value"] == Decimal("9007199254740993.01")
    assert offenders[1].row["column"] == "funds_yuan"
    assert offenders[3].row["held_on"] == dt.date(2022, 1, 1)


def test_a_pair_rule_gives_both_values(connection: Connection) -> None:
    """The second column of a pair is what the first was expected to be compared with."""
    pair = rule("expect_column_pair_values_to_be_equal", column_A="persons", column_B="visits")
    row = validate(connection, "stage", "gh05", [pair])[0].row
    assert row == {
        "submission_id": "QH630100-2021Q4-GH05-1",
        "row_no": 1,
        "persons": 10,
        "visits": 4,
        "column": "persons",
        "value": 10,
        "expected": 4,
    }


@pytest.mark.parametrize("by_query", [False, True])
def test_more_than_200_offenders_all_come_back(connection: Connection, by_query: bool) -> None:
    """No list is cut short."""
    connection.execute(
        "INSERT INTO stage.gh05 (submission_id, row_no, persons) SELECT 'QH6309', i, -1 FROM range(1, 1001) AS t(i)"
    )
    query = sql("SELECT submission_id, row_no FROM stage.gh05 WHERE persons < 0")
    between = rule("expect_column_values_to_be_between", column="persons", min_value=0)
    offenders = validate(connection, "stage", "gh05", [query if by_query else between])
    assert [offender.row_no for offender in offenders] == [2, *range(1, 1001)]


def test_a_table_without_row_numbers_is_known_by_its_submissions(connection: Connection) -> None:
    """Rules on the submissions themselves give no row number."""
    connection.execute("CREATE TABLE stage.submission AS SELECT 'S1' AS submission_id, '元' AS money_unit")
    wanted = rule("expect_column_values_to_be_in_set", column="money_unit", value_set=["万元"])
    (offender,) = validate(connection, "stage", "submission", [wanted])
    assert (offender.submission_id, offender.row_no) == ("S1", None)


def test_an_empty_table_breaks_no_row_rule(connection: Connection) -> None:
    """Where nothing was reported nothing is wrong."""
    connection.execute("DELETE FROM stage.gh05")
    rules = [rule(type, name=str(number), **kwargs) for number, (type, kwargs, _) in enumerate(TYPES)]
    assert validate(connection, "stage", "gh05", rules) == []


def test_the_text_of_a_query_means_what_it_means_to_duckdb(connection: Connection) -> None:
    """Braces, colons, percent and dollar signs, quotes, comments and a semicolon are not taken for anything else."""
    query = sql(
        "-- says: 请核对：{value}，{不存在}\n"
        "SELECT submission_id, row_no, ' :a: {b} %s 100% $1 ''' AS text, {'k': visits}::VARCHAR AS braces\n"
        "FROM stage.gh05 WHERE 单位名称 LIKE '%总工会' AND kind <> ':x:' -- the end\n;"
    )
    offenders = validate(connection, "stage", "gh05", [query])
    assert places(offenders) == ["1.1", "1.2"]
    assert offenders[0].row["text"] == " :a: {b} %s 100% $1 '"
    assert offenders[0].row["braces"] == "{'k': 4}"


def test_names_that_are_words_of_sql_are_only_names(connection: Connection) -> None:
    """A table or column may be called what DuckDB calls something."""
    connection.execute('CREATE TABLE stage."order" AS SELECT \'S1\' AS submission_id, 1 AS row_no, 1 AS "select"')
    offenders = validate(connection, "stage", "order", [rule("expect_column_values_to_be_null", column="select")])
    assert [offender.row["value"] for offender in offenders] == [1]


def test_what_is_not_yet_committed_is_checked_too(connection: Connection) -> None:
    """The rules look through the connection itself, and leave its transaction as it is."""
    connection.execute("BEGIN; CREATE TABLE core.total AS SELECT 1 AS n")
    (verdict,) = validate_built(connection, "core", "total", [rule("expect_table_row_count_to_equal", value=1)])
    connection.execute("ROLLBACK")
    assert verdict.success
    assert connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name = 'total'").fetchall() == []


BROKEN = [
    (rule("expect_column_values_to_be_beautiful", "broken", column="persons"), "expect_column_values_to_be_beautiful"),
    (rule("expect_column_values_to_be_between", "broken", column="persons", minimum=1), "minimum"),
    (rule("expect_column_values_to_be_between", "broken", column="nobody", min_value=1), "nobody"),
    (rule("expect_column_values_to_be_between", "broken", column="kind", min_value=1), "VARCHAR"),
    (rule("expect_column_values_to_match_regex", "broken", column="kind", regex="(?=x)"), "regular expression|perl"),
    (sql("SELECT submission_id, row_no FROM stage.gh99", "broken"), "gh99"),
    (sql("SELEKT submission_id", "broken"), "SELEKT"),
    (sql("SELECT row_no FROM stage.gh05", "broken"), "submission_id"),
    (rule("expect_table_row_count_to_equal", "broken", value=0), "which rows"),
    (rule("expect_column_max_to_be_between", "broken", column="persons", max_value=0), "which rows"),
    (rule("expect_compound_columns_to_be_unique", "broken", column_list=["submission_id", "submission_id"]), ""),
]


@pytest.mark.parametrize(("broken", "cause"), BROKEN)
def test_a_rule_that_cannot_be_evaluated_is_named_with_its_cause(
    connection: Connection, broken: Rule, cause: str
) -> None:
    """A rule of ours that is wrong stops the run; it is neither dropped nor taken for a fault in the data."""
    sound = rule("expect_column_values_to_be_between", "sound", column="visits", min_value=100)
    with pytest.raises(RuleError, match=f"(?s)rule broken .*({cause})") as caught:
        validate(connection, "stage", "gh05", [sound, broken, sql("SELECT * FROM stage.gh05", "also_sound")])
    assert "sound" not in str(caught.value).replace("also_sound", "sound")


def test_two_rules_of_one_name_are_refused(connection: Connection) -> None:
    """A result could not be told which of the two it belongs to."""
    twins = [rule("expect_column_values_to_not_be_null", "twin", column=name) for name in ("kind", "persons")]
    with pytest.raises(RuleError, match="twin"):
        validate(connection, "stage", "gh05", twins)


def test_rows_that_cannot_be_told_apart_are_our_fault(connection: Connection) -> None:
    """A core rule on a table with several rows per submission and row number would accuse the innocent."""
    connection.execute(
        "INSERT INTO stage.gh05 (submission_id, row_no, persons) VALUES ('QH630100-2021Q4-GH05-1', 1, -1)"
    )
    with pytest.raises(RuleError, match="apart"):
        validate(
            connection, "stage", "gh05", [rule("expect_column_values_to_be_between", column="persons", min_value=0)]
        )


def test_built_tables_are_judged_as_a_whole(connection: Connection) -> None:
    """Numbers of a table, row rules and queries each give a verdict with what was observed."""
    rules = [
        rule("expect_table_row_count_to_be_between", "count", min_value=1, max_value=4),
        rule("expect_column_sum_to_be_between", "sum", column="visits", min_value=22, max_value=22),
        rule("expect_column_max_to_be_between", "max", column="persons", max_value=9),
        rule("expect_column_unique_value_count_to_be_between", "units", column="submission_id", min_value=2),
        rule("expect_column_values_to_not_be_null", "filled", column="kind"),
        sql("SELECT 1 FROM stage.gh05 WHERE visits > 6", "query"),
        sql("SELECT 1 FROM stage.gh05 WHERE visits > 60", "sound query"),
    ]
    verdicts = validate_built(connection, "stage", "gh05", rules)
    assert [(verdict.rule.name, verdict.observed, verdict.success) for verdict in verdicts] == [
        ("count", 4, True),
        ("sum", 22, True),
        ("max", 10, False),
        ("units", 2, True),
        ("filled", 1, False),
        ("query", 2, False),
        ("sound query", 0, True),
    ]


def test_a_broken_rule_on_a_built_table_is_an_error_and_no_verdict(connection: Connection) -> None:
    """Nothing is published on the strength of a rule that was not evaluated."""
    with pytest.raises(RuleError, match="rule broken"):
        validate_built(connection, "stage", "gh05", [sql("SELECT nothing_such FROM stage.gh05", "broken")])


def test_no_rules_no_work(connection: Connection) -> None:
    """Without rules there is nothing to find."""
    assert validate(connection, "stage", "gh05", []) == []
    assert validate_built(connection, "stage", "gh05", []) == []


def test_it_prints_nothing_and_calls_nobody(
    connection: Connection, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither progress bars nor warnings on the terminal, and no connection to any other machine."""

    def refuse(self: socket.socket, address: object) -> None:
        raise AssertionError(f"a connection to {address} was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: refuse(socket.socket(), args))
    rules = [rule(type, name=str(number), **kwargs) for number, (type, kwargs, _) in enumerate(TYPES)]
    assert validate(connection, "stage", "gh05", rules)
    assert validate_built(connection, "stage", "gh05", rules)
    assert capfd.readouterr() == ("", "")


FRESH = """
import socket, sys
def refuse(*args, **kwargs): raise AssertionError("a connection was tried")
socket.socket.connect = socket.getaddrinfo = refuse
from nianbao.warehouse.expectations import validate, warm_up
assert not {"great_expectations", "sqlalchemy", "pandas"} & sys.modules.keys()
warm_up()
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import open_memory
connection = open_memory()
connection.execute("CREATE TABLE t AS SELECT 'S1' AS submission_id, 1 AS row_no, -1 AS n")
kwargs = {"column": "n", "min_value": 0}
rule = Rule("a", "C00-1", "*", "t", "main", "warn", "", "", "expect_column_values_to_be_between", kwargs)
assert len(validate(connection, "main", "t", [rule])) == 1
assert not {"altair", "boto3", "botocore", "scipy.stats", "pyspark"} & sys.modules.keys()
import scipy.stats
assert scipy.stats.norm.cdf(0) == 0.5
from importlib import import_module
postponed = import_module("great_expectations.expectations.core.expect_column_kl_divergence_to_be_less_than")
assert postponed.stats.norm is scipy.stats.norm
assert postponed.alt.Chart.__module__.startswith("altair.")
assert import_module("great_expectations.datasource.fluent.spark_datasource").SparkDatasource.__fields__
connection.close()
"""


def test_a_process_starts_without_it_warms_up_once_and_ends_silently() -> None:
    """It is imported only on demand, waits for a warm-up under way, and leaves no noise behind at the end."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
