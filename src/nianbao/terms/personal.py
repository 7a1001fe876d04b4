"""Masks what identifies a person in free text: ID cards, mobile numbers, bank cards, mail addresses.

The archive keeps the sender's bytes as they came; nothing else that is stored or written shows more than the mask.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import string
import unicodedata

# Digits as people write them: full width too, in groups with a blank, a dash, a point or an underline between.
_RUN = re.compile(r"[0-9０-９](?:[\s.\-－—·_]?[0-9０-９])*(?:[\s.\-－—·_]?[XxＸｘ](?![A-Za-zＡ-Ｚａ-ｚ]))?")
_GROUP = re.compile(r"[0-9０-９]+[XxＸｘ]?|[XxＸｘ]")
_MAIL_DOMAIN = re.compile(r"[@＠][A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_MAIL_MARKS = ".%+-"
_MAIL_LETTERS = string.ascii_letters + string.digits + "_" + _MAIL_MARKS
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Za-z])")
SUSPECT = re.compile(r"[@＠]|(?:[0-9０-９][^0-9０-９]?){11}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SMALLEST_GROUP = 3
_LONGEST = 19
"""So many digits has the longest of these numbers, a bank card."""

_FIRST_BIRTH = dt.date(1880, 1, 1)


@functools.lru_cache(maxsize=1024)  # a file name is asked for again with every form that the file brings
def mask(text: str) -> str:
    """The text with every personal number and mail address masked; everything else as it stands."""
    if not SUSPECT.search(text):
        return text
    text = _mask_mails(text)
    kept = [match.span() for match in _CODE.finditer(text) if is_credit_code(match[0]) and not is_id_card(match[0])]
    pieces, end = [], 0
    for run in _RUN.finditer(text):
        if any(start < run.end() and run.start() < stop for start, stop in kept):
            continue
        pieces += [text[end : run.start()], _mask_run(run[0])]
        end = run.end()
    return "".join(pieces) + text[end:]


def is_id_card(number: str) -> bool:
    """Whether 18 characters are an ID card number with its right check digit."""
    return _looks_like_id_card(number) and _id_check(number[:17]) == number[17].upper()


def is_credit_code(code: str) -> bool:
    """Whether 18 characters are a unified social credit code 统一社会信用代码 with its right check digit."""
    if len(code) != 18 or any(character not in _CODE_ALPHABET for character in code):
        return False
    total = sum(
        _CODE_ALPHABET.index(character) * weight for character, weight in zip(code, _CODE_WEIGHTS, strict=False)
    )
    return _CODE_ALPHABET[-total % 31] == code[17]


def is_bank_card(number: str) -> bool:
    """Whether 16 to 19 digits end in the check digit of a bank card."""
    if not 16 <= len(number) <= 19 or not number.isdigit() or len(set(number)) == 1:
        return False
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def _mask_run(run: str) -> str:
    """A run of digits, its groups joined from the longest reading to the shortest.

    No more groups are joined than the longest number has digits: so the work grows with the length of the run.
    """
    groups = list(_GROUP.finditer(run))
    texts = [unicodedata.normalize("NFKC", group[0]).upper() for group in groups]
    pieces, end, first = [], 0, 0
    while first < len(groups):
        for last in range(min(len(groups), first + _LONGEST), first, -1):
            hidden = _mask_number(texts[first:last])
            if hidden:
                pieces += [run[end : groups[first].start()], hidden]
                end = groups[last - 1].end()
                first = last
                break
        else:
            first += 1
    return "".join(pieces) + run[end:]


def _mask_number(groups: list[str]) -> str:
    """What a personal number is shown as, empty when it is none; small groups are days, amounts and lists."""
    number, lengths = "".join(groups), [len(group) for group in groups]
    if len(groups) > 1 and min(lengths[:-1]) < _SMALLEST_GROUP:
        return ""
    if _looks_like_id_card(number):
        return f"{number[:3]}*************{number[-2:]}"
    if is_bank_card(number) and (len(groups) == 1 or set(lengths[:-1]) in ({4}, {6})):
        return f"{'*' * (len(number) - 4)}{number[-4:]}"
    mobile = number.removeprefix("0086").removeprefix("86") if len(number) > 11 else number
    if len(mobile) == 11 and mobile.isdigit() and mobile[0] == "1" and mobile[1] in "3456789":
        return f"{mobile[:3]}******{mobile[-2:]}"
    return ""


def _mask_mails(text: str) -> str:
    """The text with its mail addresses masked; each is looked for backwards from its @ to the one before."""
    pieces, end, begin = [], 0, 0
    for domain in _MAIL_DOMAIN.finditer(text):
        before = text[max(begin, end) : domain.start()]
        begin = domain.start() + 1
        name = before[len(before.rstrip(_MAIL_LETTERS)) :].lstrip(_MAIL_MARKS)
        if name and name[-1] not in _MAIL_MARKS:
            pieces += [text[end : domain.start() - len(name)], f"{name[0]}***@***"]
            end = domain.end()
    return "".join(pieces) + text[end:]


def _looks_like_id_card(number: str) -> bool:
    """A number built like an ID card; one with a slip in it is somebody's all the same."""
    if (
        len(number) != 18
        or not number[:17].isdigit()
        or number[17] not in "0123456789Xx"
        or number[0] not in "12345678"
    ):
        return False
    try:
        born = dt.datetime.strptime(number[6:14], "%Y%m%d").date()
    except ValueError:
        return False
    return _FIRST_BIRTH <= born <= dt.date(2100, 1, 1)


def _id_check(digits: str) -> str:
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True)) % 11]
