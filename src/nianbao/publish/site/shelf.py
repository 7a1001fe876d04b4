"""The page beside the releases of a publication and year: which there are, which holds, and who signed them.

The files of a release never change, so what came after it is told beside it: in this page, and in a script of a line
that the pages of every release read, so that whoever reads an earlier one learns of the later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from nianbao import __version__
from nianbao.publish.plain import day_zh, edition_zh
from nianbao.terms.release import ShelvedRelease

PAGE, LATER = "index.html", "later.js"
_TEMPLATE = "shelf.html.j2"


def write_shelf(folder: Path, title: str, shelved: Sequence[ShelvedRelease]) -> list[Path]:
    """Write the page and the script into the folder that the releases lie in; returns what was written anew.

    The script begins with what both were made from, so that a night without news renders nothing.
    """
    template = files("nianbao.publish.site").joinpath("templates", _TEMPLATE).read_text(encoding="utf-8")
    made_from = hashlib.sha256(f"{__version__} {template} {title} {shelved}".encode()).hexdigest()
    if _is_made_from(folder, made_from):
        return []
    page = _render(title, shelved)
    said = {each.release.edition: {"text": each.later_zh, "href": each.leads_to} for each in shelved if each.later_zh}
    later = json.dumps(said, ensure_ascii=False, sort_keys=True).replace("</", "<\\/")
    head = f"/* {made_from} {_digest(page.encode())} */"
    texts = {folder / PAGE: page, folder / LATER: f"{head}\nwindow.nianbaoLater = {later};\n"}
    return [path for path, text in texts.items() if _write(path, text)]


def _is_made_from(folder: Path, made_from: str) -> bool:
    """Whether page and script say what is to be said, and nobody has changed the page."""
    page, script = folder / PAGE, folder / LATER
    if not (page.exists() and script.exists()):
        return False
    head = script.read_text(encoding="utf-8").partition("\n")[0]
    return head == f"/* {made_from} {_digest(page.read_bytes())} */"


def _render(title: str, shelved: Sequence[ShelvedRelease]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nianbao.publish.site", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update({"edition_zh": edition_zh, "day_zh": day_zh})
    return environment.get_template(_TEMPLATE).render(title=title, shelved=list(reversed(shelved)))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, text: str) -> bool:
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return False
    scratch = path.with_name(f".writing-{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)
    return True
