"""The one normaliser: every number of every workbook is read here, and nowhere else."""

from __future__ import annotations

import re
from decimal import Decimal

from nianbao.intake.text import narrow
from nianbao.terms.submission import NOT_APPLICABLE

NUMBER = "NUMBER"
UNIT_IN_CELL = "UNIT_IN_CELL"

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_UNIT = r"[万亿千百]?[元人名个家件条项期场次户台套座]?(?:\([^)]*\))?|%|‰"
_WITH_UNIT = re.compile(rf"[+-]?[\d,.]+\s*(?=[^\d,.\s])(?:{_UNIT})", re.ASCII)
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "‐": "-", "‑": "-"})
_NOT_APPLICABLE = frozenset({"-", "--", "---", "—", "——", "/", "无", "…", "……", "...", "......", "不适用"})
_LONGEST = 32


def read_number(text: str) -> Decimal | str:
    """The exact number that a text says, or the fault for which it says none.

    `１，２３４.５０` is 1234.50. `1e3`, `1_000`, `5万元`, `12,34` are faults; `-`, `—`, `无` say that the question
    does not apply. Blank is not a text: the caller keeps missing, zero and not applicable apart.
    """
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        return Decimal(text)
    candidate = text.strip() if text.isascii() else narrow(text).translate(_MINUS)
    if len(candidate) > _LONGEST:
        return NUMBER
    if _NUMBER.fullmatch(candidate):
        return Decimal(candidate.replace(",", ""))
    if candidate in _NOT_APPLICABLE:
        return NOT_APPLICABLE
    return UNIT_IN_CELL if _WITH_UNIT.fullmatch(candidate) else NUMBER


def text_of_number(value: float | int) -> str:
    """A numeric cell as text, to the 15 digits that a spreadsheet itself keeps, never in exponent notation."""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(format(value, ".15g")), "f")
    return str(value)
