"""Where things are: the folders under a home."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SAMPLE_MARK = ".sample"
"""A file of this name in the inbox says that what lies there is synthetic; reports then say so too."""


@dataclass(frozen=True)
class Home:
    """The produced folder of a project, `var/` unless told otherwise."""

    path: Path

    @property
    def inbox(self) -> Path:
        """Where workbooks arrive, in folders of any depth."""
        return self.path / "inbox"

    @property
    def outbox(self) -> Path:
        """Where receipts are put, in the folder that the delivery came from."""
        return self.path / "outbox"

    @property
    def unsent(self) -> Path:
        """A mark for each delivery whose answer could not be written back to its source yet."""
        return self.outbox / ".unsent"

    @property
    def alarms(self) -> Path:
        """What was wrong with the sources at the last run."""
        return self.path / "alarms.json"

    @property
    def archive(self) -> Path:
        """Every delivery's bytes under their SHA-256, and the index of deliveries."""
        return self.path / "archive"

    @property
    def warehouse(self) -> Path:
        """The writer's DuckDB file; analysts never open it."""
        return self.path / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        """Draft editions, numbered releases and the analysts' files."""
        return self.path / "releases"

    @property
    def is_sample(self) -> bool:
        """Whether the inbox holds the synthetic sample year."""
        return (self.inbox / SAMPLE_MARK).exists()
