"""acknowledge: the answer to a delivery: a receipt for programs and for the clerk, and the marked workbook."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from nianbao.intake.answer.job import dump_job
from nianbao.intake.answer.page import render_page
from nianbao.intake.answer.receipt_json import NotAReceipt, dump_receipt, load_receipt
from nianbao.intake.answer.work import compose_job, is_to_be_marked
from nianbao.intake.fetch.sources.name import safe_path
from nianbao.intake.fetch.sources.own_files import MARKED, PAGE, RECEIPT
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import MarkRequest
from nianbao.record import Archive
from nianbao.terms.delivery import Reply
from nianbao.terms.receipt import Receipt
from nianbao.terms.source import LOCAL_INBOX


def acknowledge(replies: Sequence[Reply], archive: Archive, pool: ReaderPool, outbox: Path) -> list[Path]:
    """Write the answers to some deliveries into the outbox, each under the folder and name it came with.

    The answer to the newest delivery of a name has that name; those to earlier ones have their number behind it.
    Returns the paths of the JSON receipts. A workbook that cannot be marked costs only itself: its receipt says so.
    What lies there already, word for word, is left alone.
    """
    targets = [_target(outbox, reply) for reply in replies]
    receipts = [load_receipt(reply.receipt) for reply in replies]
    due = [number for number, receipt in enumerate(receipts) if not _is_there(targets[number], receipt)]
    for number in due:
        targets[number].parent.mkdir(parents=True, exist_ok=True)
        _put_aside(targets[number], receipts[number].delivery_id)
    wanted = [number for number in due if is_to_be_marked(receipts[number])]
    jobs = ((receipts[n], archive.checked(receipts[n].sha256), _beside(targets[n], MARKED)) for n in wanted)
    marked = {wanted[position] for position in mark_workbooks(pool, jobs)}
    for number in due:
        if number not in marked:
            _beside(targets[number], MARKED).unlink(missing_ok=True)  # of an earlier answer to this delivery
        _write_receipt(targets[number], receipts[number], is_marked=number in marked)
    archive.note_answers(_beside(targets[n], ending) for n in due for ending in (MARKED, RECEIPT, PAGE))
    return [_beside(target, RECEIPT) for target in targets]


def _is_there(target: Path, receipt: Receipt) -> bool:
    """Whether this very answer lies at its place, with its page and, where it names one, its marked workbook."""
    try:
        lying = load_receipt(_beside(target, RECEIPT).read_text(encoding="utf-8"))
    except (OSError, ValueError, NotAReceipt):
        return False
    named = lying.marked_workbook
    whole = _beside(target, PAGE).exists() and (named is None or target.with_name(named).exists())
    return whole and replace(lying, marked_workbook=None) == receipt


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


def place_of(reply: Reply) -> Path:
    """Where in the outbox the answer to a delivery lies: as in the inbox, or under `@` and the name of its source."""
    inside = safe_path(reply.source)
    return inside if reply.origin == LOCAL_INBOX else Path(f"@{reply.origin}") / inside


def _target(outbox: Path, reply: Reply) -> Path:
    """What the names of the answers to a delivery begin with."""
    target = outbox / place_of(reply)
    return target if reply.is_newest else _beside(target, f".{reply.delivery_id}")


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
