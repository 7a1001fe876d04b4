"""The draft as it lies there: of each file what it holds, of each page what it shows, so that both may stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nianbao.settings import link_or_copy, sha256_of

SHOWS = "shows"
"""Under this word the manifest of a draft keeps the keys of its pages."""


@dataclass(frozen=True)
class LastEdition:
    """An edition that lies in a folder: the hashes of its files and the keys of its pages, by their names."""

    folder: Path | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    def give(self, name: str, key: str, folder: Path) -> bool:
        """Let a page that shows the same be a file of a new edition, too; one that was altered is not given."""
        if self.folder is None or self.keys.get(name) != key:
            return False
        path = self.folder / name
        if not path.exists() or sha256_of(path) != self.hashes.get(name):
            return False
        link_or_copy(path, folder / name)
        return True

    def give_equal(self, name: str, digest: str, folder: Path) -> None:
        """Let a file that was written again with the same content be the one that lies there, with its time."""
        path, written = (self.folder or folder) / name, folder / name
        if self.hashes.get(name) != digest or not path.exists() or path.samefile(written):
            return
        if sha256_of(path) == digest:
            written.unlink()
            link_or_copy(path, written)


NOTHING = LastEdition()
"""Where no edition lies, or none that may be taken over."""


def read_last(manifest: Path) -> LastEdition:
    """The edition that a manifest tells of, nothing where it tells of no pages."""
    try:
        told: dict[str, Any] = json.loads(manifest.read_bytes())
        hashes = {name: said["sha256"] for name, said in told["files"].items()}
        return LastEdition(manifest.parent, hashes, dict(told[SHOWS]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return NOTHING
