"""datapackage.json: what the data of an edition mean, for programs that read Frictionless data packages."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from nianbao.settings import sha256_of
from nianbao.terms.document import Document


@dataclass(frozen=True)
class About:
    """What a package says of itself."""

    name: str
    title: str
    description: str
    issuer: str
    as_of: dt.datetime


EDITION = {
    "figures": ("figures.csv", "figures"),
    "figures-sdmx": ("figures.sdmx.csv", "figures-sdmx"),
    "revisions": ("revisions.csv", "revisions"),
    "texts": ("texts.csv", "texts"),
}
"""The tables of an edition: the file, and under which name data_columns.csv says what its columns mean."""

FIGURE_SET = {"figures": ("figures.csv", "figure-set"), "figures-sdmx": ("figures.sdmx.csv", "figures-sdmx")}
_FILES = {
    "figures-sdmx-structure": ("figures.sdmx.xml", "application/vnd.sdmx.structure+xml;version=2.1"),
    "analysts-file": ("nianbao.duckdb", "application/vnd.duckdb"),
}


def describe_edition(document: Document, folder: Path) -> str:
    """The data package of the data in an edition's folder; the report itself (HTML, Word, workbook) says what it is."""
    name = f"{document.publication.replace('_', '-')}-{document.year}-{document.edition}"
    about = About(
        name, document.title, "".join((*document.notices, document.unfinished)), document.issuer, document.as_of
    )
    return describe(about, folder, EDITION)


def describe(about: About, folder: Path, tables: Mapping[str, tuple[str, str]]) -> str:
    """The data package of a folder, as JSON text: of the tables and files for programs, those that are there."""
    resources = [_table(name, folder / file, said) for name, (file, said) in tables.items()
                 if (folder / file).exists()]  # fmt: skip
    resources += [_file(name, folder / file, kind) for name, (file, kind) in _FILES.items() if (folder / file).exists()]
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": about.name,
        "title": about.title,
        "description": about.description,
        "created": f"{about.as_of.isoformat()}+08:00",
        "contributors": [{"title": about.issuer, "role": "publisher"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def names_of(table: str) -> list[str]:
    """The columns of a table of data_columns.csv, in the order in which they are written."""
    return [row["column"] for row in _columns_of(table)]


@cache
def _columns_of(table: str) -> list[dict[str, str]]:
    with files("nianbao.publish").joinpath("data_columns.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["table"] == table]


def _file(name: str, path: Path, mediatype: str) -> dict[str, Any]:
    return {
        "profile": "data-resource",
        "name": name,
        "path": path.name,
        "format": path.suffix[1:],
        "mediatype": mediatype,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }


def _table(name: str, path: Path, table: str) -> dict[str, Any]:
    described = [
        {"name": row["column"], "type": row["type"], "title": row["zh"], "description": row["en"]}
        for row in _columns_of(table)
    ]
    return _file(name, path, "text/csv") | {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": described, "missingValues": [""]},
    }
