"""The pages over all releases: what is published, by year, with a search over all of it; and the explorer of figures.

They lie in the folder of releases and show what was released and nothing else. What a night has drafted stands on a
page of its own outside that folder, which nobody publishes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nianbao import __version__
from nianbao.publish.site.explorer import explorer_parts, sentence_part, write_parts
from nianbao.publish.site.pages import open_pages, read_page_part, write_assets
from nianbao.settings import write_whole
from nianbao.terms.release import Release, ReleasedYear, Shelf, ShelvedRelease

_templates = cache(open_pages)

LANDING, EXPLORER, OFFICE, PAGES = "index.html", "explorer.html", "drafts.html", "pages"
_ASSETS = ("site.css", "tools.js", "landing.js", "explorer.js")
_TEMPLATES = ("over.html.j2", "landing.html.j2", "explorer.html.j2")
_MADE_FROM = "made_from"
PAGE, LATER = "index.html", "later.js"
_TEMPLATE = "shelf.html.j2"
_DOWNLOADS = {".pdf": "PDF", ".docx": "Word", ".xlsx": "工作簿"}


@dataclass(frozen=True)
class Over:
    """What the pages over all releases say besides those: whose they are, what all units together are called, what
    makes a year incomparable with the one before, how years are called, and notices on top."""

    title: str
    whole: str
    breaks: Mapping[int, str]
    labels: Mapping[int, str]
    publications: Mapping[str, str]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownShelf:
    """A shelf as the landing page shows it: paths are those under the folder of releases."""

    zh: str
    base: str
    current: ShelvedRelease
    current_path: str
    earlier: tuple[ShelvedRelease, ...]
    files: tuple[tuple[str, str], ...]
    one_page: str = ""


def write_over(
    releases: Path, over: Over, shelves: Sequence[Shelf], read_years: Callable[[], Sequence[ReleasedYear]]
) -> bool:
    """Write landing page and explorer where they would say anything new; returns whether they did.

    What both are made from stands in a file beside the parts, so that a night without news reads no release.
    """
    folder = releases / PAGES
    seen = folder / _MADE_FROM
    made_from = _fingerprint(over, shelves, releases)
    is_whole = all(path.exists() for path in (seen, releases / LANDING, releases / EXPLORER, folder / "data"))
    if is_whole and seen.read_text(encoding="utf-8") == made_from:
        return False
    years = read_years()
    data = explorer_parts(years, over.breaks, over.labels, releases, over.publications) if years else {}
    said = sentence_part([(shelf.zh, shelf.current) for shelf in shelves if shelf.holds], releases) if years else {}
    seen.unlink(missing_ok=True)
    write_parts(folder / "data", data | said)
    write_assets(_ASSETS, folder)
    shared = {
        "title": over.title, "whole": over.whole, "notices": over.notices, "assets": f"{PAGES}/", "home": "",
        "index": next(iter(data), ""), "sentences": next(iter(said), ""),
        "pages": [(LANDING, "发布"), *([(EXPLORER, "数字查询")] if years else [])],
    }  # fmt: skip
    by_year: dict[int, list[ShownShelf]] = {}
    for shelf in shelves:
        by_year.setdefault(shelf.year, []).append(_shown(shelf, releases))
    environment = _templates()
    page = environment.get_template("landing.html.j2").render(here=LANDING, years=by_year, **shared)
    write_whole(releases / LANDING, page)
    write_whole(releases / EXPLORER, environment.get_template("explorer.html.j2").render(here=EXPLORER, **shared))
    write_whole(seen, made_from)
    return True


@dataclass(frozen=True)
class Drafted:
    """A draft of the office, or what lies before those who sign; `path` is that from the folder of the page."""

    zh: str
    year: int
    path: str
    number: int = 0
    proposed_at: dt.datetime | None = None
    is_open: bool = False


def write_office_page(home: Path, over: Over, lying: Sequence[Drafted], drafts: Sequence[Drafted]) -> None:
    """Write the page of what is not published, outside the folder of releases."""
    write_whole(home / OFFICE, render_over("office.html.j2", over, "releases/", lying=lying, drafts=drafts))


def render_over(template: str, over: Over, releases: str, **said: object) -> str:
    """A page that is not one of those over all releases and looks like them; `releases` is the way to their folder."""
    given = {"title": over.title, "notices": over.notices, "assets": f"{releases}{PAGES}/", "home": releases,
             "index": "", "here": "", "pages": [(LANDING, "发布")]}  # fmt: skip
    return _templates().get_template(template).render(**given, **said)


def _fingerprint(over: Over, shelves: Sequence[Shelf], releases: Path) -> str:
    parts = [read_page_part("assets", name).encode() for name in _ASSETS]
    parts += [read_page_part("templates", name).encode() for name in _TEMPLATES]
    parts += [f"{__version__} {over} {list(shelves)}".encode()]
    parts += [path.parent.name.encode() for path in sorted((releases / PAGES / "one-page").glob(f"*/{LANDING}"))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _shown(shelf: Shelf, releases: Path) -> ShownShelf:
    base = f"{shelf.year}/{shelf.publication}"
    path = f"{base}/{shelf.current.release.edition}"
    stem = f"{shelf.publication}-{shelf.year}"
    found = tuple(
        (f"{stem}{suffix}", zh) for suffix, zh in _DOWNLOADS.items() if (releases / path / f"{stem}{suffix}").exists()
    )
    lists = f"{PAGES}/{one_page_folder(shelf.publication, shelf.current.release)}/{LANDING}"
    one_page = lists if shelf.holds and (releases / lists).exists() else ""
    return ShownShelf(shelf.zh, base, shelf.current, path, shelf.earlier, found, one_page)


def one_page_folder(publication: str, release: Release) -> str:
    """Where the pages of key figures of a release lie, under the folder of pages."""
    return f"one-page/{release.year}-{publication}-{release.edition}"


def write_shelf(folder: Path, title: str, shelved: Sequence[ShelvedRelease]) -> list[Path]:
    """Write the page and the script into the folder that the releases lie in; returns what was written anew.

    The script begins with what both were made from, so that a night without news renders nothing.
    """
    made_from = hashlib.sha256(
        f"{__version__} {read_page_part('templates', _TEMPLATE)} {title} {shelved}".encode()
    ).hexdigest()
    if _is_made_from(folder, made_from):
        return []
    page = _templates().get_template(_TEMPLATE).render(title=title, shelved=list(reversed(shelved)))
    said = {each.release.edition: {"text": each.later_zh, "href": each.leads_to} for each in shelved if each.later_zh}
    later = json.dumps(said, ensure_ascii=False, sort_keys=True).replace("</", "<\\/")
    head = f"/* {made_from} {_digest(page.encode())} */"
    texts = {folder / PAGE: page, folder / LATER: f"{head}\nwindow.nianbaoLater = {later};\n"}
    return [path for path, text in texts.items() if write_whole(path, text)]


def _is_made_from(folder: Path, made_from: str) -> bool:
    """Whether page and script say what is to be said, and nobody has changed the page."""
    page, script = folder / PAGE, folder / LATER
    if not (page.exists() and script.exists()):
        return False
    head = script.read_text(encoding="utf-8").partition("\n")[0]
    return head == f"/* {made_from} {_digest(page.read_bytes())} */"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
