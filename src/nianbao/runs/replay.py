"""replay: the archive's index cut as earlier runs cut it, so that a rebuild judges each batch beside what it knew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nianbao import __version__, clock
from nianbao.runs import journal
from nianbao.runs.house import House
from nianbao.runs.withdraw import read_withdrawals, replay_withdrawals
from nianbao.terms.delivery import Delivery
from nianbao.warehouse import ledger

_JUDGED = "judged.jsonl"
Pending = tuple[Delivery, int]


class Replay:
    """What earlier runs judged by which rules, by the end of each batch in the index; and what was withdrawn when."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._path = house.home.archive / _JUDGED
        self._judged: dict[int, str] = {entry["index_end"]: entry["rules"] for entry in journal.read(self._path)}
        self._withdrawals = read_withdrawals(house)
        done = ledger.archive_offset(house.connection)
        if done and done not in self._judged:  # a run was killed between its ledger and this journal
            self._note(done, ledger.last_rules(house.connection))

    def batches(self, pending: Sequence[Pending], most: int) -> Iterator[list[Pending]]:
        """What is pending, cut where a batch ended or something was withdrawn, and into portions of at most so many."""
        cuts = {*self._judged, *(each.index_end for each in self._withdrawals)}
        batch: list[Pending] = []
        for item in pending:
            batch.append(item)
            if item[1] in cuts or len(batch) == most:
                yield batch
                batch = []
        if batch:
            yield batch

    def bring_withdrawals(self) -> list[str]:
        """Withdraw what had been withdrawn before the next batch was judged; returns the deliveries to answer anew."""
        done = ledger.archive_offset(self._house.connection)
        return replay_withdrawals(self._house, [each for each in self._withdrawals if each.index_end <= done])

    def was_judged_otherwise(self, index_end: int) -> bool:
        """Whether the batch that ends here was judged before, by other rules than today's; notes today's."""
        before, rules = self._judged.get(index_end), self._house.project.digest
        if before != rules:
            self._note(index_end, rules)
        return before not in (None, "", rules)

    def _note(self, index_end: int, rules: str) -> None:
        self._judged[index_end] = rules
        entry = {"index_end": index_end, "rules": rules, "version": __version__, "at": clock.now()}
        journal.append(self._path, entry)
