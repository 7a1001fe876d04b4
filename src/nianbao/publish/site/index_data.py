"""The offline index: what search and side panel tell of every figure, as one script that all pages share."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nianbao.publish.plain import exact_text
from nianbao.publish.site.amounts import share_text
from nianbao.publish.site.figure import FigurePage, ShownOperand
from nianbao.publish.site.meaning import meaning
from nianbao.publish.site.outline import Outline

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
