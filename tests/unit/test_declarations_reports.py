"""The declared indicators and reports fit the forms, the model bulletin and each other."""

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from nianbao.catalog import Project, load_project
from nianbao.catalog.passages import bindings_of
from nianbao.terms.form import Aggregate, Field, FieldType
from nianbao.terms.indicator import Indicator
from nianbao.terms.passage import Binding, Bound, StandingPhrase
from nianbao.terms.period import Period
from nianbao.terms.publication import Section

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "figures.csv"
PRINTED = ROOT / "reference" / "bulletin_2022_03.csv"
TREE = {
    "work_report": "S W W1 P W1.A W1.A1 W1.A2 W1.A3 W1.A4 W1.A5 W1.A6 W1.A7 "
    "W1.B W1.B1 W1.B2 W1.B3 W1.B4 W1.C W1.D W2 W2.1 W2.2 W2.3 W2.4 W2.5 W2.6",
    "audit_report": "A A1 A1.1 A1.2 A1.3 A2 A2.1 A2.2 A2.3 A2.4 A2.5 A3 A3.1 A3.2 A3.3 A3.4 A3.5",
}
SPEECH = re.compile(r"S\.\d")
"""A speech is the speaker's own: what the bulletin's speech counts is printed at the head of the work report."""
YEARS = {"year", "prev_year", "next_year"}
BINDING = re.compile(r"\{(?P<id>[a-z0-9_]+)(?P<before>@prev_year)?(?: \| (?P<wording>[^}]+))?\}")
STYLES = re.compile(
    r"((exact|change)( \d)?|(over|more|near|about|at_least|above) \d|ordinal|chinese|first)( [^\d\s]+)?"
)
TYPES = {
    FieldType.INT: "BIGINT",
    FieldType.MONEY: "DECIMAL(18, 2)",
    FieldType.DECIMAL: "DECIMAL(18, 4)",
    FieldType.TEXT: "VARCHAR",
    FieldType.CODE: "VARCHAR",
    FieldType.DATE: "DATE",
    FieldType.BOOL: "BOOLEAN",
}


@cache
def project() -> Project:
    """The federation's own project."""
    return load_project(ROOT)


def indicators() -> dict[str, Indicator]:
    """All declared indicators."""
    return project().indicators


def sections() -> Iterator[tuple[str, Section]]:
    """Every section with its publication."""
    for publication in project().publications.values():
        for section in publication.sections:
            yield publication.code, section


def bindings(section: Section) -> Iterator[Binding]:
    """The figures bound in the sentences of a section."""
    return bindings_of(section.paragraphs)


def spoken(section: Section) -> Iterator[str]:
    """The words of a section that are declared, without its figures."""
    for passage in section.paragraphs:
        if isinstance(passage, Bound):
            yield from (piece for sentence in passage.sentences for piece in sentence if isinstance(piece, str))
        if isinstance(passage, StandingPhrase):
            yield project().wordings.phrases[passage.phrase_id].text


def references(section: Section) -> Iterator[str]:
    """The figures in the tables and charts of a section."""
    for table in section.tables:
        yield from (column.indicator for column in table.columns if column.indicator)
        yield from (name for row in table.rows_of for name in row.indicators if name)
    for chart in section.charts:
        yield from (*chart.indicators, *chart.against)


def printed() -> list[dict[str, str]]:
    """The figures of the model bulletin as the project knows them."""
    with PRINTED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names_in(formula: str) -> set[str]:
    """The indicators a formula speaks of."""
    tree = ast.parse(re.sub(r"@[a-z_]+", "", formula), mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def field_of(indicator: Indicator) -> Field:
    """The field whose cells are the trace of an indicator."""
    return project().forms[indicator.form].part(indicator.part).field(indicator.field)


@pytest.fixture(scope="module")
def core() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse with the core tables that the forms make, and the models declared over them."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA core; CREATE SCHEMA reference")
    connection.execute("CREATE TABLE reference.unit_in_period (unit_code VARCHAR, period VARCHAR, unit_level VARCHAR)")
    fixed = "submission_id VARCHAR, row_no INTEGER, unit_code VARCHAR, period VARCHAR, year INTEGER"
    for part in project().parts:
        columns = ", ".join(f"{field.column} {TYPES[field.type]}" for field in part.fields)
        connection.execute(f"CREATE TABLE core.{part.table} ({fixed}, {columns})")
    model = (ROOT / "sql" / "core" / "audit_row.sql").read_text(encoding="utf-8")
    connection.execute(f"CREATE TABLE core.audit_row AS {model}")
    yield connection
    connection.close()


def test_every_figure_of_the_bulletin_has_one_place() -> None:
    """The 140 printed figures are mapped one to one, each to the section that prints it."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        golden = {row["figure_id"]: SPEECH.sub("W1", row["section_no"]) for row in csv.DictReader(file)}
    rows = printed()
    assert {row["bulletin_id"]: row["section"] for row in rows} == golden
    places = Counter((row["publication"], row["section"], row["indicator"], row["period"]) for row in rows)
    assert not [place for place, times in places.items() if times > 1]


def test_every_figure_of_the_bulletin_is_bound_once_in_its_section() -> None:
    """A sentence of the section prints the figure, of the right year, and prints it once."""
    bound = Counter(
        (publication, section.id, each.indicator_id, "2020" if each.is_of_prev_year else "2021")
        for publication, section in sections()
        for passage in section.paragraphs
        if isinstance(passage, Bound)
        for sentence in passage.in_year(Period.parse("2021"))
        for each in sentence
        if isinstance(each, Binding)
    )
    places = [(row["publication"], row["section"], row["indicator"], row["period"]) for row in printed()]
    assert [place for place in places if bound[place] != 1] == []


def test_the_section_tree_is_complete() -> None:
    """Every section of the bulletin is there in its order, also those without a figure; 分送 is in the tail lines."""
    tree = {
        code: [section.id for section in publication.sections] for code, publication in project().publications.items()
    }
    assert tree == {code: ids.split() for code, ids in TREE.items()}


def test_a_binding_says_how_it_is_worded() -> None:
    """Every binding in a sentence has a style of reports/README.md with the digits that the style needs."""
    wrong = [each for _, section in sections() for each in bindings(section) if not STYLES.fullmatch(each.wording)]
    assert wrong == []


def test_every_brace_is_a_binding() -> None:
    """What stands in braces is a figure or a year; a slip of the pen would be printed as it stands."""
    for _, section in sections():
        for text in (section.title, *spoken(section)):
            rest = BINDING.sub("", text)
            assert "{" not in rest and "}" not in rest, (section.id, rest)


def test_no_digit_is_typed_in_a_report() -> None:
    """Digits come from figures and years only, so nothing but data can be printed as data."""
    for _, section in sections():
        texts = [section.title, *spoken(section)]
        for table in section.tables:
            texts += [table.title, table.note, table.total, *(column.zh for column in table.columns)]
            texts += [row.zh for row in table.rows_of]
        texts += [text for chart in section.charts for text in (chart.title, *chart.labels)]
        assert not [text for text in texts if re.search(r"\d", re.sub(r"\{[^}]*\}|“[^”]*”", "", text))], section.id


def test_a_run_in_heading_is_followed_by_its_paragraph() -> None:
    """A heading of level 3 runs into the paragraph after it, so there is one."""
    assert not [section.id for _, section in sections() if section.level == 3 and not section.paragraphs]


def test_tables_and_charts_have_what_their_kind_needs() -> None:
    """Regional tables name an indicator in every column, budgets stand against as many actuals."""
    for _, section in sections():
        for table in section.tables:
            by_unit = table.rows in ("prefecture", "member")
            assert by_unit == all(column.indicator for column in table.columns), table.title
            assert (table.rows == "indicator") == bool(table.rows_of), table.title
        for chart in section.charts:
            wanted = len(chart.indicators) if chart.kind == "actual_against_budget" else 0
            assert len(chart.against) == wanted, chart.title
            assert len(chart.labels) in (0, len(chart.indicators)), chart.title
            assert len(chart.indicators) == 1 or chart.kind != "bar_by_unit", chart.title


def test_last_year_is_the_only_offset() -> None:
    """Tables and charts bind this year's figures or those of the year before."""
    names = [name for _, section in sections() for name in references(section)]
    assert names
    assert not [name for name in names if name.partition("@")[2] not in ("", "prev_year")]


def test_an_indicator_belongs_to_a_section_that_exists() -> None:
    """The section and publication an indicator file names are declared."""
    known = {(publication, section.id) for publication, section in sections()}
    assert not [each.id for each in indicators().values() if (each.publication, each.section) not in known]


def test_a_formula_leads_to_cells() -> None:
    """Formulas use + - * / and numbers over declared indicators and end, without a circle, in fields of forms."""
    allowed = (ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Name, ast.Load, ast.Constant)

    def ends_in_cells(name: str, above: tuple[str, ...] = ()) -> bool:
        assert name not in above, f"{name} is computed from itself"
        indicator = indicators()[name]
        return not indicator.is_formula or all(
            ends_in_cells(each, (*above, name)) for each in names_in(indicator.formula)
        )

    for indicator in indicators().values():
        if indicator.is_formula:
            tree = ast.parse(re.sub(r"@[a-z_]+", "", indicator.formula), mode="eval")
            assert all(isinstance(node, allowed) for node in ast.walk(tree)), indicator.id
        assert ends_in_cells(indicator.id)


def test_conditions_and_measures_bind_to_the_core_tables(core: duckdb.DuckDBPyConnection) -> None:
    """Every where and measure parses, names only columns that exist, and gives what the aggregate can add up."""
    for indicator in indicators().values():
        if indicator.is_formula:
            continue
        query = exp.select(sqlglot.parse_one(indicator.measure or field_of(indicator).column, dialect="duckdb"))
        query = query.from_(indicator.table)
        if indicator.where:
            query = query.where(sqlglot.parse_one(indicator.where, dialect="duckdb"))
        ((kind, *_),) = [row[1:] for row in core.execute(f"DESCRIBE {query.sql('duckdb')}").fetchall()]
        if indicator.aggregate not in (Aggregate.COUNT, Aggregate.DISTINCT):
            assert kind.startswith(("BIGINT", "INTEGER", "DECIMAL")), (indicator.id, kind)
        query.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def test_a_year_is_not_added_up_twice() -> None:
    """A form that is filled for the half-year and the year says for which of them an indicator is."""
    overlapping = {code for code, form in project().forms.items() if len({suffix[0] for suffix in form.suffixes}) > 1}
    assert not [each.id for each in indicators().values() if each.form in overlapping and each.period == "year"]


def test_codes_in_conditions_are_in_their_lists() -> None:
    """A code in a condition is one that a clerk can choose."""
    for indicator in indicators().values():
        if not indicator.where or indicator.table == "core.audit_row":
            continue
        fields = {field.column: field for field in project().forms[indicator.form].part(indicator.part).fields}
        for node in sqlglot.parse_one(indicator.where, dialect="duckdb").find_all(exp.EQ, exp.NEQ, exp.In):
            field = fields.get(node.this.name)
            literals = [
                each.this
                for each in (node.args.get("expressions") or [node.args.get("expression")])
                if isinstance(each, exp.Literal)
            ]
            if field is None or field.codes not in project().codes or not literals:
                continue
            assert set(literals) <= {code.code for code in project().codes[field.codes].values()}, indicator.id


def test_a_target_stands_beside_its_indicator() -> None:
    """What is promised for next year is an indicator that next year's submissions can be held against."""
    targets = [each for each in indicators().values() if each.id.startswith("target_")]
    assert targets
    for target in targets:
        aim = target.id.removeprefix("target_")
        assert aim in indicators()
        assert target.where == f"indicator_id = '{aim}' AND target_year = year + 1"


def test_money_of_special_audits_is_not_added_to_units() -> None:
    """Totals of audited money by class of auditee leave out the audits of special funds."""
    for indicator in indicators().values():
        if indicator.field == "funds_audited":
            classes = set(re.findall(r"'(own|direct|local|industry_direct|special)'", indicator.where))
            assert classes, indicator.id
            assert classes == {"special"} or "special" not in classes, indicator.id


def test_an_audit_over_two_years_counts_as_one(core: duckdb.DuckDBPyConnection) -> None:
    """Two rows of one audit, a year of money each, are one audit that covers two years; a special audit is none."""
    core.execute("INSERT INTO reference.unit_in_period VALUES ('P', '2021Q4', 'prefecture')")
    core.execute(
        "INSERT INTO core.gh13_audits (submission_id, row_no, period, year, audit_id, auditee_id, auditee_class,"
        " subject_year)"
        " VALUES ('s', 1, '2021Q4', 2021, 'a', 'P', 'local', 2019), ('s', 2, '2021Q4', 2021, 'a', 'P', 'local', 2020),"
        " ('s', 3, '2021Q4', 2021, 'b', 'P', 'special', 2018)"
    )
    model = (ROOT / "sql" / "core" / "audit_row.sql").read_text(encoding="utf-8")
    rows = core.execute(model).fetchall()
    assert [row[-3:] for row in sorted(rows)] == [("prefecture", 1, 2)] * 3
