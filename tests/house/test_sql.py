"""SQL files say what they are and give the same answer tomorrow."""

import re

from tests.house.tree import files, name

CLOCK = re.compile(
    r"\b(now|today|get_current_timestamp|random|uuid)\s*\(|\bcurrent_(date|time|timestamp)\b|\blocaltime", re.IGNORECASE
)
COMMENT = re.compile(r"--[^\n]*")


def test_every_sql_file_begins_with_a_sentence() -> None:
    """The first line of a model or check says in words what its rows are."""
    assert not [
        name(path)
        for path in files("sql", suffix=".sql")
        if not re.match(r"-- \S.*[.。]$", path.read_text(encoding="utf-8").partition("\n")[0])
    ]


def test_no_sql_file_asks_the_clock_or_the_dice() -> None:
    """What a run computes depends on its inputs and its as-of date, never on the moment."""
    assert not [
        name(path)
        for path in files("sql", suffix=".sql")
        if CLOCK.search(COMMENT.sub("", path.read_text(encoding="utf-8")))
    ]
