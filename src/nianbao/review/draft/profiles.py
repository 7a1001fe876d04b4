"""What indicators are called: the words by which a number in a text can be known as one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log

from nianbao.catalog import Project
from nianbao.catalog.declared import read_csv
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.review.draft.numbers import NumberKind
from nianbao.review.draft.numerals import fold
from nianbao.review.draft.patterns import SAME_UNIT
from nianbao.review.draft.reading import Place
from nianbao.statistics.wording import parse_wording
from nianbao.terms.indicator import Indicator
from nianbao.terms.passage import Binding, Bound, Passage
from nianbao.terms.publication import Section

WORD_COLUMNS = ("indicator", "word")
COUNTER_COLUMNS = ("unit", "counter")
# How much is known from a source of words: an indicator's name is its own, its field may be others' as well.
NAMED, SYNONYM, PRINTED, FIELD = 1.0, 1.0, 0.8, 0.6

_NOT_WORDS = re.compile(r"[^\u4e00-\u9fffA-Za-z]+")
_COUNTED = re.compile(r"(?:条数|家数|人数|件数|次数|场次|届次|批次|序号|总数|数|额)$")
_QUOTED = re.compile(r"'([^']+)'")


@dataclass(frozen=True)
class ProfilePhrase:
    """DraftWords for an indicator, as pairs of neighbouring characters, and how much they tell."""

    pairs: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Profile:
    """An indicator with its name and other words, the shapes its numbers take, and where publications print it.

    A shape is what a number says and the unit or classifier it says it with; `counters` are other measure words that
    count the same; `printed` has for every section the years back (0 for the year itself), `in_prose` the sections
    that say it in a sentence.
    """

    indicator: Indicator
    name: frozenset[str]
    phrases: tuple[ProfilePhrase, ...]
    shapes: frozenset[tuple[NumberKind, str]]
    counters: frozenset[str]
    printed: dict[Place, frozenset[int]]
    in_prose: frozenset[Place]

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The pairs of all its words."""
        return frozenset().union(*(phrase.pairs for phrase in self.phrases))

    @property
    def home(self) -> Place:
        """The section that the indicator is declared for."""
        return self.indicator.publication, self.indicator.section


@dataclass(frozen=True)
class _Printing:
    """A figure of a publication's sentence: place, years back, shape, the words before and after it."""

    place: Place
    years_back: int
    shape: tuple[NumberKind, str] | None
    words: str
    in_prose: bool = True


@dataclass(frozen=True)
class DraftVocabulary:
    """The profiles of all indicators, and how telling each pair of characters is among them."""

    profiles: dict[str, Profile]

    @cached_property
    def sought(self) -> dict[str, Profile]:
        """Those that a number is held against: a change in a draft is computed from what its sentence names."""
        return {name: profile for name, profile in self.profiles.items() if not profile.indicator.change_of}

    @cached_property
    def telling(self) -> dict[str, float]:
        """Pairs that few indicators have tell more."""
        counted = Counter(pair for profile in self.sought.values() for pair in profile.pairs)
        return {pair: log(1 + len(self.sought) / times) for pair, times in counted.items()}

    @cached_property
    def telling_units(self) -> dict[str, float]:
        """Units that few indicators have tell more: 倍 more than 个."""
        counted = Counter(unit for profile in self.sought.values() for unit in {unit for _, unit in profile.shapes})
        return {unit: log(len(self.sought) / times) for unit, times in counted.items()}

    @property
    def units(self) -> set[str]:
        """Every unit and classifier with which indicators are said."""
        profiles = self.sought.values()
        return {unit for each in profiles for _, unit in each.shapes}.union(*(each.counters for each in profiles))


def read_vocabulary(project: Project) -> DraftVocabulary:
    """The words of all indicators: from their declarations, the publications that print them, reference/words.csv.

    reference/counters.csv has the measure words that may stand for a unit: a number with another is not of it.

    Raises:
        DeclarationError: a word is for an indicator that is not declared.
    """
    printings: dict[str, list[_Printing]] = {}
    for indicator_id, printing in _printings(project):
        printings.setdefault(indicator_id, []).append(printing)
    synonyms: dict[str, list[str]] = {}
    path = project.path / "reference" / "words.csv"
    for line, row in read_csv(path, WORD_COLUMNS) if path.exists() else ():
        if row["indicator"] not in project.indicators:
            raise DeclarationError(
                path, line, _("indicator {indicator!r} is not declared").format(indicator=row["indicator"])
            )
        synonyms.setdefault(row["indicator"], []).append(row["word"])
    counters: dict[str, set[str]] = {}
    path = project.path / "reference" / "counters.csv"
    for _line, row in read_csv(path, COUNTER_COLUMNS) if path.exists() else ():
        counters.setdefault(row["unit"], set()).add(row["counter"])
    return DraftVocabulary(
        {
            name: _profile(project, indicator, printings.get(name, []), synonyms, counters)
            for name, indicator in project.indicators.items()
        }
    )


def words_of(text: str) -> str:
    """A text as words are compared in it: without digits and blanks, each stop as one blank."""
    return _NOT_WORDS.sub(" ", fold(text)[0])


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters in the words of a text."""
    return frozenset("".join(pair) for word in words_of(text).split() for pair in pairwise(word))


def _profile(
    project: Project,
    indicator: Indicator,
    printings: list[_Printing],
    synonyms: dict[str, list[str]],
    counters: dict[str, set[str]],
) -> Profile:
    said: list[tuple[str, float]] = [
        (indicator.zh, NAMED),
        (_COUNTED.sub("", indicator.zh), NAMED),
        *((word, SYNONYM) for word in synonyms.get(indicator.id, ())),
    ]
    said += [(printing.words, PRINTED) for printing in printings]
    said += [(words, FIELD) for words in _field_words(project, indicator, synonyms)]
    phrases = {pairs: weight for words, weight in reversed(said) if (pairs := pairs_of(words))}
    places: dict[Place, set[int]] = {}
    for printing in printings:
        places.setdefault(printing.place, set()).add(printing.years_back)
    unit = fold(indicator.unit)[0]
    shapes = {
        (NumberKind.COUNT, SAME_UNIT.get(unit, unit)),
        *(printing.shape for printing in printings if printing.shape),
    }
    return Profile(
        indicator=indicator,
        name=pairs_of(indicator.zh),
        phrases=tuple(ProfilePhrase(pairs, weight) for pairs, weight in phrases.items()),
        shapes=frozenset(shapes),
        counters=frozenset().union(*(counters.get(unit, ()) for _, unit in shapes)),
        printed={place: frozenset(years) for place, years in places.items()},
        in_prose=frozenset(printing.place for printing in printings if printing.in_prose),
    )


def _field_words(project: Project, indicator: Indicator, synonyms: dict[str, list[str]]) -> Iterator[str]:
    """What the form calls the field, and what the codes and indicators that its condition names are called."""
    if indicator.is_formula:
        return
    yield project.forms[indicator.form].part(indicator.part).field(indicator.field).zh
    for quoted in _QUOTED.findall(indicator.where):
        if quoted in project.indicators and quoted != indicator.id:
            yield project.indicators[quoted].zh
            yield from synonyms.get(quoted, ())
        yield from (codes[quoted].zh for codes in project.codes.values() if quoted in codes)


def _printings(project: Project) -> Iterator[tuple[str, _Printing]]:
    """Every figure that a publication prints: in its sentences, tables and charts."""
    for publication in project.publications.values():
        for section in publication.sections:
            place = (publication.code, section.id)
            for paragraph in section.paragraphs:
                yield from _in_prose(project, place, paragraph)
            for name, words in (*_in_tables(section), *_in_charts(section)):
                indicator_id, _, offset = name.partition("@")
                yield indicator_id, _Printing(place, int(offset == "prev_year"), None, words, in_prose=False)


def _in_tables(section: Section) -> Iterator[tuple[str, str]]:
    """The figures of a section's tables, each with what its row and its column are called."""
    for table in section.tables:
        for column in table.columns:
            if column.indicator:
                yield column.indicator, column.zh
        for row in table.rows_of:
            yield from (
                (name, row.zh + column.zh) for name, column in zip(row.indicators, table.columns, strict=True) if name
            )


def _in_charts(section: Section) -> Iterator[tuple[str, str]]:
    """The figures of a section's charts, each with its label."""
    for chart in section.charts:
        labels = chart.labels or ("",) * len(chart.indicators)
        yield from zip(chart.indicators, labels, strict=True)
        yield from ((name, "") for name in chart.against)


def _in_prose(project: Project, place: Place, passage: Passage) -> Iterator[tuple[str, _Printing]]:
    """The figures of a paragraph with the clause before each and the one after it, up to the next figures."""
    if not isinstance(passage, Bound):
        return
    for sentence in passage.sentences:
        said = [piece if isinstance(piece, str) else "" for piece in sentence]
        places = [n for n, piece in enumerate(sentence) if isinstance(piece, Binding)]
        for n in places:
            binding = sentence[n]
            assert isinstance(binding, Binding)
            before_text = re.split(r"[。！？]", said[n - 1])[-1] if n else ""
            after_text = re.split(r"(?<=[。！？])", said[n + 1])[0] if n + 1 < len(said) else ""
            clauses = [clause for clause in re.split("[，；：]", before_text) if clause.strip()]
            ends = r"[，；：。、]" if n != places[-1] else r"[，；：。]"
            after = re.split(ends, after_text, maxsplit=1)[0]
            unit = project.indicators[binding.indicator_id].unit
            shape = _shape(binding.wording, unit)
            said_around = f"{clauses[-1] if clauses else ''} {after}"
            yield binding.indicator_id, _Printing(place, int(binding.is_of_prev_year), shape, said_around)


def _shape(wording: str, unit: str) -> tuple[NumberKind, str]:
    style, _, classifier = parse_wording(wording)
    kind = NumberKind(style) if style in ("ordinal", "first") else NumberKind.COUNT
    said = fold(classifier or unit)[0]
    return kind, SAME_UNIT.get(said, said)
