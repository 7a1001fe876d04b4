"""Writes pages of key figures as HTML and as PDF, each an A4 sheet; one that shows the same as before is left alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from nianbao import __version__
from nianbao.publish.one_page.facts import Ground
from nianbao.publish.pdf import Imprint, Press
from nianbao.publish.site.landing import Over, render_over
from nianbao.publish.typeset.block import Block, Entry, Grid, SetTable, TypesetLine
from nianbao.terms.one_page import OnePage

_UP = "../../../"
"""The way from the folder of a release's pages to that of all releases."""
_MADE_FROM = "made_from.json"
_WIDTHS, _NUMBER_WIDTH = {"指标": 1.4, "比上年": 1.1, "目标": 1.25, "居首": 1.0, "报送": 0.9, "名次": 1.2}, 1.45
"""Relative widths of the columns by their heads; those not named hold numbers, which stand in one line."""


def write_pages(
    pages: Sequence[OnePage],
    folder: Path,
    over: Over,
    as_of: dt.datetime,
    report: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the pages into a folder that is a release's own; returns what was written anew.

    A page is known by the hash of what it shows; those that are no page any more are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen = folder / _MADE_FROM
    made_from: dict[str, str] = json.loads(seen.read_text(encoding="utf-8")) if seen.exists() else {}
    for name in made_from.keys() - {page.name for page in pages}:
        del made_from[name]
        for stale in (folder / f"{name}.html", folder / f"{name}.pdf"):
            stale.unlink(missing_ok=True)
    press: Press | None = None
    written = []
    for number, page in enumerate(pages, start=1):
        html, pdf = folder / f"{page.name}.html", folder / f"{page.name}.pdf"
        shown = _fingerprint(page, over, as_of)
        is_known = made_from.get(page.name) == shown
        if not (is_known and html.exists()):
            html.write_text(render_over("one_page.html.j2", over, _UP, page=page), encoding="utf-8", newline="\n")
            written.append(html)
        if not (is_known and pdf.exists()):
            press = press or Press()
            scratch = folder / f".writing-{pdf.name}"
            press.print(
                _blocks(page, over.notices),
                Imprint(page.title, (page.about,), over.title, as_of, page.unfinished),
                scratch,
            )
            scratch.replace(pdf)
            written.append(pdf)
        made_from[page.name] = shown
        if report:
            report(number, len(pages))
    seen.write_text(json.dumps(made_from, indent=0, sort_keys=True), encoding="utf-8", newline="\n")
    return written


def _fingerprint(page: OnePage, over: Over, as_of: dt.datetime) -> str:
    """What a page is made from: what it says, what stands around it, and the program."""
    template = files("nianbao.publish.site").joinpath("templates", "one_page.html.j2").read_bytes()
    return hashlib.sha256(f"{__version__} {as_of} {over} {page}".encode() + template).hexdigest()


def _blocks(page: OnePage, notices: tuple[str, ...]) -> list[Block]:
    """Title, which release it is, the table, and what is said of it."""
    heads = [page.heads[0], *page.heads[1:]]
    rows = [[Entry(row.zh), *(Entry(_in_lines(cell), is_number=True) for cell in row.cells)] for row in page.rows]
    widths = [_WIDTHS.get(head, _NUMBER_WIDTH) for head in heads]
    return [
        *(TypesetLine("Notice", (notice,)) for notice in notices),
        TypesetLine("Title", (page.title,)),
        TypesetLine("Subtitle", (page.about,)),
        TypesetLine("TableUnit", ("",)),
        SetTable(None, (Grid(heads, rows, widths, is_small=True),), page.notes),
    ]


def _in_lines(cell: str) -> str:
    """A cell on paper: no number is broken, what is said of it stands under it."""
    return cell.replace("个百分点", "\n个百分点").replace("，", "\n")


def write_list(pages: Sequence[OnePage], folder: Path, over: Over, ground: Ground) -> None:
    """The list of the pages, that of the publication first, then the units by level."""
    units, names = ground.figures.project.units, {page.name for page in pages}
    levels = {ground.publication.zh: [(ground.publication.code, ground.about)]}
    for code, unit in units.items():
        if code in names:
            levels.setdefault(unit.level.zh_many, []).append((code, unit.zh))
    text = render_over("one_pages.html.j2", over, _UP, about=ground.about, levels=levels, unfinished=ground.unfinished)
    (folder / "index.html").write_text(text, encoding="utf-8", newline="\n")
