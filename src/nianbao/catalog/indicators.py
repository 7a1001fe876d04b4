"""Reads indicators/*.toml into indicators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nianbao.catalog.declared import Declared
from nianbao.terms.form import Aggregate, Form
from nianbao.terms.indicator import POINTS, Indicator


def read_indicators(folder: Path, forms: Mapping[str, Form]) -> dict[str, Indicator]:
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
            indicator = _read_indicator(table, section, publication, forms)
            if indicator.id in indicators:
                raise table.fail(f"indicator {indicator.id} is declared twice", indicator.id)
            indicators[indicator.id] = indicator
            if is_compared:
                change = _change_of(indicator)
                if change.id in indicators:
                    raise table.fail(f"{change.id} is declared twice: compare makes it", change.id)
                indicators[change.id] = change
        declared.done()
    return indicators


def _change_of(indicator: Indicator) -> Indicator:
    """What an indicator has changed over the year before: in per cent, of a rate in percentage points."""
    before = f"{indicator.id}@prev_year"
    is_rate = indicator.unit == "%"
    return Indicator(
        id=f"{indicator.id}_change",
        zh=f"{indicator.zh}比上年增减",
        en=f"change of {indicator.en} over the year before",
        unit=POINTS if is_rate else "%",
        section=indicator.section,
        publication=indicator.publication,
        change_of=indicator.id,
        formula=f"{indicator.id} - {before}" if is_rate else f"({indicator.id} - {before}) / {before} * 100",
    )


def _read_indicator(declared: Declared, section: str, publication: str, forms: Mapping[str, Form]) -> Indicator:
    formula = declared.text("formula", "")
    names = declared.name("id"), declared.text("zh"), declared.text("en"), declared.text("unit")
    if formula:
        declared.done()
        return Indicator(*names, section=section, publication=publication, formula=formula)
    form_code, part_code, field_code = declared.text("form"), declared.text("part", ""), declared.text("field")
    if form_code not in forms:
        raise declared.fail(f"form {form_code!r} is not declared", form_code)
    form = forms[form_code]
    try:
        part = form.part(part_code or form.parts[0].code)
        field = part.field(field_code)
    except KeyError as error:
        raise declared.fail(str(error), field_code) from error
    indicator = Indicator(
        *names,
        section=section,
        publication=publication,
        form=form_code,
        part=part.code,
        field=field_code,
        aggregate=declared.one_of("aggregate", Aggregate, field.aggregate),
        where=declared.text("where", ""),
        measure=declared.text("measure", ""),
        period=declared.text("period", "year"),
        table=declared.text("table", f"core.{part.table}"),
        unit_scope=declared.text("unit_scope", ""),
    )
    declared.done()
    if indicator.aggregate is Aggregate.NONE:
        raise declared.fail(f"indicator {indicator.id} does not say how {field_code} adds up (aggregate)", indicator.id)
    if indicator.period != "year" and indicator.period not in form.suffixes:
        raise declared.fail(f"{form_code} has no period {indicator.period!r}", indicator.period)
    return indicator
