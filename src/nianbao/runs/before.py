"""What a home holds already of the units whose workbooks are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from nianbao.catalog import Project
from nianbao.catalog.held_before import hold_before
from nianbao.settings import Home
from nianbao.terms.filled import HeldBefore
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit
from nianbao.warehouse.before import read_before
from nianbao.warehouse.connect import NOT_BUILT, open_present


def read_all_before(project: Project, home: Home, owing: Sequence[tuple[Unit, Period]]) -> Mapping[str, HeldBefore]:
    """What counts of each unit's earlier periods, by unit; nothing where the home has built no tables yet.

    Raises:
        BusyError: another program has the warehouse open.
        StoreError: the warehouse is damaged.
    """
    if not home.warehouse.exists():
        return {}
    connection = open_present(home.warehouse)
    try:
        return {
            unit.code: hold_before(project, unit, period, partial(read_before, connection)) for unit, period in owing
        }
    except NOT_BUILT:
        return {}
    finally:
        connection.close()
