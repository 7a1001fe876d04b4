"""Every check catches what it is for and lets pass what is right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.expectations import validate
from tests.sql.cases import Bench, match, read_case

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "check"
COMPARE_CASES = Path(__file__).parent / "compare"
SUITE_CASES = Path(__file__).parent / "suite"
WORDS = (
    "file", "unit", "period", "form", "sheet", "cell", "text", "zh", "line", "due_on", "accepted_until", "measure",
)  # fmt: skip
"""What every sentence may use besides the columns of its query."""


def folders(*where: Path) -> list[str]:
    """The cases of folders by name."""
    return sorted(path.name for each in where for path in each.iterdir() if path.is_dir())


def case_of(name: str) -> Path:
    """The folder of a query's case: of one from sql/check, or of one that a suite compares."""
    return next(where / name for where in (CASES, COMPARE_CASES) if (where / name).is_dir())


@pytest.fixture(scope="module")
def project() -> Project:
    """The declared project."""
    return load_project(ROOT)


@pytest.fixture(scope="module")
def sql_rules(project: Project) -> dict[str, Rule]:
    """The rules that are queries by name: those of sql/check, and what the suites compare."""
    return {rule.name: rule for rule in project.rules if rule.is_sql}


@pytest.fixture(scope="module")
def bench(project: Project) -> Iterator[Bench]:
    """A staging area that each case fills anew."""
    bench = Bench(project)
    yield bench
    bench.close()


def test_every_check_has_a_case(project: Project, sql_rules: dict[str, Rule]) -> None:
    """Each file of sql/check and each comparison has a case folder, and each check code is broken by some case."""
    assert folders(CASES) == sorted(name for name, rule in sql_rules.items() if not rule.comparisons)
    assert folders(COMPARE_CASES) == sorted(name for name, rule in sql_rules.items() if rule.comparisons)
    broken = {rule.code for rule in sql_rules.values()}
    broken |= {row["code"] for name in folders(SUITE_CASES) for row in read_case(SUITE_CASES / name)[1]}
    assert broken == {rule.code for rule in project.rules}


@pytest.mark.parametrize("name", folders(CASES, COMPARE_CASES))
def test_a_query_finds_its_offenders_and_no_others(name: str, bench: Bench, sql_rules: dict[str, Rule]) -> None:
    """Rows that break the rule are found with their values; submissions called clean are not."""
    given, expected = read_case(case_of(name))
    bench.lay_out(given)
    found = rows_of(bench.connection, str(sql_rules[name].kwargs["unexpected_rows_query"]))
    assert expected
    assert not match(found, expected)
    everyone = {row["submission_id"] for table, rows in given.items() if table.startswith("stage.") for row in rows}
    assert any(each.startswith("clean") for each in everyone)
    assert not [row for row in found if row["submission_id"].startswith("clean")]


@pytest.mark.parametrize("name", folders(CASES, COMPARE_CASES))
def test_a_sentence_says_what_was_found(name: str, bench: Bench, sql_rules: dict[str, Rule]) -> None:
    """The sentence of a query asks for nothing that its rows do not give, and names the value."""
    given, _ = read_case(case_of(name))
    bench.lay_out(given)
    rule = sql_rules[name]
    for row in rows_of(bench.connection, str(rule.kwargs["unexpected_rows_query"])):
        sentence = rule.says.format_map(dict.fromkeys(WORDS, "…") | row)
        assert "{" in rule.says
        assert "None" not in sentence


@pytest.mark.parametrize("name", folders(SUITE_CASES))
def test_a_suite_finds_its_offenders_and_no_others(name: str, bench: Bench, project: Project) -> None:
    """The rules of a suite, run by Great Expectations, find the rows that break them and no others."""
    given, expected = read_case(SUITE_CASES / name)
    bench.lay_out(given)
    found = []
    for table in given:
        own = [rule for rule in project.rules if not rule.is_sql and f"stage.{rule.table}" == table]
        for offender in validate(bench.connection, "stage", table.partition(".")[2], own):
            rule, row = offender.rule, dict(offender.row)
            row |= {"submission_id": offender.submission_id, "row_no": offender.row_no}
            found.append(row | {"code": rule.code, "severity": rule.severity.value})
    assert expected
    assert not match(found, expected)


def test_great_expectations_evaluates_every_rule(bench: Bench, project: Project) -> None:
    """No rule breaks when there is nothing to check, and none finds anything then."""
    bench.lay_out({})
    tables = {"submission" if rule.is_sql else rule.table for rule in project.rules}
    for table in sorted(tables):
        own = [rule for rule in project.rules if ("submission" if rule.is_sql else rule.table) == table]
        assert not validate(bench.connection, "stage", table, own)
