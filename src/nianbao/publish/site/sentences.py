"""The sentences of a release, read from its page as it was issued: for the full-text search over all of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

_END = re.compile(r"(?<=[。！？；])")


class Sentence(NamedTuple):
    """A sentence, and the place in the page where it stands."""

    place: str
    text: str


def read_sentences(page: str) -> list[Sentence]:
    """The sentences of the paragraphs and headings in the sections of a report's page, in their order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Sentence] = []
        self._place, self._text, self._is_inside = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._place = given.get("id") or ""
        self._is_inside = self._is_inside or (bool(self._place) and tag in ("p", "h2", "h3", "h4"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h2", "h3", "h4") and self._is_inside:
            parts = (part.strip() for part in _END.split(" ".join(self._text.split())))
            self.found += [Sentence(self._place, part) for part in parts if part]
            self._text, self._is_inside = "", False
        if tag == "section":
            self._place = ""

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self._text += data
