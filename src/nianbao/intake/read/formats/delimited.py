"""Reads .csv and .tsv: strictly, in a fixed order of encodings, with the line of everything that is wrong."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nianbao.intake.read.formats.sheet import Opened, Sheet, Unreadable
from nianbao.terms import workbook_words
from nianbao.terms.submission import ReadingFault

MAX_BYTES = 10 * 1024 * 1024
MAX_FIELD = 32_767
_SHOWN = 60
DELIMITERS = {".csv": ",", ".tsv": "\t"}
"""The delimiter is what the ending of the file name says, and never guessed."""

COUNT_LABEL = "行数"
"""A line `行数,12` says how many lines that are not blank follow it, so that a cut file is noticed."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_OTHERS = {";": "分号", "\t": "制表符", "，": "全角逗号", "|": "竖线", ",": "逗号"}
_CODE = re.compile(r"[A-Z]{2}\d+-\d{2}|\0", re.ASCII)
"""A 代码 can be read in any encoding, and so can the blanks between the letters of UTF-16 without a mark."""

_CJK = re.compile(r"[\u4e00-\u9fff]")
_KNOWN = (*workbook_words.COVER_LABELS.values(), *workbook_words.INDICATOR_HEADER[1:])
_FIELDS = {
    delimiter: re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{re.escape(delimiter)}\n]*))({re.escape(delimiter)}|\n)')
    for delimiter in DELIMITERS.values()
}


@dataclass(frozen=True)
class _Record:
    """The fields of one record, and the line of the file on which it begins."""

    line: int
    fields: list[str]

    @property
    def filled(self) -> list[str]:
        """The fields that are not blank."""
        return [text.strip() for text in self.fields if text.strip()]

    @property
    def is_header(self) -> bool:
        """Whether the record holds the word 代码 or the codes of a ledger, and so sets how wide its table is."""
        return workbook_words.INDICATOR_HEADER[3] in self.filled or bool(
            self.filled
            and all(
                workbook_words.parse_field_code(text) for text in self.filled if text != workbook_words.LEDGER_NUMBER
            )
        )

    @property
    def ends_table(self) -> bool:
        """Whether the record is a note or a signature below the table."""
        return not self.filled or self.filled[0].startswith(
            (workbook_words.NOTE_LABEL, workbook_words.NOTES_HEADING, *workbook_words.SIGNATURES)
        )


def open_delimited(content: bytes, name: str, ending: str) -> Opened:
    """The one sheet of a delimited text; `name` is the file name without its ending.

    Raises:
        Unreadable: the text cannot be decoded or taken apart without guessing.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable("TOO_LARGE", str(len(content)))
    text = decode(content)
    delimiter = DELIMITERS[ending]
    _refuse_cut(text)
    records = list(_records(text if text.endswith("\n") else text + "\n", delimiter))
    _refuse_other_delimiter(records, delimiter)
    counted = _check_count(records)
    faults = list(_ragged(records, name))
    if not text.endswith("\n") and not counted:
        faults += _judge_last(records, name)
    return Opened([Sheet(name, [record.fields for record in records], faults=tuple(faults))])


def decode(content: bytes) -> str:
    """The text in the one encoding that it can be: by the mark at its beginning, else UTF-8, else GB18030.

    Raises:
        Unreadable: it is none of them from end to end, or is one and the other by turns.
    """
    if content.startswith(_UTF_32):
        raise Unreadable("ENCODING", "1", expected="UTF-8")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _checked(_decode_all(content[len(mark) :], encoding))
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError as not_utf_8:
        text = _decode_all(content, "gb18030", not_utf_8)
        if not any(word in text for word in _KNOWN):
            if not _CODE.search(text):
                return _checked(text)  # whatever it says, it is none of our tables
            raise Unreadable("ENCODING", _line(content, not_utf_8.start), expected="UTF-8、GB18030") from None
        if any(_is_chinese_utf_8(line) for line in content.splitlines()):
            raise Unreadable("ENCODING", _line(content, not_utf_8.start), expected="UTF-8") from None
        return _checked(text)


def _decode_all(content: bytes, encoding: str, earlier: UnicodeDecodeError | None = None) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        place = error.start if earlier is None else max(error.start, earlier.start)
        raise Unreadable("ENCODING", _line(content, place, encoding), expected="UTF-8、UTF-16、GB18030") from error


def _line(content: bytes, place: int, encoding: str = "latin-1") -> str:
    before = content[:place].decode(encoding, "ignore").replace("\r\n", "\n")
    return str(before.count("\n") + before.count("\r") + 1)


def _is_chinese_utf_8(line: bytes) -> bool:
    """Whether a line by itself is Chinese in UTF-8: the file then changes its encoding on the way."""
    try:
        return len(_CJK.findall(line.decode("utf-8"))) > 1
    except UnicodeDecodeError:
        return False


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for code, character in (("NUL_BYTE", "\0"), ("ENCODING", "\ufffd")):
        place = text.find(character)
        if place >= 0:
            raise Unreadable(code, str(text.count("\n", 0, place) + 1), expected="UTF-8")
    return text


def _refuse_cut(text: str) -> None:
    if not text.strip():
        raise Unreadable("EMPTY_FILE")


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """Take the text apart; a quote that opens must close, and one inside a field must be doubled."""
    pattern, place, line = _FIELDS[delimiter], 0, 1
    while place < len(text):
        fields: list[str] = []
        begins = line
        end = ""
        while end != "\n":
            match = pattern.match(text, place)
            if match is None:
                raise Unreadable("QUOTE", str(line))
            quoted, plain, end = match.groups()
            field = plain if quoted is None else quoted.replace('""', '"')
            if len(field) > MAX_FIELD:
                raise Unreadable("FIELD_TOO_LONG", str(line), expected=str(MAX_FIELD))
            fields.append(field)
            line += match[0].count("\n")
            place = match.end()
        yield _Record(begins, fields)


def _refuse_other_delimiter(records: list[_Record], delimiter: str) -> None:
    """Refuse a text whose fields are parted otherwise: our words are followed by something else than the delimiter."""
    firsts = [record.fields[0] for record in records]
    is_whole = all(len(record.fields) == 1 for record in records)
    for other, zh in _OTHERS.items():
        parted = [first for first in firsts if other in first]
        if other != delimiter and parted and (is_whole or any(_is_ours(first.split(other)[0]) for first in parted)):
            raise Unreadable("DELIMITER", zh, expected=_OTHERS[delimiter])


def _is_ours(text: str) -> bool:
    """Whether a field is a word of the cover, a title or a 代码."""
    return text.strip() in (*_KNOWN, workbook_words.LEDGER_NUMBER) or workbook_words.parse_field_code(text) is not None


def _check_count(records: list[_Record]) -> bool:
    """Whether the file says how many lines follow; if it does, so many must."""
    for index, record in enumerate(records):
        if record.filled[:1] == [COUNT_LABEL] and len(record.filled) == 2:
            rows = sum(bool(later.filled) for later in records[index + 1 :])
            if record.filled[1] != str(rows):
                raise Unreadable("COUNT_MISMATCH", str(rows), expected=record.filled[1])
            return True
    return False


def _ragged(records: list[_Record], sheet: str) -> Iterator[ReadingFault]:
    """The lines of a table that have more or fewer fields than its header: an unquoted comma, a lost value."""
    header: list[str] = []
    for record in records:
        if record.is_header:
            header = record.fields
        elif record.ends_table:
            header = []
        elif header and len(record.fields) != len(header):
            width = _used(header)
            if _used(record.fields) > width or len(record.fields) < width:
                yield ReadingFault("RAGGED_LINE", None, sheet, None, str(record.line), str(width))


def _judge_last(records: list[_Record], sheet: str) -> Iterator[ReadingFault]:
    """Refuse a last line that is cut; say what was read of a whole one that no line end follows.

    Editors leave the last line end away, and so does whatever dies while it sends a file: a value of which only the
    last digits are lost looks like another value, so its sender is asked to look at it.
    """
    last = records[-1]
    header = next((each.fields for each in reversed(records) if each.is_header or each.ends_table), [])
    if last.ends_table:
        return
    if len(last.fields) < max(_used(header), 2):
        raise Unreadable("LAST_LINE_CUT", str(last.line), expected=str(max(_used(header), 2)))
    shown = last.filled[-1][:_SHOWN] if last.fields[-1].strip() else ""
    yield ReadingFault("NO_LAST_LINE_END", None, sheet, None, shown, str(last.line))


def _used(fields: list[str]) -> int:
    return max((index for index, text in enumerate(fields, start=1) if text.strip()), default=0)
