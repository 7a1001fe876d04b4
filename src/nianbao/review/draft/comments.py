"""The draft itself with a Word comment on every number that does not hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from nianbao.review.draft.reading import Passage
from nianbao.review.draft.verdicts import VERDICTS_ZH, CheckedDraft
from nianbao.review.draft.word_file import WordFile


def comment(word: WordFile, passages: Sequence[Passage], checked: Iterable[CheckedDraft]) -> int:
    """Comment on the numbers that do not agree; returns on how many."""
    wrong = [one for one in checked if not one.agrees]
    for one in wrong:
        passage = passages[one.passage]
        word.comment(_place(passage, one.number.start), _place(passage, one.number.end - 1), explain(one))
    return len(wrong)


def explain(one: CheckedDraft) -> str:
    """What is wrong with a number, a line a verdict, and what it could say instead."""
    lines = [f"{VERDICTS_ZH[verdict]}：{reason}。" for verdict, reason in zip(one.verdicts, one.reasons, strict=True)]
    return "\n".join([*lines, *([f"可写作：{one.suggestion}"] if one.suggestion else [])])


def _place(passage: Passage, at: int) -> tuple[int, int]:
    """The paragraph of a character of a passage, and its place there."""
    inside = bisect_right(passage.starts, at) - 1
    return passage.first + inside, at - passage.starts[inside]
