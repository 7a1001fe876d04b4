"""Issued releases: recorded before they take their place, compared with the record, and put back from it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.publish.release import move_into_place
from nianbao.record import Archive, Record
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.shelf import refresh_shelves
from nianbao.runs.workspace import Workspace
from nianbao.settings import Home, sha256_of
from nianbao.terms.release import Release, ReleaseFile
from nianbao.terms.sign_off import Proposal
from nianbao.warehouse import issued

MANIFEST = "manifest.json"
"""The file of an edition that holds the hashes of all its others: its own hash stands for every byte."""

_NAMED = 5


def record_release(workspace: Workspace, release: Release, folder: Path) -> None:
    """Keep the finished files of a release and record it; it is issued from here on, whatever becomes of its folder."""
    archive = workspace.record.archive
    files = [
        ReleaseFile(path.relative_to(folder).as_posix(), archive.keep_file(path), path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    manifest_sha256 = next(file.sha256 for file in files if file.path == MANIFEST)
    key = {"publication": release.publication, "year": release.year, "number": release.number}
    rows = {
        "release": [asdict(release) | {"manifest_sha256": manifest_sha256}],
        "release_file": [key | asdict(file) for file in files],
    }
    record_run(workspace, Doing("publish", summary=key), rows)


def put_back_missing(workspace: Workspace) -> list[Release]:
    """Put the releases in place whose folder is not there, as after a run that was killed, and their pages."""
    missing = [each for each in issued.releases(workspace.connection) if not (workspace.home.path / each.path).exists()]
    for release in missing:
        put_back(workspace.record.archive, workspace.home, release, issued.release_files(workspace.connection, release))
    refresh_shelves(workspace)
    return missing


def refuse_other_bytes(folder: Path, proposal: Proposal) -> dict[str, Any]:
    """What the manifest of a proposed edition says, once it is sure that its folder holds those bytes and no others.

    Raises:
        StoreError: a file was changed, taken away or added since it was laid before those who sign.
    """
    manifest = folder / MANIFEST
    altered = [MANIFEST]
    if manifest.exists() and sha256_of(manifest) == proposal.manifest_sha256:
        said: dict[str, Any] = json.loads(manifest.read_bytes())
        files = {name: file["sha256"] for name, file in said["files"].items()} | {MANIFEST: proposal.manifest_sha256}
        altered = list(differing_files(folder, files))
        if not altered:
            return said
    named = ", ".join(altered[:_NAMED]) + (" …" if len(altered) > _NAMED else "")
    step = _("nianbao preview --year {year} writes it again; signatures hold if it is the same").format(
        year=proposal.year
    )
    raise StoreError(
        _("{name} is not what was laid before those who sign: {named}").format(name=proposal.name, named=named),
        str(folder),
        step,
    )


def submissions_of(workspace: Workspace, release: Release) -> dict[str, str]:
    """The submissions that a release rests on, with the hash of the file each came in, as its manifest says.

    Raises:
        StoreError: the manifest is gone from the archive, or damaged.
    """
    sha256 = next(each.sha256 for each in issued.release_files(workspace.connection, release) if each.path == MANIFEST)
    found: dict[str, str] = json.loads(workspace.record.archive.read(sha256))["submissions"]
    return found


def refuse_altered(home: Home, release: Release, files: Sequence[ReleaseFile]) -> None:
    """Stop when an issued release is not what was issued.

    Raises:
        StoreError: a file of it was changed, taken away or added.
    """
    if altered := list(altered_files(home, release, files)):
        named = ", ".join(altered[:_NAMED]) + (" …" if len(altered) > _NAMED else "")
        raise StoreError(
            _("the release {name} is not what was issued: {named}").format(name=release.name, named=named),
            str(home.path / release.path),
            _("find out who changed it; nianbao release restore {name} puts back what was issued").format(
                name=release.name
            ),
        )


def altered_files(home: Home, release: Release, files: Sequence[ReleaseFile]) -> Iterator[str]:
    """The files of a release that were changed, taken away or added since it was issued, by their paths in it."""
    yield from differing_files(home.path / release.path, {file.path: file.sha256 for file in files})


def differing_files(folder: Path, hashes: Mapping[str, str]) -> Iterator[str]:
    """The files of a folder that are not what their hashes say, or have none, and those that are gone."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(hashes.keys() | there.keys()):
        if name not in there or name not in hashes or sha256_of(there[name]) != hashes[name]:
            yield name


def restore_release(home: Home, name: str) -> tuple[Release, list[str]]:
    """Put back an issued release from the record alone; returns it with the files that were not what was issued.

    Raises:
        UsageError: no such release was recorded.
        StoreError: bytes of it are gone from the archive, or damaged.
    """
    record = Record(Archive(home.archive))
    release, files = _find(record, name)
    altered = list(altered_files(home, release, files))
    if altered:
        put_back(record.archive, home, release, files)
    return release, altered


def put_back(archive: Archive, home: Home, release: Release, files: Sequence[ReleaseFile]) -> None:
    """Write the files of a release aside, byte for byte as they were issued, and move the folder into its place."""
    target = home.path / release.path
    scratch = target.parent / f".writing-{target.name}-{os.getpid()}"
    scratch.mkdir(parents=True)
    for file in files:
        path = scratch / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(archive.checked(file.sha256), path)
    move_into_place(scratch, target)


def recorded_releases(record: Record) -> Iterator[tuple[Release, list[ReleaseFile]]]:
    """Every release in the record with its files, in the order in which they were issued."""
    for manifest in record.scan():
        if "release" not in manifest.facts:
            continue
        facts = record.facts(manifest)
        files = [
            ReleaseFile(file["path"], file["sha256"], file["size_bytes"])
            for file in facts["release_file"].iter_rows(named=True)
        ]
        for row in facts["release"].iter_rows(named=True):
            names = ("publication", "year", "number", "path", "figures_sha256")
            yield Release(issued_at=manifest.at, **{name: row[name] for name in names}), files


def _find(record: Record, name: str) -> tuple[Release, list[ReleaseFile]]:
    known = {release.name: (release, files) for release, files in recorded_releases(record)}
    if name not in known:
        one_of = _("name one of: {choices}").format(choices=", ".join(known))
        raise UsageError(
            _("there is no release {name!r}").format(name=name),
            next_step=one_of if known else _("none was issued yet"),
        )
    return known[name]
