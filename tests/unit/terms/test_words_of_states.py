"""Whatever may become of a file or a form has its words and its look wherever it is shown."""

from importlib.resources import files

import pytest

from flows import demo
from nianbao.intake.answer.receipt import DECISIONS, OUTCOMES, SEVERITIES
from nianbao.intake.answer.styles import FILLS
from nianbao.terms.delivery import Decision, Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.status import Status


def test_T32_every_state_has_its_word() -> None:
    """T32: outcomes, decisions and severities on receipts and in the demo, statuses everywhere else."""
    assert {*OUTCOMES} == {*demo.OUTCOMES} == {*Outcome}
    assert {*DECISIONS} == {*Decision}
    assert {*SEVERITIES} == {*FILLS} == {*Severity}
    assert all(status.zh and status.en and status.sign for status in Status)
    assert {decision.value for decision in Decision if not decision.counts} <= {status.value for status in Status}


def test_T32_what_counts_and_was_reopened_stands_out_on_its_receipt() -> None:
    """T14: it is asked about again, though on the page of completeness it stands as it came: on time or late."""
    assert "span.reopened" in files("nianbao.intake.answer").joinpath("receipt.css").read_text("utf-8")


@pytest.mark.parametrize("decision", [decision for decision in Decision if not decision.counts])
def test_T32_every_state_has_its_look(decision: Decision) -> None:
    """What does not count stands out on the receipt and on the page of completeness."""
    assert f"span.{decision}" in files("nianbao.intake.answer").joinpath("receipt.css").read_text("utf-8")
    assert f".sign.{decision}" in files("nianbao.publish.site").joinpath("assets/site.css").read_text("utf-8")
