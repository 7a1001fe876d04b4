"""Reads the rows of ledgers that are written out one by one, under samples/<year>/ledgers/."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.sample.totals import rows_of
from nianbao.sample.working import Working
from nianbao.terms.filled import Row
from nianbao.terms.form import Field, FieldType, Part
from nianbao.terms.submission import Value

Ledgers = dict[tuple[str, str, str, str], list[Row]]
"""The rows by form, part, unit code and period code."""

_READ: dict[FieldType, Callable[[str], Value]] = {
    FieldType.INT: int,
    FieldType.MONEY: Decimal,
    FieldType.DECIMAL: Decimal,
    FieldType.DATE: dt.date.fromisoformat,
    FieldType.BOOL: lambda text: text == "true",
}


def read_ledgers(folder: Path, desk: Working) -> Ledgers:
    """The rows of ledgers/GHnn.part.csv; a row with `times` stands for so many, numbered by {n}.

    Raises:
        DeclarationError: a row names a unit or field that does not exist, or a value that is none.
    """
    ledgers: Ledgers = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        form_code, part_code = path.stem.split(".")
        part = desk.project.forms[form_code].part(part_code)
        for line, texts in rows_of(path):
            unit_code, period = texts.pop("unit_code"), texts.pop("period")
            times = int(texts.pop("times", "") or 1)
            if unit_code not in desk.project.units:
                raise DeclarationError(path, line, _("{unit_code} is not in the roster").format(unit_code=unit_code))
            try:
                rows = [_row(part, texts, n) for n in range(1, times + 1)]
            except (KeyError, ValueError, ArithmeticError) as error:
                raise DeclarationError(path, line, str(error)) from error
            ledgers[form_code, part_code, unit_code, period].extend(rows)
    return ledgers


def _row(part: Part, texts: dict[str, str], n: int) -> Row:
    return {name: _value(part.field(name), text.replace("{n}", f"{n:02d}")) for name, text in texts.items() if text}


def _value(field: Field, text: str) -> Value:
    read = _READ.get(field.type)
    return read(text) if read else text
