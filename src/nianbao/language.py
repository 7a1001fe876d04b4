"""The language that people are spoken to in: Chinese in a Chinese locale, else English, in which messages are written.

A message is marked at its place, `_("…")`, with `.format(…)` behind it for what it says of a case; its translation
stands in locale/zh/LC_MESSAGES/nianbao.po, and `make messages` brings that up to date. Labels, data and JSON are never
translated.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

SETTING = "NIANBAO_LANGUAGE"
"""The environment variable that chooses the language, `zh` or `en`, whatever the locale is."""

DOMAIN = "nianbao"
CATALOGUES = Path(__file__).parent / "locale"


def choose_language() -> None:
    """Take the language from the setting, else from the locale; what click itself says follows."""
    if chosen := os.environ.get(SETTING):
        os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def _(text: str) -> str:
    """A message in the language of the reader."""
    return gettext.gettext(text) if text else ""


def documented(text: str) -> tuple[list[str], dict[str, str]]:
    """What the documentation of a function says of it, by paragraph, and of its parameters; each is a message."""
    said, _heading, arguments = text.partition("\n\nArgs:\n")
    pairs = (line.strip().partition(": ") for line in arguments.splitlines())
    return [" ".join(each.split()) for each in said.split("\n\n")], {name: meaning for name, _colon, meaning in pairs}
