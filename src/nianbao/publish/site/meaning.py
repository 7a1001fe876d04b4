"""What a word in the printed wording promises about the exact value."""

from __future__ import annotations

_MEANINGS = {
    "多": "“多”：准确数大于印出的数，不到下一个同位数。",
    "余": "“余”：准确数大于印出的数，不到下一个同位数。",
    "近": "“近”：准确数略小于印出的数，相差不超过5%。",
    "约": "“约”：准确数与印出的数相差不超过5%。",
    "以上": "“以上”：准确数不小于印出的数。",
    "超": "“超”：准确数大于印出的数。",
}


def meaning(text: str) -> str:
    """What the wording of a printed figure promises about its exact value; nothing for a plain number."""
    return next((sentence for word, sentence in _MEANINGS.items() if word in text), "")
