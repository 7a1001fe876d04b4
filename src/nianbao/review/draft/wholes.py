"""Which indicators are sums of others: by their formulas, by shares whose bases make up the whole, and by names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nianbao.review.draft.profiles import pairs_of
from nianbao.review.draft.values import Values
from nianbao.review.draft.verdicts import Whole
from nianbao.statistics.figures import Figures

_SUM = re.compile(r"[a-z][a-z0-9_]*(?: \+ [a-z][a-z0-9_]*)+")
_SHARE = re.compile(r"100 \* ([a-z][a-z0-9_]*) / ([a-z][a-z0-9_]*)")


def wholes_of(figures: Figures, year: int) -> list[Whole]:
    """The wholes that are declared as sums, and those that their parts make up in the warehouse."""
    return [*_declared(figures), *_made_up(figures, year), *_named_alike(figures, year)]


def _declared(figures: Figures) -> Iterator[Whole]:
    for name, indicator in figures.project.indicators.items():
        if _SUM.fullmatch(indicator.formula):
            yield Whole(name, tuple(indicator.formula.split(" + ")))


def _made_up(figures: Figures, year: int) -> Iterator[Whole]:
    """A total that the bases of its shares add up to, in the year or the one before; its shares make up a hundred."""
    shares: dict[str, dict[str, str]] = {}
    for name, indicator in figures.project.indicators.items():
        if match := _SHARE.fullmatch(indicator.formula):
            shares.setdefault(match[2], {})[match[1]] = name
    for total, share_of in shares.items():
        if len(share_of) > 1 and any(_adds_up(figures, total, list(share_of), each) for each in (year, year - 1)):
            yield Whole(total, tuple(share_of))
            yield Whole("", tuple(share_of.values()))


def _named_alike(figures: Figures, year: int) -> Iterator[Whole]:
    """A total that those come to whose names end with its own (资金 of 地方资金 and 产业资金)."""
    indicators = figures.project.indicators
    for total, whole in indicators.items():
        parts = [
            name
            for name, each in indicators.items()
            if name != total and each.unit == whole.unit and each.zh.endswith(whole.zh)
        ]
        if len(parts) > 1 and any(_adds_up(figures, total, parts, each) for each in (year, year - 1)):
            yield Whole(total, tuple(parts))


def _adds_up(figures: Figures, total: str, parts: list[str], year: int) -> bool:
    values = [figures.get(part, year).value for part in parts]
    known = [value for value in values if value is not None]
    return len(known) == len(parts) and sum(known) == figures.get(total, year).value


def likeness(values: Values, part: str, parts: Sequence[str], words: str) -> float:
    """How much of what tells a part from the others is said."""
    pairs = {each: values.profiles[each].name for each in parts}
    own = pairs[part] - frozenset().union(*(pairs[each] for each in parts if each != part))
    return len(own & pairs_of(words)) / len(own) if own else 0.0
