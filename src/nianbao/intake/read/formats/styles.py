"""Reads the styles of a workbook as far as values need them: the number format of each."""

from __future__ import annotations

from collections.abc import Sequence

from nianbao.intake.read.formats.number_format import NumberFormat, built_in, format_of
from nianbao.intake.read.formats.parse_xml import parse_main
from nianbao.intake.read.formats.sheet import Unreadable


def read_styles(part: str, text: bytes) -> Sequence[NumberFormat]:
    """The number formats by the numbers of styles.

    Raises:
        Unreadable: the part is no XML, holds no styles, or says two things about one number.
    """
    root, namespace = parse_main(part, text, "styleSheet")
    codes: dict[str, str] = {}
    for declared in root.iterfind(f"{namespace}numFmts/{namespace}numFmt"):
        number, code = declared.get("numFmtId", ""), declared.get("formatCode", "")
        if codes.setdefault(number, code) != code:
            raise Unreadable("XML_MALFORMED", part)
    lists = root.findall(f"{namespace}cellXfs")
    numbers = [style.get("numFmtId", "0") for styles in lists for style in styles.iterfind(f"{namespace}xf")]
    if len(lists) > 1 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise Unreadable("XML_MALFORMED", part)
    return [format_of(codes[number]) if number in codes else built_in(int(number)) for number in numbers]
