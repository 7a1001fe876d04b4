"""The sample year, planned once for all tests of this folder."""

from pathlib import Path

import pytest

from nianbao.catalog import Project, load_project
from nianbao.sample.make import plan_sample
from nianbao.sample.planned import Planned
from tests.unit.sample.in_force import InForce

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def project() -> Project:
    """The project of this repository."""
    return load_project(ROOT)


@pytest.fixture(scope="session")
def planned(project: Project) -> list[Planned]:
    """The files of the sample year."""
    return plan_sample(project, 2021)


@pytest.fixture(scope="session")
def in_force(project: Project, planned: list[Planned]) -> InForce:
    """What counts at the end of the sample year."""
    return InForce(project, planned)
