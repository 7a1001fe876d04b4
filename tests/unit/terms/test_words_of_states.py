"""Whatever may become of a file or a form has its words and its look wherever it is shown."""

from importlib.resources import files
from pathlib import Path

import pytest

from nianbao.intake.answer.styles import FILLS
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.status import TOLD, Status, words_of

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"


def test_T32_every_state_has_its_word() -> None:
    """T32: in Chinese and in English, in one table; outcomes, decisions and severities as the glossary has them."""
    assert {*TOLD} == {*Outcome}
    assert {*FILLS} == {*Severity}
    for state in (*Outcome, *Decision, *Severity, *Status):
        assert all(words_of(state))
    assert all(status.sign for status in Status)
    assert {decision.value for decision in Decision if not decision.counts} <= {status.value for status in Status}
    rows = {line.split("|")[1].strip(): line for line in GLOSSARY.read_text("utf-8").splitlines() if "|" in line}
    for idea, states in (("outcome", Outcome), ("decision", Decision), ("severity", Severity), ("status", Status)):
        for state in states:
            assert f"{words_of(state).zh} {words_of(state).en}" in rows[idea]


@pytest.mark.parametrize("decision", [decision for decision in Decision if not decision.counts])
def test_T32_every_state_has_its_look(decision: Decision) -> None:
    """What does not count stands out on the receipt and on the page of completeness."""
    assert f"span.{decision}" in files("nianbao.intake.answer").joinpath("receipt.css").read_text("utf-8")
    assert f".sign.{decision}" in files("nianbao.publish.site").joinpath("assets/site.css").read_text("utf-8")
