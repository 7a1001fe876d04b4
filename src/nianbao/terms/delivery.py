"""Deliveries and what is decided about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from nianbao.terms.personal import mask
from nianbao.terms.source import LOCAL_INBOX


class Outcome(StrEnum):
    """What became of a delivery: it ends in exactly one of these.

    One that was accepted is `reopened` when a later correction of another report raises a question about it.
    What is of another unit than the place that it came from is `held`, until somebody sends it back (`quarantined`) or
    confirms it; then it is `passed_on`: its content counts by another delivery.
    """

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    KEPT = "kept"
    REOPENED = "reopened"
    HELD = "held"
    PASSED_ON = "passed_on"


class Decision(StrEnum):
    """What is decided about one submission.

    What is `reopened` counts, as it did; its unit is asked about it once more.
    """

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    AWAITING_EXPLANATION = "awaiting_explanation"
    REJECTED = "rejected"
    AWAITING_APPROVAL = "awaiting_approval"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    REOPENED = "reopened"

    @property
    def counts(self) -> bool:
        """Whether the submission's rows are loaded."""
        return self in (Decision.ACCEPTED, Decision.ACCEPTED_WITH_WARNINGS, Decision.REOPENED)

    @property
    def is_loaded(self) -> bool:
        """Whether its cells and rows are in raw: of what counts, and of what will as soon as it is approved."""
        return self.counts or self is Decision.AWAITING_APPROVAL

    @property
    def waits(self) -> bool:
        """Whether the unit has to correct or explain before it can count."""
        return self in (Decision.AWAITING_EXPLANATION, Decision.REJECTED)


ONE_FORM_EACH = (".csv", ".tsv", ".json")
"""Files of these kinds may hold one form each; a workbook holds all of them."""


@dataclass(frozen=True)
class Delivery:
    """One file as it arrived: its name is data, its bytes are in the archive under `sha256`.

    `origin` is the source it came from, `source` its path there, `source_version` what is said there of its state
    (an ETag). `sender` is the unit it must be of, if that is declared. `arrived_at` is when the sender put it there,
    `received_at` when a run took it.
    """

    delivery_id: str
    source: str
    sha256: str
    size_bytes: int
    modified_ns: int
    arrived_at: dt.datetime
    received_at: dt.datetime
    origin: str = LOCAL_INBOX
    source_version: str = ""
    sender: str = ""

    @property
    def file_name(self) -> str:
        """The name of the file without its folder."""
        return self.source.rpartition("/")[2]

    @property
    def shown(self) -> str:
        """Its path as people are told it: no personal number stands in it."""
        return mask(self.source)

    @property
    def shown_name(self) -> str:
        """The name alone, as people are told it."""
        return mask(self.file_name)


@dataclass(frozen=True)
class Reply:
    """The receipt for a delivery on its way to the sender: its JSON, and where the delivery came from.

    `version` is what its source says of its state; `is_newest` whether no later delivery had the same name.
    """

    delivery_id: str
    origin: str
    source: str
    version: str
    receipt: str
    is_newest: bool
