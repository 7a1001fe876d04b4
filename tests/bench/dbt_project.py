"""The plain pipeline's tables as a dbt project: a model for each table of its SQL, and the usual tests of them."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from nianbao.terms.form import FieldType, Part

NUMBERS = (FieldType.INT, FieldType.MONEY, FieldType.DECIMAL)
_SCHEMAS = re.compile(r"\b(raw|core|ledger)\.(\w+)")
_PROJECT = """name: plain
version: '1.0'
profile: plain
model-paths: [models]
test-paths: [tests]
models: {plain: {+materialized: table}}
data_tests: {plain: {+severity: warn}}
flags: {send_anonymous_usage_stats: false}
"""
_PROFILE = """plain:
  target: bench
  outputs: {{bench: {{type: duckdb, path: '{database}', threads: 2}}}}
"""
_SOURCES = "version: 2\nsources: [{name: loaded, schema: main, tables: [{name: cell}]}]\n"


def run_dbt(dbt: Path, folder: Path, database: Path, parts: Sequence[Part], tables: Sequence[tuple[str, str]]) -> None:
    """Write the project with a model for each named SELECT, and build and test it.

    Raises:
        CalledProcessError: a model could not be built.
    """
    for name, text in _files(database, parts, tables):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    quiet = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    command = [str(dbt), "build", "--project-dir", str(folder), "--profiles-dir", str(folder), "--quiet"]
    subprocess.run(command, cwd=folder, env=os.environ | quiet, check=True, stdout=subprocess.DEVNULL)


def model_name(table: str) -> str:
    """The model of a table of a schema: raw_gh05 of raw.gh05."""
    return table.replace(".", "_")


def _files(database: Path, parts: Sequence[Part], tables: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield "dbt_project.yml", _PROJECT
    yield "profiles.yml", _PROFILE.format(database=database)
    yield "models/sources.yml", _SOURCES
    for table, query in tables:
        yield f"models/{model_name(table)}.sql", _as_dbt(query)
    described = "\n".join(line for part in parts for line in _tests_of(part))
    yield "models/tests.yml", f"version: 2\nmodels:\n{described}\n"
    for part in parts:
        negative = [f'"{field.column}" < 0' for field in part.fields if field.type in NUMBERS]
        if negative:
            query = f"select * from {{{{ ref('raw_{part.table}') }}}} where {' or '.join(negative)}"
            yield f"tests/not_negative_{part.table}.sql", query


def _as_dbt(query: str) -> str:
    """A query whose tables are models, or the loaded cells."""
    query = _SCHEMAS.sub(lambda match: f"{{{{ ref('{match[1]}_{match[2]}') }}}}", query)
    return re.sub(r"\bFROM cell\b", "FROM {{ source('loaded', 'cell') }}", query)


def _tests_of(part: Part) -> Iterator[str]:
    yield f"  - name: raw_{part.table}\n    columns:\n      - {{name: submission_id, data_tests: [not_null]}}"
    for field in part.fields:
        if field.required:
            yield f"      - {{name: {field.column}, data_tests: [not_null]}}"
