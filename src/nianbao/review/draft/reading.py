"""The draft as passages: paragraphs with the section of the publication each stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nianbao.catalog import Project
from nianbao.review.draft.headings import Headings
from nianbao.review.draft.numerals import fold
from nianbao.review.draft.words import read_words

SAME_TITLE = 0.8
"""How alike a heading must be to a declared title, so that an edited heading is still known."""
LINE = 25
"""A line at least this long that does not end like a sentence goes on in the next one: it was broken there."""

Place = tuple[str, str]
"""A section of a publication, by their codes."""
NOWHERE: Place = ("", "")

GOES_ON = re.compile(
    r"(?:[比较]?(?:上年|去年|20\d\d年)(?:同期)?)?(?:净)?(?:增长|增加|增减|增幅|增速|减少|下降|变化|变动|同比|提高)(?:率|额|数|情况)?"
    r"|占(?:比|全[省市部]|总数)?(?:的?比重)?|比重"
)
"""Heads of a table that say something of the column before them."""

SENTENCE_END = re.compile(r"[。！？!?\n]")

_END = re.compile(r"[。！？：；.!?:…”’）)》]$")
_GOES_ON = re.compile(r"[，、；,]$")
_HEADING = re.compile(r"^(?:[（(]?[一二三四五六七八九十]+[）)、是要]|第[一二三四五六七八九十]+[章节部]|附件)")
_NUMBERING = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]+[）)、.]|[一二三四五六七八九十]+[是要])")
_MARKUP = re.compile(r"\*\*|^#+\s*")


@dataclass(frozen=True)
class Tag:
    """A stretch of a text that a content control marks as a figure, by its key (`warmth_funds-2021`)."""

    start: int
    end: int
    key: str


@dataclass(frozen=True)
class DraftCell:
    """What stands around a cell of a table: the label of its row, the head of its column, unit, year.

    `of` is the head before one that goes on from it (比上年增长). In any scale: the unit is said in the row, of the
    indicator, and what is printed may be in 万 of it.
    """

    label: str
    head: str
    caption: str
    unit: str
    year: int | None = None
    is_in_any_scale: bool = False
    of: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or a cell of a table as it stands in the file."""

    text: str
    tags: tuple[Tag, ...] = ()
    cell: DraftCell | None = None
    is_heading: bool = False


@dataclass(frozen=True)
class Passage:
    """Paragraphs that are one text, with the section (`place`) they stand in; `starts` is where each begins.

    A plan is what stands under a heading of the year to come; `heads` are what it opens with and the headings over it.
    """

    text: str
    tags: tuple[Tag, ...]
    cell: DraftCell | None
    place: Place
    first: int
    starts: tuple[int, ...]
    is_plan: bool = False
    heads: Sequence[str] = ()


def read_text(text: str) -> list[Paragraph]:
    """The paragraphs of a plain text, one a line."""
    return [Paragraph(_MARKUP.sub("", line).strip()) for line in text.splitlines() if line.strip()]


_ITEM = re.compile(r"(?:(?<=[。；：])|^)(?:\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)]|[①-⑳])[^，。；：\d]{2,12}：")
"""What opens an item of a list within a paragraph."""
_YEAR_LEAD = re.compile(r"[\W\d]{0,4}20\d\d年[。：:]")
"""What opens a paragraph about a year (5. 2023年。)."""


def passages(paragraphs: Sequence[Paragraph], project: Project, year: int) -> list[Passage]:
    """The paragraphs joined where a page or line was broken, each with its section."""
    titles, outline, to_come = _titles(project, year), Headings(), read_words(project).pattern("~to_come~")
    section, found = NOWHERE, []
    heads: Sequence[str] = ("",)
    for first, together in _joined(paragraphs):
        whole = Passage(
            "".join(paragraph.text for paragraph in together), _tags(together), together[0].cell, section, first,
            _starts(together),
        )  # fmt: skip
        for passage in _items(whole):
            if passage.cell is None:
                opened = _section_of(passage.text, titles)
                section = section if opened == NOWHERE else opened
                heads = outline.enter(passage.text, is_heading=together[0].is_heading)
            leads = *heads, *(match[0] for match in [_YEAR_LEAD.match(passage.text)] if match)
            is_plan = any(f"{year + 1}年" in lead or to_come.search(lead) for lead in leads)
            found.append(replace(passage, place=section, is_plan=is_plan, heads=heads))
    return found


def _items(passage: Passage) -> Iterator[Passage]:
    """A passage, or the items of its list that say with a colon what each is about (1.甲：……。2.乙：……)."""
    opened = [match.start() for match in _ITEM.finditer(passage.text)]
    places = sorted({0, *opened, len(passage.text)}) if len(opened) > 1 and not passage.cell else [0, len(passage.text)]
    for start, end in pairwise(places):
        tags = tuple(
            replace(tag, start=tag.start - start, end=tag.end - start)
            for tag in passage.tags
            if start <= tag.start < end
        )
        starts = tuple(each - start for each in passage.starts)
        yield replace(passage, text=passage.text[start:end], tags=tags, starts=starts)


def around(stop: re.Pattern[str], text: str, start: int, end: int, *, only_before: bool = False) -> str:
    """The text around a place, up to the nearest stops."""
    before = max((match.end() for match in stop.finditer(text, 0, start)), default=0)
    after = stop.search(text, end)
    return text[before : start if only_before else after.end() if after else len(text)]


def _joined(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, list[Paragraph]]]:
    """Runs of paragraphs that are one text."""
    together: list[Paragraph] = []
    for number, (paragraph, following) in enumerate(pairwise([*paragraphs, Paragraph("")])):
        together.append(paragraph)
        if not _goes_on(paragraph, following):
            yield number - len(together) + 1, together
            together = []


def _goes_on(paragraph: Paragraph, following: Paragraph) -> bool:
    """Whether a paragraph is broken off, and the next one its other part."""
    if paragraph.cell or following.cell or paragraph.is_heading or following.is_heading or not following.text:
        return False
    text = paragraph.text.rstrip()
    if _HEADING.match(following.text) or _END.search(text):
        return bool(_GOES_ON.search(text))
    return bool(_GOES_ON.search(text)) or len(text) >= LINE


def _tags(together: Iterable[Paragraph]) -> tuple[Tag, ...]:
    tags, shift = [], 0
    for paragraph in together:
        tags += [replace(tag, start=tag.start + shift, end=tag.end + shift) for tag in paragraph.tags]
        shift += len(paragraph.text)
    return tuple(tags)


def _starts(together: Iterable[Paragraph]) -> tuple[int, ...]:
    starts, at = [], 0
    for paragraph in together:
        starts.append(at)
        at += len(paragraph.text)
    return tuple(starts)


def _titles(project: Project, year: int) -> dict[str, Place]:
    """The headings of all publications, folded and without numbering, with their sections."""
    years = {"year": year, "prev_year": year - 1, "next_year": year + 1}
    return {
        bare(section.title.format(**years)): (publication.code, section.id)
        for publication in project.publications.values()
        for section in publication.sections
        if section.title
    }


def bare(title: str) -> str:
    """A heading without its numbering and blanks."""
    return _NUMBERING.sub("", fold(title)[0].replace(" ", ""))


def _section_of(text: str, titles: dict[str, Place]) -> Place:
    """The section that a paragraph opens, by the heading it is or begins with."""
    opening = bare(text)
    if opening == fold(text)[0].replace(" ", "") and opening not in titles:
        return NOWHERE
    heading = re.split(r"[。！？]", opening, maxsplit=1)[0]
    begun = max((title for title in titles if heading.startswith(title)), key=len, default="")
    best = begun or max(titles, key=lambda title: likeness(heading, title), default="")
    return titles[best] if begun or likeness(heading, best) >= SAME_TITLE else NOWHERE


def likeness(one: str, other: str) -> float:
    """How many pairs of neighbouring characters two texts share, from 0 to 1."""
    pairs_of_one, pairs_of_other = set(map("".join, pairwise(one))), set(map("".join, pairwise(other)))
    total = len(pairs_of_one) + len(pairs_of_other)
    return 2 * len(pairs_of_one & pairs_of_other) / total if total else 0.0
