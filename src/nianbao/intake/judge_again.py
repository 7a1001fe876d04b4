"""judge again: what was kept back for a fault of ours is judged in every later run, until it can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from nianbao.catalog import Project
from nianbao.intake.fetch import Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.take_in import Taken, judge_deliveries, ledger_rows
from nianbao.terms.delivery import Decision
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import Connection, transaction
from nianbao.warehouse.kept import Kept
from nianbao.warehouse.stage import load_stage


def judge_again(
    connection: Connection,
    project: Project,
    archive: Archive,
    pool: ReaderPool,
    kept: Sequence[Kept],
    run_id: str,
    at: dt.datetime,
) -> Taken:
    """Judge what was kept back, and load what counts; what still cannot be judged stays as it is.

    Raises:
        RuleError: a rule is broken by itself; nothing is judged.
    """
    taken = judge_deliveries(connection, project, archive, pool, [each.delivery for each in kept], again=kept)
    rows = ledger_rows(taken, run_id)
    # A file that was kept back whole comes to the ledger now; of the others, what could be judged now.
    files = {each.delivery.delivery_id for each in kept if not each.numbers} - taken.causes.keys()
    judged = {key for key, decision in taken.decisions.items() if decision is not Decision.KEPT}
    settled = judged | {each.submission_id for each in taken.judged.submissions if each.delivery_id in files}
    for row in rows["decision"]:
        row["decided_at"] = at
    news = {
        "submission": [row for row in rows["submission"] if row["delivery_id"] in files],
        "decision": [row for row in rows["decision"] if row["submission_id"] in settled],
        "finding": [row for row in rows["finding"] if row["submission_id"] in settled or row["delivery_id"] in files],
        "explanation": [row for row in rows["explanation"] if row["submission_id"] in settled],
    }
    with transaction(connection):
        load_stage(connection, taken.judged.parts, taken.judged.accepted)
        ledger.settle_kept(connection, rows["delivery"], submissions=sorted(settled), deliveries=sorted(files))
        ledger.record(connection, news)
    return taken
