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

_MISSED = (TargetOutcome.NOT_MET, TargetOutcome.NO_DATA)


class PromisedWords(NamedTuple):
    """What was planned and what was reached, as a table prints them."""

    plan: Wording
    actual: Wording | None


def in_words(target: Target, style: str) -> PromisedWords:
    """A target in the words of a publication's style."""
    plan = _said(target.value, target, style)
    if target.comparator == ">=":
        plan = replace(plan, text=f"{'至少到' if target.is_ordinal else '不低于'}{plan.text}")
    return PromisedWords(plan, None if target.actual is None else _said(target.actual, target, style))


def _said(value: Decimal, target: Target, style: str) -> Wording:
    """With the thousands parted, as in every table; what is one in a row as such: 第三批."""
    wording = word(value, target.unit, "ordinal" if target.is_ordinal else "exact", publication_style=style)
    return replace(wording, text=part_thousands(wording.text, [target.unit]))


def say_missed(targets: Iterable[Target]) -> str:
    """Which targets were missed and of which nothing was reported, each kind in a sentence."""
    found = list(targets)
    kinds = {outcome: [each.zh for each in found if each.outcome is outcome] for outcome in _MISSED}
    return "".join(f"{outcome.zh}的是{'、'.join(names)}。" for outcome, names in kinds.items() if names)


def tally(targets: Iterable[Target]) -> str:
    """How many targets there are of each outcome, in a sentence."""
    outcomes = Counter(target.outcome for target in targets)
    parts = "，".join(f"{outcome.zh}{outcomes[outcome]}项" for outcome in TargetOutcome if outcomes[outcome])
    return f"共{outcomes.total()}项：{parts}。"
