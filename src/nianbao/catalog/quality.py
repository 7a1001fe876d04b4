"""Reads reference/quality.toml: what a quality notice counts, by what it ranks, and from how many forms on."""

from __future__ import annotations

from pathlib import Path

from nianbao.catalog.declared import Declared
from nianbao.terms.quality import Measure, QualityRule

QUALITY = "quality.toml"


def read_quality(path: Path) -> QualityRule | None:
    """The rule; without the file there is none, and no notice.

    Raises:
        DeclarationError: a measure is unknown or stands twice, a ranking one is not shown, or smallest is below 1.
    """
    if not path.exists():
        return None
    declared = Declared.from_toml(path)
    shown, rank = _measures(declared, "shown"), _measures(declared, "rank")
    smallest = declared.integer("smallest")
    declared.done()
    if hidden := [each for each in rank if each not in shown]:
        raise declared.fail(f"{hidden[0]} ranks and is not shown: who is ranked must see by what", "rank")
    if smallest < 1:
        raise declared.fail("smallest must be 1 or more", "smallest")
    return QualityRule(shown, rank, smallest)


def _measures(declared: Declared, key: str) -> tuple[Measure, ...]:
    names = declared.texts(key)
    if wrong := [name for name in names if name not in set(Measure)]:
        raise declared.fail(f"{key}: {wrong[0]!r} is none of: {', '.join(Measure)}", wrong[0])
    if not names or len(set(names)) < len(names):
        raise declared.fail(f"{key} must name at least one measure, and each once", key)
    return tuple(Measure(name) for name in names)
