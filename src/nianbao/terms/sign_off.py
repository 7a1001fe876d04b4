"""Sign-off: who has to sign a release, what is laid before them, and what they signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from nianbao.terms.indicator import POINTS


@dataclass(frozen=True)
class SigningRole:
    """A role that signs releases; one that has SSH public keys signs with one of them and in no other way."""

    id: str
    zh: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignOffRules:
    """The two roles that sign a release, and how far a printed figure has to move before that matters.

    `share` is in per cent of what was printed; `points` holds for rates, in percentage points.
    """

    roles: tuple[SigningRole, ...] = ()
    share: Decimal = Decimal(1)
    points: Decimal = Decimal("0.5")

    def is_material(self, unit: str, change: Decimal | None, percent: Decimal | None) -> bool:
        """Whether a change reaches what is declared; one without a size does."""
        if change is not None and unit in ("%", POINTS):
            return abs(change) >= self.points
        return percent is None or abs(percent) >= self.share


@dataclass(frozen=True)
class Proposal:
    """An edition that is laid before those who sign: its bytes lie in `path`, `manifest_sha256` stands for all of them.

    `content_sha256` stands for what it prints, `open_required` names the required passages that nobody has written,
    `dated` is the day that it bears.
    """

    publication: str
    year: int
    number: int
    proposed_at: dt.datetime
    dated: dt.date
    path: str
    content_sha256: str
    manifest_sha256: str
    open_required: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`work_report/2021/r1`, as commands take it."""
        return f"{self.publication}/{self.year}/r{self.number}"


@dataclass(frozen=True)
class Identity:
    """Who gives a signature: the user of the operating system, and what an SSH key made of the statement."""

    user: str
    signature: str = ""


@dataclass(frozen=True)
class SignOff:
    """A role's signature of one proposal; without a key it is declared and not proven."""

    publication: str
    year: int
    number: int
    manifest_sha256: str
    role: str
    signed_at: dt.datetime
    signed_by: str
    key: str = ""
    signature: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether a key that is declared for the role proves it."""
        return bool(self.key)

    @property
    def proof_zh(self) -> str:
        """How it is told: by what it is proven, or that it is not."""
        return f"密钥签名 {self.key}" if self.is_proven else "自报、未经证明"


@dataclass(frozen=True)
class Recall:
    """A release that was called back, why and by whom; it stays where it is, and is marked."""

    publication: str
    year: int
    number: int
    because: str
    recalled_by: str
    recalled_at: dt.datetime
