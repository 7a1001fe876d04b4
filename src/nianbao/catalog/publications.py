"""Reads reports/<publication>/ into publications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from nianbao.catalog.conventions import Nouns
from nianbao.catalog.declared import Declared
from nianbao.catalog.passages import OFFSETS, check_passage, read_passage
from nianbao.language import _
from nianbao.terms.indicator import COUNTED
from nianbao.terms.passage import Passage, Wordings
from nianbao.terms.publication import (
    ABOVE,
    ANNEXES,
    EVERY_UNIT,
    IN_CHARACTERS,
    IN_DIGITS,
    MOST_KEY_FIGURES,
    PRINTED_ANNEXES,
    Chart,
    Column,
    Head,
    Issue,
    Numbering,
    Publication,
    Row,
    Section,
    Selection,
    Table,
    Tail,
)
from nianbao.terms.roster import Roster

TARGET, TARGET_COLUMNS = "target", 4
DECLARED_ROWS, YEARS = "indicator", "year"
TABLE_ROWS = (DECLARED_ROWS, TARGET, YEARS)
"""What the rows of a table may be besides units: those of a level, or `counted`, which make up the coverage."""
STYLES = ("work", "audit")
LEVELS_OF_A_SECTION = range(4)
BAR_BY_UNIT, TARGET_BARS = "bar_by_unit", "target_bars"
BY_UNIT = (BAR_BY_UNIT, "slope", "tile_map")
CHART_KINDS = (*BY_UNIT, "composition", "actual_against_budget", "quarters", TARGET_BARS)
"""The kinds of charts; those by unit, and no others, have a value for each unit of a level."""


_NOT_IN_SHEETS = "[]:*?/\\'"


class _Known(NamedTuple):
    """What a section may name: indicators, kinds of rows, and what may be printed besides figures."""

    indicators: frozenset[str]
    units: tuple[str, ...]
    roster: Roster
    wordings: Wordings
    nouns: Nouns


def read_publications(
    folder: Path, indicators: Iterable[str], roster: Roster, wordings: Wordings, nouns: Nouns
) -> dict[str, Publication]:
    """All declared publications by code; `nouns` are what their texts name, and who issues those that name nobody.

    Raises:
        DeclarationError: a section is malformed, stands twice, or binds an indicator that is not declared.
    """
    known = _Known(frozenset(indicators), (*roster.levels, COUNTED), roster, wordings, nouns)
    paths = sorted(folder.glob("*/publication.toml"))
    issues = _read_issues(folder / "issues.toml", [path.parent.name for path in paths], known)
    return {path.parent.name: _read_publication(path, known, issues) for path in paths}


def _read_publication(path: Path, known: _Known, issues: Mapping[str, Issue]) -> Publication:
    declared = Declared.from_toml(path, known.nouns.fill)
    sections = tuple(_read_section(file, known) for file in sorted((path.parent / "sections").glob("*.toml")))
    publication = Publication(
        code=declared.text("code"),
        zh=declared.text("zh"),
        en=declared.text("en"),
        issuer=declared.text("issuer", known.nouns.issuer or None),
        title=declared.text("title"),
        style=declared.text("style"),
        sections=sections,
        footnotes_from=declared.integer("footnotes_from") if "footnotes_from" in declared else None,
        issue=issues.get(path.parent.name),
        annexes=declared.texts("annexes", PRINTED_ANNEXES),
        key_figures=declared.texts("key_figures", ()),
        numbering=_read_numbering(declared.table("numbering")),
    )
    declared.done()
    if publication.style not in STYLES:
        raise declared.fail(
            _("style = {style!r} is none of: {STYLES}").format(style=publication.style, STYLES=", ".join(STYLES)),
            publication.style,
        )
    if unknown := set(publication.annexes) - set(ANNEXES):
        raise declared.fail(
            _("annex {unknown!r} is none of: {ANNEXES}").format(unknown=min(unknown), ANNEXES=", ".join(ANNEXES)),
            "annexes",
        )
    for name in publication.key_figures:
        _check_bound(declared, name, "", known)
    keys = publication.key_figures
    if len(keys) > MOST_KEY_FIGURES or len(set(keys)) < len(keys):
        raise declared.fail(
            _("key_figures are at most {MOST_KEY_FIGURES} indicators, each once").format(
                MOST_KEY_FIGURES=MOST_KEY_FIGURES
            ),
            "key_figures",
        )
    ids = [section.id for section in sections]
    twice = [section_id for section_id in ids if ids.count(section_id) > 1]
    if twice:
        raise declared.fail(_("section {twice} stands twice").format(twice=twice[0]))
    if publication.code != path.parent.name:
        raise declared.fail(_("publication {code} must stand in the folder {code}").format(code=publication.code))
    return publication


def _read_numbering(declared: Declared | None) -> Numbering:
    if declared is None:
        return Numbering()
    found = Numbering(
        declared.texts("headings", Numbering.headings),
        declared.text("tables", Numbering.tables),
        declared.text("charts", Numbering.charts),
    )
    declared.done()
    if len(found.headings) != len(LEVELS_OF_A_SECTION):
        said = _("headings has a pattern for each of the levels 0 to 3, empty for one without numbers")
        raise declared.fail(said, "headings")
    for pattern in (*filter(None, found.headings), found.tables, found.charts):
        rest = pattern.replace(ABOVE, "").replace(IN_CHARACTERS, IN_DIGITS)
        if rest.count(IN_DIGITS) != 1 or set(rest.replace(IN_DIGITS, "")) & set("{}"):
            said = _(
                "{pattern!r} holds one running number, {IN_DIGITS} or {IN_CHARACTERS}, and perhaps {ABOVE}"
            ).format(pattern=pattern, IN_DIGITS=IN_DIGITS, IN_CHARACTERS=IN_CHARACTERS, ABOVE=ABOVE)
            raise declared.fail(said, pattern)
    if forbidden := set(found.tables) & set(_NOT_IN_SHEETS):
        said = _("{tables!r} names sheets of the workbook, too: {character} cannot stand there").format(
            tables=found.tables, character=min(forbidden)
        )
        raise declared.fail(said, found.tables)
    return found


def _read_issues(path: Path, codes: Iterable[str], known: _Known) -> dict[str, Issue]:
    """The issue of each publication that is bound in one."""
    if not path.exists():
        return {}
    declared = Declared.from_toml(path, known.nouns.fill)
    issues: dict[str, Issue] = {}
    for each in declared.tables("issues", "name"):
        block = each.text("number_block", "")
        head = Head(each.text("name"), each.text("compiler"), block)
        printer = each.text("printed_by", "")
        tail = Tail(printer, each.text("sent_to", ""), each.text("copied_to", ""))
        issue = Issue(each.texts("publications"), head, tail if printer else None)
        each.done()
        if block and block not in known.wordings.blocks:
            raise each.fail(
                _("block {block!r} is not declared in reports/blocks.toml").format(block=block), "number_block"
            )
        if not issue.publications or (unknown := set(issue.publications) - set(codes)):
            raise each.fail(
                _("publication {unknown!r} is not declared").format(unknown=min(unknown) if issue.publications else "")
            )
        if twice := issues.keys() & set(issue.publications):
            raise each.fail(_("publication {twice} is bound in two issues").format(twice=min(twice)))
        issues |= dict.fromkeys(issue.publications, issue)
    declared.done()
    return issues


def _read_section(path: Path, known: _Known) -> Section:
    declared = Declared.from_toml(path, known.nouns.fill)
    section = Section(
        id=declared.text("id"),
        title=declared.text("title"),
        level=declared.integer("level"),
        paragraphs=tuple(_read_passage(declared, text) for text in declared.texts("paragraphs", ())),
        tables=tuple(_read_table(table, known) for table in declared.tables("tables", "title")),
        charts=tuple(_read_chart(chart, known) for chart in declared.tables("charts", "title")),
        span=declared.span(),
        is_numbered=declared.flag("numbered", True),
    )
    declared.done()
    if section.level not in LEVELS_OF_A_SECTION:
        levels = _("0 (a part), 1 and 2 (headings) or 3 (a heading that runs into its paragraph)")
        raise declared.fail(
            _("level = {level} is none of: {levels}").format(level=section.level, levels=levels), "level"
        )
    for passage in section.paragraphs:
        check_passage(declared, passage, known.indicators, known.wordings, known.units, known.roster.latest)
    return section


def _read_passage(declared: Declared, text: str) -> Passage:
    try:
        return read_passage(text)
    except ValueError as error:
        raise declared.fail(str(error), text[:12]) from error


def _read_table(declared: Declared, known: _Known) -> Table:
    table = Table(
        title=declared.text("title"),
        rows=declared.text("rows"),
        columns=tuple(
            Column(
                column.text("zh"),
                column.text("indicator", ""),
                column.integer("decimals", 0),
                column.integer("scale", 1),
            )
            for column in declared.tables("columns", "zh")
        ),
        unit=declared.text("unit", ""),
        total=declared.text("total", ""),
        note=declared.text("note", ""),
        rows_of=tuple(
            Row(
                row.text("zh"),
                row.texts("indicators"),
                row.integer("sums", 0),
                row.integer("decimals") if "decimals" in row else None,
                row.integer("scale") if "scale" in row else None,
            )
            for row in declared.tables("rows_of", "zh")
        ),
        selection=_read_selection(declared, known),
        years=declared.integer("years", 0),
    )
    declared.done()
    if table.rows not in (*known.units, *TABLE_ROWS):
        kinds = ", ".join((*known.units, *TABLE_ROWS))
        raise declared.fail(_("rows = {rows!r} is none of: {kinds}").format(rows=table.rows, kinds=kinds), table.rows)
    if table.selection != EVERY_UNIT and table.rows not in known.units:
        raise declared.fail(_("within, sort, order and top choose among units: rows = a level"), table.title)
    if (table.rows == YEARS) != (table.years > 0):
        said = _('a table with rows = "{YEARS}", and no other, says how many: years = 3').format(YEARS=YEARS)
        raise declared.fail(said, table.title)
    if table.rows in (*known.units, YEARS):
        for column in table.columns:
            if not column.indicator:
                raise declared.fail(_("the column {zh} needs an indicator").format(zh=column.zh), column.zh)
    bound = [column.indicator for column in table.columns] + [name for row in table.rows_of for name in row.indicators]
    for name in filter(None, bound):
        _check_bound(declared, *name.partition("@")[::2], known)
    if table.rows == TARGET and (len(table.columns) != TARGET_COLUMNS or any(bound)):
        raise declared.fail(_("a table of targets names four columns: 计划、实际、结果、责任部门"), TARGET)
    for number, row in enumerate(table.rows_of):
        if not 0 <= number + row.sums < len(table.rows_of):
            raise declared.fail(
                _("the row {zh} sums {sums} rows, and there are not as many").format(zh=row.zh, sums=row.sums), row.zh
            )
        if len(row.indicators) != len(table.columns):
            raise declared.fail(
                _("the row {zh} has {indicators} values for {columns} columns").format(
                    zh=row.zh, indicators=len(row.indicators), columns=len(table.columns)
                ),
                row.zh,
            )
    return table


def _read_selection(declared: Declared, known: _Known) -> Selection:
    selection = Selection(
        within=declared.text("within", ""),
        sort=declared.text("sort", ""),
        is_rising=declared.one_of("order", _Order, _Order.FALLING) is _Order.RISING,
        top=declared.integer("top", 0),
    )
    if selection.within not in ("", *known.roster.latest):
        raise declared.fail(
            _("within = {within!r} is not in the roster").format(within=selection.within), selection.within
        )
    if selection.sort:
        _check_bound(declared, *selection.sort.partition("@")[::2], known)
    if selection.top < 0 or (selection.top and not selection.sort):
        raise declared.fail(_("top = 5 are the first five by an indicator: it goes with sort"), "top")
    return selection


class _Order(StrEnum):
    FALLING = "falling"
    RISING = "rising"


def _read_chart(declared: Declared, known: _Known) -> Chart:
    chart = Chart(
        kind=declared.text("kind"),
        title=declared.text("title"),
        indicators=declared.texts("indicators", ()),
        against=declared.texts("against", ()),
        labels=declared.texts("labels", ()),
        unit=declared.text("unit", ""),
        scale=declared.integer("scale", 1),
        rows=declared.text("rows", ""),
        selection=_read_selection(declared, known),
        whole=declared.text("whole", ""),
        decimals=declared.integer("decimals") if declared.peek("decimals") is not None else None,
    )
    declared.done()
    if chart.kind not in CHART_KINDS:
        raise declared.fail(
            _("kind = {kind!r} is none of: {CHART_KINDS}").format(kind=chart.kind, CHART_KINDS=", ".join(CHART_KINDS)),
            chart.kind,
        )
    if (chart.kind in BY_UNIT) != bool(chart.rows) or chart.rows not in ("", *known.units):
        raise declared.fail(
            _("a chart {BY_UNIT}, and no other, says by which units: rows = a level").format(
                BY_UNIT=", ".join(BY_UNIT)
            ),
            chart.kind,
        )
    if chart.whole and chart.kind != BAR_BY_UNIT:
        raise declared.fail(
            _("only a chart {BAR_BY_UNIT} draws the whole beside the units").format(BAR_BY_UNIT=BAR_BY_UNIT),
            chart.whole,
        )
    if bool(chart.indicators) == (chart.kind == TARGET_BARS):
        raise declared.fail(
            _("a chart {TARGET_BARS}, and no other, has no indicators: it shows the targets").format(
                TARGET_BARS=TARGET_BARS
            ),
            chart.kind,
        )
    if len(chart.indicators) > 1 and chart.kind in (*BY_UNIT, "quarters"):
        raise declared.fail(_("a chart {kind} shows one indicator").format(kind=chart.kind), chart.kind)
    for name in (*chart.indicators, *chart.against):
        _check_bound(declared, *name.partition("@")[::2], known)
    return chart


def _check_bound(declared: Declared, indicator_id: str, offset: str, known: _Known) -> None:
    if indicator_id not in known.indicators:
        raise declared.fail(
            _("indicator {indicator_id!r} is not declared").format(indicator_id=indicator_id), indicator_id
        )
    if offset not in OFFSETS:
        raise declared.fail(
            _("{indicator_id}@{offset}: the only other year is @prev_year").format(
                indicator_id=indicator_id, offset=offset
            ),
            f"{indicator_id}@{offset}",
        )
