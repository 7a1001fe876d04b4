"""Targets in words: what was planned and reached, and how many of them were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from nianbao.statistics.wording import word
from nianbao.terms.target import Outcome, Target

_NO_DATA = "—"


class Words(NamedTuple):
    """What was planned and what was reached, as a table prints them."""

    plan: str
    actual: str


def in_words(target: Target, style: str) -> Words:
    """A target in the words of a publication's style."""
    plan = word(target.value, target.unit, publication_style=style).text
    actual = _NO_DATA if target.actual is None else word(target.actual, target.unit, publication_style=style).text
    return Words(f"不低于{plan}" if target.comparator == ">=" else plan, actual)


def tally(targets: Iterable[Target]) -> str:
    """How many targets there are of each outcome, in a sentence."""
    outcomes = Counter(target.outcome for target in targets)
    parts = "，".join(f"{outcome.zh}{outcomes[outcome]}项" for outcome in Outcome if outcomes[outcome])
    return f"共{outcomes.total()}项：{parts}。"
