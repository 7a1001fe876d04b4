"""The declared files of a run, each kept once under its hash, and put back into a folder to ask them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.record.archive import Archive


def keep_declarations(archive: Archive, files: Mapping[str, bytes], listing: bytes) -> str:
    """Keep declared files by their paths, and the listing of their hashes; its own hash is their digest."""
    digest = hashlib.sha256(listing).hexdigest()
    if not archive.path_of(digest).exists():  # the listing is kept last: where it is, the files are
        for content in files.values():
            archive.keep_bytes(content)
        archive.settle()
        archive.keep_bytes(listing)
    return digest


def put_back_declarations(archive: Archive, digest: str, folder: Path) -> None:
    """Write the declared files of a digest into a folder, as they were.

    Raises:
        StoreError: one of them is gone from the archive, or damaged.
    """
    listing = json.loads(archive.read(digest))
    for name, sha256 in listing.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise StoreError(
                _("a declared file would lie outside its folder: {name}").format(name=name),
                str(archive.path_of(digest)),
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(sha256))
