"""The page beside the releases of a publication and year: which there are, which holds, and who signed them.

The files of a release never change, so what came after it is told beside it: in this page, and in a script of a line
that the pages of every release read, so that whoever reads an earlier one learns of the later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from nianbao.publish.plain import day_zh, edition_zh
from nianbao.terms.release import ShelvedRelease

PAGE, LATER = "index.html", "later.js"


def write_shelf(folder: Path, title: str, shelved: Sequence[ShelvedRelease]) -> list[Path]:
    """Write the page and the script into the folder that the releases lie in; returns what was written anew."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nianbao.publish.site", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update({"edition_zh": edition_zh, "day_zh": day_zh})
    page = environment.get_template("shelf.html.j2").render(title=title, shelved=list(reversed(shelved)))
    said = {each.release.edition: {"text": each.later_zh, "href": each.leads_to} for each in shelved if each.later_zh}
    script = f"window.nianbaoLater = {json.dumps(said, ensure_ascii=False, sort_keys=True)};\n"
    texts = {folder / PAGE: page, folder / LATER: script.replace("</", "<\\/")}
    return [path for path, text in texts.items() if _write(path, text)]


def _write(path: Path, text: str) -> bool:
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return False
    scratch = path.with_name(f".writing-{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)
    return True
