"""rehearse: every rule and every model once, on tables without rows, so that a broken one is found before the night."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

from nianbao import clock
from nianbao.catalog import Project
from nianbao.catalog.passages import bindings_of
from nianbao.errors import DeclarationError, ExpectationFailed, NianbaoError
from nianbao.intake.judge.check import refuse_broken_rules
from nianbao.language import _
from nianbao.publish.compose import compose
from nianbao.runs.build import all_models
from nianbao.statistics.claims import Claims
from nianbao.statistics.figures import Figures
from nianbao.statistics.verify import verify
from nianbao.statistics.wording import parse_wording
from nianbao.terms.check import Rule
from nianbao.terms.document import DRAFT
from nianbao.terms.publication import Publication
from nianbao.warehouse.connect import Connection, open_memory
from nianbao.warehouse.models import build, leaf_fingerprints
from nianbao.warehouse.reference import load_reference
from nianbao.warehouse.schema import create_schema


def rehearse(project: Project) -> dict[str, NianbaoError]:
    """What is wrong with each rule or model that cannot be evaluated, by its name.

    Raises:
        DeclarationError: rules, indicators or reports cannot even be read.
    """
    connection = open_memory()
    try:
        create_schema(connection, project)
        reference = load_reference(connection, project, clock.now().date())
        broken = _broken_rules(connection, project)
        error = _caught(partial(_build, connection, project, reference))
        broken |= {"models and suites": error} if error else {}
        return broken | _broken_reports(project)
    finally:
        connection.close()


def _broken_rules(connection: Connection, project: Project) -> dict[str, NianbaoError]:
    """The rules of a table are evaluated together and, where one is broken, each by itself: none hides another."""
    from nianbao.warehouse.expectations import validate  # Great Expectations takes seconds to import

    error = _caught(partial(refuse_broken_rules, connection, project))
    if error is None:
        return {}
    tables: dict[str, list[Rule]] = {}
    for rule in project.rules:
        tables.setdefault("submission" if rule.is_sql else rule.table, []).append(rule)
    broken: dict[str, NianbaoError] = {}
    for table, rules in tables.items():
        if _caught(partial(validate, connection, "stage", table, rules)):
            found = {rule.name: _caught(partial(validate, connection, "stage", table, [rule])) for rule in rules}
            broken |= {name: fault for name, fault in found.items() if fault}
    return broken or {"sentences": error}


def _broken_reports(project: Project) -> dict[str, NianbaoError]:
    """The reports that cannot be composed, here without a single figure; and wordings that are none."""
    figures = Figures(project, {}, {}, frozenset())
    broken: dict[str, NianbaoError] = {}
    for code, publication in project.publications.items():
        composing = partial(compose, publication, Claims(figures, {}), clock.now().year, DRAFT, clock.now(), ())
        if error := _caught(composing) or _caught(partial(_read_wordings, publication)):
            broken[f"report {code}"] = error
    return broken


def _read_wordings(publication: Publication) -> None:
    for section in publication.sections:
        for binding in bindings_of(section.paragraphs):
            try:
                parse_wording(binding.wording)
            except ValueError as error:
                place = f"reports/{publication.code}/sections"
                raise DeclarationError(
                    place,
                    None,
                    _("section {id}, {indicator_id}: {error}").format(
                        id=section.id, indicator_id=binding.indicator_id, error=error
                    ),
                ) from error


def _build(connection: Connection, project: Project, reference: dict[str, str]) -> None:
    leaves = leaf_fingerprints(connection) | reference
    models = all_models(project)
    build(connection, models, leaves, project.column_comments, clock.now())
    with contextlib.suppress(ExpectationFailed):  # tables without rows break what asks for rows
        verify(connection, project, {model.name for model in models})


def _caught(work: Callable[[], object]) -> NianbaoError | None:
    try:
        work()
    except NianbaoError as error:
        return error
    return None
