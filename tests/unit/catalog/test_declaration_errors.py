"""A wrong declaration is refused with its file, its line and what is wrong; nothing else is ever raised."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nianbao.catalog import Project, find_project, load_project
from nianbao.errors import DeclarationError
from nianbao.statistics.compile import indicator_models
from tests.homes import ROOT

DECLARED = ("forms", "reference", "expectations", "sql", "indicators", "reports")
FORM, UNITS, CODES = "forms/GH05.toml", "reference/units.csv", "reference/codes.csv"
EXTENSIONS, GRANTED = "reference/extensions.csv", "accepted_until,because,granted_by\n"
SUITE, CHECK, READING = (
    "expectations/submission/GH08.yaml",
    "sql/check/C12_2_completion_recomputed.sql",
    "expectations/reading.yaml",
)
COMPARED, WITHIN = "expectations/submission/GH01.yaml", "name: members_within_workers"
BUILT = "expectations/built/core_submission.yaml"
INDICATORS, SECTION = "indicators/w1_a5_rights_and_services.toml", "reports/work_report/sections/170_W1.A5.toml"


class Case(NamedTuple):
    """A text of a declared file put in place of another, what is said about it, and the text in whose line it is said.

    Without `at` the line is that of the new text; `at = ""` stands for the first line.
    """

    name: str
    file: str
    old: str
    new: str
    says: str
    at: str | None = None


CASES = [
    Case("unknown key of a form", FORM, 'edition = "2021"', 'edition = "2021"\ncolour = 1', "key 'colour'", "colour"),
    Case("unknown key of a field", FORM, 'en = "warmth funds"', 'en = "warmth funds"\nlegth = 3', "'legth'", "legth"),
    Case("not TOML", FORM, 'edition = "2021"', "edition = 2021年", "not valid TOML"),
    Case("missing key of a field", FORM, 'zh = "送温暖资金"', "", "zh is missing", '"warmth_funds"'),
    Case("text for a number", FORM, "due_days = 10", 'due_days = "10"', "due_days = '10' must be a int"),
    Case("truth for a number", FORM, "due_days = 10", "due_days = true", "must be a int"),
    Case("number for a list", FORM, 'periods = ["Q1", "Q2", "Q3", "Q4"]', "periods = 4", "must be a list"),
    Case("number in a list", FORM, 'periods = ["Q1", "Q2", "Q3", "Q4"]', "periods = [4]", "a list of texts"),
    Case("unknown period", FORM, 'periods = ["Q1", "Q2", "Q3", "Q4"]', 'periods = ["Q1", "Q5"]', "'Q5'"),
    Case("form in another's file", FORM, 'code = "GH05"', 'code = "GH99"', "must stand in GH99.toml"),
    Case("unknown reporter", FORM, '"QHB03"]', '"QHX03"]', "reporter 'QHX03' is neither a level nor a unit code"),
    Case("unknown layout", FORM, 'layout = "indicator"', 'layout = "lines"', "layout = 'lines' is none of: indicator"),
    Case("unknown type", FORM, 'type = "money"', 'type = "yuan"', "type = 'yuan' is none of: int, money"),
    Case("unknown aggregate", FORM, 'aggregate = "sum"', 'aggregate = "total"', "'total' is none of: sum"),
    Case("line twice", FORM, "line = 2\n", "line = 1\n", "line = 1 stands twice", "line = 1"),
    Case("field twice", FORM, 'code = "warmth_persons"', 'code = "warmth_funds"', "warmth_funds stands twice"),
    Case("unknown list", "forms/GH04.toml", 'codes = "aspect"', 'codes = "aspects"', "codes = 'aspects' names no list"),
    Case("code without a list", "forms/GH04.toml", 'codes = "aspect"', 'codes = ""', "codes go together",
         'code = "aspect_code"'),
    Case("rows of an unknown list", "forms/GH01.toml", 'rows = "new_form_group"', 'rows = "groups"', "names no list"),
    Case("part out of the form's periods", "forms/GH07.toml", 'periods = ["Q4"]', 'periods = ["Y"]', "in periods"),
    Case("other columns", UNITS, "unit_code,unit_level", "code,unit_level", "the header must be unit_code,unit", ""),
    Case("ragged row", UNITS, "QH630100,prefecture,", "QH630100,prefecture,,", "13 values under 12 columns"),
    Case("unknown level", UNITS, "QH630100,prefecture", "QH630100,city", "'city' is none of those in levels.csv"),
    Case("malformed day", UNITS, "QH630000,,2018-01-01", "QH630000,,2018-1-1", "2018-1-1"),
    Case("unit twice", UNITS, "QH630200,prefecture", "QH630100,prefecture", "QH630100 stands twice",
         "QH630100,prefecture,海东"),
    Case("unknown parent", UNITS, "630100,QH630000,", "630100,QH630099,", "parent QH630099, which is not in"),
    *(
        Case(f"extension: {says}", EXTENSIONS, GRANTED, f"{GRANTED}{row}\n", says, row)
        for row, says in (
            ("QH,GH05,2021Q4,2022-01-25,2022-02-10,地震,统计岗", "unit QH is not in the roster"),
            ("QH630100,GH99,2021Q4,2022-01-25,2022-02-10,地震,统计岗", "form GH99 is not declared"),
            ("QH630100,*,2021Q5,2022-01-25,2022-02-10,地震,统计岗", "period '2021Q5'"),
            ("QH630100,*,2021Q4,2022-01-25,10 February,地震,统计岗", "10 February"),
            ("QH630100,*,2021Q4,2022-01-25,2022-01-10,地震,统计岗", "after its last day"),
            ("QH630100,*,2021Q4,2022-01-25,2022-02-10,,统计岗", "because is empty"),
            ("*,*,2021Q4,2022-01-25,2022-02-10,地震,", "granted_by is empty"),
        )
    ),
    Case("open quote", UNITS, "青海省总工会,省总", '"青海省总工会,省总', "not valid CSV"),
    Case("code twice", CODES, "site_type,room_national", "site_type,red_base", "red_base or its label",
         "site_type,red_base,全国"),
    Case("label twice", CODES, "全国职工书屋示范点", "职工红色教育基地", "twice in the list", "site_type,room_n"),
    Case("malformed day of a code", CODES, "red education base,,,,2018-01-01", "red base,,,,2018", "2018"),
    Case("malformed day of an account", "reference/accounts.csv", "total income,income,,0,2010-01-01",
         "total income,income,,0,2010", "2010"),
    Case("not YAML", SUITE, "form: GH08", "form: [GH08", "not valid YAML", "rules:"),
    Case("suite of an unknown form", SUITE, "form: GH08", "form: GH88", "form 'GH88' is not declared"),
    Case("suite that is a list", SUITE, "form: GH08\nrules:\n", "", "a suite is a mapping", ""),
    Case("unknown key of a rule", SUITE, "  part: contests\n", "  prat: contests\n", "unknown key 'prat'", "C08-1"),
    Case("rule without a code", SUITE, "- code: C08-1\n  part", "- part", "'code' is missing", ""),
    Case("unknown part", SUITE, "part: contests", "part: contest", "GH08 has no part 'contest'", "C08-1"),
    Case("unknown column", SUITE, "column: contest_class", "column: contest_clas", "gh08_contests has no column"),
    Case("unknown severity", SUITE, "severity: reject", "severity: refuse", "'refuse' is not a valid", "C08-1"),
    Case("rule that says nothing", SUITE, "  says: 竞赛等级填的是", "  saying: 竞赛等级填的是", "'saying'", "C08-1"),
    Case("rule with an empty sentence", SUITE, "because: 竞赛只分三个等级。", "because:", "'because' is", "C08-1"),
    Case("unknown each", "expectations/submission/all.yaml", "each: required", "each: necessary", "none of: required"),
    Case("comparison of no field", COMPARED, "members_total <= workers_total", "members <= workers_total",
         "members is no field of GH01", WITHIN),
    Case("comparison of a field in two parts", COMPARED, "<= main.members_total", "<= members_total",
         "members_total is in several parts of GH01", "name: new_forms"),
    Case("comparison with another part's rows", COMPARED, "members_total <= workers_total",
         "members_total <= new_form_members", "stands in many rows: compare sum(new_form_members)", WITHIN),
    Case("comparison that no sheet calculates", COMPARED, "members_total <= workers_total",
         "members_total <= sqrt(workers_total)", "which a sheet cannot calculate", WITHIN),
    Case("comparison that does not parse", COMPARED, "members_total <= workers_total", "members_total <=",
         "is no comparison", WITHIN),
    Case("comparison without a comparison", COMPARED, "members_total <= workers_total", "members_total",
         "compares nothing", WITHIN),
    Case("comparison that says nothing due", COMPARED, "members_total <= workers_total",
         "members_total is not null", "add expected", WITHIN),
    Case("comparison without a name", COMPARED, "  name: members_within_workers\n", "", "'name' is missing", "C01-2"),
    Case("header lacks a line", CHECK, "-- severity: reject\n", "", "the header lacks -- severity", ""),
    Case("check of an unknown form", CHECK, "-- form: GH12", "-- form: GH55", "form 'GH55' is not declared", ""),
    Case("check that says whom it sees", CHECK, "-- severity:", "-- across: units\n-- severity:", "known_of_all"),
    Case("check of an unknown severity", CHECK, "-- severity: reject", "-- severity: refuse", "refuse"),
    Case("reading rule without a severity", READING, "- code: EMPTY_FILE\n  severity: reject", "- code: EMPTY_FILE",
         "'severity' is missing"),
    Case("reading rules are not YAML", READING, "- code: EMPTY_FILE", "- code: [EMPTY_FILE", "not valid YAML",
         "severity: reject\n  says: 文件“{file}”是空的"),
    Case("rule of a built table without a reason", BUILT, "because: 空表汇总出来的零不是统计结果。", "", "'because'",
         "B01-1"),
    Case("indicator of an unknown form", INDICATORS, 'form = "GH05"', 'form = "GH55"', "form 'GH55' is not declared"),
    Case("indicator of an unknown field", INDICATORS, 'field = "warmth_funds"', 'field = "warmth"', "field 'warmth'"),
    Case("indicator of an unknown period", INDICATORS, 'form = "GH05"', 'form = "GH05"\nperiod = "H1"',
         "GH05 has no period 'H1'", '"H1"'),
    Case("indicator with a space", INDICATORS, 'id = "warmth_persons"', 'id = "warmth persons"', "is not like"),
    Case("former id in use", INDICATORS, 'id = "warmth_persons"', 'id = "warmth_persons"\nformer = ["warmth_funds"]',
         "warmth_funds is the id of two indicators, one of them a former id", '"warmth_funds"]'),
    Case("indicator twice", INDICATORS, 'id = "warmth_persons"', 'id = "warmth_funds"', "declared twice"),
    Case("unknown key of an indicator", INDICATORS, 'unit = "元"', 'unit = "元"\nfilter = "x"', "'filter'", "filter"),
    Case("unknown figure in a sentence", SECTION, "{warmth_funds | over 3}", "{warmth_fund | over 3}", "'warmth_fund'"),
    Case("unknown year of a figure", SECTION, "{warmth_funds |", "{warmth_funds@last_year |", "@prev_year"),
    Case("figure in capitals", SECTION, "{warmth_funds | over 3}", "{Warmth_funds | over 3}", "is not like {id}"),
    Case("open brace", SECTION, "{warmth_funds | over 3}", "{warmth_funds | over 3", "is not like {id}"),
    Case("open brackets", SECTION, "[[送温暖活动筹资", "送温暖活动筹资", "has ]] without its pair"),
    Case("unknown year of a column", SECTION, 'indicator = "warmth_persons"', 'indicator = "warmth_persons@next_year"',
         "the only other year is @prev_year"),
    Case("unknown figure in a table", SECTION, 'indicator = "warmth_persons"', 'indicator = "visited"', "'visited'"),
    Case("unknown figure in a chart", SECTION, 'indicators = ["warmth_funds"]', 'indicators = ["warmth"]', "'warmth'"),
    Case("quarters of two indicators", SECTION, 'indicators = ["warmth_funds"]',
         'indicators = ["warmth_funds", "warmth_persons"]', "a chart quarters shows one indicator",
         'title = "各季度送温暖资金"'),
    Case("the whole beside a line", SECTION, 'indicators = ["warmth_funds"]', 'whole = "全省"',
         "draws the whole beside the units", 'whole = "全省"'),
    Case("tile of an unknown unit", "reference/tiles.csv", "QH632800,1,1", "QH999999,1,1", "is not in units.csv"),
    Case("two tiles in one place", "reference/tiles.csv", "QH632200,1,3", "QH632200,1,1", "lies in its place"),
    Case("tile without a row", "reference/tiles.csv", "QH632200,1,3", "QH632200,0,3", "count them from 1"),
    Case("unknown rows of a table", SECTION, 'rows = "prefecture"', 'rows = "city"', "rows = 'city' is none of"),
    Case("targets without their columns", "reports/work_report/sections/115_P.toml", ', { zh = "责任部门" }', "",
         "four columns", 'rows = "target"'),
    Case("unknown kind of chart", SECTION, 'kind = "quarters"', 'kind = "pie"', "kind = 'pie' is none of",
         'title = "各季度送温暖资金"'),
    Case("row that does not fit its columns", SECTION, '"relief_living", "relief_living_share"]', '"relief_living"]',
         "has 1 values for 2 columns", 'zh = "生活救助"'),
    Case("total of too many rows", SECTION, '"relief_funds", ""], sums = -3', '"relief_funds", ""], sums = -4',
         "the row 合计 sums -4 rows, and there are not as many"),
    Case("section twice", SECTION, 'id = "W1.A5"', 'id = "W1.A6"', "section W1.A6 stands twice", ""),
    Case("publication in another's folder", "reports/work_report/publication.toml", 'code = "work_report"',
         'code = "works"', "must stand in the folder works", ""),
    Case("unknown word in an issue", "reports/issues.toml", 'compiler = ',
         'editor = "x"\ncompiler = ', "unknown key 'editor'", "editor"),
    Case("issue without compiler", "reports/issues.toml", 'compiler = "青海省总工会办公室"', "", "compiler is missing",
         "青海省总工会工作通报"),
    Case("issue of a report that is not declared", "reports/issues.toml", '"audit_report"]', '"audits"]',
         "publication 'audits' is not declared", "青海省总工会工作通报"),
    Case("issue that binds nothing", "reports/issues.toml", '["work_report", "audit_report"]', "[]",
         "publication '' is not declared", "青海省总工会工作通报"),
    Case("number of an issue in no block", "reports/issues.toml", 'number_block = "期号"', 'number_block = "第几期"',
         "block '第几期' is not declared", "number_block"),
    Case("unknown annex", "reports/work_report/publication.toml", "footnotes_from = 2", 'annexes = ["figures", "maps"]',
         "annex 'maps' is none of", "annexes"),
    Case("key figure that is not declared", "reports/work_report/publication.toml", '"members_total",', '"members",',
         "'members' is not declared", '"members"'),
    Case("key figure twice", "reports/work_report/publication.toml", '"workers_total",', '"members_total",',
         "at most 10 indicators, each once", "key_figures"),
    Case("issues that are no tables", "reports/issues.toml", "[[issues]]", 'issues = ["x"]\n[[others]]',
         "must be a list of tables", "issues"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the declared folders, put back in order by each test."""
    target = tmp_path_factory.mktemp("project")
    for name in DECLARED:
        shutil.copytree(ROOT / name, target / name)
    return target


LATER: dict[str, Callable[[Project], object]] = {
    "sql/check": lambda project: project.rules,
    "expectations/submission": lambda project: project.rules,
    "expectations/built": lambda project: project.built_rules,
    "expectations/reading": lambda project: project.reading_rules,
    "indicators": indicator_models,
    "reports": lambda project: project.publications,
}
"""What is read when it is first asked for, by where it is declared."""


def read(folder: Path, file: str = "") -> Project:
    """Read a project, and of what is read later that to which a file belongs; without a file everything."""
    project = load_project(folder)
    for place, later in LATER.items():
        if file.startswith(place) or not file:
            assert later(project)
    return project


def line_of(text: str, marker: str) -> int:
    """The line in which a text stands first."""
    return text.count("\n", 0, text.index(marker)) + 1 if marker else 1


@pytest.mark.parametrize("case", CASES, ids=[case.name.replace(" ", "-") for case in CASES])
def test_a_wrong_declaration_is_refused_where_it_stands(case: Case, folder: Path) -> None:
    """The error names the file and the line, and says what is wrong in words of the declaration."""
    path = folder / case.file
    before = path.read_text("utf-8")
    assert case.old in before
    text = before.replace(case.old, case.new, 1)
    path.write_text(text, "utf-8")
    try:
        with pytest.raises(DeclarationError) as caught:
            read(folder, case.file)
    finally:
        path.write_text(before, "utf-8")
    assert case.says in str(caught.value)
    wrong = path.parent.parent / "publication.toml" if case.name == "section twice" else path
    assert (caught.value.path, caught.value.line) == (wrong, line_of(text, case.new if case.at is None else case.at))
    assert str(caught.value).startswith(f"{wrong}:{caught.value.line}: ")


@pytest.mark.parametrize("file", [FORM, UNITS, CODES, SUITE, CHECK, READING, BUILT, INDICATORS, SECTION])
def test_a_file_in_another_encoding_is_refused(file: str, folder: Path) -> None:
    """What an office program has saved as GBK is not read as something else, and the error names it."""
    path = folder / file
    before = path.read_bytes()
    path.write_bytes(before.decode("utf-8").encode("gb18030"))
    try:
        with pytest.raises(DeclarationError, match="UTF-8") as caught:
            read(folder, file)
    finally:
        path.write_bytes(before)
    assert caught.value.path == path


FORMULAS = {
    "names nothing": ("warmth_funds / warmth_people", "warmth_people"),
    "names another year": ("warmth_funds@last_year / warmth_persons", "last_year"),
    "is no formula": ("warmth_funds / / warmth_persons", "cannot be read"),
    "needs itself": ("warmth_per_person + 1", "depends on itself"),
    "needs itself below a bar": ("1 / warmth_per_person", "depends on itself"),
}


@pytest.mark.parametrize("name", FORMULAS, ids=[name.replace(" ", "-") for name in FORMULAS])
def test_a_wrong_formula_is_refused(name: str, folder: Path) -> None:
    """A formula that names what is not declared, cannot be read or needs its own result names the indicator."""
    path = folder / INDICATORS
    before = path.read_text("utf-8")
    formula, says = FORMULAS[name]
    path.write_text(before.replace("warmth_funds / warmth_persons", formula, 1), "utf-8")
    try:
        with pytest.raises(DeclarationError, match=says) as caught:
            read(folder, INDICATORS)
    finally:
        path.write_text(before, "utf-8")
    assert "warmth_per_person" in str(caught.value)


def test_a_folder_without_forms_is_no_project(tmp_path: Path) -> None:
    """Neither there nor above it: the error says how to name the project."""
    with pytest.raises(DeclarationError, match="--project DIR"):
        find_project(tmp_path)


def test_the_nearest_project_upward_is_found(tmp_path: Path) -> None:
    """A folder deep in a project belongs to it."""
    for name in ("forms", "notes/2021"):
        (tmp_path / name).mkdir(parents=True)
    assert find_project(tmp_path / "notes" / "2021") == tmp_path


def test_what_is_declared_here_can_be_read(project: Project) -> None:
    """All 16 forms with all their fields, the roster with its 53 member unions, and everything that refers to them."""
    assert list(project.forms) == [f"GH{number:02d}" for number in range(1, 17)]
    assert sum(unit.is_counted for unit in project.units.values()) == 53
    assert read(project.path).forms == project.forms


def test_a_list_that_is_not_there_is_named(folder: Path) -> None:
    """With what to do about it, and no traceback."""
    kept = (folder / EXTENSIONS).rename(folder / "kept.csv")
    with pytest.raises(DeclarationError, match="no such file") as caught:
        load_project(folder)
    kept.rename(folder / EXTENSIONS)
    assert (caught.value.path, caught.value.line) == (folder / EXTENSIONS, None)
    assert "has its header alone" in str(caught.value)
