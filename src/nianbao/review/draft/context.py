"""What is said around a number: its words, each the weaker the more stops and numbers stand between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from nianbao.review.draft.numbers import DraftNumber, NumberKind
from nianbao.review.draft.profiles import pairs_of

# How much is left of the words behind a stop. What is counted stands before its number (筹集资金若干万元，走访……) or
# right after it (若干家企业): the words after the next stop are mostly another number's.
BEFORE = {"，": 0.55, "、": 0.6, "：": 0.8, "；": 0.3, "。": 0.12, "！": 0.12, "？": 0.12}
AFTER = {"，": 0.35, "、": 0.25, "：": 0.5, "；": 0.1, "。": 0.0, "！": 0.0, "？": 0.0}
HALF_WIDTH = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？"}
IN_A_LIST = 0.8
"""What a 、 leaves of the words after it where the list has no other number."""
PAST_A_NUMBER_BEFORE, PAST_A_NUMBER_AFTER = 0.55, 0.35
FORGOTTEN = 0.02

_HEAD = re.compile(
    r"(?<=[中里])，|(?<=方面)，|(?<=[^以之加]上)，|^(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*)?[^，。；：\d]{2,12}(?P<stop>。)"
)
"""What stands before such a stop is the head of all that follows (托管班中，省级5个; 免费体检。参加5万人)."""
_AND = re.compile(r"\s*(?:以及|和|及|与|暨|并)")
_CLAUSE_END = re.compile(r"[，,；;。！!？?：:]")
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_PASSED_OVER = re.compile(r"[“”\"‘’「」（）()《》\s*]")
_CHANGE = re.compile(r"(?:增加|增长|提高|提升|上升|减少|下降|降低)了?$|[比较].*[增高多减降少]了?$")


OF_WHOLE = 0.6
"""How much the words count of the whole that a number is a part of."""
_OF_WHICH = re.compile(r"(?P<whole>[^。；！？]*)[，,（(；]其中[^。；！？]*$")
OWN, OVER = 0.45, (0.4, 0.3, 0.2)
"""How much the words count that a paragraph opens with, and those of the headings over it, the nearest first."""


@dataclass(frozen=True)
class Context:
    """The pairs of characters around a number with their weights, and whether it is a change and no level."""

    pairs: dict[str, float]
    is_change: bool


def context_of(
    text: str, numbers: Sequence[DraftNumber], index: int, background: Mapping[str, float] = MappingProxyType({})
) -> Context:
    """The words around one of the numbers of a text, with those of the headings over it (`background`)."""
    number, text = numbers[index], _HEAD.sub(_opened, text)
    counted = [other for other in numbers if other.kind is not NumberKind.MEMBER]
    inside = {place: other.start for other in counted for place in range(other.start, other.end)}
    backwards = [*((character, None) for character in reversed(number.noun)),
                 *((text[place], inside.get(place)) for place in range(number.start - 1, -1, -1))]  # fmt: skip
    onwards = [(text[place], inside.get(place)) for place in range(number.end, len(text))]
    pairs: dict[str, float] = dict(background)
    _add_pairs(pairs, _weighed(backwards, BEFORE, PAST_A_NUMBER_BEFORE, 1.0), backwards=True)
    stops = AFTER | {"、": IN_A_LIST} if _is_alone(text, numbers, number) else AFTER
    beginning = AFTER["、"] if _AND.match(text, number.end) else 1.0
    _add_pairs(pairs, _weighed(onwards, stops, PAST_A_NUMBER_AFTER, beginning), backwards=False)
    for pair in pairs_of(_whole_before(text, number)):
        pairs[pair] = max(pairs.get(pair, 0.0), OF_WHOLE)
    clause = _PASSED_OVER.sub("", _CLAUSE_END.split(text[: number.start])[-1])
    return Context(pairs, bool(_CHANGE.search(clause)))


def background_of(heads: Sequence[str]) -> dict[str, float]:
    """The pairs of characters of headings, with what they count."""
    weighed: dict[str, float] = {}
    for words, weight in zip(heads, (OWN, *OVER), strict=False):
        for pair in pairs_of(words):
            weighed[pair] = max(weighed.get(pair, 0.0), weight)
    return weighed


def _whole_before(text: str, number: DraftNumber) -> str:
    """The words of the whole that a number is a part of (托管班11家，其中省级6家)."""
    among = _OF_WHICH.search(text, 0, number.start)
    return _CLAUSE_END.split(among["whole"])[-1] if among else ""


def _opened(head: re.Match[str]) -> str:
    """A head without its stop, of the same length."""
    return f"{head[0][:-1]} "


def _is_alone(text: str, numbers: Sequence[DraftNumber], number: DraftNumber) -> bool:
    """Whether no other number stands between a number and the end of its clause."""
    end = _CLAUSE_END.search(text, number.end)
    return not any(number.end <= other.start < (end.start() if end else len(text)) for other in numbers)


def _weighed(
    characters: Iterable[tuple[str, int | None]], stops: Mapping[str, float], past_a_number: float, weight: float
) -> Iterator[tuple[str, float]]:
    """The characters of words with their weights, going away from the number; an empty one parts two words."""
    passed: set[int] = set()
    for character, number in characters:
        stop = HALF_WIDTH.get(character, character)
        if number is not None:
            weight *= 1 if number in passed else past_a_number
            passed.add(number)
            yield "", weight
        elif stop in stops:
            weight *= stops[stop]
            yield "", weight
        elif not _PASSED_OVER.match(character):
            yield (character if _WORD.match(character) else ""), weight
        if weight < FORGOTTEN:
            return


def _add_pairs(pairs: dict[str, float], weighed: Iterable[tuple[str, float]], *, backwards: bool) -> None:
    for (nearer, _), (farther, weight) in pairwise(weighed):
        if nearer and farther:
            pair = farther + nearer if backwards else nearer + farther
            pairs[pair] = max(pairs.get(pair, 0.0), weight)
