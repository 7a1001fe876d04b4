"""Passages: the declared kinds of paragraph of a report, and what it quotes from what units reported in words."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.terms.period import Period
from nianbao.terms.span import Span


@dataclass(frozen=True)
class Ranking:
    """The first so many units of a level by an indicator: those that hold the most, or the least if it `is_rising`."""

    rows: str
    count: int = 1
    is_rising: bool = False
    within: str = ""


@dataclass(frozen=True)
class Binding:
    """A figure in a sentence: its indicator, whether last year's is meant, and how it is worded.

    With a `ranking` the names of the units that hold the most or the least of it stand there instead.
    """

    indicator_id: str
    is_of_prev_year: bool = False
    wording: str = ""
    ranking: Ranking | None = None


@dataclass(frozen=True)
class Bound:
    """Sentences that state figures; each is printed only when all its figures have something to tell.

    `spans` say of each in which years it stands in the report at all; without them all do in every year.
    """

    sentences: tuple[tuple[str | Binding, ...], ...]
    spans: tuple[Span, ...] = ()

    def in_year(self, year: Period) -> tuple[tuple[str | Binding, ...], ...]:
        """The sentences that stand in the report of a year."""
        if not self.spans:
            return self.sentences
        return tuple(sentence for sentence, span in zip(self.sentences, self.spans, strict=True) if span.covers(year))


@dataclass(frozen=True)
class Quoted:
    """What was reported in words under this id, a paragraph each, to the letter."""

    text_id: str


@dataclass(frozen=True)
class OfficeBlock:
    """A place that the office writes itself; the declaration has no words for it."""

    block_id: str


@dataclass(frozen=True)
class StandingPhrase:
    """A phrase that is true in every year, by its id in reports/phrases.toml."""

    phrase_id: str


Passage = Bound | Quoted | OfficeBlock | StandingPhrase


@dataclass(frozen=True)
class DeclaredText:
    """What a report may quote: a column of a part of a form, in the rows of one topic.

    A release waits for a `required` one; where several are `numbered`, each is led in by 一是, 二是 …
    """

    id: str
    zh: str
    form: str
    part: str
    field: str
    topic_field: str
    topic: str
    required: bool
    is_numbered: bool = False

    @property
    def table(self) -> str:
        """The core table that holds it."""
        stem = self.form.lower()
        return f"core.{stem}" if self.part == "main" else f"core.{stem}_{self.part}"


@dataclass(frozen=True)
class DeclaredBlock:
    """A place that the office writes itself; one that is not `on` is not printed, nor its section's heading."""

    id: str
    zh: str
    is_required: bool
    is_on: bool
    is_centred: bool = False


@dataclass(frozen=True)
class Phrase:
    """A standing phrase, and the office that vouches for it."""

    id: str
    text: str
    vouched_by: str


@dataclass(frozen=True)
class Wordings:
    """Everything besides figures that the reports of a project may print."""

    texts: dict[str, DeclaredText]
    blocks: dict[str, DeclaredBlock]
    phrases: dict[str, Phrase]
