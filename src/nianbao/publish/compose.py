"""compose: a publication's sections with every binding resolved to a figure in truthful words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from nianbao.catalog.passages import BINDING
from nianbao.catalog.publications import DECLARED_ROWS, TARGET, YEARS
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.publish.changes import say_change
from nianbao.publish.chart_points import ChartGround, draw_up
from nianbao.publish.definition import define
from nianbao.publish.notes import note_of_marks, rounding_note, same_periods, section_notes, sign_off_note
from nianbao.publish.numbering import number_sections
from nianbao.publish.promised import in_words, say_missed, tally
from nianbao.publish.rows import (
    NO_DATA,
    choose_rows,
    for_row,
    judge_rank,
    leave_out_unknown,
    name_by_rank,
    refer,
    row_sums,
    say_rest,
)  # fmt: skip
from nianbao.statistics.claims import Claims
from nianbao.statistics.comparable import mark_of, say_left_out
from nianbao.statistics.exact import in_table
from nianbao.statistics.figures import Figures
from nianbao.statistics.numerals import characters
from nianbao.statistics.scopes import ALL
from nianbao.statistics.wording import CHANGE, Wording, parse_wording, word
from nianbao.terms.document import (
    Document,
    OpenPassage,
    Paragraph,
    PrintedBlock,
    PrintedChart,
    PrintedFigure,
    PrintedSection,
    PrintedTable,
    PrintedText,
    TableCell,
    ToWrite,
)
from nianbao.terms.figure import Judgement, figure_key
from nianbao.terms.indicator import POINTS
from nianbao.terms.passage import (
    Binding,
    Bound,
    DeclaredBlock,
    DeclaredText,
    OfficeBlock,
    Passage,
    Quoted,
    StandingPhrase,
    Wordings,
)
from nianbao.terms.period import Period
from nianbao.terms.publication import Chart, Column, Issue, Publication, Row, Section, Table
from nianbao.terms.reported import Reported
from nianbao.terms.target import Target
from nianbao.terms.unit import Unit

_HEADS = {DECLARED_ROWS: "项目", YEARS: "年度"}


@dataclass
class Composer:
    """Composes one edition; collects every figure it prints."""

    publication: Publication
    figures: Figures
    year: int
    claims: Claims
    is_draft: bool = False
    targets: tuple[Target, ...] = ()
    reported: Reported = field(default_factory=Reported)
    printed: list[PrintedFigure] = field(default_factory=list)
    open_passages: list[OpenPassage] = field(default_factory=list)

    def section(self, section: Section) -> PrintedSection:
        """A section with its paragraphs, tables, charts and the note on who has not reported."""
        start = len(self.printed)
        paragraphs = tuple(each for passage in section.paragraphs for each in self._paragraphs(passage, section))
        tables = tuple(self._table(table, section) for table in section.tables)
        charts = tuple(filter(None, (self._chart(chart) for chart in section.charts)))
        own = self.printed[start:]
        printed = PrintedSection(
            section.id, self.say(section.title), section.level, paragraphs, tables, charts,
            coverage_notes=section_notes(own, self.figures), signer_notes=sign_off_note(own) if self.is_draft else (),
        )  # fmt: skip
        return printed.in_reading_order()

    def say(self, text: str) -> str:
        """A text without figures: {year}, {prev_year}, {next_year} are filled in."""
        years = {"year": self.year, "prev_year": self.year - 1, "next_year": self.year + 1}
        return BINDING.sub(lambda match: str(years.get(match["id"], match[0])), text)

    def _paragraphs(self, passage: Passage, section: Section) -> Iterator[Paragraph]:
        """What is printed of a declared paragraph: nothing where nobody has said anything, but a gap in a draft."""
        match passage:
            case Bound():
                sentences = passage.in_year(Period.parse(str(self.year)))
                told = (self._sentence(sentence, section) for sentence in sentences if self._is_telling(sentence))
                if paragraph := tuple(piece for sentence in told for piece in sentence):
                    yield paragraph
            case StandingPhrase(phrase_id):
                yield (self.say(self.wordings.phrases[phrase_id].text),)
            case Quoted(text_id):
                yield from self._quoted(self.wordings.texts[text_id], section)
            case OfficeBlock(block_id):
                yield from self._block(self.wordings.blocks[block_id], section.id)

    def _is_telling(self, sentence: tuple[str | Binding, ...]) -> bool:
        """Whether all its figures can be told: nobody writes that none were held; a rate of nothing is news."""
        for binding in sentence:
            if isinstance(binding, Binding) and binding.ranking:
                if not name_by_rank(self.figures, binding, self._year_of(binding)):
                    return False
            elif isinstance(binding, Binding):
                value = self.figures.get(binding.indicator_id, self._year_of(binding)).value
                is_rate = self.figures.project.indicators[binding.indicator_id].unit in ("%", POINTS)
                if value is None or (value == 0 and not is_rate):
                    return False
        return True

    def _sentence(self, sentence: tuple[str | Binding, ...], section: Section) -> Iterator[str | PrintedFigure]:
        for piece in sentence:
            if isinstance(piece, str):
                yield self.say(piece)
            elif piece.ranking:
                yield from self._names(piece, section)
            else:
                yield self._figure(piece.indicator_id, self._year_of(piece), ALL, section, piece.wording)
                yield from self._comparable(piece, section)

    def _names(self, binding: Binding, section: Section) -> Iterator[str | PrintedFigure]:
        """The names of units by rank, each a figure of its own: who has not reported might stand before them."""
        year = self._year_of(binding)
        named = name_by_rank(self.figures, binding, year)
        judged = judge_rank(self.figures, binding, year)
        for place, (unit, value) in enumerate(named):
            if place:
                yield "、"
            said = Wording(unit.short_zh, "rank", value, value, True, True)
            yield self._print(value, binding.indicator_id, year, unit.code, section, said, judged)
        if binding.ranking and len(named) > binding.ranking.count:
            yield "（并列）"

    def _comparable(self, change: Binding, section: Section) -> Iterator[str | PrintedFigure]:
        """Behind a change the same on a comparable basis, in a year in which units came or went."""
        beside, year = self._comparables.get(change.indicator_id), self._year_of(change)
        if beside and self.figures.get(beside, year).value is not None:
            yield "（按可比口径"
            yield self._figure(beside, year, ALL, section, change.wording)
            yield "）"

    @cached_property
    def _comparables(self) -> dict[str, str]:
        """The change on a comparable basis of each change."""
        return {each.comparable_of: each.id for each in self.figures.project.indicators.values() if each.comparable_of}

    def _quoted(self, declared: DeclaredText, section: Section) -> Iterator[Paragraph]:
        found = self.reported.texts.get(declared.id, ())
        for number, text in enumerate(found, start=1):
            lead_in = f"{characters(number)}是" if declared.is_numbered and len(found) > 1 else ""
            key = f"text-{declared.id}-{number}"
            quoted = PrintedText(**vars(text), key=key, zh=declared.zh, section=section.id)
            yield (lead_in, quoted) if lead_in else (quoted,)
        if found:
            return
        self.open_passages.append(OpenPassage(declared.zh, section.id, declared.required, text_id=declared.id))
        if self.is_draft:
            yield (ToWrite(f"【待补写：{declared.zh}】", declared.required),)

    def _block(self, declared: DeclaredBlock, section_id: str) -> Iterator[Paragraph]:
        written = self.reported.blocks.get(declared.id)
        if not declared.is_on:
            return
        if written:
            for number, text in enumerate(written.paragraphs, start=1):
                key = f"block-{declared.id}-{number}"
                block = PrintedBlock(
                    key, declared.id, section_id, text, written.by, written.written_on, declared.is_centred
                )
                yield (block,)
            return
        self.open_passages.append(OpenPassage(declared.zh, section_id, declared.is_required, block_id=declared.id))
        if self.is_draft:
            yield (ToWrite(f"【待补写：{declared.zh}】", declared.is_required, declared.id, declared.is_centred),)

    def number_of(self, issue: Issue | None) -> PrintedBlock | ToWrite | None:
        """The number of the issue that binds the report, as the office has written it into the one that leads it.

        Where it has not, the draft of that one has a gap for it.
        """
        if issue is None or not issue.head.issue_block:
            return None
        block_id = issue.head.issue_block
        if block_id not in self.reported.blocks and not issue.head_of(self.publication.code):
            return None
        said = next(self._block(self.wordings.blocks[block_id], ""), ())
        return next((piece for piece in said if isinstance(piece, PrintedBlock | ToWrite)), None)

    @property
    def wordings(self) -> Wordings:
        """What the project lets its reports print besides figures."""
        return self.figures.project.wordings

    def _year_of(self, binding: Binding) -> int:
        return self.year - binding.is_of_prev_year

    def _figure(self, indicator_id: str, year: int, scope: str, section: Section, wording: str) -> PrintedFigure:
        figure = self.figures.get(indicator_id, year, scope)
        indicator = self.figures.project.indicators[indicator_id]
        try:
            style, digits, classifier = parse_wording(wording)
        except ValueError as error:
            place = f"reports/{self.publication.code}/sections"
            raise DeclarationError(
                place, None, _("section {id}: {error}").format(id=section.id, error=error)
            ) from error
        said = None
        if figure.value is not None:
            how, earlier = self.publication.style, self.figures.years_before(indicator_id, year, scope)
            said = word(figure.value, indicator.unit, style, digits, classifier, how, earlier)
            if style == CHANGE:
                said = say_change(self.figures, indicator, figure, said, classifier, how)
        claim = self.claims.judge(indicator_id, year, said) if said else None
        return self._print(figure.value, indicator_id, year, scope, section, said, claim)

    def _print(
        self, value: Decimal | None, indicator_id: str, year: int, scope: str, section: Section,
        said: Wording | None, judged: Judgement | None = None,
    ) -> PrintedFigure:  # fmt: skip
        """A figure as printed; what a text claims is judged, what a table shows is as reported."""
        project = self.figures.project
        indicator = project.indicators[indicator_id]
        bulletin = (self.publication.code, section.id, indicator_id, year)
        printed = PrintedFigure(
            key=figure_key(indicator_id, year),
            indicator_id=indicator_id,
            zh=indicator.zh,
            year=year,
            scope=scope,
            section=section.id,
            value=value,
            unit=indicator.unit,
            text=said.text if said else NO_DATA,
            wording=said.style if said else "no_data",
            coverage=self.figures.coverage(indicator, year),
            definition=define(indicator, project) + same_periods(self.figures.compared(indicator_id, year)),
            true_for=said.true_for if said else "",
            bulletin_id=project.bulletin_ids.get(bulletin, "") if scope == ALL else "",
            missing_share_of_last_year=self.claims.missing_share(indicator_id, year) if scope == ALL else None,
            claim=judged.claim if judged else None,
            doubt=judged.doubt if judged else "",
        )
        self.printed.append(printed)
        return printed

    def _table(self, table: Table, section: Section) -> PrintedTable:
        if table.rows == TARGET:
            return self._target_table(table, section)
        project, left_out = self.figures.project, ""
        if table.rows == DECLARED_ROWS:
            rows = tuple((self.say(row.zh), self._declared_row(table, row, section)) for row in table.rows_of)
        elif table.rows == YEARS:
            years = range(self.year - table.years + 1, self.year + 1)
            rows = tuple((self.figures.basis.label(year), self._row(table, None, section, year)) for year in years)
        else:
            chosen = choose_rows(self.figures, self.year, table)
            rows = tuple((unit.short_zh, self._row(table, unit, section, self.year)) for unit in chosen.units)
            if table.total:
                whole = project.units.get(table.selection.within)
                rows += ((self.say(table.total), self._row(table, whole, section, self.year)),)
            left_out = say_rest(chosen, table.selection, project)
            table, rows = leave_out_unknown(table, rows)
        sums = () if left_out else tuple(row_sums(table, len(rows), project.indicators))
        head = (_HEADS.get(table.rows, "单位"), *(self.say(column.zh) for column in table.columns))
        notes = note_of_marks(self.say(table.note), rows), left_out, rounding_note(rows, sums), self._change_note(rows)
        return PrintedTable(self.say(table.title), table.unit, head, rows, bool(table.total), "".join(notes), sums)

    def _change_note(self, rows: Iterable[tuple[str, tuple[TableCell, ...]]]) -> str:
        """Under a table: which periods a change compares, and that it is of everybody although units came or went."""
        found = [cell.figure for _, cells in rows for cell in cells if cell.figure]
        periods = (same_periods(self.figures.compared(each.indicator_id, each.year)) for each in found)
        compares = next((f"增减是与上年同期相比{each}。" for each in periods if each), "")
        figures = [each for each in found if each.scope == ALL]
        beside = [
            (self.figures.project.indicators[self._comparables[each.indicator_id]], each.year)
            for each in figures
            if each.indicator_id in self._comparables
        ]
        project = self.figures.project
        said = (say_left_out(project, year, mark_of(indicator, project)) for indicator, year in beside)
        left_out = next(filter(None, said), "")
        return compares + (f"合计的增减不是可比口径；{left_out}" if left_out else "")

    def _target_table(self, table: Table, section: Section) -> PrintedTable:
        head = ("目标", *(self.say(column.zh) for column in table.columns))
        rows = tuple((target.zh, self._target_row(target, section)) for target in self.targets)
        note = f"{tally(self.targets)}{say_missed(self.targets)}{note_of_marks(self.say(table.note), rows)}"
        return PrintedTable(self.say(table.title), table.unit, head, rows, note=note)

    def _target_row(self, target: Target, section: Section) -> tuple[TableCell, ...]:
        """What was planned and reached, each with the figure it is, what became of it, and who set it."""
        style, planned = self.publication.style, f"target_{target.indicator_id}"
        words, plan, actual = in_words(target, style), None, None
        if self.figures.project.indicators.get(planned):
            plan = self._print(target.value, planned, target.set_in, ALL, section, words.plan)
        if target.actual is not None:
            actual = self._print(target.actual, target.indicator_id, target.year, ALL, section, words.actual)
        return (
            TableCell(words.plan.text, figure=plan),
            TableCell(words.actual.text if words.actual else NO_DATA, figure=actual),
            TableCell(target.outcome_zh, is_words=True),
            TableCell(target.set_by_zh, is_words=True),
        )

    def _declared_row(self, table: Table, row: Row, section: Section) -> tuple[TableCell, ...]:
        return tuple(
            self._cell(name, self.year, None, section, for_row(column, row)) if name else TableCell("")
            for name, column in zip(row.indicators, table.columns, strict=True)
        )

    def _row(self, table: Table, unit: Unit | None, section: Section, year: int) -> tuple[TableCell, ...]:
        """The values of a unit, or of everybody where there is none, in the year of the row."""
        return tuple(self._cell(column.indicator, year, unit, section, column) for column in table.columns)

    def _cell(self, name: str, year: int, unit: Unit | None, section: Section, column: Column) -> TableCell:
        indicator_id, year = refer(name, year)
        figures = self.figures
        value = figures.of_unit(indicator_id, year, unit, stated=True) if unit else figures.stated(indicator_id, year)
        if value is None or ("@" in name and not figures.has_all_periods(indicator_id, year)):  # a part is no year
            return TableCell(NO_DATA, decimals=column.decimals)
        said = in_table(value, column.decimals, column.scale)
        figure = self._print(value, indicator_id, year, unit.code if unit else ALL, section, said)
        return TableCell(figure.text, value / column.scale, figure, column.decimals)

    def _chart(self, chart: Chart) -> PrintedChart | None:
        """A chart, or None when one of its values is not known."""
        return draw_up(chart, ChartGround(self.figures, self.year, self.targets, self.publication.style, self.say))


def compose(
    publication: Publication, claims: Claims, year: int, edition: str, as_of: dt.datetime, notices: tuple[str, ...],
    targets: tuple[Target, ...] = (), reported: Reported | None = None, unfinished: str = "",
) -> Document:  # fmt: skip
    """A document without traces and revisions; `release` adds them. Only a draft has marks for the signer.

    A section on the targets of the year is left out of a year that has none, and so is one of an office block that is
    switched off. `reported` is what was said in words; without it nobody has said anything.
    """
    composer = Composer(publication, claims.figures, year, claims, edition == "draft", targets, reported or Reported())
    period = Period.parse(str(year))
    shown = [
        each
        for each in publication.sections
        if each.span.covers(period) and _is_shown(each, targets, composer.wordings)
    ]
    sections = tuple(composer.section(section) for section in shown)
    sections = number_sections(sections, publication.numbering, {each.id for each in shown if not each.is_numbered})
    number = composer.number_of(issue := publication.issue)
    return Document(
        publication=publication.code,
        zh=publication.zh,
        title=composer.say(publication.title),
        issuer=publication.issuer,
        style=publication.style,
        year=year,
        edition=edition,
        as_of=as_of,
        sections=sections,
        figures=tuple(composer.printed),
        traces={},
        notices=notices,
        unfinished=unfinished,
        open_passages=tuple(composer.open_passages),
        bulletin=issue.head.name if issue else "",
        head=issue.head_of(publication.code) if issue else None,
        tail=issue.tail_of(publication.code) if issue else None,
        issue=number,
        annexes=publication.annexes,
    )


def _is_shown(section: Section, targets: tuple[Target, ...], wordings: Wordings) -> bool:
    if TARGET in {table.rows for table in section.tables} and not targets:
        return False
    blocks = [passage.block_id for passage in section.paragraphs if isinstance(passage, OfficeBlock)]
    only_blocks = len(blocks) == len(section.paragraphs) > 0
    return not only_blocks or any(wordings.blocks[block_id].is_on for block_id in blocks)
