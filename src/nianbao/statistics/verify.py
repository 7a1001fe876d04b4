"""verify: the built tables against expectations/built, before anything is printed from them."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.errors import ExpectationFailed
from nianbao.terms.check import Rule
from nianbao.warehouse.connect import Connection


def verify(connection: Connection, project: Project) -> int:
    """Hold every built table to its suite; returns how many rules were evaluated.

    Raises:
        ExpectationFailed: a rule is broken; the message names the first tables, rules and reasons.
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
    if broken:
        raise ExpectationFailed(
            "；".join(broken), "expectations/built", "nothing was published; mend the data or the rule"
        )
    return len(project.built_rules)
