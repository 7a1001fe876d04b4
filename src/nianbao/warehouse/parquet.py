"""Tables as Parquet files that another engine reads or has written."""

from __future__ import annotations

from pathlib import Path

from nianbao.warehouse.connect import Connection, literal, quote

_AS_PARQUET = {"HUGEINT": "DECIMAL(38, 0)"}
"""What Parquet cannot hold exactly, and what holds it: a HUGEINT would be written as a DOUBLE."""


def copy_out(connection: Connection, name: str, path: Path) -> None:
    """Write a table, or a view, as one Parquet file, every number exact."""
    described = connection.execute(f"DESCRIBE {name}").fetchall()
    columns = ", ".join(f"CAST({quote(column)} AS {_kept(kind)}) AS {quote(column)}" for column, kind, *_ in described)
    connection.execute(f"COPY (SELECT {columns} FROM {name}) TO {literal(str(path))} (FORMAT parquet)")


def read_back(connection: Connection, sql: str, folder: Path) -> str:
    """A query for the rows that another engine gave for `sql`, under the names and types that DuckDB gives them."""
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    columns = ", ".join(f"CAST({quote(column)} AS {kind}) AS {quote(column)}" for column, kind, *_ in described)
    return f"SELECT {columns} FROM read_parquet({literal(str(folder / '*.parquet'))})"


def _kept(kind: str) -> str:
    return "VARCHAR" if kind.startswith("ENUM") else _AS_PARQUET.get(kind, kind)
