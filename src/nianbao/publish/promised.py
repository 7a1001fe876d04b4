"""Targets in words: what was planned and reached, and how many of them were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from nianbao.statistics.wording import Wording, word
from nianbao.terms.numbers import part_thousands
from nianbao.terms.target import Target, TargetOutcome


class PromisedWords(NamedTuple):
    """What was planned and what was reached, as a table prints them."""

    plan: Wording
    actual: Wording | None


def in_words(target: Target, style: str) -> PromisedWords:
    """A target in the words of a publication's style."""
    plan = _said(target.value, target.unit, style)
    if target.comparator == ">=":
        plan = replace(plan, text=f"不低于{plan.text}")
    return PromisedWords(plan, None if target.actual is None else _said(target.actual, target.unit, style))


def _said(value: Decimal, unit: str, style: str) -> Wording:
    """With the thousands parted, as in every table."""
    wording = word(value, unit, publication_style=style)
    return replace(wording, text=part_thousands(wording.text, [unit]))


def tally(targets: Iterable[Target]) -> str:
    """How many targets there are of each outcome, in a sentence."""
    outcomes = Counter(target.outcome for target in targets)
    parts = "，".join(f"{outcome.zh}{outcomes[outcome]}项" for outcome in TargetOutcome if outcomes[outcome])
    return f"共{outcomes.total()}项：{parts}。"
