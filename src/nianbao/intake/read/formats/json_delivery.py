"""Reads .json from units with a system of their own; docs/json-delivery.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from nianbao.intake.read.formats.sheet import Opened, Sheet, Unreadable
from nianbao.terms import workbook_words
from nianbao.terms.form import Field, Layout, Part

MAX_BYTES = 10 * 1024 * 1024
VERSION = 1

Fields = Mapping[tuple[str, int], tuple[Part, Field]]
"""The fields of all forms, by form code and line."""

_REQUIRED = ("unit_code", "period", "basis", "money_unit", "forms")
_COVER_KEYS = frozenset(workbook_words.COVER_LABELS) - {"edition"}
_ROOT_KEYS = _COVER_KEYS | {"nianbao", "forms"}
_FORM_KEYS = frozenset({"edition", "note", "lines", "records"})
_LONGEST_NUMBER = 40
_LARGEST_EXPONENT = 30


class _Number(str):
    """A JSON number as it is written, so that no digit of it is lost."""


def open_json(content: bytes, fields: Fields) -> Opened:
    """A sheet for each form of a JSON delivery; `fields` are those that exist, by their codes taken apart.

    A form whose `records` are an empty list reports none: its sheet has the codes of its ledgers and no rows.

    Raises:
        Unreadable: it is not strict JSON, or not what the schema says.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable("TOO_LARGE", str(len(content)))
    root = _load(content)
    _require_object(root, "", _ROOT_KEYS)
    for key in _REQUIRED:
        if key not in root:
            raise Unreadable("JSON_SCHEMA", "/", expected=key)
    if root.get("nianbao", _Number(VERSION)) != _Number(VERSION):
        raise Unreadable("JSON_SCHEMA", "/nianbao", expected=str(VERSION))
    cover = {key: _text(root[key], f"/{key}") for key in _COVER_KEYS & root.keys()}
    cells = {f"{key}_cell": f"/{key}" for key in cover}
    _require_object(root["forms"], "/forms", None)
    sheets = [_sheet(code, form, fields) for code, form in root["forms"].items()]
    return Opened(sheets, cover=cover | cells)


def _load(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(content.count(b"\n", 0, error.start) + 1)
        raise Unreadable("ENCODING", line, expected="UTF-8") from error
    try:
        root = json.loads(
            text, object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise Unreadable("JSON_SYNTAX", str(error.lineno)) from error
    except RecursionError as error:
        raise Unreadable("JSON_TOO_DEEP") from error
    return root


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Unreadable("JSON_DUPLICATE_KEY", _shown(next(key for key in keys if keys.count(key) > 1)))
    return found


def _refuse_constant(name: str) -> None:
    raise Unreadable("JSON_NUMBER", name)


def _sheet(code: str, form: Any, fields: Fields) -> Sheet:
    path = f"/forms/{_shown(code)}"
    _require_object(form, path, _FORM_KEYS)
    lines, records = form.get("lines", {}), form.get("records", [])
    _require_object(lines, f"{path}/lines", None)
    if not isinstance(records, list):
        raise Unreadable("JSON_SCHEMA", f"{path}/records", expected="[…]")
    rows: list[list[object]] = [
        [workbook_words.EDITION_LABEL + _text(form.get("edition", ""), f"{path}/edition")],
        [workbook_words.NOTE_LABEL, _text(form.get("note", ""), f"{path}/note")],
    ]
    pointers = {(1, 1): f"{path}/note"}
    for key, value in lines.items():
        _require_code(key, code, f"{path}/lines", fields)
        pointers[len(rows), 1] = f"{path}/lines/{key}"
        rows.append([key, _text(value, f"{path}/lines/{key}")])
    keys = _keys(records, code, f"{path}/records", fields)
    if form.get("records") == []:
        keys = _ledger_keys(code, fields)
    rows.append(list(keys))
    for index, record in enumerate(records):
        pointers |= {(len(rows), column): f"{path}/records/{index}/{key}" for key, column in keys.items()}
        rows.append([_text(record.get(key), f"{path}/records/{index}/{key}") for key in keys])
    return Sheet(code, rows, pointers=pointers)


def _keys(records: Iterable[Any], form: str, path: str, fields: Fields) -> Mapping[str, int]:
    """The column of each code that a record uses."""
    keys: dict[str, int] = {}
    for index, record in enumerate(records):
        _require_object(record, f"{path}/{index}", None)
        for key in record:
            if key not in keys:
                _require_code(key, form, f"{path}/{index}", fields)
                keys[key] = len(keys)
    return keys


def _ledger_keys(form: str, fields: Fields) -> Mapping[str, int]:
    """The column of each code of a form's ledgers."""
    codes = [
        workbook_words.field_code(*code)
        for code, (part, _) in fields.items()
        if code[0] == form and part.layout is Layout.LEDGER
    ]
    return {key: column for column, key in enumerate(codes)}


def _require_object(value: Any, path: str, keys: frozenset[str] | None) -> None:
    """Refuse what is no object, or has a key that is none of the known ones."""
    if not isinstance(value, dict):
        raise Unreadable("JSON_SCHEMA", path or "/", expected="{…}")
    unknown = sorted(set(value) - keys) if keys is not None else []
    if unknown:
        raise Unreadable("JSON_SCHEMA", f"{path}/{_shown(unknown[0])}", expected="、".join(sorted(keys or ())))


def _require_code(key: str, form: str, path: str, fields: Fields) -> None:
    code = workbook_words.parse_field_code(key)
    if code is None or code[0] != form or code not in fields or key != workbook_words.field_code(*code):
        raise Unreadable("JSON_SCHEMA", f"{path}/{_shown(key)}", expected=workbook_words.field_code(form, 1))


def _text(value: Any, path: str) -> str:
    """A value as it would stand in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return workbook_words.YES if value else workbook_words.NO
    if isinstance(value, _Number):
        return _plain(value)
    if not isinstance(value, str):
        raise Unreadable("JSON_SCHEMA", path, expected='"…"')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Unreadable("JSON_TEXT", path)
    return value


def _plain(number: _Number) -> str:
    """The digits of a number; one with an exponent is written out unless that would make it very long."""
    if len(number) > _LONGEST_NUMBER or "e" not in number.lower():
        return str(number)
    exact = Decimal(number)
    return format(exact, "f") if abs(exact.adjusted()) <= _LARGEST_EXPONENT else str(number)


def _shown(key: str) -> str:
    """A key as it may be repeated in a sentence."""
    return key[:60].encode("utf-8", "replace").decode()
