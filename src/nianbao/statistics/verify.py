"""verify: the built tables against expectations/built, before anything is printed from them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from nianbao.catalog import Project
from nianbao.errors import ExpectationFailed
from nianbao.language import _
from nianbao.statistics.compile import table_of
from nianbao.statistics.trace_check import figures_without_cells
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import Connection

_NAMED = 5
"""So many figures without their cells are named."""

EACH_YEAR = "{year}"
"""In a suite: every table in which indicators stand by a year that the federation declares."""


def verify(connection: Connection, project: Project, built: Collection[str]) -> int:
    """Hold every built table to its suite, and every counted figure to its cells; returns how many rules there were.

    `built` are the names of the models: nothing is built for a year by which nothing can be counted.

    Raises:
        ExpectationFailed: a rule is broken, or a figure does not follow from cells; the message names the first.
    """
    from nianbao.warehouse.expectations import validate_built  # Great Expectations takes seconds to import

    suites: dict[str, list[Rule]] = {}
    for rule in _rules(project, built):
        suites.setdefault(rule.table, []).append(rule)
    broken = []
    for name, rules in suites.items():
        schema, _dot, table = name.partition(".")
        for verdict in validate_built(connection, schema, table, rules):
            if not verdict.success:
                broken.append(f"{name} {verdict.rule.code}: {verdict.rule.says}（{verdict.observed}）")
    if lost := figures_without_cells(connection, project):
        broken.append(f"追溯不到单元格或与之不符的指标数字{len(lost)}个：{'、'.join(lost[:_NAMED])}")
    if broken:
        raise ExpectationFailed(
            "；".join(broken), "expectations/built", _("nothing was published; mend the data or the rule")
        )
    return sum(map(len, suites.values()))


def _rules(project: Project, built: Collection[str]) -> Iterator[Rule]:
    """Every rule of expectations/built, those for `{year}` once for the table of each year."""
    tables = [table for table in map(table_of, project.year_bases) if table in built]
    for rule in project.built_rules:
        if rule.table != EACH_YEAR:
            yield rule
            continue
        for table in tables:
            kwargs = {
                key: value.replace(EACH_YEAR, table) if isinstance(value, str) else value
                for key, value in rule.kwargs.items()
            }
            yield replace(rule, name=f"{rule.code}.{table}", table=table, kwargs=kwargs)
