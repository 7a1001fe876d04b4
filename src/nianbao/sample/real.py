"""Holds that sample data comes to no home in which units have reported: all of its reports would say synthetic."""

from __future__ import annotations

from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.settings import Home
from nianbao.warehouse.connect import has_table, open_present


def refuse_real_home(home: Home) -> None:
    """Do nothing where only sample data was taken in, or nothing yet.

    Raises:
        UsageError: deliveries were taken in, or lie in the inbox, that are not of the sample.
        StoreError: the warehouse cannot be read.
        BusyError: the first run is writing.
    """
    if home.is_sample:
        return
    count = _count_taken_in(home) or sum(1 for path in home.inbox.rglob("*") if path.is_file() and path.name[0] != ".")
    if count:
        raise UsageError(
            _("{count} deliveries of units are here: reports would call them synthetic").format(count=count),
            str(home.path),
            _("name another home: nianbao sample --home try; nothing was written"),
        )


def _count_taken_in(home: Home) -> int:
    if not home.warehouse.exists():
        return 0
    with open_present(home.warehouse) as connection:
        if not has_table(connection, "ledger.delivery"):
            return 0
        (count,) = connection.execute("SELECT count(*) FROM ledger.delivery").fetchone() or (0,)
    return int(count)
