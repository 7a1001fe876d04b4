"""make docs: brings the pages made from declarations up to date, and follows every link between pages."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import tables
from nianbao.intake.answer.receipt_json import receipt_schema

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "docs" / "receipt.schema.json"
FOLDERS = ("docs", "deploy", "examples", "reports", "samples", "tests")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def pages() -> list[Path]:
    """Every page written for people."""
    return sorted(ROOT.glob("*.md")) + [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.md"))]


def broken_links() -> list[str]:
    """The links to a page, picture or heading of this project that lead nowhere."""
    broken = []
    for page in pages():
        for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
            target, _, anchor = link.partition("#")
            if "://" in link or link.startswith("mailto:"):
                continue
            path = (page.parent / target) if target else page
            if not path.exists() or (anchor and path.suffix == ".md" and anchor not in _anchors(path)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    return broken


def _anchors(page: Path) -> set[str]:
    return {anchor_of(heading) for heading in _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))}


def anchor_of(heading: str) -> str:
    """The anchor that a forge gives a heading: small letters, digits, - and _; blanks become -."""
    kept = (character for character in heading.lower() if character in " -_" or _is_word(character))
    return "".join(kept).replace(" ", "-")


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def main() -> None:
    """Write what is made, then look at all of it."""
    tables.write()
    SCHEMA.write_text(json.dumps(receipt_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    broken = broken_links()
    for line in broken:
        print(f"leads nowhere: {line}", file=sys.stderr)
    print(f"{len(pages())} pages, {tables.PAGE.relative_to(ROOT)} and {SCHEMA.relative_to(ROOT)} written")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
