"""The language that people are spoken to in: Chinese in a Chinese locale, else English, in which messages are written.

A message is marked at its place, `_("…")`, with `.format(…)` behind it for what it says of a case; its translation
stands in locale/zh/LC_MESSAGES/nianbao.po, and `make messages` brings that up to date. Labels, data and JSON are never
translated.
"""

from __future__ import annotations

import gettext
import os
import re
from pathlib import Path

SETTING = "NIANBAO_LANGUAGE"
"""The environment variable that chooses the language, `zh` or `en`, whatever the locale is."""

DOMAIN = "nianbao"
ARGUMENT = re.compile(r"(?<=\n)( {8}\w+: )(.+)")
"""A parameter in the documentation of a function, and what it means."""

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


def speak_arguments(documentation: str) -> str:
    """The documentation of a function with its parameters explained in the language of the reader."""
    return ARGUMENT.sub(lambda found: found[1] + _(found[2]), documentation)
