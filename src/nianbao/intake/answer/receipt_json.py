"""The receipt as JSON, and the schema of that: both follow from the types of terms/receipt.py."""

from __future__ import annotations

import datetime as dt
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from nianbao.terms.receipt import RECEIPT_SCHEMA, Receipt

_TITLE = "nianbao receipt 回执"
_DESCRIPTION = (
    "The answer to one delivery, as FILE.回执.json in the outbox and from `nianbao check --json`. `schema` grows when "
    "a key is removed or changes its meaning; keys may be added at any time, so readers ignore what they do not know."
)
_SIMPLE: dict[type, dict[str, object]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
}


class NotAReceipt(Exception):
    """A text that is no receipt of this version."""


def to_plain(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON knows it: days and moments as texts."""
    plain: dict[str, Any] = json.loads(json.dumps(receipt, ensure_ascii=False, default=_plain))
    return plain


def dump_receipt(receipt: Receipt) -> str:
    """A receipt as a JSON file."""
    return json.dumps(receipt, ensure_ascii=False, indent=2, default=_plain) + "\n"


def load_receipt(text: str) -> Receipt:
    """The receipt that `dump_receipt` wrote; keys that are not known are left out.

    Raises:
        NotAReceipt: it is something else.
    """
    try:
        return receipt_of(json.loads(text))
    except ValueError as error:
        raise NotAReceipt(str(error)) from error


def receipt_of(document: Any) -> Receipt:
    """The receipt that a JSON document says, as `load_receipt`."""
    try:
        if document["schema"] != RECEIPT_SCHEMA:
            raise ValueError(f"schema {document['schema']}")
        receipt: Receipt = _loader_of(Receipt)(document)
    except (ValueError, LookupError, TypeError) as error:
        raise NotAReceipt(str(error)) from error
    return receipt


def receipt_schema() -> dict[str, object]:
    """docs/receipt.schema.json."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": _TITLE, "description": _DESCRIPTION}
    return head | _schema(Receipt)


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if is_dataclass(value):
        return vars(value)
    raise TypeError(type(value).__name__)


_Loader = Callable[[Any], Any]


@cache
def _loader_of(kind: Any) -> _Loader:
    """What makes of a value of JSON the type that a key has."""
    bare = _without_none(kind)
    load = _bare_loader_of(bare)

    def load_or_none(value: Any) -> Any:
        if value is not None:
            return load(value)
        if bare is kind:
            raise ValueError(f"null for {kind}")
        return None

    return load_or_none


def _bare_loader_of(kind: Any) -> _Loader:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        keys = [(key.name, _loader_of(hints[key.name]), key.default is MISSING) for key in fields(kind)]
        # A receipt of an earlier edition lacks what was added since.
        return lambda value: kind(**{name: load(value[name]) for name, load, is_due in keys if is_due or name in value})
    if get_origin(kind) is tuple:
        load_item = _loader_of(get_args(kind)[0])
        return lambda value: tuple(map(load_item, value))
    if issubclass(kind, dt.date):
        loader: _Loader = kind.fromisoformat
        return loader
    return kind if issubclass(kind, StrEnum) else partial(_only, kind)


def _only(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _schema(kind: Any) -> dict[str, object]:
    """The schema of a type."""
    if get_origin(kind) is Annotated:
        return _schema_said(*get_args(kind))
    bare = _without_none(kind)
    if bare is not kind:
        return _or_null(_schema(bare))
    if is_dataclass(bare) and isinstance(bare, type):
        hints = get_type_hints(bare, include_extras=True)
        keys = {key.name: _schema(hints[key.name]) for key in fields(bare)}
        return {"type": "object", "required": list(keys), "properties": keys}
    if get_origin(bare) is tuple:
        return {"type": "array", "items": _schema(get_args(bare)[0])}
    if issubclass(bare, StrEnum):
        return {"enum": [member.value for member in bare]}
    return dict(_SIMPLE[bare])


def _schema_said(kind: Any, says: str, more: Mapping[str, object] | None = None) -> dict[str, object]:
    """The schema of a key about which something is said; a constant says its type by itself."""
    return {"description": says} | ({} if more and "const" in more else _schema(kind)) | dict(more or {})


def _or_null(schema: dict[str, object]) -> dict[str, object]:
    return schema | {"type": [schema["type"], "null"]}


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        (bare,) = (each for each in get_args(kind) if each is not type(None))
        return bare
    return kind
