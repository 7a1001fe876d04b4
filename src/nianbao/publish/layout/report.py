"""All deviations of a document, those of the same kind together."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.publish.layout.grids import check_tables
from nianbao.publish.layout.measure import Measured
from nianbao.publish.layout.pages import check_grid, check_pages
from nianbao.publish.layout.standard import Rule
from nianbao.publish.layout.texts import check_texts, running_text


@dataclass(frozen=True)
class Deviation:
    """Something that is not as the standard says, in all its places."""

    rule: Rule
    what: str
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        """The first place, and how many more there are."""
        more = len(self.places) - 1
        return self.places[0] + (f"等{more + 1}处" if more else "")


def deviations(measured: Measured) -> list[Deviation]:
    """What deviates: the page, the text, the tables; what the standard demands comes first."""
    running = running_text(measured)
    places: dict[tuple[Rule, str], list[str]] = {}
    found = [
        *check_pages(measured),
        *check_texts(measured, running),
        *check_grid(measured, running),
        *check_tables(measured),
    ]
    for each in found:
        places.setdefault((each.rule, each.what), []).append(each.where)
    listed = [Deviation(rule, what, tuple(where)) for (rule, what), where in places.items()]
    return sorted(listed, key=lambda deviation: deviation.rule.severity != "must")
