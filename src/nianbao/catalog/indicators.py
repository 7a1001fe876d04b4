"""Reads indicators/*.toml into indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from nianbao.catalog.conventions import WORDS
from nianbao.catalog.declared import Declared
from nianbao.catalog.passages import YEAR_WORDS
from nianbao.language import _
from nianbao.terms.form import Aggregate, Form, Part
from nianbao.terms.indicator import COMPARABLE, COMPARABLE_AT_END, COUNTED, POINTS, Indicator
from nianbao.terms.roster import Roster

_WORD = re.compile(r"[a-z][a-z0-9_]*")


def read_indicators(folder: Path, forms: Mapping[str, Form], roster: Roster) -> dict[str, Indicator]:
    """All declared indicators by id, in the order of the files.

    Raises:
        DeclarationError: an indicator is malformed, stands twice, or asks for an unknown form, part or field.
    """
    indicators: dict[str, Indicator] = {}
    for path in sorted(folder.glob("*.toml")):
        declared = Declared.from_toml(path)
        section, publication = declared.text("section"), declared.text("publication")
        for table in declared.tables("indicators", "id"):
            is_compared = table.flag("compare")
            indicator = _read_indicator(table, section, publication, forms, roster)
            if indicator.id in indicators:
                raise table.fail(_("indicator {id} is declared twice").format(id=indicator.id), indicator.id)
            _check_names(table, indicator, indicators)
            indicators[indicator.id] = indicator
            if is_compared:
                change = _change_of(indicator)
                if change.id in indicators:
                    raise table.fail(_("{id} is declared twice: compare makes it").format(id=change.id), change.id)
                indicators[change.id] = change
        declared.done()
    for change in [each for each in indicators.values() if each.change_of]:
        comparable = _comparable_of(change, indicators)
        indicators[comparable.id] = comparable
    return indicators


def _check_names(declared: Declared, indicator: Indicator, others: Mapping[str, Indicator]) -> None:
    """An id is no word that texts of reports fill in, and what was once that of one indicator is of no other."""
    for name in (indicator.id, *indicator.former):
        if name in (*WORDS, *YEAR_WORDS):
            said = _("{{{name}}} is a word of its own in the texts of reports; name the indicator otherwise")
            raise declared.fail(said.format(name=name), name)
    once = {former for each in others.values() for former in each.former}
    taken = [indicator.id] if indicator.id in once else []
    for name in (*taken, *(each for each in indicator.former if each in once or each in others)):
        said = _("{name} is the id of two indicators, one of them a former id")
        raise declared.fail(said.format(name=name), name)


def _change_of(indicator: Indicator) -> Indicator:
    """What an indicator has changed over the year before: in per cent, of a rate in percentage points."""
    return Indicator(
        id=f"{indicator.id}_change",
        zh=f"{indicator.zh}比上年增减",
        en=f"change of {indicator.en} over the year before",
        unit=POINTS if indicator.unit == "%" else "%",
        section=indicator.section,
        publication=indicator.publication,
        change_of=indicator.id,
        former=tuple(f"{each}_change" for each in indicator.former),
        formula=_growth_of(indicator.id, f"{indicator.id}@prev_year", indicator.unit == "%"),
    )


def _comparable_of(change: Indicator, indicators: Mapping[str, Indicator]) -> Indicator:
    """A change among the units that stood in both years: of stocks at their ends, of anything else throughout."""
    name = change.change_of
    mark = COMPARABLE_AT_END if _is_of_stocks(indicators[name], indicators) else COMPARABLE
    return replace(
        change,
        id=f"{change.id}_comparable",
        zh=f"{change.zh}（可比口径）",
        en=f"{change.en}, comparable basis",
        comparable_of=change.id,
        former=tuple(f"{each}_comparable" for each in change.former),
        formula=_growth_of(f"{name}@{mark}", f"{name}@prev_year@{mark}", change.unit == POINTS),
    )


def _growth_of(now: str, before: str, is_rate: bool) -> str:
    return f"{now} - {before}" if is_rate else f"({now} - {before}) / {before} * 100"


def _is_of_stocks(indicator: Indicator, indicators: Mapping[str, Indicator]) -> bool:
    """Whether everything that an indicator is made of is a stock."""
    if not indicator.is_formula:
        return indicator.aggregate is Aggregate.LAST
    parts = [indicators[word] for word in _WORD.findall(indicator.formula) if word in indicators]
    return all(_is_of_stocks(part, indicators) for part in parts if part is not indicator)


def _read_indicator(
    declared: Declared, section: str, publication: str, forms: Mapping[str, Form], roster: Roster
) -> Indicator:
    formula = declared.text("formula", "")
    names = declared.name("id"), declared.text("zh"), declared.text("en"), declared.text("unit")
    former = declared.texts("former", ())
    if formula:
        declared.done()
        return Indicator(*names, section=section, publication=publication, formula=formula, former=former)
    form_code, part_code = declared.text("form"), declared.text("part", "")
    fields = declared.texts("fields") if "fields" in declared else (declared.text("field"),)
    if form_code not in forms:
        raise declared.fail(_("form {form_code!r} is not declared").format(form_code=form_code), form_code)
    form = forms[form_code]
    try:
        part = form.part(part_code or form.parts[0].code)
        field = [part.field(code) for code in fields][-1]
    except (KeyError, IndexError) as error:
        raise declared.fail(str(error), fields[-1] if fields else "fields") from error
    indicator = Indicator(
        *names,
        section=section,
        publication=publication,
        form=form_code,
        part=part.code,
        fields=fields,
        break_note=declared.text("break_note", ""),
        aggregate=declared.one_of("aggregate", Aggregate, field.aggregate),
        where=declared.text("where", ""),
        measure=declared.text("measure", ""),
        period=declared.text("period", "year"),
        table=declared.text("table", f"core.{part.table}"),
        unit_scope=declared.text("unit_scope", ""),
        former=former,
        is_ordinal=declared.flag("ordinal"),
    )
    declared.done()
    if indicator.aggregate is Aggregate.NONE:
        raise declared.fail(
            _("indicator {id} does not say how {code} adds up (aggregate)").format(id=indicator.id, code=field.code),
            indicator.id,
        )
    if indicator.period != "year" and indicator.period not in form.suffixes:
        raise declared.fail(
            _("{form_code} has no period {period!r}").format(form_code=form_code, period=indicator.period),
            indicator.period,
        )
    _check_fields(declared, indicator, part)
    if indicator.unit_scope not in ("", COUNTED, *roster.levels, *roster.latest):
        what = _("unit_scope = {unit_scope!r} is neither a unit, nor a level, nor {COUNTED}").format(
            unit_scope=indicator.unit_scope, COUNTED=COUNTED
        )
        raise declared.fail(what, indicator.unit_scope)
    return indicator


def _check_fields(declared: Declared, indicator: Indicator, part: Part) -> None:
    """Several fields follow each other without an overlap, and what changed between them is said."""
    if (len(indicator.fields) > 1) != bool(indicator.break_note):
        raise declared.fail(
            _("several fields, and only they, need a break_note: what changed between them"), indicator.id
        )
    if len(indicator.fields) > 1 and indicator.measure:
        raise declared.fail(_("measure goes with one field; several fields are read as they are"), "measure")
    for earlier, later in pairwise(part.field(code) for code in indicator.fields):
        if earlier.span.until >= later.span.since:
            what = _("{code} is asked until {until}, {code_2} since {since}").format(
                code=earlier.code, until=earlier.span.until, code_2=later.code, since=later.span.since
            )
            raise declared.fail(_("{what}: fields of one indicator follow each other").format(what=what), later.code)
