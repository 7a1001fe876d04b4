"""The words by which drafts are read: those that are shipped, and what a project adds to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nianbao.catalog import Project
from nianbao.catalog.declared import read_csv
from nianbao.catalog.shipped import find_shipped
from nianbao.errors import DeclarationError
from nianbao.language import _

WORDS = Path("reference/draft_words.csv")
WORD_COLUMNS = ("word_group", "word")
OF_THE_WHOLE = ("average", "filler")
"""The groups to which the word for the whole belongs."""
_GROUP = re.compile(r"~([a-z_]+)~")


@dataclass(frozen=True)
class DraftWords:
    """Groups of words, and the patterns that name them: `(?:~up~)了?$`."""

    groups: Mapping[str, tuple[str, ...]]
    _made: dict[str, re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def pattern(self, template: str) -> re.Pattern[str]:
        """A pattern with every `~group~` as any of its words, the longest first."""
        made = self._made.get(template)
        if made is None:
            made = self._made[template] = re.compile(_GROUP.sub(lambda group: self.any_of(group[1]), template))
        return made

    def any_of(self, group: str) -> str:
        """The words of a group as one pattern."""
        return "|".join(map(re.escape, sorted(self.groups[group], key=len, reverse=True)))


def read_words(project: Project) -> DraftWords:
    """The shipped words with those of a project (reference/draft_words.csv), and its own word for the whole.

    Raises:
        DeclarationError: the project's file names a group that nothing asks for.
    """
    shipped = find_shipped() / WORDS
    groups: dict[str, list[str]] = {}
    for _line, row in read_csv(shipped, WORD_COLUMNS):
        groups.setdefault(row["word_group"], []).append(row["word"])
    own = project.path / WORDS
    for line, row in read_csv(own, WORD_COLUMNS) if own.exists() else ():
        if row["word_group"] not in groups:
            raise DeclarationError(
                own, line, _("no group of words is called {group!r}").format(group=row["word_group"])
            )
        groups[row["word_group"]].append(row["word"])
    for name in OF_THE_WHOLE:
        groups[name].append(project.conventions.words.whole)
    return DraftWords({name: tuple(dict.fromkeys(words)) for name, words in groups.items()})
