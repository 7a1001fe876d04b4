"""Parts of data as scripts, named by the hash of what they hold: pages load them from disk when they are needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

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
        path = folder / name
        if not path.exists():
            scratch = folder / f".writing-{name}"
            scratch.write_text(text, encoding="utf-8", newline="\n")
            scratch.replace(path)
            written.append(path)
    for path in folder.iterdir():
        if path.name not in parts:
            path.unlink()
    return written
