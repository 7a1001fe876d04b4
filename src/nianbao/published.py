"""What is published, as polars frames: the present and every release, for whoever analyses in Python.

    >>> home = nianbao.open("var")
    >>> home.figures().filter(pl.col("scope") == "all").collect()
    >>> home.release("work_report/2021/r1").table("core.a05")
    >>> home.history("warmth_funds").collect()

Frames are lazy and read Parquet files that never change: only the columns and rows that are asked for are read, money
stays decimal, and a run that goes on meanwhile disturbs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    import polars as pl

PRESENT = "present"
_FIGURES, _HISTORY, _DICTIONARY = "mart.figure", "mart.figure_history", "dictionary.csv"
_SUFFIX = ".parquet"
_RELEASE = re.compile(r"[a-z][a-z0-9_]*/\d{4}/r[1-9]\d*")


@dataclass(frozen=True)
class Tables:
    """The tables of one state: the present, or a release."""

    name: str
    folder: Path

    def names(self) -> list[str]:
        """The tables that there are, `core.a05`, in the order of their names."""
        return sorted({path.name.removesuffix(_SUFFIX) for path in self.folder.iterdir() if path.name != _DICTIONARY})

    def table(self, name: str) -> pl.LazyFrame:
        """One table as it was published; what its columns mean is in the dictionary.

        Raises:
            UsageError: there is no such table.
        """
        import polars

        if name not in self.names():
            near = [each for each in self.names() if each.partition(".")[2] == name.rpartition(".")[2]]
            raise UsageError(
                _("{name} has no table {name_2!r}").format(name=self.name, name_2=name),
                next_step=_("take one of: {near}").format(near=", ".join(near or self.names())),
            )
        folder, file = self.folder / name, self.folder / f"{name}{_SUFFIX}"  # a file in what was released long ago
        return polars.scan_parquet(sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else file)

    def figures(self) -> pl.LazyFrame:
        """Every indicator of every year and scope, with how many units were asked and have reported."""
        return self.table(_FIGURES)

    def dictionary(self) -> pl.DataFrame:
        """What every table and column means, in Chinese and English, a row a column."""
        import polars

        return polars.read_csv(self.folder / _DICTIONARY)


@dataclass(frozen=True)
class PublishedHome:
    """All that a home has published."""

    home: Home

    def releases(self) -> list[str]:
        """The names of all releases, `work_report/2021/r1`, by publication, year and number."""
        found = [path.parent for path in self.home.releases.glob("[0-9]*/*/r[0-9]*/tables")]
        named = {(path.parent.name, int(path.parent.parent.name), int(path.name[1:])) for path in found}
        return [f"{publication}/{year}/r{number}" for publication, year, number in sorted(named)]

    def release(self, name: str) -> Tables:
        """The tables that a release was printed from.

        Raises:
            UsageError: there is no such release.
        """
        if not _RELEASE.fullmatch(name) or name not in self.releases():
            known = ", ".join(self.releases()) or _("none has been issued yet")
            raise UsageError(
                _("there is no release {name!r}").format(name=name),
                next_step=_("take one of: {known}").format(known=known),
            )
        publication, year, edition = name.split("/")
        return Tables(name, self.home.releases / year / publication / edition / "tables")

    @property
    def present(self) -> Tables:
        """The tables as the last run left them.

        Raises:
            StoreError: nothing has been published yet.
        """
        folder = self.home.releases / "current.tables"
        if not folder.exists():
            raise StoreError(_("nothing has been published yet"), str(folder), _("run nianbao nightly first"))
        return Tables(PRESENT, folder.resolve())

    def table(self, name: str) -> pl.LazyFrame:
        """One table of the present."""
        return self.present.table(name)

    def figures(self) -> pl.LazyFrame:
        """The figures of the present."""
        return self.present.figures()

    def history(self, indicator: str, scope: str = "all") -> pl.LazyFrame:
        """What an indicator was at every release and is now, by year and by period, with how many had reported.

        The columns of mart.figure_history, and before them `release`. A release from before the indicator was renamed
        has it under the id of then.

        Raises:
            UsageError: there is no such indicator.
        """
        import polars

        states = [*(self.release(name) for name in self.releases()), self.present]
        known = self.figures().filter(polars.col("indicator_id") == indicator)
        if known.head(1).collect().is_empty():
            raise UsageError(
                _("there is no indicator {indicator!r}").format(indicator=indicator),
                next_step=_("see figures(): column indicator_id"),
            )
        declared = self.table("reference.indicators").filter(polars.col("indicator_id") == indicator)
        ids = [indicator, *declared.select("former").collect().item().split()]
        wanted = polars.col("indicator_id").is_in(ids) & (polars.col("scope") == scope)
        told = [
            state.table(_HISTORY).filter(wanted).select(polars.lit(state.name).alias("release"), polars.all())
            for state in states
        ]
        return polars.concat(told, how="diagonal").sort("year", "period", maintain_order=True)


def open_published(home: Path | str = "var") -> PublishedHome:
    """Open what a home has published; nothing is written and nothing locked.

    Raises:
        UsageError: there is no home.
    """
    place = Home(Path(home).resolve())
    if not place.is_made:
        raise UsageError(
            _("there is no home at {path}").format(path=place.path),
            next_step=_("name the folder that nianbao nightly writes to"),
        )
    return PublishedHome(place)
