"""Receipts composed from what the warehouse says; once recorded they are facts, and only written out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.answer.receipt import ReceiptWriter, kept_receipt
from nianbao.intake.answer.receipt_json import dump_receipt
from nianbao.intake.apart import Failed, do_apart
from nianbao.terms.answer import Answer
from nianbao.terms.receipt import CellChange, Receipt
from nianbao.warehouse import ledger
from nianbao.warehouse.changes import changes_in
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import earlier_values, explanations


def compose_receipts(project: Project, connection: Connection, delivery_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of receipts for deliveries, as the warehouse stands in the open transaction.

    One that we fail over says for now that the file was received; `because` is what we failed over.
    """
    answers = ledger.answers(connection, delivery_ids)
    writer = receipt_writer(project, answers, connection, connection, changes_in(connection, delivery_ids))
    composed = [compose_apart(writer, answer) for answer in answers]
    return [
        {"delivery_id": receipt.delivery_id, "receipt": dump_receipt(receipt), "because": cause}
        for receipt, cause in composed
    ]


def compose_apart(writer: ReceiptWriter, answer: Answer) -> tuple[Receipt, str | None]:
    """The receipt for an answer; if we fail over it one that says no more than that the file came, and the cause."""
    composed = do_apart(lambda: writer.compose(answer))
    if isinstance(composed, Failed):
        file = answer.file_name
        return kept_receipt(answer.delivery_id, file, answer.sha256, answer.received_at), composed.cause
    return composed, None


def receipt_writer(
    project: Project,
    answers: Sequence[Answer],
    answered: Connection,
    past: Connection,
    changes: Sequence[CellChange] = (),
) -> ReceiptWriter:
    """What writes the receipts: explanations are where the answers are recorded, earlier values in the warehouse."""
    found = [answer for answer in answers if answer.findings]
    in_question = {finding.submission_id for answer in found for finding in answer.findings}
    submissions = [each for answer in found for each in answer.submissions if each.submission_id in in_question]
    ids = [answer.delivery_id for answer in found]
    return ReceiptWriter(project, explanations(answered, deliveries=ids), earlier_values(past, submissions), changes)
