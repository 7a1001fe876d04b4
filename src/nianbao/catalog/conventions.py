"""Reads federation.toml: the years in which a federation counts, what it calls itself, and those nouns in texts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nianbao.catalog.declared import Declared
from nianbao.language import _
from nianbao.terms.period import Period
from nianbao.terms.unit import Level
from nianbao.terms.workbook_words import MONEY_UNITS
from nianbao.terms.year_basis import CALENDAR_YEAR, YearBasis

_MONTHS = range(1, 13)
_FIRST_DAY = dt.date(2018, 1, 1)
"""The first day of a federation that declares none."""


_NO_REASONS = (
    "无", "没有", "略", "同上", "见附件", "详见附件", "属实", "情况属实", "数据属实", "数字属实", "属实无误", "无误",
    "准确无误", "数据无误", "数据准确", "正确", "已核实", "经核实", "核实无误", "经核对", "已核对", "核对无误", "已核",
    "没问题", "正常", "正常变动", "正常波动", "无说明", "无需说明", "如实填报", "实际情况", "按实际填报",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What the federation calls everybody together, and the units that are counted in the coverage.

    `unit_ending` is what the names of units end with and people leave out when they speak of them.
    `office` answers the questions of those who report.
    `no_reasons` are words that explain nothing, alone or one after another.
    """

    whole: str = "全部单位"
    counted: str = "应报单位"
    unit_ending: str = ""
    no_reasons: tuple[str, ...] = _NO_REASONS
    office: str = "汇总单位"


@dataclass(frozen=True)
class Conventions:
    """The year in which a federation reports, the others in which it can be counted, its words, and its first day.

    Nobody owes what ended before `first_day`; what is sent of that time is history, taken from the year `history_from`
    on, whenever it arrives. `issuer` issues the reports that name nobody else, empty: the federation itself.
    `money_unit` is the one that a blank workbook proposes for its amounts.
    """

    year: YearBasis = CALENDAR_YEAR
    other_years: tuple[YearBasis, ...] = ()
    words: Words = Words()
    first_day: dt.date = _FIRST_DAY
    history_from: int = _FIRST_DAY.year
    issuer: str = ""
    money_unit: str = next(iter(MONEY_UNITS))

    def is_history(self, period: Period) -> bool:
        """Whether a period was over before the first day."""
        return period.end < self.first_day


def read_conventions(path: Path) -> Conventions:
    """What federation.toml declares; without the file a calendar year, no other year, and plain words.

    Raises:
        DeclarationError: a month that is none, a year twice, a key that means nothing, history after the first day.
    """
    if not path.exists():
        return Conventions()
    declared = Declared.from_toml(path)
    first_day = declared.day("first_day", _FIRST_DAY)
    year, words = declared.table("year"), declared.table("words")
    found = Conventions(
        year=_read_year(year, is_main=True) if year else CALENDAR_YEAR,
        other_years=tuple(_read_year(each, is_main=False) for each in declared.tables("other_years", "code")),
        words=_read_words(words) if words else Words(),
        first_day=first_day,
        history_from=declared.integer("history_from", first_day.year),
        issuer=declared.text("issuer", ""),
        money_unit=declared.text("money_unit", Conventions.money_unit),
    )
    declared.done()
    codes = [each.code for each in (found.year, *found.other_years)]
    for code in codes:
        if codes.count(code) > 1:
            raise declared.fail(_("the year {code} stands twice").format(code=code), code)
    if found.money_unit not in MONEY_UNITS:
        raise declared.fail(
            _("money_unit = {money_unit!r} is none of: {MONEY_UNITS}").format(
                money_unit=found.money_unit, MONEY_UNITS=", ".join(MONEY_UNITS)
            ),
            "money_unit",
        )
    if found.history_from > first_day.year:
        raise declared.fail(
            _("history_from = {history_from} comes after the first day {first_day}").format(
                history_from=found.history_from, first_day=first_day
            ),
            "history_from",
        )
    return found


def _read_year(declared: Declared, is_main: bool) -> YearBasis:
    year = YearBasis(declared.name("code"), declared.text("zh"), declared.integer("first_month"), is_main)
    declared.done()
    if year.first_month not in _MONTHS:
        raise declared.fail(
            _("first_month = {first_month} is no month: 1 to 12").format(first_month=year.first_month), "first_month"
        )
    return year


def _read_words(declared: Declared) -> Words:
    words = Words(
        declared.text("whole"),
        declared.text("counted"),
        declared.text("unit_ending", ""),
        declared.texts("no_reasons", _NO_REASONS),
        declared.text("office", Words.office),
    )
    declared.done()
    return words


WORDS = ("whole", "counted", "office", "issuer")
"""The nouns that stand in federation.toml."""
_NOUN = re.compile(rf"\{{({'|'.join(WORDS)})\}}|\{{level:(\w+)(\.many)?(\.short)?\}}", re.ASCII)


@dataclass(frozen=True)
class Nouns:
    """What federation.toml and levels.csv call everybody, the units of a level, the office, and who issues reports."""

    words: Words
    issuer: str
    levels: Mapping[str, Level]

    def fill(self, text: str) -> str:
        """A text with the nouns that it names.

        `{level:city}` is one unit, `{level:city.many}` several; with `.short` without what the names of units end with.

        Raises:
            ValueError: it names a level that is not declared.
        """
        return _NOUN.sub(lambda found: self._of_level(found) if found[2] else self._of_words(found[1]), text)

    def _of_words(self, name: str) -> str:
        return self.issuer if name == "issuer" else str(getattr(self.words, name))

    def _of_level(self, found: re.Match[str]) -> str:
        level = self.levels.get(found[2])
        if level is None:
            said = _("{place}: there is no such level; there are: {levels}")
            raise ValueError(said.format(place=found[0], levels=", ".join(self.levels)))
        noun = level.zh_many if found[3] else level.zh
        return noun.removesuffix(self.words.unit_ending) or noun if found[4] else noun
