"""The SQL of models and rules, written for DuckDB, as Spark takes it."""

from __future__ import annotations

from sqlglot import exp, parse_one

_APART = "__"
_WHOLE = ("INT", "BIGINT", "SMALLINT", "TINYINT")


def view_of(table: str) -> str:
    """The name under which Spark knows a table of the warehouse: `mart.figure` is `mart__figure`."""
    return table.replace(".", _APART)


def to_spark(sql: str) -> str:
    """A query for DuckDB as one for Spark that gives the same rows.

    A quotient is a DOUBLE, as in DuckDB: Spark's quotient of two DECIMALs is a DECIMAL that is cut.
    """
    tree = parse_one(sql, dialect="duckdb")
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("this", exp.to_identifier(view_of(f"{table.db}.{table.name}")))
            table.set("db", None)
    for column in tree.find_all(exp.Column):
        if column.db:
            column.set("table", exp.to_identifier(view_of(f"{column.db}.{column.table}")))
            column.set("db", None)
    for quotient in list(tree.find_all(exp.Div)):
        for side in ("this", "expression"):
            quotient.set(side, exp.cast(quotient.args[side], exp.DataType.Type.DOUBLE))
    return tree.sql(dialect="spark", identify=True)
