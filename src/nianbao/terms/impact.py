"""Impact: what a workbook that is about to come in would move in what has been issued."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nianbao.terms.document import Revision
from nianbao.terms.release import Release


@dataclass(frozen=True)
class Impact:
    """A figure, phrase or quoted text of a release that would be printed otherwise once a workbook has come in.

    `revision` holds what the release prints and what would be printed; `change` is by how much the value would move
    against today's, None where there is none on one side, `percent` the same in per cent of today's.
    """

    release: Release
    revision: Revision
    change: Decimal | None
    percent: Decimal | None
    is_material: bool
