"""Numbers as people write them: thousands apart as in the form, money with its 元."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from nianbao.terms.form import NUMBERS, Field, FieldType
from nianbao.terms.receipt import Before, ReceiptChange, ReceiptFinding

YUAN = "元"
_YEAR = "年"
_TO = "至"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def unit_of_number(field: Field | None) -> str | None:
    """What a field counts, 元 for money; None where it holds no number that is written with thousands apart."""
    if field is None or field.type not in NUMBERS or field.unit == _YEAR:
        return None
    return YUAN if field.type is FieldType.MONEY else field.unit


def write_number(text: str | None, unit: str | None, is_in_unit: bool = True) -> str:
    """`1,234,567`, `12,000.5元`; what is no number of a counting field stays as it was given.

    Without `is_in_unit` it may be a share or what a cell said, so that no 元 is put behind it.
    """
    if not text or unit is None or not _NUMBER.fullmatch(text):
        return text or ""
    return f"{Decimal(text):,f}{YUAN if unit == YUAN and is_in_unit else ''}"


def write_value(item: ReceiptFinding) -> str:
    """What was given in the cell of a finding; of one about a whole sheet or file the sentence says it."""
    return write_number(item.value if item.cell else None, item.unit, is_in_unit=False)


def write_expected(item: ReceiptFinding) -> str:
    """What a cell was compared with: a number, or two bounds."""
    bounds = ((item.expected if item.cell else None) or "").split(_TO)
    return _TO.join(write_number(bound, item.unit, is_in_unit=False) for bound in bounds)


def write_difference(item: ReceiptFinding) -> str:
    """`多1,490`, empty where nothing can be subtracted."""
    if not item.difference or not item.cell:
        return ""
    written = write_number(item.difference.lstrip("-"), item.unit, is_in_unit=False)
    return f"{'少' if item.difference.startswith('-') else '多'}{written}"


def write_before(before: Before, item: ReceiptFinding) -> str:
    """What the unit reported for the cell another time."""
    return write_number(before.value, item.unit)


def write_change(text: str | None, change: ReceiptChange) -> str:
    """What stood in a cell that is otherwise now, or what stands there."""
    return "（无）" if text is None else write_number(text, change.unit)


def part_thousands(sentence: str, units: Iterable[str]) -> str:
    """A sentence in which the numbers before these units, and before 元, have their thousands apart."""
    known = "|".join(re.escape(unit) for unit in sorted({YUAN, *units} - {_YEAR, ""}))
    pattern = rf"(?<![0-9A-Za-z.,_\-])[0-9]{{4,}}(?=(?:\.[0-9]+)?(?:{known}))"
    return re.sub(pattern, lambda match: f"{int(match[0]):,}", sentence)
