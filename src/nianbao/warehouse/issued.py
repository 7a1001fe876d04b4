"""What was issued: releases and their files, what was laid before those who sign, signatures and recalls."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from nianbao.terms.release import Release, ReleaseFile
from nianbao.terms.sign_off import Proposal, Recall, SignOff
from nianbao.warehouse.connect import Connection, rows_of


def releases(connection: Connection) -> list[Release]:
    """Every release that was issued, in its order."""
    rows = rows_of(
        connection,
        "SELECT * REPLACE (coalesce(is_unfinished, FALSE) AS is_unfinished) FROM ledger.release "
        "ORDER BY publication, year, number",
    )
    names = [field.name for field in fields(Release)]
    return [Release(**{name: row[name] for name in names}) for row in rows]


def last_release(connection: Connection, publication: str, year: int) -> Release | None:
    """The last release issued of a publication for a year."""
    issued = [each for each in releases(connection) if (each.publication, each.year) == (publication, year)]
    return max(issued, key=lambda release: release.number, default=None)


def last_finished(connection: Connection) -> list[Release]:
    """The last release of each publication and finished year, by year; one of an unfinished year promised nothing."""
    last = {(each.year, each.publication): each for each in releases(connection) if not each.is_unfinished}
    return [last[key] for key in sorted(last)]


def manifest_of(connection: Connection, release: Release) -> str:
    """The hash of a release's manifest, which is what was signed."""
    row = connection.execute(
        "SELECT manifest_sha256 FROM ledger.release WHERE (publication, year, number) = (?, ?, ?)",
        [release.publication, release.year, release.number],
    ).fetchone()
    return str(row[0]) if row else ""


def dated_of(connection: Connection, release: Release) -> dt.date | None:
    """The day that a release bears, which is that of the proposal which was signed."""
    row = connection.execute(
        "SELECT max_by(dated, run_id) FROM ledger.proposal "
        "WHERE (publication, year, number) = (?, ?, ?) AND manifest_sha256 = ?",
        [release.publication, release.year, release.number, manifest_of(connection, release)],
    ).fetchone()
    return row[0] if row else None


def release_files(connection: Connection, release: Release) -> list[ReleaseFile]:
    """The files of a release, as they were issued."""
    rows = rows_of(
        connection,
        "SELECT path, sha256, size_bytes FROM ledger.release_file "
        "WHERE (publication, year, number) = (?, ?, ?) ORDER BY path",
        [release.publication, release.year, release.number],
    )
    return [ReleaseFile(**row) for row in rows]


def proposals(connection: Connection) -> list[Proposal]:
    """What lies before those who sign: the last proposal of each release that was not issued yet, by year."""
    rows = rows_of(
        connection,
        """
        SELECT p.publication, p.year, p.number, p.proposed_at, p.dated, p.path, p.content_sha256, p.manifest_sha256,
            p.open_required
        FROM ledger.proposal AS p
        ANTI JOIN ledger.release AS r
            ON p.publication = r.publication AND p.year = r.year AND p.number <= r.number
        QUALIFY row_number() OVER (PARTITION BY p.publication, p.year ORDER BY p.run_id DESC) = 1
        ORDER BY p.year, p.publication
        """,
    )
    return [Proposal(**row | {"open_required": tuple((row["open_required"] or "").splitlines())}) for row in rows]


def preview_in_record(connection: Connection, proposal: Proposal) -> str:
    """The preview as it was told when a proposal was laid down."""
    row = connection.execute(
        "SELECT max_by(preview, run_id) FROM ledger.proposal WHERE manifest_sha256 = ?", [proposal.manifest_sha256]
    ).fetchone()
    return str(row[0]) if row else ""


def sign_offs(connection: Connection, manifest_sha256: str = "") -> list[SignOff]:
    """The signatures of a proposal, by its hash, the last of each role; without a hash all that were given."""
    columns = ", ".join(field.name for field in fields(SignOff))
    rows = rows_of(
        connection,
        f"SELECT {columns} FROM ledger.sign_off WHERE $1 IN ('', manifest_sha256) "
        "QUALIFY run_id = max(run_id) OVER (PARTITION BY publication, year, number, manifest_sha256, role) "
        "ORDER BY run_id, role",
        [manifest_sha256],
    )
    return [SignOff(**row | {"key": row["key"] or "", "signature": row["signature"] or ""}) for row in rows]


def recalls(connection: Connection) -> list[Recall]:
    """Every release that was called back, in the order of that."""
    columns = ", ".join(field.name for field in fields(Recall))
    return [Recall(**row) for row in rows_of(connection, f"SELECT {columns} FROM ledger.recall ORDER BY run_id")]
