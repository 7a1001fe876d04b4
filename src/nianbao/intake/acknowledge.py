"""acknowledge: the answer to a delivery: a receipt for programs and for the clerk, and the marked workbook."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nianbao.intake.answer.job import dump_job
from nianbao.intake.answer.page import render_page
from nianbao.intake.answer.receipt import kept_receipt
from nianbao.intake.answer.receipt_json import NotAReceipt, dump_receipt, load_receipt, receipt_of, to_plain
from nianbao.intake.answer.work import compose_job, is_to_be_marked
from nianbao.intake.apart import each_apart
from nianbao.intake.fetch.sources.name import safe_path
from nianbao.intake.fetch.sources.own_files import MARKED, PAGE, RECEIPT
from nianbao.intake.worker.pool import ReaderPool
from nianbao.intake.worker.request import MarkRequest
from nianbao.record import Archive
from nianbao.terms.delivery import Reply
from nianbao.terms.receipt import Receipt
from nianbao.terms.source import LOCAL_INBOX


@dataclass(frozen=True)
class Acknowledged:
    """The receipts that were written, as paths of their JSON, and the deliveries whose answer we failed over, and why.

    These are told no more than that their file came, and are to be answered again.
    """

    written: tuple[Path, ...]
    causes: Mapping[str, str]


@dataclass(frozen=True)
class Marking:
    """A workbook that is to be marked for its receipt, from one path to another."""

    receipt: Receipt
    workbook: Path
    target: Path


@dataclass(frozen=True)
class _Due:
    """A receipt that is to be written, its JSON as it names no workbook, and what the names of its files begin with."""

    receipt: Receipt
    text: str
    target: Path
    wants_marks: bool


def acknowledge(replies: Sequence[Reply], archive: Archive, pool: ReaderPool, outbox: Path) -> Acknowledged:
    """Write the answers to some deliveries into the outbox, each under the folder and name it came with.

    The answer to the newest delivery of a name has that name; those to earlier ones have their number behind it.
    A workbook that cannot be marked costs only itself: its receipt says so. What lies there already is left alone.
    """
    causes: dict[str, str] = {}
    replied = ((reply.delivery_id, reply) for reply in replies)
    all_ = dict(each_apart(replied, lambda reply: _due(outbox, reply), causes))
    due = {key: each for key, each in all_.items() if each is not None}
    for _ in each_apart(due.items(), _make_room, causes):
        pass
    markings = [
        (key, Marking(each.receipt, archive.checked(each.receipt.sha256), _beside(each.target, MARKED)))
        for key, each in due.items()
        if each.wants_marks
    ]
    marked = mark_workbooks(pool, markings, causes)
    for _ in each_apart(due.items(), lambda each: _write_answer(each, each.receipt.delivery_id in marked), causes):
        pass
    failed = ((reply.delivery_id, reply) for reply in replies if reply.delivery_id in causes)
    for _ in each_apart(failed, lambda reply: _write_kept(outbox, reply), {}):
        pass
    answered = (_target(outbox, reply) for reply in replies if reply.delivery_id not in causes)
    return Acknowledged(tuple(_beside(target, RECEIPT) for target in answered), causes)


def _due(outbox: Path, reply: Reply) -> _Due | None:
    """What is to be written for a reply; None where it lies there already, word for word."""
    target = _target(outbox, reply)
    lying, recorded = _lying(target), json.loads(reply.receipt)
    if lying == recorded:  # a warehouse that was made anew asks this of all that were ever written
        return None
    receipt = receipt_of(recorded)
    plain = to_plain(receipt)
    if lying == plain:
        return None
    text = reply.receipt if plain == recorded else dump_receipt(receipt)  # one of an earlier edition has fewer keys
    return _Due(receipt, text, target, is_to_be_marked(receipt))


def _make_room(due: _Due) -> None:
    due.target.parent.mkdir(parents=True, exist_ok=True)
    _put_aside(due.target, due.receipt.delivery_id)


def _write_answer(due: _Due, is_marked: bool) -> None:
    if is_marked:
        _write_receipt(due.target, due.receipt, is_marked)
    else:
        _beside(due.target, MARKED).unlink(missing_ok=True)  # of an earlier answer to this delivery
        _write_both(due.target, due.text, due.receipt)


def _write_kept(outbox: Path, reply: Reply) -> None:
    """Tell the sender that the file came, in place of an answer that we failed over."""
    receipt, target = load_receipt(reply.receipt), _target(outbox, reply)
    kept = kept_receipt(receipt.delivery_id, receipt.file, receipt.sha256, receipt.received_at)
    target.parent.mkdir(parents=True, exist_ok=True)
    _write_receipt(target, kept, is_marked=False)


def _lying(target: Path) -> object:
    """The receipt at a place as it was recorded; None where it is not, or its page, or the workbook that it names."""
    try:
        lying = json.loads(_beside(target, RECEIPT).read_text(encoding="utf-8"))
        named, lying["marked_workbook"] = lying["marked_workbook"], None
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return lying if _beside(target, PAGE).exists() and (not named or target.with_name(named).exists()) else None


def mark_workbooks(pool: ReaderPool, markings: Sequence[tuple[str, Marking]], causes: dict[str, str]) -> set[str]:
    """Mark workbooks, each under a key, in the reading processes; the keys of those that could be marked.

    Of those that we fail over `causes` is told.
    """
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:

        def request(marking: Marking) -> MarkRequest:
            scratch = _scratch(marking.target)
            job = Path(folder) / f"{hashlib.sha256(str(scratch).encode()).hexdigest()}.json"
            job.write_text(dump_job(compose_job(marking.receipt)), encoding="utf-8")
            return MarkRequest(marking.workbook, job, scratch)

        requests = list(each_apart(markings, request, causes))
        targets = {key: marking.target for key, marking in markings}
        marked = set()
        for position, is_marked in pool.mark(request for _, request in requests):
            key, done = requests[position]
            if is_marked:
                os.replace(done.target, targets[key])
                marked.add(key)
            else:
                done.target.unlink(missing_ok=True)
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
    _write_both(target, dump_receipt(receipt), receipt)


def _write_both(target: Path, text: str, receipt: Receipt) -> None:
    _write(_beside(target, RECEIPT), text)
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
