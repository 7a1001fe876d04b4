"""The nouns of a federation in declared texts: {level:county.many}, {whole}, {counted}, {office}, {issuer}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nianbao.catalog.conventions import Words
from nianbao.language import _
from nianbao.terms.unit import Level

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
