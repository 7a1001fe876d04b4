"""All deviations of a document, those of the same kind together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nianbao.review.layout.ends import check_head, check_tail, is_tail
from nianbao.review.layout.grids import check_tables
from nianbao.review.layout.measure import Measured
from nianbao.review.layout.pages import check_grid, check_pages
from nianbao.review.layout.standard import Departure, LayoutRule
from nianbao.review.layout.texts import check_contents, check_texts, running_text, title_of


@dataclass(frozen=True)
class Deviation:
    """Something that is not as the standard says, in all its places."""

    rule: LayoutRule
    what: str
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        """The first place, and how many more there are."""
        more = len(self.places) - 1
        return self.places[0] + (f"等{more + 1}处" if more else "")


def deviations(measured: Measured, found_elsewhere: Iterable[Departure] = ()) -> list[Deviation]:
    """What deviates: page, head, text, tables, tail, and what was found on the pages as they are laid out."""
    tables = tuple(table for table in measured.tables if not is_tail(table))
    tails = [table for table in measured.tables if is_tail(table)]
    measured = replace(measured, tables=tables)
    running = running_text(measured)
    found = [
        *check_pages(measured),
        *check_texts(measured, running),
        *check_grid(measured, running),
        *check_tables(measured),
        *check_head(measured, title_of(measured)),
        *check_tail(measured, tails),
        *check_contents(measured),
        *found_elsewhere,
    ]
    return gathered(found)


def gathered(found: Iterable[Departure]) -> list[Deviation]:
    """Those of the same kind together; what the standard demands comes first."""
    places: dict[tuple[LayoutRule, str], list[str]] = {}
    for each in found:
        places.setdefault((each.rule, each.what), []).append(each.where)
    listed = [Deviation(rule, what, tuple(where)) for (rule, what), where in places.items()]
    return sorted(listed, key=lambda deviation: deviation.rule.severity != "must")
