"""Reading of declared files: typed access that refuses what it does not know, with file and line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.span import Span

E = TypeVar("E")
Fill = Callable[[str], str]
"""Fills nouns into a text; a ValueError says what it names that there is not."""


NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
FORM_CODE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
EXAMPLES = {NAME: "warmth_funds", FORM_CODE: "A01"}
"""Names that are the same in files, tables and SQL, and never need a quote."""


class Declared:
    """One table of a declared file; every key must be asked for before `done` is called."""

    def __init__(self, path: Path, data: dict[str, Any], text: str = "", anchor: str = "", fill: Fill = str) -> None:
        self.path = path
        self._data = dict(data)
        self._text = text
        self._anchor = anchor
        self._fill_in = fill

    @classmethod
    def from_toml(cls, path: Path, fill: Fill = str) -> Declared:
        """Open a TOML file; `fill` fills the nouns in that its texts name.

        Raises:
            DeclarationError: the file is not TOML in UTF-8.
        """
        text = read_text(path)
        try:
            return cls(path, tomllib.loads(text), text, fill=fill)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise DeclarationError(
                path, int(line[1]) if line else 1, _("not valid TOML: {error}").format(error=error)
            ) from error

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def fail(self, message: str, needle: str = "") -> DeclarationError:
        """The error for this table, at the line where `needle` (or the table's own name) stands."""
        return DeclarationError(self.path, _line_of(self._text, self._anchor, needle), message)

    def peek(self, key: str) -> object:
        """What stands under a key that is asked for later; None when it is absent."""
        return self._data.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without a default it must be there."""
        return self._fill(self._take(key, str, default), key)

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number; without a default it must be there."""
        return self._take(key, int, default)

    def day(self, key: str, default: dt.date) -> dt.date:
        """A day, written as TOML writes days: 2021-01-01."""
        return self._take(key, dt.date, default)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return self._take(key, bool, default)

    def span(self) -> Span:
        """The periods from `since` to `until`, each a year or a period such as "2022Q3"; open where it is absent."""
        written = {}
        for key in ("since", "until"):
            value = self._data.pop(key, "")
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise self.fail(
                    _('{key} = {value!r} must be a year or a period such as "2022Q3"').format(key=key, value=value), key
                )
            written[key] = str(value)
        try:
            return Span.between(written["since"], written["until"])
        except ValueError as error:
            raise self.fail(str(error), "since") from error

    def name(self, key: str, pattern: re.Pattern[str] = NAME) -> str:
        """A string that becomes the name of a table, a column or an indicator."""
        text = self.text(key)
        if not pattern.fullmatch(text):
            raise self.fail(
                _("{key} = {text!r} is not like {EXAMPLES}").format(key=key, text=text, EXAMPLES=EXAMPLES[pattern]),
                text,
            )
        return text

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        values = self._take(key, list, None if default is None else list(default))
        if not all(isinstance(value, str) for value in values):
            raise self.fail(_("{key} must be a list of texts").format(key=key), key)
        return tuple(self._fill(value, value) for value in values)

    def one_of(self, key: str, kind: type[E], default: E | None = None) -> E:
        """A member of an enum, written as its value."""
        if key not in self._data and default is not None:
            return default
        value = self.text(key)
        try:
            return kind(value)  # type: ignore[call-arg]
        except ValueError:
            allowed = ", ".join(str(member) for member in kind)  # type: ignore[attr-defined]
            raise self.fail(
                _("{key} = {value!r} is none of: {allowed}").format(key=key, value=value, allowed=allowed), value
            ) from None

    def tables(self, key: str, name_key: str = "") -> Iterator[Declared]:
        """The tables of a list of tables, none when it is absent."""
        for data in self._data.pop(key, []):
            anchor = str(data.get(name_key, "")) if isinstance(data, dict) else ""
            if not isinstance(data, dict):
                raise self.fail(_("{key} must be a list of tables").format(key=key), key)
            yield Declared(self.path, data, self._text, anchor, self._fill_in)

    def table(self, key: str) -> Declared | None:
        """A table, or nothing when it is absent."""
        if key not in self._data:
            return None
        return Declared(self.path, self._take(key, dict, None), self._text, fill=self._fill_in)

    def variable(self, key: str, default: str | None = None) -> str:
        """The name of the environment variable that holds a secret."""
        name = self.text(key, default)
        if name and not _VARIABLE.fullmatch(name):
            raise self.fail(
                _("{key} names an environment variable, in capitals; the secret itself never stands here").format(
                    key=key
                ),
                key,
            )
        return name

    def refuse_secrets(self, *keys: str) -> None:
        """Refuse secrets that are written down instead of named.

        Raises:
            DeclarationError: one of the keys is there.
        """
        for key in keys:
            if key in self._data:
                raise self.fail(
                    _("no secret stands here: name the environment variable that holds it, {key}_env").format(key=key),
                    key,
                )

    def take_plain(self, key: str) -> dict[str, Any]:
        """A table as it stands, whatever is in it: for what belongs to somebody else, such as the body of a request."""
        return self._take(key, dict, None)

    def _fill(self, text: str, needle: str) -> str:
        try:
            return self._fill_in(text)
        except ValueError as error:
            raise self.fail(str(error), needle) from error

    def done(self) -> None:
        """Refuse the keys that nobody asked for.

        Raises:
            DeclarationError: a key is unknown.
        """
        for key in self._data:
            raise self.fail(_("unknown key {key!r}; remove it or mend its spelling").format(key=key), key)

    def _take(self, key: str, kind: type[E], default: E | None) -> E:
        if key not in self._data:
            if default is None:
                raise self.fail(_("{key} is missing").format(key=key))
            return default
        value = self._data.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(
                _("{key} = {value!r} must be a {__name__}").format(key=key, value=value, __name__=kind.__name__), key
            )
        return value


def read_text(path: Path) -> str:
    """The text of a declared file.

    Raises:
        DeclarationError: it is not there, or in another encoding.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DeclarationError(path, None, _("there is no such file; an empty list has its header alone")) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DeclarationError(
            path, line, _("not in UTF-8; save the file in that encoding, in Excel as CSV UTF-8")
        ) from error


def read_csv(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a declared CSV file with their line numbers.

    Raises:
        DeclarationError: the header is not the expected one, a row is ragged, a value has blanks around it, or the file
            is not CSV in UTF-8.
    """
    expected = list(columns)
    rows = read_rows(path)
    header = next(rows, (1, []))[1]
    if header != expected:
        raise DeclarationError(
            path,
            1,
            _("the header must be {expected}, not {header}").format(
                expected=",".join(expected), header=",".join(header)
            ),
        )
    for line, row in rows:
        yield line, dict(zip(expected, row, strict=True))


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The header of a declared CSV file and its rows, each with its line number, as spreadsheet programs save them.

    Such a program writes a byte order mark, ends lines with CR and LF, adds empty lines and columns, and writes days as
    2021/3/31; none of that changes what is declared, and the rows come without it.

    Raises:
        DeclarationError: a row is ragged, a value has blanks around it, or the file is not CSV in UTF-8.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    header: list[str] = []
    line = 0
    try:
        for row in reader:
            first, line = line + 1, reader.line_num
            if not any(map(str.strip, row)):
                continue
            header = header or _without_empty_end(row, 0)
            values = _without_empty_end(row, len(header))
            if len(values) != len(header):
                what = _("{values} values under {header} columns").format(values=len(values), header=len(header))
                raise DeclarationError(
                    path,
                    first,
                    _("{what}: a comma too many or too few, or a text without its quotes").format(what=what),
                )
            for column, value in zip(header, values, strict=True):
                if value != value.strip():
                    raise DeclarationError(
                        path,
                        first,
                        _("{column} = {value!r} has a blank before or behind it: remove it").format(
                            column=column, value=value
                        ),
                    )
            yield first, [_as_day(v) if c in _DAY_COLUMNS else v for c, v in zip(header, values, strict=True)]
    except csv.Error as error:
        raise DeclarationError(path, line + 1, _("not valid CSV: {error}").format(error=error)) from error


_DAY_COLUMNS = {"valid_from", "valid_to", "granted_on", "accepted_until", "day"}
_DAY = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")


def _as_day(text: str) -> str:
    """A day as ISO 8601 writes it, if a spreadsheet program wrote it in its own way."""
    found = _DAY.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def _without_empty_end(row: list[str], least: int) -> list[str]:
    """The values of a row without the empty ones at its end, down to so many."""
    end = len(row)
    while end > least and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _line_of(text: str, anchor: str, needle: str) -> int:
    start = max(text.find(f'"{anchor}"'), 0) if anchor else 0
    places = (text.find(wanted, start) for wanted in (f'"{needle}"', needle) if needle)
    found = next((place for place in places if place >= 0), start)
    return text.count("\n", 0, found) + 1
