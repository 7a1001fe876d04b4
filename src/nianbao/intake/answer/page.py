"""The receipt as one page for the clerk: nothing from outside, no scripts, fit to print."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from nianbao.intake.answer.receipt import by_weight, compared_zh, difference_zh, grouped, is_open, sheets_zh
from nianbao.intake.answer.work import outcome_zh
from nianbao.terms.finding import Severity
from nianbao.terms.period import Period

if TYPE_CHECKING:
    from jinja2 import Template


def render_page(receipt: Mapping[str, Any]) -> str:
    """A receipt as an HTML page."""
    from markupsafe import Markup

    style = _part("receipt.css")
    return _template().render(
        it=receipt,
        outcome=outcome_zh(receipt),
        compared_zh=compared_zh,
        sheets_zh=sheets_zh,
        difference_zh=difference_zh,
        period=_period_zh(receipt["period"]),
        received=f"{dt.datetime.fromisoformat(receipt['received_at']):%Y年%m月%d日 %H:%M}",
        groups=[(look.value, zh, items) for look, zh, items in by_weight(grouped(receipt["findings"]))],
        is_open=any(map(is_open, receipt["findings"])),
        asks=any(is_open(item) and item["severity"] == Severity.EXPLAIN.value for item in receipt["findings"]),
        submissions=[item | {"period_zh": _period_zh(item["period"])} for item in receipt["submissions"]],
        style=Markup(style),  # our own file
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
    )


def _period_zh(code: str | None) -> str:
    return Period.parse(code).zh if code else ""


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    return environment.from_string(_part("receipt.html.j2"))


def _part(name: str) -> str:
    return files("nianbao.intake.answer").joinpath(name).read_text(encoding="utf-8")
