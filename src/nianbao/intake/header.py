"""The header of a table of lines: which column its titles say is the name, the 代码, the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.terms import layout

_, NAME_TITLE, UNIT_TITLE, CODE_TITLE, VALUE_TITLE = layout.INDICATOR_HEADER
TITLES = frozenset((NAME_TITLE, UNIT_TITLE, CODE_TITLE, VALUE_TITLE))
_TELLING = (NAME_TITLE, CODE_TITLE, VALUE_TITLE)


@dataclass(frozen=True)
class Header:
    """A row of titles: the columns of each from left to right; none where nothing in the row is a title of ours."""

    row: int
    columns: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def is_telling(self) -> bool:
        """Whether the row heads a table: the words 计量单位 alone stand elsewhere too."""
        return not self.columns or any(title in self.columns for title in _TELLING)

    def table_at(self, column: int) -> Header:
        """The titles of the one table that a column is in, where several stand side by side."""
        starts = next((at for title in (NAME_TITLE, CODE_TITLE) if len(at := self.columns.get(title, ())) > 1), ())
        if not starts:
            return self
        first = max((start for start in starts if start <= column), default=0)
        end = min((start for start in starts if start > column), default=max(map(max, self.columns.values())) + 1)
        columns = {title: [place for place in places if first <= place < end] for title, places in self.columns.items()}
        return Header(self.row, {title: places for title, places in columns.items() if places})

    def column_of(self, title: str) -> int | None:
        """The column of a title; None where it does not stand, or stands more than once."""
        places = self.columns.get(title, ())
        return places[0] if len(places) == 1 else None
