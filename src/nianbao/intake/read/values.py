"""One cell → its value, or why it has none."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from nianbao.intake.read import number
from nianbao.intake.read.vocabulary import Vocabulary
from nianbao.intake.text import clean, narrow, tidy
from nianbao.terms import workbook_words
from nianbao.terms.form import Field, FieldType
from nianbao.terms.submission import Value

MAX_TEXT = 2_000
TOO_LONG = "TEXT_TOO_LONG"
CODE_PRECISION = "CODE_PRECISION"
TOO_FINE = "TOO_FINE"
ROUNDED_TAIL = "ROUNDED_TAIL"
"""Says of a value that was read that an arithmetical tail was taken off it."""

_DATE = re.compile(
    r"(?:(\d{4}) *([-/.]) *(\d{1,2}) *\2 *(\d{1,2})|(\d{4}) *年 *(\d{1,2}) *月 *(\d{1,2}) *[日号]|(\d{4})(\d\d)(\d\d))"
    r"(?: 0?0:00(?::00)?)?",
    re.ASCII,
)
_TAIL = Decimal("0.001")
"""Binary arithmetic leaves 5979095.76000001 for 115809000 - 109829904.24; nobody reports a thousandth of a 分."""

_FIRST_YEAR, _LAST_YEAR = 1949, 2100
_TOO_LARGE = 10**14
_EXACT = 10**15
"""A workbook keeps 15 digits of a number; of a longer code the rest is lost."""

_LONGEST_SHORT_CODE = 6

_NUMBERS = (float, int)
_INT, _MONEY, _DECIMAL = FieldType.INT, FieldType.MONEY, FieldType.DECIMAL

Read = tuple[Value | None, str | None]


def read_value(field: Field, raw: object, text: str, vocabulary: Vocabulary, scale: int = 1) -> Read:
    """The value of a cell that is not blank, and the fault for which it has none; `text` is what it shows.

    A number from which an arithmetical tail was taken has a value and says ROUNDED_TAIL.
    `scale` is what the cover declares money to be multiplied by, so that it is in 元.
    """
    kind = field.type  # told apart by identity: hashing an enumeration takes far longer
    if kind is _INT or kind is _MONEY or kind is _DECIMAL:
        return _number(kind, raw, text, scale if kind is _MONEY and field.unit == "元" else 1)
    if kind is FieldType.DATE:
        return _date(raw, text)
    if kind is FieldType.BOOL:
        return {workbook_words.YES: (True, None), workbook_words.NO: (False, None)}.get(clean(text), (None, "BOOL"))
    is_number = isinstance(raw, _NUMBERS) and not isinstance(raw, bool)
    if is_number and abs(raw) >= _EXACT:  # type: ignore[arg-type]
        return None, CODE_PRECISION
    if kind is FieldType.CODE:
        return _code(field, clean(text), is_number, vocabulary)
    kept = tidy(text)
    return (kept, None) if len(kept) <= MAX_TEXT else (None, TOO_LONG)


def text_of(raw: object) -> str:
    """What a cell shows."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return workbook_words.YES if raw else workbook_words.NO
    if isinstance(raw, _NUMBERS):
        return number.text_of_number(raw)
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return str(raw)


def _number(kind: FieldType, raw: object, text: str, scale: int) -> Read:
    if isinstance(raw, float) and raw.is_integer() and abs(raw) * scale < _TOO_LARGE:  # most of them
        return Decimal(int(raw)) * scale, None
    value = number.read_number(text)
    if isinstance(value, str):
        return None, value
    if scale != 1:
        value *= scale
    if abs(value) >= _TOO_LARGE:
        return None, "TOO_LARGE_A_NUMBER"
    decimals = 0 if kind is _INT else 2 if kind is _MONEY else 4
    if value == int(value) or value == (kept := round(value, decimals)):
        return value, None
    is_tail = not isinstance(raw, str) and abs(value - kept) < _TAIL.scaleb(-decimals)
    return (kept, ROUNDED_TAIL) if is_tail else (None, TOO_FINE)


def _date(raw: object, text: str) -> Read:
    if isinstance(raw, dt.datetime):
        day, whole = raw.date(), raw.time() == dt.time() and raw.tzinfo is None
        return (day, None) if whole and _is_plausible(day) else (None, "DATE")
    if isinstance(raw, dt.date):
        return (raw, None) if _is_plausible(raw) else (None, "DATE")
    match = _DATE.fullmatch(narrow(text))
    if match is None or not isinstance(raw, str | int | float) or isinstance(raw, bool):
        return None, "DATE"
    year, month, day_of_month = (int(part) for part in match.groups() if part and part.isdigit())
    try:
        day = dt.date(year, month, day_of_month)
    except ValueError:
        return None, "DATE"
    return (day, None) if _is_plausible(day) else (None, "DATE")


def _is_plausible(day: dt.date) -> bool:
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def _code(field: Field, text: str, is_number: bool, vocabulary: Vocabulary) -> Read:
    code = vocabulary.code_of(field.codes, text)
    if code:
        return code, None
    if is_number and any(
        vocabulary.code_of(field.codes, text.zfill(length)) for length in range(len(text) + 1, _LONGEST_SHORT_CODE + 1)
    ):
        return None, CODE_PRECISION  # the spreadsheet has dropped the zeros in front
    # An unknown code is kept as it stands: the suite for the field says which ones there are.
    return text[:MAX_TEXT], None
