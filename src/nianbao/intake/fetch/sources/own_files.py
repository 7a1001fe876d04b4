"""What this program itself wrote is no delivery: folders that hold it are no source, its answers are known by name."""

from __future__ import annotations

from pathlib import Path

from nianbao.intake.fetch.sources.source import SourceStopped
from nianbao.language import _
from nianbao.settings import Home

MARKED, RECEIPT, PAGE = ".审核.xlsx", ".回执.json", ".回执.html"
"""What the name of a delivery gets behind it in the outbox."""


def refuse_own_files(folder: Path, home: Home) -> None:
    """Let no folder be a source that lies within what runs write, or around it; links are followed to where they lead.

    Raises:
        SourceStopped: it is such a folder.
    """
    real, inbox = folder.resolve(), home.inbox.resolve()
    for own in (home.outbox, home.archive, home.releases, home.warehouse):
        is_around = own.resolve().is_relative_to(real)
        if is_around or real.is_relative_to(own.resolve()):
            raise SourceStopped(
                "OWN_FILES",
                (
                    _("the folder {folder} holds {own}, which nianbao itself writes")
                    if is_around
                    else _("the folder {folder} lies in {own}, which nianbao itself writes")
                ).format(folder=folder, own=own),
                _(
                    "correct its path in sources.toml, for example to {inbox}: our own answers would be deliveries"
                ).format(inbox=inbox),
            )


def is_receipt(name: str) -> bool:
    """Whether a name is that of a receipt of ours; a marked workbook may be corrected and sent back under its name."""
    return name.endswith((RECEIPT, PAGE))
