"""Reads paragraphs of reports into passages, and the texts, office blocks and phrases that they may name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from nianbao.catalog.declared import NAME, Declared, Fill
from nianbao.language import _
from nianbao.terms.form import FieldType, Form
from nianbao.terms.indicator import COUNTED
from nianbao.terms.passage import (
    Binding,
    Bound,
    DeclaredBlock,
    DeclaredText,
    OfficeBlock,
    Passage,
    Phrase,
    Quoted,
    Ranking,
    StandingPhrase,
    Wordings,
)
from nianbao.terms.span import ALWAYS, Span

YEAR_WORDS = frozenset({"year", "prev_year", "next_year"})
OFFSETS = ("", "prev_year")
BINDING = re.compile(
    r"\{\s*(?:(?P<rows>[a-z0-9_]+):)?(?P<id>[a-z0-9_]+)(?:@(?P<offset>[a-z_]+))?\s*(?:\|\s*(?P<wording>[^{}]*))?\}"
)
_RANKING = re.compile(r"(?P<order>most|least)(?: (?P<count>[1-9]))?(?: within (?P<within>\w+))?", re.ASCII)
_SENTENCE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_YEARS = re.compile(r"(?=since |until )(?:since (?P<since>\d{4}))? ?(?:until (?P<until>\d{4}))?: ?", re.ASCII)
_TEXT = re.compile(r"\{text:([a-z0-9_]+)\}")
_NAMED = re.compile(r"\[\[(block|phrase):([^\[\]]+)\]\]")
_KINDS = (
    "a paragraph is one of three kinds: sentences in [[ ]] that each hold a figure, or {text:id}; [[block:名称]]; "
    "or [[phrase:id]] of reports/phrases.toml"
)


def read_passage(text: str) -> Passage:
    """One declared paragraph.

    Raises:
        ValueError: it is none of the declared kinds, or has a brace or bracket that binds nothing.
    """
    if quoted := _TEXT.fullmatch(text):
        return Quoted(quoted[1])
    if named := _NAMED.fullmatch(text):
        return OfficeBlock(named[2]) if named[1] == "block" else StandingPhrase(named[2])
    for mark in "[[", "]]":
        if mark in _SENTENCE.sub("", text):
            raise ValueError(f"a paragraph has {mark} without its pair")
    if loose := _SENTENCE.sub("", text).strip():
        raise ValueError(f"{loose[:24]!r} has no source; {_KINDS}")
    dated = [_read_years(match[1]) for match in _SENTENCE.finditer(text)]
    spans = tuple(span for _, span in dated)
    sentences = tuple(tuple(_read_sentence(sentence)) for sentence, _ in dated)
    return Bound(sentences, spans if any(span != ALWAYS for span in spans) else ())


def _read_years(text: str) -> tuple[str, Span]:
    """A sentence without the years in which it is printed, `since 2023:`, `until 2022:`, and those years."""
    match = _YEARS.match(text)
    if match is None:
        return text, ALWAYS
    return text[match.end() :], Span.between(match["since"] or "", match["until"] or "")


def _read_sentence(text: str) -> Iterator[str | Binding]:
    for part in re.split(r"(?<=[。！？])", text):
        if part and not any(match["id"] not in YEAR_WORDS for match in BINDING.finditer(part)):
            raise ValueError(f"{part[:24]!r} states something and holds no figure; {_KINDS}")
    if not text.endswith(("。", "；", "！")):
        raise ValueError(f"{text[-24:]!r} is no whole sentence: what stands in [[ ]] can be left out")
    rest = BINDING.sub("", text)
    for mark in "{", "}":
        if mark in rest:
            around = rest[max(rest.index(mark) - 8, 0) :][:24]
            raise ValueError(f"{around!r} is not like {{id}}, {{id@prev_year}} or {{id | wording}}")
    end = 0
    for match in BINDING.finditer(text):
        if match["id"] in YEAR_WORDS:
            continue
        if match["offset"] not in (None, *OFFSETS):
            raise ValueError(f"{match['id']}@{match['offset']}: the only other year is @prev_year")
        if before := text[end : match.start()]:
            yield before
        wording = (match["wording"] or "").strip()
        ranking = _read_ranking(match["rows"], wording) if match["rows"] else None
        yield Binding(match["id"], match["offset"] == "prev_year", "" if ranking else wording, ranking)
        end = match.end()
    if after := text[end:]:
        yield after


def _read_ranking(rows: str, wording: str) -> Ranking:
    found = _RANKING.fullmatch(wording)
    if found is None:
        raise ValueError(f"{{{rows}:… | {wording}}} names units by rank: write most, most 3, least 2 within C1")
    return Ranking(rows, int(found["count"] or 1), found["order"] == "least", found["within"] or "")


def bindings_of(passages: Iterable[Passage]) -> Iterator[Binding]:
    """Every figure that is bound in some passages."""
    for passage in passages:
        if isinstance(passage, Bound):
            for sentence in passage.sentences:
                yield from (piece for piece in sentence if isinstance(piece, Binding))


def check_passage(
    declared: Declared, passage: Passage, indicators: Collection[str], wordings: Wordings, rows: Collection[str],
    units: Collection[str],
) -> None:  # fmt: skip
    """Refuse a passage that names what is not declared; `rows` are the kinds of units that can be named by rank.

    Raises:
        DeclarationError: with file and line.
    """
    for binding in bindings_of([passage]):
        if binding.indicator_id not in indicators:
            raise declared.fail(
                _("indicator {indicator_id!r} is not declared").format(indicator_id=binding.indicator_id),
                binding.indicator_id,
            )
        if binding.ranking and binding.ranking.rows not in rows:
            what = _("{{{rows}:…}} names units by rank: of a level, or {COUNTED}").format(
                rows=binding.ranking.rows, COUNTED=COUNTED
            )
            raise declared.fail(what, f"{binding.ranking.rows}:{binding.indicator_id}")
        if binding.ranking and binding.ranking.within not in ("", *units):
            raise declared.fail(
                _("{within!r} is not in the roster").format(within=binding.ranking.within), binding.ranking.within
            )
    known: tuple[str, Mapping[str, object], str] | None = None
    match passage:
        case Quoted(text_id):
            known = text_id, wordings.texts, "reports/texts.toml"
        case OfficeBlock(block_id):
            known = block_id, wordings.blocks, "reports/blocks.toml"
        case StandingPhrase(phrase_id):
            known = phrase_id, wordings.phrases, "reports/phrases.toml"
    if known and known[0] not in known[1]:
        raise declared.fail(
            _("{known!r} is not declared in {known_2}").format(known=known[0], known_2=known[2]), known[0]
        )


def read_wordings(folder: Path, forms: Mapping[str, Form], units: Collection[str], fill: Fill) -> Wordings:
    """What stands in texts.toml, blocks.toml and phrases.toml of reports/; each file may be absent.

    Raises:
        DeclarationError: an entry is malformed, stands twice, or names a form, field or office that there is not.
    """
    return Wordings(
        {each.id: each for each in _texts(_entries(folder / "texts.toml", "texts", fill), forms)},
        {each.id: each for each in _blocks(_entries(folder / "blocks.toml", "blocks", fill))},
        {each.id: each for each in _phrases(_entries(folder / "phrases.toml", "phrases", fill), units)},
    )


def _texts(entries: Iterable[Declared], forms: Mapping[str, Form]) -> Iterator[DeclaredText]:
    for table in entries:
        text = DeclaredText(
            id=table.name("id", NAME),
            zh=table.text("zh"),
            form=table.text("form"),
            part=table.text("part", "main"),
            field=table.text("field"),
            topic_field=table.text("topic_field"),
            topic=table.text("topic"),
            required=table.flag("required"),
            is_numbered=table.flag("numbered"),
        )
        table.done()
        if text.form not in forms:
            raise table.fail(_("form {form!r} is not declared").format(form=text.form), text.form)
        try:
            part = forms[text.form].part(text.part)
            kinds = part.field(text.field).type, part.field(text.topic_field).type
        except KeyError as error:
            raise table.fail(str(error), text.part) from error
        if kinds != (FieldType.TEXT, FieldType.CODE) or part.field(text.field).is_personal:
            raise table.fail(_("a text is a text field that is not personal, its topic a code field"), text.field)
        yield text


def _blocks(entries: Iterable[Declared]) -> Iterator[DeclaredBlock]:
    for table in entries:
        block = DeclaredBlock(
            table.text("id"), table.text("zh"), table.flag("required"), table.flag("on", True), table.flag("centred")
        )
        table.done()
        yield block


def _phrases(entries: Iterable[Declared], units: Collection[str]) -> Iterator[Phrase]:
    for table in entries:
        phrase = Phrase(table.name("id", NAME), table.text("text"), table.text("vouched_by"))
        table.done()
        if phrase.vouched_by not in units:
            raise table.fail(
                _("{vouched_by!r} is not in the roster").format(vouched_by=phrase.vouched_by), phrase.vouched_by
            )
        if any(match["id"] not in YEAR_WORDS for match in BINDING.finditer(phrase.text)):
            raise table.fail(_("a standing phrase holds no figure; write it as a bound sentence"), phrase.id)
        yield phrase


def _entries(path: Path, key: str, fill: Fill) -> Iterator[Declared]:
    if not path.exists():
        return
    declared = Declared.from_toml(path, fill)
    seen = set()
    for table in declared.tables(key, "id"):
        name = table.peek("id")
        if name in seen:
            raise table.fail(_("{name} is declared twice").format(name=name), str(name))
        seen.add(name)
        yield table
    declared.done()
