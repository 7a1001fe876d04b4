"""Reads reference/quality.toml: what a quality notice counts, by what it ranks, and from how many forms on."""

from __future__ import annotations

from pathlib import Path

from nianbao.catalog.declared import Declared
from nianbao.language import _
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
        raise declared.fail(
            _("{hidden} ranks and is not shown: who is ranked must see by what").format(hidden=hidden[0]), "rank"
        )
    if smallest < 1:
        raise declared.fail(_("smallest must be 1 or more"), "smallest")
    return QualityRule(shown, rank, smallest)


def _measures(declared: Declared, key: str) -> tuple[Measure, ...]:
    names = declared.texts(key)
    if wrong := [name for name in names if name not in set(Measure)]:
        raise declared.fail(
            _("{key}: {wrong!r} is none of: {Measure}").format(key=key, wrong=wrong[0], Measure=", ".join(Measure)),
            wrong[0],
        )
    if not names or len(set(names)) < len(names):
        raise declared.fail(_("{key} must name at least one measure, and each once").format(key=key), key)
    return tuple(Measure(name) for name in names)
