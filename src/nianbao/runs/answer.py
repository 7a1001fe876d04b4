"""Answers: receipts and marked workbooks, from what the ledger says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nianbao.catalog import Project
from nianbao.intake.acknowledge import acknowledge
from nianbao.intake.answer.receipt import ReceiptWriter
from nianbao.intake.fetch import Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.runs.house import House
from nianbao.runs.sources import Sources, note_unsent
from nianbao.terms.answer import Answer
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import earlier_values, explanations


def answer_deliveries(
    house: House, pool: ReaderPool, delivery_ids: Sequence[str], sources: Sources | None = None
) -> list[Path]:
    """Answer deliveries into the outbox, and at their sources where these take answers; the paths of the receipts.

    Without open sources the next collect run sends the answers back to them.
    """
    answers = ledger.answers(house.connection, delivery_ids)
    writer = receipt_writer(house.project, answers, house.connection, house.connection)
    receipts = acknowledge(answers, writer, Archive(house.home.archive), pool, house.home.outbox)
    for answer in answers:
        if sources:
            sources.send_back(answer)
        else:
            note_unsent(house, answer)
    return receipts


def receipt_writer(
    project: Project, answers: Sequence[Answer], answered: Connection, past: Connection
) -> ReceiptWriter:
    """What writes the receipts: explanations are where the answers are recorded, earlier values in the warehouse."""
    found = [answer for answer in answers if answer.findings]
    in_question = {finding.submission_id for answer in found for finding in answer.findings}
    submissions = [each for answer in found for each in answer.submissions if each.submission_id in in_question]
    ids = [answer.delivery_id for answer in found]
    return ReceiptWriter(project, explanations(answered, deliveries=ids), earlier_values(past, submissions))
