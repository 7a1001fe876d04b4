"""The page of all indicators: what each means, where it is printed, and its value this year and last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.publish.site.outline import Outline
from nianbao.terms.background import Described


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator: `pages` holds the years of which a figure has a page, `printed` the sections that print it."""

    described: Described
    now: Decimal | None
    last: Decimal | None
    printed: Mapping[str, str]
    pages: Mapping[int, str]
    elsewhere: str

    @property
    def searched(self) -> str:
        """The words by which it is found."""
        it = self.described
        return " ".join((it.id, it.zh, it.en, it.unit, it.definition, *self.printed.values())).lower()


def indicator_rows(outline: Outline) -> list[IndicatorRow]:
    """All indicators, those that this report prints first in the order of printing."""
    document = outline.document
    printed: dict[str, dict[str, str]] = {}
    pages: dict[str, dict[int, str]] = {}
    for told in outline.told.values():
        for figure in [*told.whole, *told.parts.values()]:
            printed.setdefault(figure.indicator_id, {})[figure.section] = outline.titles.get(
                figure.section, figure.section
            )
            pages.setdefault(figure.indicator_id, {})[figure.year] = told.key
    order = {name: place for place, name in enumerate(printed)}
    rows = [
        IndicatorRow(
            described=each,
            now=each.values.get(document.year),
            last=each.values.get(document.year - 1),
            printed=printed.get(each.id, {}),
            pages=pages.get(each.id, {}),
            elsewhere="" if each.id in printed else document.background.publications.get(each.publication, ""),
        )
        for each in document.background.indicators.values()
    ]
    return sorted(rows, key=lambda row: order.get(row.described.id, len(order)))
