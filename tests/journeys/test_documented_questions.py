"""What the pages for people tell them to ask is answered."""

import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from nianbao.cli import main
from nianbao.clock import OVERRIDE
from nianbao.settings import Home
from tests.homes import ISSUED, ROOT
from tests.house.test_docs import commands

QUESTIONS = ("status", "figures", "explain", "feeds", "sql", "doctor")
OF_EXAMPLES = ("CONTRIBUTING.md", "docs/federation.md", "docs/federation.zh-CN.md")
"""Pages whose commands are about declarations that a reader has yet to make."""
QUERY = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)


def questions() -> Iterator[tuple[str, ...]]:
    """Every question that a page shows, without the home it is asked of."""
    for page, arguments in commands("nianbao"):
        asked = list(arguments)
        if "--home" in asked:
            place = asked.index("--home")
            del asked[place : place + 2]
        is_mentioned_only = len(asked) == 1 and asked[0] not in ("status", "doctor")
        if page not in OF_EXAMPLES and asked[0] in QUESTIONS and not is_mentioned_only:
            yield tuple(asked)


@pytest.mark.parametrize("question", sorted(set(questions())), ids=" ".join)
def test_a_question_shown_is_answered(question: tuple[str, ...], year_home: Home) -> None:
    """status, figures, explain, feeds, sql and doctor as the pages show them, asked of the sample year."""
    # Whether a night ended well lately is asked on the day after the last one.
    env = {OVERRIDE: ISSUED} if "--since" in question else {}
    answer = CliRunner().invoke(main, [*question, "--home", str(year_home.path)], env=env)
    assert answer.exit_code == 0, answer.output
    assert answer.output.strip()


@pytest.mark.parametrize("query", QUERY.findall((ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")))
def test_a_query_shown_has_an_answer(query: str, year_home: Home) -> None:
    """The queries of docs/analysts.md work on the published file and find something."""
    answer = CliRunner().invoke(main, ["sql", query, "--csv", "--home", str(year_home.path)])
    assert answer.exit_code == 0, answer.output
    assert len(answer.output.splitlines()) > 1
