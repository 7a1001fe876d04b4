"""Releases: what was issued, and the files that it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """An issued edition of a publication for a year; `path` is its folder under the home."""

    publication: str
    year: int
    number: int
    issued_at: dt.datetime
    path: str
    figures_sha256: str

    @property
    def edition(self) -> str:
        """`r1`."""
        return f"r{self.number}"

    @property
    def name(self) -> str:
        """`work_report/2021/r1`, as commands take it."""
        return f"{self.publication}/{self.year}/{self.edition}"


@dataclass(frozen=True)
class ReleaseFile:
    """One file of a release: its path in the folder, and the SHA-256 under which its bytes are kept."""

    path: str
    sha256: str
    size_bytes: int
