"""Writes docs/tables.md: every table of the analysts' file, as the comments in the file itself describe it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.runs.build import all_models
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.warehouse.connect import open_reader, rows_of
from nianbao.warehouse.models import build, leaf_fingerprints
from nianbao.warehouse.snapshot import CURRENT, SCHEMAS, write_snapshot

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tables.md"

_HEAD = """# The published tables

Made by `make docs` from the comments in the analysts' file; do not edit. How to open the file and what to ask of it:
[analysts.md](analysts.md).
"""

_SCHEMAS = {
    "core": "what counts now: one table per part of a form (`gh05`, `gh03_sites`), and what the forms are joined with",
    "indicator": "the indicators by year and scope; `indicator.value` has all of them, the others one form's each",
    "mart": "wide tables for people",
    "reference": "the lists kept by hand, and what is declared: forms, fields, indicators, who owes what",
}

_TABLES = """
SELECT schema_name, table_name, comment FROM duckdb_tables()
WHERE database_name = 'published' ORDER BY table_name
"""
_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE database_name = 'published' ORDER BY column_index
"""


def page() -> str:
    """The page, from an analysts' file that is published without a single submission."""
    with tempfile.TemporaryDirectory() as folder:
        file = _publish_nothing(Path(folder))
        connection = open_reader(file)
        try:
            tables, columns = rows_of(connection, _TABLES), rows_of(connection, _COLUMNS)
        finally:
            connection.close()
    return "\n".join(_lines(tables, columns)) + "\n"


def _publish_nothing(folder: Path) -> Path:
    home = Home(folder)
    home.inbox.mkdir()
    with open_workspace(ROOT, home, "docs") as workspace:
        leaves = leaf_fingerprints(workspace.connection) | workspace.reference
        build(
            workspace.connection, all_models(workspace.project), leaves, workspace.project.column_comments, clock.now()
        )
        write_snapshot(workspace.connection, workspace.project, folder, clock.now(), "docs")
    return folder / CURRENT


def _lines(tables: list[dict[str, Any]], columns: list[dict[str, Any]]) -> Iterator[str]:
    yield _HEAD
    yield "| schema | holds |\n|---|---|"
    yield from (f"| [{schema}](#{schema}) | {_SCHEMAS[schema]} |" for schema in SCHEMAS)
    for schema in SCHEMAS:
        own = [table for table in tables if table["schema_name"] == schema]
        yield f"\n## {schema}\n\n| table | 说明 | meaning |\n|---|---|---|"
        for table in own:
            yield f"| [{table['table_name']}](#{schema}{table['table_name']}) | {_cell(table['comment'])} |"
        for table in own:
            name = f"{schema}.{table['table_name']}"
            yield f"\n### {name}\n\n| column | type | 说明 | meaning |\n|---|---|---|---|"
            for column in columns:
                if (column["schema_name"], column["table_name"]) == (schema, table["table_name"]):
                    yield f"| `{column['column_name']}` | {column['data_type']} | {_cell(column['comment'])} |"


def _cell(comment: str) -> str:
    """A comment `中文 / English` as two cells."""
    zh, _, en = comment.replace("|", "\\|").partition(" / ")
    return f"{zh} | {en}"


def write() -> None:
    """Bring the page up to date."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
