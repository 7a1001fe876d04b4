"""Takes the cells straight off the text of an .xlsx sheet that is written plainly, as nearly every one is.

One regular expression finds the filled cells, and counting the tags tells whether the sheet holds anything else: then,
and wherever a value is not of the usual kinds, the sheet is left to the parser. So a sheet is read here exactly as the
parser would read it, or not at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

from nianbao.intake.formats.remarks import hidden_columns, hidden_rows
from nianbao.intake.formats.sheet import MAX_CELLS, Area, Sheet, Text, column_number

LARGEST = 4 << 20
"""A longer text is left to the parser, which takes less memory."""

_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^<>/]*)>(<f(?:>| [^<>/]*>)[^<]*</f>|)<v>([^<]*)</v></c>')
_ATTRIBUTES = re.compile(rb'(?: s="(\d+)")?(?: t="(s|n|b|str)")?')
_STRING = re.compile(r'<si><t( xml:space="preserve")?>([^<]*)</t>(?:<phoneticPr [^<>]*/>)?</si>')
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?")
_STARTS, _ENDS = b"<sheetData>", b"</sheetData>"
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8[\"'])", re.IGNORECASE)
_ENTITY = re.compile("&(?:(amp)|(lt)|(gt)|(quot)|(apos));")
_ENTITIES = "&<>\"'"
_BOOLEANS: dict[bytes, object] = {b"1": True, b"0": False}
_MOST_LETTERS, _MOST_DIGITS = 2, 5
_NUMBERS: list[bytes] = []

_FORMAT = re.compile(rb'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/>')
_STYLES = re.compile(rb"<cellXfs[ >].*?</cellXfs>", re.DOTALL)
_STYLE = re.compile(rb'<xf [^<>]*?\bnumFmtId="(\d+)"')
_NUMERIC_IDS = frozenset((*range(5), *range(9, 14), *range(37, 41), 48, 49))
_DATE_IDS = frozenset(range(14, 18))
_NUMERIC_FORMAT = re.compile(r"[0#?,.%@_ ();\\-]+|General")
_DATE_FORMAT = re.compile(r"yyyy(?:\\?[-/]|[.年])mm?(?:\\?[-/]|[.月])dd?日?(?:;@)?")
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
"""Before the first, day numbers count a 29th of February that never was."""

_DAY_NOUGHT = dt.date(1899, 12, 30)


Reader = Callable[[bytes], object]
"""Says what a cell holds; None where it is of another kind than the usual ones."""


@dataclass(frozen=True)
class Shared:
    """What the sheets of a workbook share, by the numbers that stand in them: texts, and styles not for numbers.

    `readers` remembers how cells are read, by the attributes that tell.
    """

    strings: Mapping[bytes, str]
    are_dates: Mapping[bytes, bool | None]
    readers: dict[bytes, Reader] = field(default_factory=dict)

    def reader(self, attributes: bytes) -> Reader:
        """How a cell with these attributes is read."""
        match = _ATTRIBUTES.fullmatch(attributes)
        style, kind = match.groups() if match else (b"", b"unusual")
        known: dict[bytes, Reader] = {b"s": self.strings.get, b"str": _text, b"b": _BOOLEANS.get}
        if kind is None or kind == b"n":
            is_date = self.are_dates.get(style, False)
            found: Reader = _nothing if is_date is None else _day if is_date else _number
        else:
            found = known.get(kind, _nothing)
        self.readers[attributes] = found
        return found


class _Taken(NamedTuple):
    """What the cells of a sheet hold, and which of them are formulas."""

    rows: list[list[object]]
    texts: list[Text]
    formulas: list[str]


class _Frame(NamedTuple):
    """What stands before and behind the cells of a sheet."""

    merged: tuple[Area, ...]
    hidden_columns: frozenset[int]


def read_shared(strings: bytes, styles: bytes) -> Shared | None:
    """What the sheets share, from the entries for texts and for styles; None where these are not written plainly."""
    are_dates = _are_dates(styles)
    texts = _read_strings(strings) if len(strings) <= LARGEST else None
    if texts is None or are_dates is None:
        return None
    return Shared(dict(zip(_numbers(len(texts)), texts, strict=True)), are_dates)


def read_plain(name: str, text: bytes, shared: Shared, is_hidden: bool) -> Sheet | None:
    """The sheet that a text holds, None when it is not written plainly."""
    start, end = text.find(_STARTS), text.rfind(_ENDS)
    if len(text) > LARGEST or not 0 <= start < end:
        return None
    start += len(_STARTS)
    frame = _frame(text[:start], text[end:])
    body = text[start:end]
    cells = _CELL.findall(body)
    taken = _take(cells, shared) if frame and cells else None
    if frame is None or taken is None or not _is_all(body, len(cells), len(taken.formulas)):
        return None
    return Sheet(
        name,
        taken.rows,
        formulas=frozenset(taken.formulas),
        merged=frame.merged,
        hidden_rows=hidden_rows(body),
        hidden_columns=frame.hidden_columns,
        is_hidden=is_hidden,
        texts_in_order=taken.texts,
    )


def _is_all(body: bytes, cells: int, formulas: int) -> bool:
    """Whether a sheet holds nothing but these cells, blank ones and their rows, by the number of its tags."""
    blank, rows = body.count(b"/>"), body.count(b"</row>")
    return body.count(b"<") == 4 * cells + 2 * formulas + blank + 2 * rows and not (b"!" in body and b"<!" in body)


def _take(cells: Sequence[tuple[bytes, ...]], shared: Shared) -> _Taken | None:
    """The cells in rows from A1 on; None when a value is of another kind than the usual ones, or the order is."""
    letters_used = {cell[0] for cell in cells}
    if max(map(len, letters_used)) > _MOST_LETTERS or len(cells[-1][1]) > _MOST_DIGITS:
        return None
    columns = {letters: column_number(letters.decode()) - 1 for letters in letters_used}
    height, width = int(cells[-1][1]), max(columns.values()) + 1
    if height * width > MAX_CELLS:
        return None
    taken = _Taken([[""] * width for _ in range(height)], [], [])
    readers, values, row = shared.readers, taken.rows[0], b""
    last = before = -1
    for letters, digits, attributes, formula, said in cells:
        if digits != row:
            row, above, last, before = digits, last, int(digits) - 1, -1
            if not above < last < height:
                return None
            values = taken.rows[last]
        column, value = columns[letters], (readers.get(attributes) or shared.reader(attributes))(said)
        if value is None or column <= before:
            return None
        values[column] = value
        before = column
        if isinstance(value, str) and value:
            taken.texts.append((last, column, value))
        if formula:
            taken.formulas.append((letters + digits).decode())
    return taken


def _text(said: bytes) -> str | None:
    return _unescaped(said.decode("utf-8", "replace"))


def _number(said: bytes) -> float | None:
    return float(said) if said.isdigit() or _NUMBER.fullmatch(said) else None


def _day(said: bytes) -> dt.date | None:
    number = _number(said)
    if number is None or not number.is_integer() or not _FIRST_DAY <= number <= _LAST_DAY:
        return None
    return _DAY_NOUGHT + dt.timedelta(days=number)


def _nothing(said: bytes) -> None:
    return None


def _numbers(count: int) -> list[bytes]:
    """The first whole numbers as they are written."""
    while len(_NUMBERS) < count:
        _NUMBERS.append(str(len(_NUMBERS)).encode())
    return _NUMBERS[:count]


def _read_strings(text: bytes) -> list[str] | None:
    if not text:
        return []
    if not _is_utf8(text) or b"\r" in text or b"_x" in text:
        return None
    try:
        body = text[text.find(b"<si>") :].decode()
    except UnicodeDecodeError:
        return None
    found = _STRING.findall(body)
    if body.count("<") != 4 * len(found) + body.count("/>") + 1 or not body.rstrip().endswith("</sst>"):
        return None
    strings = [said for _, said in found]
    # A text that does not ask for its blanks to be kept is trimmed: that is left to the parser.
    if strings != [said.strip() for said in strings] and any(not kept and said != said.strip() for kept, said in found):
        return None
    if "&" not in body:
        return strings
    unescaped = [_unescaped(said) for said in strings]
    return None if None in unescaped else unescaped  # type: ignore[return-value]


def _unescaped(said: str) -> str | None:
    """A text without its entities; None where it holds any but the five that every text may."""
    if "&" not in said:
        return None if "\r" in said or "_x" in said or "\ufffd" in said else said
    plain = _ENTITY.sub(lambda entity: _ENTITIES[(entity.lastindex or 1) - 1], said)
    return plain if plain.count("&") == said.count("&amp;") else None


@lru_cache(maxsize=64)
def _are_dates(styles: bytes) -> dict[bytes, bool | None] | None:
    """The styles that are not for numbers: whether they are for days, None when that is not sure."""
    if not styles:
        return {}
    try:
        ElementTree.fromstring(styles)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    section = _STYLES.search(styles)
    ids = [int(number) for number in _STYLE.findall(section[0])] if section else []
    formats = {int(number): code.decode("utf-8", "replace") for number, code in _FORMAT.findall(styles)}
    if section is None or len(ids) != section[0].count(b"<xf ") or len(formats) != styles.count(b"<numFmt "):
        return None
    found = {str(place).encode(): _is_date(number, formats.get(number)) for place, number in enumerate(ids)}
    return {style: is_date for style, is_date in found.items() if is_date is not False}


def _is_date(number: int, code: str | None) -> bool | None:
    if code is None:
        return False if number in _NUMERIC_IDS else True if number in _DATE_IDS else None
    return False if _NUMERIC_FORMAT.fullmatch(code) else True if _DATE_FORMAT.fullmatch(code) else None


@lru_cache(maxsize=256)
def _frame(before: bytes, behind: bytes) -> _Frame | None:
    """What stands around the cells: the same on every workbook made from one template, so it is remembered."""
    if not _is_utf8(before):
        return None
    try:
        sheet = ElementTree.fromstring(before + behind)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    areas = [_AREA.fullmatch(area.get("ref", "")) for area in sheet.iterfind("{*}mergeCells/{*}mergeCell")]
    if not all(areas):
        return None
    return _Frame(tuple(_area(area) for area in areas if area), hidden_columns(before))


def _area(match: re.Match[str]) -> Area:
    left, top, right, bottom = match.groups()
    return (int(top) - 1, column_number(left) - 1), (int(bottom) - 1, column_number(right) - 1)


def _is_utf8(text: bytes) -> bool:
    return text.startswith(b"<") and not _OTHER_ENCODING.match(text)
