"""Code lists: what a code field may hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One entry of a code list; `level` and `kind` say more about it where the list needs it (awards, accounts)."""

    list: str
    code: str
    zh: str
    en: str
    parent: str
    level: str
    kind: str
    valid_from: dt.date | None
    valid_to: dt.date | None

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the code may be used for a period ending on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
