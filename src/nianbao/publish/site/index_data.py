"""The page of all indicators, and the offline index: what search and side panel tell of every figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nianbao.publish.plain import exact_text
from nianbao.publish.site.figure import FigurePage, ShownOperand, share_text
from nianbao.publish.site.outline import Outline
from nianbao.terms.background import Described

_NAMED_AT_MOST = 12


def index_data(pages: Iterable[FigurePage], outline: Outline) -> str:
    """A script that sets the index; safe also if it were put into a page."""
    entries = {page.told.key: _entry(page, outline) for page in pages}
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")
    return f"window.nianbaoFigures={text};\n"


def _operand(it: ShownOperand) -> tuple[str, str, str, str]:
    """Key, if there is a page, name, value and unit."""
    return it.key if it.has_page else "", f"{it.zh}（{it.year}年）", exact_text(it.value, it.unit), it.unit


def _entry(page: FigurePage, outline: Outline) -> dict[str, object]:
    """One figure; everything in it is text that is shown as it is."""
    figure, coverage = page.figure, page.figure.coverage
    named = list(page.missing[:_NAMED_AT_MOST])
    entry: dict[str, object] = {
        "zh": figure.zh,
        "year": figure.year,
        "unit": figure.unit,
        "value": page.exact,
        "definition": figure.definition,
        "printed": [
            [each.text, each.section, outline.titles.get(each.section, each.section), meaning(each.text)]
            for each in page.told.whole
        ],
        "operands": [
            [
                each.key if each.has_page else "",
                f"{each.zh}（{each.year}年）",
                exact_text(each.value, each.unit),
                each.unit,
            ]
            for each in page.operands
        ],
        "parts": {
            code: [outline.unit(code), exact_text(part.value, part.unit), outline.href(part)]
            for code, part in page.told.parts.items()
        },
        "ranked_zh": outline.document.background.ranked_zh,
        "ranked": [[part.zh, exact_text(part.value, figure.unit), part.length] for part in page.ranked],
        "units": page.unit_count,
        "cells": page.cells,
        "reported": coverage.reported,
        "expected": coverage.expected,
        "missing": named + (["等"] if len(page.missing) > len(named) else []),
        "doubts": sorted({each.doubt for each in page.told.whole if each.doubt}),
    }
    if page.last is not None:
        entry |= {"last": exact_text(page.last, figure.unit), "change": page.change}
    if coverage.missing:
        entry["share"] = share_text(figure.missing_share_of_last_year)
    return entry


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
        for figure in told.printed:
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
