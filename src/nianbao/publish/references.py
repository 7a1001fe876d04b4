"""Where the text refers to its tables and charts, 见表1 or 见表2至表5: behind the sentence that says theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nianbao.publish.rows import NO_DATA
from nianbao.terms.document import (
    Label,
    Paragraph,
    PrintedChart,
    PrintedFigure,
    PrintedSection,
    PrintedTable,
)

_STOP = "。"
_DRAWN_TOGETHER = 3
"""So many numbers in a row are told by the first and the last."""


def refer_to_shown(section: PrintedSection) -> PrintedSection:
    """The section with references to its numbered tables and charts, in the paragraphs in front of them.

    It stands among words of ours alone: what is quoted, and what the office wrote, is a piece that nothing is put into.
    """
    order = [*(table.label for table in section.tables), *(chart.label for chart in section.charts)]
    paragraphs = tuple(
        _referring(paragraph, [each for each in section.after(number) if each.label.text and _is_telling(each)], order)
        for number, paragraph in enumerate(section.paragraphs)
    )
    return replace(section, paragraphs=paragraphs)


def _is_telling(shown: PrintedTable | PrintedChart) -> bool:
    """Whether anything is known of what is shown: nobody is sent to a table of dashes."""
    if isinstance(shown, PrintedChart):
        return True
    return any(cell.text not in ("", NO_DATA) for _, cells in shown.rows for cell in cells)


def _referring(paragraph: Paragraph, shown: Sequence[PrintedTable | PrintedChart], order: Sequence[Label]) -> Paragraph:
    is_words = not any(isinstance(piece, PrintedFigure) for piece in paragraph)
    at: dict[int, list[Label]] = {}
    for each in shown:
        place = next(iter(at), None) if isinstance(each, PrintedChart) else None  # with the table that it draws
        if place is None:
            place = _sentence_end(paragraph, each.indicators)
        if place is not None:
            at.setdefault(place, []).append(each.label)
    return tuple(
        _with_reference(piece, _told(at[number], order), is_words) if isinstance(piece, str) and number in at else piece
        for number, piece in enumerate(paragraph)
    )


def _sentence_end(paragraph: Paragraph, indicators: Sequence[str]) -> int | None:
    """The piece in which the last sentence ends that says one of these figures; where none does, the last of all."""
    said = [
        number
        for number, piece in enumerate(paragraph)
        if isinstance(piece, PrintedFigure) and piece.indicator_id in indicators
    ]
    ends = [number for number, piece in enumerate(paragraph) if isinstance(piece, str) and _STOP in piece]
    return next((end for end in ends if end > said[-1]), None) if said else next(reversed(ends), None)


def _told(labels: Sequence[Label], order: Sequence[Label]) -> str:
    """The labels as they are referred to: 表1、表2, and 表2至表5 where three or more follow each other in the order."""
    runs: list[list[Label]] = []
    for label in labels:
        last = runs[-1][-1] if runs else None
        if last and last.lead == label.lead and order.index(label) == order.index(last) + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    return "、".join(
        f"{run[0].text}至{run[-1].text}" if len(run) >= _DRAWN_TOGETHER else "、".join(each.text for each in run)
        for run in runs
    )


def _with_reference(piece: str, told: str, is_words: bool) -> str:
    """The reference before the full stop: the first behind a figure, the last of words alone."""
    before, stop, behind = piece.rpartition(_STOP) if is_words else piece.partition(_STOP)
    return f"{before}（见{told}）{stop}{behind}"
