"""The data of the explorer: a part for each indicator with all its years, an index, and the sentences of all releases.

Values are texts of exact decimals: no page computes with them, and none of them goes through a floating number.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from nianbao.settings import write_whole
from nianbao.terms.release import ReleasedIndicator, ReleasedYear, ShelvedRelease

ALL = "all"


def explorer_parts(
    years: Sequence[ReleasedYear],
    breaks: Mapping[int, str],
    labels: Mapping[int, str],
    releases: Path,
    publications: Mapping[str, str],
) -> dict[str, str]:
    """The texts of all parts by the names of their files; that of the index begins with `index.`.

    `years` are in order, `labels` are their names; of an indicator or a unit the last year that knows
    it says what it is called.
    """
    parts: dict[str, str] = {}
    files: dict[str, str] = {}
    known = {indicator.id: indicator for year in years for indicator in year.indicators}
    for name, told in _by_indicator(years, releases).items():
        text = part_text(name, told)
        files[name] = part_name(name, text)
        parts[files[name]] = text
    units = {unit.code: unit for year in years for unit in year.units}
    index = {
        "indicators": [_row(known[name], files[name], publications) for name in known if name in files],
        "units": [[unit.code, unit.zh, unit.level, unit.parent] for unit in units.values()],
        "levels": list({unit.level: [unit.level, unit.level_zh] for unit in units.values()}.values()),
        "years": [year.year for year in years],
        "unfinished": [year.year for year in years if year.is_unfinished],
        "labels": {str(year): zh for year, zh in labels.items()},
        "breaks": {str(year): said for year, said in breaks.items()},
    }
    text = part_text("index", index)
    return {part_name("index", text): text, **parts}


def sentence_part(current: Iterable[tuple[str, ShelvedRelease]], releases: Path) -> dict[str, str]:
    """The sentences of the releases that hold, each with the page and the place where it stands."""
    told = []
    for zh, shelved in current:
        path = _under(shelved.release.path)
        page = releases / path / "index.html"
        if page.exists():
            found = [[each.place, each.text] for each in read_sentences(page.read_text(encoding="utf-8"))]
            running = "（本年度尚未结束）" if shelved.release.is_unfinished else ""
            told.append([f"{shelved.release.year}年{zh}{running}", f"{path}/index.html", found])
    text = part_text("sentences", told)
    return {part_name("sentences", text): text}


def _row(indicator: ReleasedIndicator, file: str, publications: Mapping[str, str]) -> list[str]:
    zh = publications.get(indicator.publication, indicator.publication)
    return [indicator.id, indicator.zh, indicator.unit, zh, file]


def _by_indicator(years: Sequence[ReleasedYear], releases: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """By indicator and year: the release, its page of the figure, the value of all with its coverage, those of units.

    `u` are values of units, `b` those with all below them, `i` the units that have not reported all, `q` by period.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for year in years:
        pages = {
            path.stem.removesuffix(f"-{year.year}"): f"{beside}/figures/{quote(path.name)}"
            for beside in year.beside
            for path in (releases / beside / "figures").glob(f"*-{year.year}.html")
        }
        own: dict[str, dict[str, Any]] = {}
        for name, scope, value, asked, reported in year.values:
            told = own.setdefault(name, _empty(year, name, pages))
            if scope == ALL:
                told |= {"a": text_of(value), "n": [reported, asked]}
                continue
            told["u"][scope] = text_of(value)
            if reported < asked:
                told["i"].append(scope)
        for name, scope, value, asked, reported in year.below:
            told = own.setdefault(name, _empty(year, name, pages))
            told["b"][scope] = [text_of(value), reported, asked]
        totals: dict[tuple[str, str], Decimal] = {}
        for name, period, scope, value in year.periods:
            if name in own:
                own[name]["q"].setdefault(period, {})[scope] = text_of(value)
                totals[name, period] = totals.get((name, period), Decimal()) + value
        for (name, period), value in totals.items():
            own[name]["q"][period][ALL] = text_of(value)
        for name, told in own.items():
            found.setdefault(name, {})[str(year.year)] = told
    return found


def _empty(year: ReleasedYear, name: str, pages: Mapping[str, str]) -> dict[str, Any]:
    return {"r": year.path, "p": pages.get(name, ""), "u": {}, "b": {}, "i": [], "q": {}}


def text_of(value: Decimal) -> str:
    """An exact decimal as text, without trailing zeros or an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _under(path: str) -> str:
    """The path of a release under the folder of all of them, from that under the home."""
    return path.partition("/")[2]


_DIGITS = 12


def part_name(name: str, text: str) -> str:
    """The file of a part: `members_total.0123456789ab.js`."""
    return f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}.js"


def part_text(name: str, content: object) -> str:
    """A script that hands a part over; safe also if it were put into a page."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")
    return f"nianbaoPart({json.dumps(name)},{text});\n"


def write_parts(folder: Path, parts: Mapping[str, str]) -> list[Path]:
    """Bring a folder to hold these texts and nothing else; what is there by its hash is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in parts.items():
        if not (folder / name).exists() and write_whole(folder / name, text):
            written.append(folder / name)
    for path in folder.iterdir():
        if path.name not in parts:
            path.unlink()
    return written


_END = re.compile(r"(?<=[。！？；])")


class Sentence(NamedTuple):
    """A sentence, and the place in the page where it stands."""

    place: str
    text: str


def read_sentences(page: str) -> list[Sentence]:
    """The sentences of the paragraphs and headings in the sections of a report's page, in their order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Sentence] = []
        self._place, self._text, self._is_inside = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._place = given.get("id") or ""
        self._is_inside = self._is_inside or (bool(self._place) and tag in ("p", "h2", "h3", "h4"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h2", "h3", "h4") and self._is_inside:
            parts = (part.strip() for part in _END.split(" ".join(self._text.split())))
            self.found += [Sentence(self._place, part) for part in parts if part]
            self._text, self._is_inside = "", False
        if tag == "section":
            self._place = ""

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self._text += data
