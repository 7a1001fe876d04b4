"""The receipt as one page for the clerk: nothing from outside, no scripts, fit to print."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from nianbao.intake.answer.numbers import (
    write_before,
    write_change,
    write_difference,
    write_expected,
    write_value,
)
from nianbao.intake.answer.receipt import by_weight, compared_zh, grouped
from nianbao.intake.answer.work import last_days_zh, outcome_zh
from nianbao.terms.delivery import Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.period import Period
from nianbao.terms.receipt import Receipt

if TYPE_CHECKING:
    from jinja2 import Template


_CHANGES_SHOWN = 100


def render_page(receipt: Receipt) -> str:
    """A receipt as an HTML page."""
    from markupsafe import Markup

    style = _part("receipt.css")
    return _template().render(
        it=receipt,
        outcome=outcome_zh(receipt),
        compared_zh=compared_zh,
        write_value=write_value,
        write_expected=write_expected,
        write_difference=write_difference,
        write_before=write_before,
        write_change=write_change,
        last_days=last_days_zh(receipt),
        period_zh=_period_zh,
        received=f"{receipt.received_at:%Y年%m月%d日 %H:%M}",
        groups=[(look.value, zh, shown) for look, zh, shown in by_weight(grouped(receipt.findings))],
        is_open=any(item.is_open for item in receipt.findings),
        asks=any(item.is_open and item.severity is Severity.EXPLAIN for item in receipt.findings),
        changes_shown=_CHANGES_SHOWN,
        is_duplicate=receipt.outcome is Outcome.DUPLICATE,
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
