"""What an analyst opens in Python: lazy frames over what was published, the present and every release."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import nianbao
from nianbao.errors import StoreError, UsageError
from nianbao.settings import Home
from tests.homes import ROOT, YEAR

RELEASE = f"work_report/{YEAR}/r1"


def test_the_figures_of_the_present_are_a_lazy_frame(year_home: Home) -> None:
    """Value, unit of measure and coverage of an indicator, in one expression; money is decimal."""
    frame = nianbao.open(year_home.path).figures()
    assert isinstance(frame, pl.LazyFrame)
    wanted = (pl.col("indicator_id") == "warmth_funds") & (pl.col("scope") == "all") & (pl.col("year") == YEAR)
    (row,) = frame.filter(wanted).collect().rows(named=True)
    assert isinstance(row["value"], Decimal)
    assert row["unit"] == "元"
    assert row["reported"] <= row["asked"]


def test_every_table_of_the_analysts_file_is_there_and_equal(year_home: Home) -> None:
    """A file a table, row for row what the DuckDB file has, with the meaning of each column beside it."""
    import duckdb

    present = nianbao.open(year_home.path).present
    with duckdb.connect(str(year_home.releases / "current.duckdb"), read_only=True) as connection:
        told = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        assert present.names() == [name for (name,) in told]
        for name in present.names():
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            assert present.table(name).collect().rows() == rows, name
    dictionary = present.dictionary()
    assert set(dictionary["table"]) == set(present.names())
    assert dictionary.filter(pl.col("meaning").is_null()).rows() == []


def test_a_release_keeps_its_tables(year_home: Home) -> None:
    """They are files of the release, named in its manifest and recorded; the frame is that of then."""
    published = nianbao.open(str(year_home.path))
    assert published.releases() == [f"audit_report/{YEAR}/r1", RELEASE]
    release = published.release(RELEASE)
    assert release.table("core.gh05").collect().height > 0
    manifest = (release.folder.parent / "manifest.json").read_text("utf-8")
    assert '"tables/core.gh05/all.parquet"' in manifest


def test_what_was_released_as_single_files_is_read(year_copy: Home) -> None:
    """A release from before tables were folders never changes, and is read like any other."""
    release = nianbao.open(year_copy.path).release(RELEASE)
    names, rows = release.names(), release.figures().collect()
    for folder in [path for path in release.folder.iterdir() if path.is_dir()]:
        (folder / "all.parquet").rename(release.folder / f"{folder.name}.parquet")
        folder.rmdir()
    assert release.names() == names
    assert release.figures().collect().equals(rows)
    assert "mart.figure" in set(release.dictionary()["table"])


def test_a_table_in_several_files_is_one(year_copy: Home) -> None:
    """A large table has a file for each period; whoever opens it need not know."""
    present = nianbao.open(year_copy.path).present
    (folder,) = present.folder.glob("mart.figure_history")
    whole = present.table("mart.figure_history").collect()
    for (period,), rows in whole.group_by("period"):
        rows.write_parquet(folder / f"{period}.parquet")
    (folder / "all.parquet").unlink()
    assert len(list(folder.iterdir())) > 4
    parts = present.table("mart.figure_history").collect()
    assert parts.sort(parts.columns).equals(whole.sort(whole.columns))


def test_quarters_add_up_to_the_year_and_a_stock_ends_it(year_home: Home) -> None:
    """mart.figure_history: flows of the periods sum to the year's figure, a stock of the last period is the year's."""
    home = nianbao.open(year_home.path)
    kinds = home.table("reference.indicators").select("indicator_id", "aggregate")
    year = pl.col("period") == str(YEAR)
    told = home.table("mart.figure_history").filter(pl.col("year") == YEAR).join(kinds, on="indicator_id")
    periods = told.filter(~year, pl.col("period").str.contains("Q")).sort("period").group_by("indicator_id", "scope")
    flows = periods.agg(pl.col("aggregate").first(), pl.col("value").sum().alias("sum"), pl.col("value").last())
    both = flows.join(told.filter(year).rename({"value": "of_year"}), on=["indicator_id", "scope"]).collect()
    summed, stocks = both.filter(pl.col("aggregate") == "sum"), both.filter(pl.col("aggregate") == "last")
    assert summed.height > 100
    assert stocks.height > 100
    assert summed.filter(pl.col("sum") != pl.col("of_year"))["indicator_id"].to_list() == []
    assert stocks.filter(pl.col("scope") == "all", pl.col("value") != pl.col("of_year"))["indicator_id"].to_list() == []


def test_the_history_of_an_indicator_has_every_release_and_the_present(year_home: Home) -> None:
    """A row for each year and state: who compares them sees what a correction moved."""
    history = nianbao.open(year_home.path).history("warmth_funds").collect()
    assert set(history["release"]) == {f"audit_report/{YEAR}/r1", RELEASE, "present"}
    assert history.filter(pl.col("period") == str(YEAR))["value"].n_unique() == 1
    assert {f"{YEAR}Q{quarter}" for quarter in (1, 2, 3, 4)} < set(history["period"])
    assert history.columns[0] == "release"


def test_what_is_not_there_is_told_with_what_is(year_home: Home, tmp_path: Path) -> None:
    """A home, a release, a table and an indicator that do not exist."""
    published = nianbao.open(year_home.path)
    with pytest.raises(UsageError, match="no table") as failure:
        published.table("gh05")
    assert "core.gh05" in failure.value.next_step
    with pytest.raises(UsageError, match="no release"):
        published.release("../../secret/r1")
    with pytest.raises(UsageError, match="no indicator"):
        published.history("no_such")
    with pytest.raises(UsageError, match="no home"):
        nianbao.open(tmp_path / "typo")
    (tmp_path / "inbox").mkdir()
    with pytest.raises(StoreError, match="nothing has been published"):
        nianbao.open(tmp_path).figures()


def test_the_version_is_told_without_polars() -> None:
    """Only who opens something waits for the library."""
    code = "import sys, nianbao; print(nianbao.__version__, 'polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [nianbao.__version__, "False"]
