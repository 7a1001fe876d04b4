"""build: the tables of core, indicator and mart, built where something changed, and verified."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from nianbao import clock
from nianbao.catalog import Project
from nianbao.language import _
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.statistics.reporting import reporting_models
from nianbao.statistics.verify import verify
from nianbao.warehouse.core_parts import core_models
from nianbao.warehouse.kept_models import keep_models
from nianbao.warehouse.models import (
    Model,
    build,
    built_from,
    fingerprint_of_built,
    leaf_fingerprints,
    moved_since,
    read_models,
    remember_built,
)
from nianbao.warehouse.refresh import Change


@dataclass(frozen=True)
class Built:
    """What a build came to: what changed in each table, and how many rules the built tables were held to."""

    changes: Mapping[str, Change | None] = field(default_factory=dict)
    verified: int = 0

    @property
    def models(self) -> list[str]:
        """The models that were built."""
        return list(self.changes)


def build_tables(workspace: Workspace, step: Step = at_once) -> Built:
    """Build what changed and hold it to the suites of expectations/built.

    Raises:
        ModelError: a model could not be built; nothing was changed.
        ExpectationFailed: a built table breaks a rule; nothing may be published from it.
    """
    connection, project = workspace.connection, workspace.project
    leaves = leaf_fingerprints(connection) | workspace.reference
    models = keep_models(project, workspace.home.models, all_models) if workspace.is_writer else all_models(project)
    told = functools.partial(moved_since, connection)
    built = step(_("build the tables"), build, connection, models, leaves, project.column_comments, clock.now(), told)
    rules = hashlib.sha256(repr(project.built_rules).encode()).hexdigest()
    state = f"{fingerprint_of_built(connection)} {rules}"
    if built_from(connection, _VERIFIED) == state:
        return Built(built)
    verified = step(_("verify the tables"), verify, connection, project, {model.name for model in models})
    remember_built(connection, _VERIFIED, state, clock.now())
    return Built(built, verified)


_VERIFIED = "verified"


def all_models(project: Project) -> list[Model]:
    """Every model of a project: those of sql/, and those made from forms and indicators."""
    from nianbao.statistics.compile import indicator_models  # it brings sqlglot, which an idle night does not need
    from nianbao.statistics.verify import traced_models

    made = core_models(project) + indicator_models(project) + traced_models(project) + reporting_models()
    return read_models(project.path / "sql") + made
