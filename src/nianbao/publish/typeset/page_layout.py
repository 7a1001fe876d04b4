"""How a report lies on its pages: where its headings stand, and which tables and charts had to wait for room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nianbao.publish.typeset.block import Block, TypesetLine


@dataclass(frozen=True)
class PageLayout:
    """The page of each heading by its number; `waiting` says behind which block one stands that had no room."""

    headings: Mapping[int, int] = field(default_factory=dict)
    waiting: Mapping[int, int] = field(default_factory=dict)

    def in_order(self, numbers: Iterable[int]) -> list[int]:
        """The blocks with these numbers as a reader of the pages meets them."""
        return sorted(numbers, key=lambda number: (self.waiting.get(number, number), number in self.waiting, number))


def waits_behind(number: int, page: int, ends: Sequence[tuple[int, int]], blocks: Sequence[Block]) -> int:
    """The block behind which one stands that waits for a page: the text that goes on up to there, to its full stop.

    `ends` are the pages on which blocks of text end. No heading goes before what waits, and no office block is parted.
    """
    later = [(each, at) for each, at in ends if each > number]
    behind = max((each for each, at in later if at < page), default=number)
    following = next((each for each, _ in later if each > behind), None)
    if following is not None and _is_running(blocks[following]):
        behind = following
    while behind + 1 < len(blocks) and _block_id(blocks[behind + 1]) == _block_id(blocks[behind]) != "":
        behind += 1
    return behind


def _is_running(block: Block) -> bool:
    """Whether it is running text, which may go on from one page to the next."""
    return isinstance(block, TypesetLine) and block.style == "BodyText" and not (block.keeps_next or block.new_page)


def _block_id(block: Block) -> str:
    return block.block_id if isinstance(block, TypesetLine) else ""
