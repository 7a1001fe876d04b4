"""The sample of one year after nights with another."""

from __future__ import annotations

from pathlib import Path

from nianbao import clock
from nianbao.settings import Home
from nianbao.warehouse.connect import rows_of
from tests.homes import call, clock_at, warehouse


def test_a_year_that_is_added_after_a_night_came_when_its_units_sent_it(tmp_path: Path) -> None:
    """What the night saw of the inbox says nothing of files that are written later as if they had lain there."""
    home = Home(tmp_path / "home")
    nights = (("2021", "2021-01-04", "2021-01-06T01:00"), ("2022", "2022-04-06", "2023-03-01T01:00"))
    for year, until, night in nights:
        call("sample", "--year", year, "--sent-by", until, home=home)
        with clock_at(night):
            call("collect", home=home)
    with warehouse(home) as connection:
        found = rows_of(connection, "SELECT source, arrived_at FROM ledger.received WHERE source LIKE '%2022%'")
        late = rows_of(
            connection, "SELECT 1 FROM ledger.finding WHERE code = 'C00-6' AND submission_id LIKE '%-2022Q1-%'"
        )
    sent = {row["source"]: clock.local((home.inbox / row["source"]).stat().st_mtime) for row in found}
    assert found and {row["source"]: row["arrived_at"] for row in found} == sent
    assert not late
