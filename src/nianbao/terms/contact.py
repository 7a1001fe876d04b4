"""Whom one calls at a unit: an office, never a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """How the reporting office 统计联系办公室 of a unit is reached; what is not declared is empty."""

    office: str = ""
    phone: str = ""
    mail: str = ""

    @property
    def zh(self) -> str:
        """Office and phone in one line."""
        return "　".join(filter(None, (self.office, self.phone)))


UNKNOWN = Contact()
"""Of whom nothing is declared."""
