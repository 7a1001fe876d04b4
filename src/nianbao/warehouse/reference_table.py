"""A table of the schema reference before it is loaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class ReferenceTable:
    """A reference table with its rows as texts, and the types of the columns that are not text."""

    name: str
    zh: str
    en: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    types: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Changes when the content changes."""
        digest = hashlib.sha256(json.dumps(self.columns).encode())
        for start in range(0, len(self.rows), _ROWS_AT_ONCE):
            digest.update(json.dumps(self.rows[start : start + _ROWS_AT_ONCE], ensure_ascii=False).encode())
        return digest.hexdigest()
