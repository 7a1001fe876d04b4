"""Receipts composed from what the warehouse says; once recorded they are facts, and only written out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nianbao.catalog import Project
from nianbao.intake.answer.receipt import ReceiptWriter
from nianbao.intake.answer.receipt_json import dump_receipt
from nianbao.terms.answer import Answer
from nianbao.terms.receipt import CellChange
from nianbao.warehouse import ledger
from nianbao.warehouse.changes import changes_in
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.explanations import earlier_values, explanations


def compose_receipts(project: Project, connection: Connection, delivery_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of receipts for deliveries, as the warehouse stands in the open transaction."""
    answers = ledger.answers(connection, delivery_ids)
    writer = receipt_writer(project, answers, connection, connection, changes_in(connection, delivery_ids))
    return [{"delivery_id": answer.delivery_id, "receipt": dump_receipt(writer.compose(answer))} for answer in answers]


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
