"""What a message brings: its attachments, told from the structure that the server gives, and their names decoded."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import collapse_rfc2231_value, decode_params
from typing import Any

from nianbao.intake.fetch.sources.own_files import is_receipt

_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_CARDS = (".vcf", ".ics", ".p7s", ".asc", ".sig")
_SEPARATORS = re.compile(r"[/\\\r\n\t]+")


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is a file: its number in the message, name, transfer encoding and size as encoded."""

    number: str
    name: str
    encoding: str
    encoded_size: int


def attachments_of(structure: Any) -> Iterator[Attachment]:
    """The files of a message, in their order; no bodies, no pictures shown inside them, no signatures.

    A message that was forwarded as a file is one. What a server sends back because it could not be delivered has none.
    """
    if _is_report(structure):
        return
    names: dict[str, int] = {}
    for number, part in _leaves(structure, ""):
        found = _attachment(number, part)
        if found is None or is_receipt(found.name):  # forwarded along with what it is about
            continue
        names[found.name] = times = names.get(found.name, 0) + 1
        stem, dot, ending = found.name.rpartition(".")
        name = found.name if times == 1 else f"{stem or ending}~{times}{dot if stem else ''}{ending if stem else ''}"
        yield Attachment(found.number, name, found.encoding, found.encoded_size)


def decoded_pieces(encoding: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of a file out of those of the message; what is no such encoding is given as it stands."""
    if encoding == "base64":
        yield from _from_base64(pieces)
    elif encoding == "quoted-printable":
        yield quopri.decodestring(b"".join(pieces))
    else:
        yield from pieces


def _from_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    kept = b""
    for piece in pieces:
        kept += re.sub(rb"[^A-Za-z0-9+/=]", b"", piece)
        whole = len(kept) // 4 * 4
        try:
            yield base64.b64decode(kept[:whole])
        except binascii.Error:
            return  # shorter than it should be: the reader says what is wrong with the file
        kept = kept[whole:]


def text_of(raw: bytes | str | None) -> str:
    """A header or a name as it was meant: RFC 2047, or bytes of UTF-8 or GB18030 as they stand."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else _decoded(raw, "")
    if "=?" not in text:
        return text
    try:
        words = decode_header(text)
    except (HeaderParseError, binascii.Error, ValueError):
        return text
    return "".join(word if isinstance(word, str) else _decoded(word, charset or "") for word, charset in words)


def _decoded(raw: bytes, charset: str) -> str:
    wider = "gb18030" if charset.lower() in ("gb2312", "gbk") else charset  # what is called one is often the wider
    for tried in (wider, "utf-8", "gb18030"):
        try:
            return raw.decode(tried)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


def _is_report(structure: Any) -> bool:
    return bool(structure.is_multipart) and _lower(structure[1]) == "report"


def _leaves(structure: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """The parts that are no multiparts, with the numbers by which a server knows them."""
    if not structure.is_multipart:
        yield prefix or "1", structure
        return
    for position, part in enumerate(structure[0], 1):
        yield from _leaves(part, f"{prefix}.{position}" if prefix else str(position))


def _attachment(number: str, part: Any) -> Attachment | None:
    kind = f"{_lower(part[0])}/{_lower(part[1])}"
    disposition, given = _disposition(part)
    name = _name(given, "filename") or _name(_pairs(part[2]), "name")
    is_shown = kind.startswith("image/") and (part[3] is not None or disposition != "attachment")
    is_body = kind.startswith("text/") and not name and disposition != "attachment"
    is_card = kind in _SIGNATURES or kind in ("text/calendar", "text/vcard") or name.lower().endswith(_CARDS)
    if is_shown or is_body or is_card:
        return None
    name = _SEPARATORS.sub("_", name).strip() or ("转发邮件.eml" if kind == "message/rfc822" else f"附件{number}")
    name = f"附件{name}" if name.startswith(".") else name
    return Attachment(number, name, _lower(part[5]), part[6] if isinstance(part[6], int) else -1)


def _disposition(part: Any) -> tuple[str, list[tuple[str, bytes]]]:
    """How a part is meant to be shown, and what is said with it; servers put it behind fields that differ by kind."""
    for field in part[7:]:
        is_pair = isinstance(field, tuple) and len(field) == 2
        if is_pair and _lower(field[0]) in ("attachment", "inline"):
            return _lower(field[0]), _pairs(field[1])
    return "", []


def _pairs(flat: Any) -> list[tuple[str, bytes]]:
    if not isinstance(flat, tuple):
        return []
    pairs = zip(flat[::2], flat[1::2], strict=False)
    return [(_lower(key), value) for key, value in pairs if isinstance(key, bytes) and isinstance(value, bytes)]


def _name(given: list[tuple[str, bytes]], key: str) -> str:
    """A name among parameters; RFC 2231 cuts it into pieces and says their charset, others write what they like."""
    wanted = [(name, value) for name, value in given if name == key or name.startswith(f"{key}*")]
    plain = next((value for name, value in wanted if name == key), None)
    if len(wanted) > (plain is not None):
        cut = [(name, value.decode("latin-1")) for name, value in wanted if name != key]
        for name, value in decode_params([("", ""), *cut])[1:]:
            if name == key:
                return _collapsed(value)
    return text_of(plain)


def _collapsed(value: Any) -> str:
    if isinstance(value, tuple):
        charset, _, raw = value
        return _decoded(raw.strip('"').encode("latin-1", "replace"), charset or "")
    return collapse_rfc2231_value(value).strip('"')


def _lower(raw: Any) -> str:
    return raw.decode("ascii", "replace").lower() if isinstance(raw, bytes) else ""
