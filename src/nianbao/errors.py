"""Errors: faults of our own, of the machine or of the person at the keyboard. A fault in the data is a finding instead.

Every message says what happened, where, and what to do next; the exit codes follow sysexits.h where it has one.
"""

from __future__ import annotations

from pathlib import Path

from nianbao.language import _


class NianbaoError(Exception):
    """A fault that ends the run."""

    exit_code = 70

    def __init__(self, what: str, where: str = "", next_step: str = "") -> None:
        super().__init__(what, where, next_step)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = "\n" + _("  next: {step}").format(step=self.next_step) if self.next_step else ""
        return f"{place}{self.what}{step}"


class DeclarationError(NianbaoError):
    """A declared file (form, reference list, check, indicator, report) that cannot be taken as it stands."""

    exit_code = 78

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        where = f"{path}:{line}" if line else str(path)
        super().__init__(message, where, _("correct the file and run again"))
        self.path = Path(path)
        self.line = line


class RuleError(NianbaoError):
    """A rule that could not be evaluated, so that nothing is known about the data it should guard."""


class ModelError(NianbaoError):
    """A SQL model or an indicator that could not be built."""


class ExpectationFailed(NianbaoError):
    """A built table that breaks an expectation: nothing is published."""

    exit_code = 4


class BusyError(NianbaoError):
    """Another run holds the lock of the home folder."""

    exit_code = 75

    def __init__(self, holder: str) -> None:
        super().__init__(
            _("the warehouse is held by {holder}").format(holder=holder),
            next_step=_("wait until it has ended and run again"),
        )
        self.holder = holder


class StoreError(NianbaoError):
    """A file, a folder or the warehouse that cannot be read or written."""

    exit_code = 74


class SourceError(NianbaoError):
    """A source that nothing could be taken from; everything else was done."""

    exit_code = 74

    def __init__(self, what: str) -> None:
        super().__init__(what, next_step=_("see the alarms, and docs/sources.md; nianbao status shows them again"))


class KeptError(NianbaoError):
    """Submissions that we failed over and kept back; everything else was done."""

    exit_code = 3

    def __init__(self, what: str) -> None:
        super().__init__(what, next_step=_("see the alarms and mend what they name; every later run judges them again"))


class UsageError(NianbaoError):
    """A request for something that does not exist, such as an unknown unit, period or indicator."""

    exit_code = 64
