"""verify: the built tables against expectations/built, before anything is printed from them."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.errors import ExpectationFailed
from nianbao.statistics.trace_check import figures_without_cells
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import Connection

_NAMED = 5
"""So many figures without their cells are named."""


def verify(connection: Connection, project: Project) -> int:
    """Hold every built table to its suite, and every counted figure to its cells; returns how many rules there were.

    Raises:
        ExpectationFailed: a rule is broken, or a figure does not follow from cells; the message names the first.
    """
    from nianbao.warehouse.expectations import validate_built  # Great Expectations takes seconds to import

    suites: dict[str, list[Rule]] = {}
    for rule in project.built_rules:
        suites.setdefault(rule.table, []).append(rule)
    broken = []
    for name, rules in suites.items():
        schema, _, table = name.partition(".")
        for verdict in validate_built(connection, schema, table, rules):
            if not verdict.success:
                broken.append(f"{name} {verdict.rule.code}: {verdict.rule.says}（{verdict.observed}）")
    if lost := figures_without_cells(connection, project):
        broken.append(f"追溯不到单元格或与之不符的指标数字{len(lost)}个：{'、'.join(lost[:_NAMED])}")
    if broken:
        raise ExpectationFailed(
            "；".join(broken), "expectations/built", "nothing was published; mend the data or the rule"
        )
    return len(project.built_rules)
