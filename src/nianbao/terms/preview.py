"""The preview of a release: everything that whoever signs it should know before."""

from __future__ import annotations

from dataclasses import dataclass

from nianbao.terms.document import PrintedFigure, Revision
from nianbao.terms.sign_off import Proposal


@dataclass(frozen=True)
class ChangedText:
    """A quoted text that is said otherwise than in the release before; `after` is empty where it is quoted no more."""

    zh: str
    unit_zh: str
    before: str
    after: str


@dataclass(frozen=True)
class Unruled:
    """An explanation of a unit that nobody has approved or refused."""

    id: str
    unit_zh: str
    form_code: str
    form_zh: str
    period: str
    explanation: str


@dataclass(frozen=True)
class ToBeWritten:
    """A text or block that nobody has written: which office writes it, and where."""

    zh: str
    section: str
    is_required: bool
    office: str
    where: str

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.section} {self.zh}：{self.office}，{self.where}"


@dataclass(frozen=True)
class Absent:
    """A form that is owed for the year and does not count: late, missing, sent back or waiting."""

    unit_zh: str
    form_code: str
    form_zh: str
    period: str
    status_zh: str


@dataclass(frozen=True)
class Preview:
    """What a proposal changes against the release before (`previous`, empty for the first), and what is open in it.

    `recalled` says why that release was called back, empty where it was not.

    The sections of `revisions` are named by their headings.
    """

    proposal: Proposal
    title: str
    previous: str
    unfinished: str
    revisions: tuple[Revision, ...]
    texts: tuple[ChangedText, ...]
    doubtful: tuple[PrintedFigure, ...]
    unruled: tuple[Unruled, ...]
    to_write: tuple[ToBeWritten, ...]
    absent: tuple[Absent, ...]
    recalled: str = ""

    @property
    def untrue(self) -> tuple[Revision, ...]:
        """The phrases of the release before that are not true any more."""
        return tuple(each for each in self.revisions if each.before_holds is False)

    @property
    def open_required(self) -> tuple[str, ...]:
        """What a release waits for: every required text and block that nobody has written, with office and place."""
        return tuple(each.sentence for each in self.to_write if each.is_required)
