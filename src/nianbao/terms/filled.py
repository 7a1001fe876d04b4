"""What a clerk has typed into a workbook, before it is a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

from nianbao.terms.submission import Value

Row = dict[str, Value]
"""One record of a form's part: field code → value; a field that is absent stays blank.

A text where a number is asked is typed as it stands, as a careless clerk would.
"""


@dataclass(frozen=True)
class Filled:
    """The answers to write into a workbook: form → part → rows; an indicator part has one row.

    `notes` are the 说明 by form, `cover` the answers of the cover by the keys of `layout.COVER_LABELS`.
    With `only` the workbook has no sheet for a form that is not in `forms`.
    """

    forms: dict[str, dict[str, list[Row]]]
    notes: dict[str, str] = field(default_factory=dict)
    cover: dict[str, str] = field(default_factory=dict)
    only: bool = False
