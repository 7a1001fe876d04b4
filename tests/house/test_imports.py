"""The large libraries are each known in one place, also when they are imported late, inside a function."""

import ast
from pathlib import Path

from tests.house.tree import files, name, parsed

KNOWN_IN = {
    "duckdb": ("src/nianbao/warehouse/",),
    "sqlalchemy": ("src/nianbao/warehouse/",),
    "great_expectations": ("src/nianbao/warehouse/expectations.py", "src/nianbao/warehouse/duckdb_source.py"),
    "polars": ("src/nianbao/published.py", "src/nianbao/record/", "src/nianbao/warehouse/", "src/nianbao/intake/"),
    "prefect": ("flows/",),
    "asyncssh": ("src/nianbao/intake/fetch/sources/",),
    "imapclient": ("src/nianbao/intake/fetch/sources/",),
    "botocore": ("src/nianbao/intake/fetch/sources/",),
    "httpx": ("src/nianbao/intake/fetch/sources/", "src/nianbao/notices/channels.py"),
    "typst": ("src/nianbao/publish/pdf/",),
    "pypdfium2": ("src/nianbao/review/layout/",),
    "isal": ("src/nianbao/intake/read/formats/package.py",),
    "python_calamine": ("src/nianbao/intake/read/formats/xls.py",),
    "sdmx": ("src/nianbao/publish/sdmx.py",),
}


def imported(path: Path) -> set[str]:
    """The top-level packages that a Python file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_large_libraries_are_known_in_one_place() -> None:
    """Only flows import prefect, the warehouse duckdb, two modules great_expectations, one sdmx, sources clients."""
    assert not [
        f"{name(path)} imports {package}"
        for path in files("src", "flows", suffix=".py")
        for package in sorted(imported(path) & KNOWN_IN.keys())
        if not name(path).startswith(KNOWN_IN[package])
    ]


def test_terms_need_only_the_standard_library() -> None:
    """The nouns can be imported where nothing is installed."""
    libraries = {"pydantic", "yaml", "click", "rich", "jinja2", "sqlglot", "xlsxwriter", "docx", *KNOWN_IN}
    assert not [name(path) for path in files("src/nianbao/terms", suffix=".py") if imported(path) & libraries]
