"""What a wrong number could say instead, in its own style."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.numerals import fold
from nianbao.review.draft.reading import DraftCell
from nianbao.statistics.wording import word

_STYLES = {"near": "near", "about": "about", "magnitude": "about", "at_least": "at_least", "above": "above"}
_ARABIC = re.compile(r"[\d,]+(?:\.(\d+))?")
_CLASSIFIER = re.compile(r"[\d万亿多余一二三四五六七八九十百千两.,]+([^\d万亿多余以左上%]+)")


def suggest(number: DraftNumber, value: Decimal, unit: str, cell: DraftCell | None) -> str:
    """The value worded as the number is, or as near to it as is true."""
    text = fold(number.text)[0]
    arabic = _ARABIC.search(text)
    decimals = len(arabic[1] or "") if arabic else 0
    if cell and arabic:
        scaled = value / (10_000 if cell.unit.startswith("万") else 1)
        return f"{scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    style, digits = _style(number, text, decimals, is_arabic=bool(arabic))
    match = _CLASSIFIER.search(text)
    classifier = match[1] if match and unit not in ("元", "元/人", "%") else None
    return word(value, unit, style, digits, classifier, "audit" if "," in text else "work").text


def _style(number: DraftNumber, text: str, decimals: int, *, is_arabic: bool) -> tuple[str, int | None]:
    """The style of a number with its digits, as wordings are declared."""
    if number.kind is not NumberKind.COUNT:
        return number.kind.value, None
    style = number.wording.style
    if style == "over":
        style = "more" if "余" in text else "over"
    if style in _STYLES or style in ("over", "more"):
        return _STYLES.get(style, style), max(1, len(number.numeral.normalize().as_tuple().digits))
    return ("exact", decimals) if is_arabic else ("chinese", None)
