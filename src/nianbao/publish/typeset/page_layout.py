"""How a report lies in Word, which lets nothing float: its blocks in an order that leaves no page half empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from nianbao.publish.plain import text_width
from nianbao.publish.typeset.block import Block, TypesetLine
from nianbao.publish.typeset.look import LINE

LEFT_EMPTY = 2.5 * LINE
"""So many points at the foot of a page may be empty before a table or chart."""
FOR_A_HEADING = 6 * LINE
"""So many more are empty before the text of the next heading goes there: else it is better off under its own."""
PART = "PartTitle"
_LINE_WIDTH = 56
"""Half-width characters on a line of running text."""


@dataclass(frozen=True)
class PageLayout:
    """The page of each heading by its number, and the blocks by theirs, as a reader of the pages meets them."""

    headings: Mapping[int, int] = field(default_factory=dict)
    order: Sequence[int] = ()

    def in_order(self, numbers: range) -> Sequence[int]:
        """The blocks with these numbers."""
        return [number for number in self.order if number in numbers] or numbers


class PlaceOnPage(NamedTuple):
    """Where a block ends (`end`), or a `whole` or `long` one begins: the page, and the points down to its foot."""

    block: int
    what: str
    page: int
    left: float


def let_text_go_on(order: Sequence[int], places: Sequence[PlaceOnPage], blocks: Sequence[Block]) -> list[int]:
    """The order with text in front of the first table or chart for which a page is left empty: so much as has room.

    It is the running text that comes next, with its headings where much is empty; no office block is parted. The order
    stays as it is where no page is left empty, or no text can go on.
    """
    for before, shown in pairwise(places):
        if shown.what == "whole" and shown.page > before.page and before.left > LEFT_EMPTY:
            at = order.index(shown.block)
            waiting = [*takewhile(lambda each: not isinstance(blocks[each], TypesetLine), order[at:])]
            text = _going_on(order[at + len(waiting) :], blocks, before.left)
            if text:
                return [*order[:at], *text, *waiting, *order[at + len(waiting) + len(text) :]]
    return list(order)


def _going_on(numbers: Sequence[int], blocks: Sequence[Block], room: float) -> list[int]:
    """The text that comes first among the blocks, until it takes the room."""
    taken: list[int] = []
    headings: list[int] = []
    for _, group in groupby(numbers, lambda each: _block_id(blocks[each]) or each):
        together = list(group)
        block = blocks[together[0]]
        if room <= 0 or not isinstance(block, TypesetLine) or block.new_page:
            break
        if block.is_heading and room > FOR_A_HEADING and block.style != PART:
            headings += together  # it goes with the text under it, or not at all
        elif block.style == "BodyText" and not block.keeps_next:
            taken += headings + together
            headings = []
        else:
            break
        room -= LINE * sum(_lines(blocks[each]) for each in together)
    return taken


def _lines(block: Block) -> int:
    return 1 + text_width(block.text) // _LINE_WIDTH if isinstance(block, TypesetLine) else 0


def _block_id(block: Block) -> str:
    return block.block_id if isinstance(block, TypesetLine) else ""
