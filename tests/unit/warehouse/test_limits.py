"""How much memory and which folder the warehouse may take, and who says so."""

from pathlib import Path

import pytest

from nianbao.errors import UsageError
from nianbao.settings import MEMORY, SCRATCH
from nianbao.warehouse.connect import Connection, open_memory, open_writer


def setting(connection: Connection, name: str) -> str:
    """What DuckDB goes by."""
    return str(connection.execute(f"SELECT current_setting('{name}')").fetchall()[0][0])


def test_the_writer_has_a_limit_and_sets_aside_in_its_home(tmp_path: Path) -> None:
    """Left alone, DuckDB would take four fifths of the machine; what does not fit goes into the home."""
    with open_writer(tmp_path / "warehouse.duckdb") as connection:
        assert setting(connection, "memory_limit") == "1.8 GiB"
        assert setting(connection, "temp_directory") == str(tmp_path / "scratch")


def test_a_query_larger_than_its_memory_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs more than the limit is set aside on disk and comes out right; afterwards nothing is left there."""
    monkeypatch.setenv(MEMORY, "100MB")
    monkeypatch.setenv(SCRATCH, str(tmp_path / "elsewhere"))
    with open_writer(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("CREATE TEMP TABLE large AS SELECT md5(i::VARCHAR) AS hash FROM range(6_000_000) AS t (i)")
        assert connection.execute("SELECT count(hash) FROM large").fetchall() == [(6_000_000,)]
        assert list((tmp_path / "elsewhere").iterdir())
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_a_warehouse_in_memory_sets_aside_where_nobody_else_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only reads does not write into the folder that it was started in."""
    monkeypatch.delenv(SCRATCH, raising=False)
    with open_memory() as connection:
        folder = Path(setting(connection, "temp_directory"))
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("given", ["lots", "0GB", "-1GB", "2", "80%", "2GB; DROP"])
def test_what_is_no_amount_of_memory_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and how it is written."""
    monkeypatch.setenv(MEMORY, given)
    with pytest.raises(UsageError, match=f"{MEMORY}=.*\n.*like 2GB"):
        open_memory()
