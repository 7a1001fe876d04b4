"""Finds out who reports for when: from the cover, else from the name of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from nianbao.intake.read.formats.delimited import DELIMITERS
from nianbao.intake.read.formats.sheet import Sheet, address
from nianbao.intake.read.values import text_of
from nianbao.intake.text import clean, compact
from nianbao.terms import workbook_words
from nianbao.terms.period import Period

_LABELS = {compact(label): key for key, label in workbook_words.COVER_LABELS.items()}
_UNIT = workbook_words.COVER_LABELS["unit_code"]
_FIRST_LETTERS = frozenset(label[0] for label in _LABELS)
_NAME = re.compile(r"([A-Z]{2}[0-9A-Z]{3,})-(\d{4}(?:[QH]\d|M\d\d)?)(?:-([A-Z]{2}\d+))?(?:[ _(（-].*)?", re.ASCII)
_UNDECLARED = {"basis": workbook_words.BASES["period"], "money_unit": next(iter(workbook_words.MONEY_UNITS))}

_MUST_BE_KNOWN = frozenset({"unit_code", "period", "status", "basis", "money_unit"})
"""Of these an error or a formula without a result is told as what was filled in, and never taken for a blank."""

Cover = dict[str, str]


def read_covers(sheets: Sequence[Sheet]) -> list[Cover]:
    """The answers of every cover by key, with `<key>_cell` telling where each stands; the sheet 封面 comes first."""
    likely = [sheet for sheet in sheets if sheet.name == workbook_words.COVER_SHEET]
    others = [sheet for sheet in sheets if sheet.name != workbook_words.COVER_SHEET]
    likely += (sheet for sheet in others if _UNIT in [text for _, _, text in sheet.texts])
    return _filled(likely) or _filled(sheets)


def _filled(sheets: Sequence[Sheet]) -> list[Cover]:
    return [cover for cover in map(_read, sheets) if cover.get("unit_code")]


def cover_of_name(file_name: str) -> tuple[Cover, str | None]:
    """What a file name such as `U100-2021Q4-A01.csv` says: unit and period, and the form.

    Only that of delimited text counts: a workbook has a cover. What its name tells is about the period alone, in 元.
    """
    path = PurePosixPath(file_name)
    match = _NAME.fullmatch(path.stem)
    if match is None or path.suffix.lower() not in DELIMITERS:
        return {}, None
    return {"unit_code": match[1], "period": match[2], **_UNDECLARED}, match[3]


def _read(sheet: Sheet) -> Cover:
    cover: Cover = {}
    for row, column, text in sheet.texts:
        beside = column + 1
        if beside == len(sheet.rows[row]) or text.lstrip()[:1] not in _FIRST_LETTERS:
            continue
        key = _LABELS.get(compact(text))
        if key and key not in cover:
            odd = sheet.odd.get(address(row, beside)) if key in _MUST_BE_KNOWN else None
            said = odd.value if odd else clean(text_of(sheet.at(row, beside)))
            cover[key] = _period_code(said) if key == "period" else said
            cover[f"{key}_cell"] = sheet.name_of(row, beside)
    return cover | {"sheet": sheet.name} if cover else cover


def _period_code(text: str) -> str:
    """The code of a period, however it is written: a form prints 2021年第四季度 itself; else the text as it stands."""
    try:
        return Period.read(text).code
    except ValueError:
        return text


def declared(cover: Mapping[str, str]) -> tuple[str, str]:
    """What tells two covers apart: the unit and the period."""
    return cover.get("unit_code", "").upper(), cover.get("period", "").upper()
