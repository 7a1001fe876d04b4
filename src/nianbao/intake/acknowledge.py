"""acknowledge: the answer to a delivery: a receipt for programs and for the clerk, and the marked workbook."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from nianbao.intake.answer.job import dump_job
from nianbao.intake.answer.page import render_page
from nianbao.intake.answer.receipt import ReceiptWriter
from nianbao.intake.answer.receipt_json import NotAReceipt, dump_receipt, load_receipt
from nianbao.intake.answer.work import compose_job, is_to_be_marked
from nianbao.intake.fetch import Archive
from nianbao.intake.reader_pool import ReaderPool
from nianbao.intake.reader_process import MarkRequest
from nianbao.intake.sources.name import safe_path
from nianbao.intake.sources.own_files import MARKED, PAGE, RECEIPT
from nianbao.terms.answer import Answer
from nianbao.terms.receipt import Receipt


def acknowledge(
    answers: Sequence[Answer], writer: ReceiptWriter, archive: Archive, pool: ReaderPool, outbox: Path
) -> list[Path]:
    """Write the answers to some deliveries into the outbox, each under the folder and name it came with.

    The answer to the newest delivery of a name has that name; those to earlier ones have their number behind it.
    Returns the paths of the JSON receipts. A workbook that cannot be marked costs only itself: its receipt says so.
    """
    receipts = [writer.compose(answer) for answer in answers]
    targets = [_target(outbox, answer) for answer in answers]
    for target, receipt in zip(targets, receipts, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        _put_aside(target, receipt.delivery_id)
    wanted = [number for number, receipt in enumerate(receipts) if is_to_be_marked(receipt)]
    jobs = ((receipts[n], archive.path_of(receipts[n].sha256), _beside(targets[n], MARKED)) for n in wanted)
    marked = {wanted[position] for position in mark_workbooks(pool, jobs)}
    paths = []
    for number, (receipt, target) in enumerate(zip(receipts, targets, strict=True)):
        if number not in marked:
            _beside(target, MARKED).unlink(missing_ok=True)  # of an earlier answer to this delivery
        _write_receipt(target, receipt, is_marked=number in marked)
        paths.append(_beside(target, RECEIPT))
    archive.note_answers(_beside(target, ending) for target in targets for ending in (MARKED, RECEIPT, PAGE))
    return paths


def mark_workbooks(pool: ReaderPool, jobs: Iterable[tuple[Receipt, Path, Path]]) -> set[int]:
    """Mark workbooks for their receipts, each from one path to another, in the reading processes.

    Returns the positions of those that could be marked.
    """
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        requests, targets = [], []
        for number, (receipt, workbook, target) in enumerate(jobs):
            job = Path(folder) / f"{number}.json"
            job.write_text(dump_job(compose_job(receipt)), encoding="utf-8")
            requests.append(MarkRequest(workbook, job, _scratch(target)))
            targets.append(target)
        marked = set()
        for position, is_marked in pool.mark(requests):
            if is_marked:
                os.replace(requests[position].target, targets[position])
                marked.add(position)
            else:
                requests[position].target.unlink(missing_ok=True)
        return marked


def place_of(answer: Answer) -> Path:
    """Where in the outbox the answer to a delivery lies: as in the inbox, or under `@` and the name of its source."""
    inside = safe_path(answer.source)
    return inside if answer.is_local else Path(f"@{answer.origin}") / inside


def _target(outbox: Path, answer: Answer) -> Path:
    """What the names of the answers to a delivery begin with."""
    target = outbox / place_of(answer)
    return target if answer.is_newest else _beside(target, f".{answer.delivery_id}")


def _put_aside(target: Path, delivery_id: str) -> None:
    """Give the answer to an earlier delivery of this name its number, so that nobody loses it unread.

    Its receipt is written anew, for it names the marked workbook beside it.
    """
    try:
        receipt = load_receipt(_beside(target, RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError, NotAReceipt):
        return  # nothing there that is ours
    if receipt.delivery_id == delivery_id:
        return
    earlier = _beside(target, f".{receipt.delivery_id}")
    is_marked = receipt.marked_workbook is not None and _beside(target, MARKED).exists()
    if is_marked:
        os.replace(_beside(target, MARKED), _beside(earlier, MARKED))
    _write_receipt(earlier, receipt, is_marked)


def _write_receipt(target: Path, receipt: Receipt, is_marked: bool) -> None:
    """Write a receipt for programs and for people, naming the marked workbook beside it if there is one."""
    receipt = replace(receipt, marked_workbook=target.name + MARKED if is_marked else None)
    _write(_beside(target, RECEIPT), dump_receipt(receipt))
    _write(_beside(target, PAGE), render_page(receipt))


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _write(path: Path, text: str) -> None:
    scratch = _scratch(path)
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)


def _scratch(path: Path) -> Path:
    """Where a file is written before it takes its place: always there, so that a killed run leaves one at most."""
    return path.with_name(f".{path.name}.part")
