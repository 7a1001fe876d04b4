"""Targets in words: what was planned and reached, and how many of them were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from nianbao.statistics.wording import Wording, word
from nianbao.terms.target import Target, TargetOutcome

_LONG = re.compile(r"(?<![\d.,])\d{4,}")


class PromisedWords(NamedTuple):
    """What was planned and what was reached, as a table prints them."""

    plan: Wording
    actual: Wording | None


def in_words(target: Target, style: str) -> PromisedWords:
    """A target in the words of a publication's style."""
    plan = _parted(word(target.value, target.unit, publication_style=style))
    if target.comparator == ">=":
        plan = replace(plan, text=f"不低于{plan.text}")
    actual = None if target.actual is None else _parted(word(target.actual, target.unit, publication_style=style))
    return PromisedWords(plan, actual)


def _parted(wording: Wording) -> Wording:
    """With the thousands parted, as in every table."""
    return replace(wording, text=_LONG.sub(lambda digits: f"{int(digits[0]):,}", wording.text))


def tally(targets: Iterable[Target]) -> str:
    """How many targets there are of each outcome, in a sentence."""
    outcomes = Counter(target.outcome for target in targets)
    parts = "，".join(f"{outcome.zh}{outcomes[outcome]}项" for outcome in TargetOutcome if outcomes[outcome])
    return f"共{outcomes.total()}项：{parts}。"
