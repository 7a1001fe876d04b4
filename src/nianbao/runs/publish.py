"""publish: draft editions every night, numbered releases when something changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nianbao import __version__, clock
from nianbao.errors import UsageError
from nianbao.publish.background import background
from nianbao.publish.compose import compose
from nianbao.publish.footnotes import with_footnotes
from nianbao.publish.release import Edition, doubted, figures_csv, texts_csv, with_revisions, write_edition
from nianbao.runs.releases import put_back_missing, record_release, refuse_altered
from nianbao.runs.workspace import Step, Workspace, at_once
from nianbao.statistics.claims import read_claims
from nianbao.statistics.figures import read_figures
from nianbao.statistics.reporting import due_in_year
from nianbao.statistics.targets import read_targets
from nianbao.statistics.texts import read_blocks, read_texts
from nianbao.statistics.trace import trace_all
from nianbao.terms.document import Document
from nianbao.terms.publication import Publication
from nianbao.terms.release import Release
from nianbao.terms.target import Target
from nianbao.warehouse import ledger
from nianbao.warehouse.connect import rows_of
from nianbao.warehouse.explanations import approved
from nianbao.warehouse.models import built_from, fingerprint_of_built, remember_built
from nianbao.warehouse.snapshot import write_snapshot

SAMPLE_NOTICE = "本报告由合成样例数据生成，单位所报数字均非真实填报，仅供演示。"


def refresh_drafts(workspace: Workspace, year: int | None = None, step: Step = at_once) -> list[Edition]:
    """Bring every publication's draft and the analysts' file up to date; unchanged ones are left alone."""
    year = year or _latest_year(workspace)
    put_back_missing(workspace)
    state = _state(workspace)
    editions, documents = [], None
    snapshot = _snapshot(workspace, state, step)
    for code in workspace.project.publications:
        target = _folder(workspace, code, year) / "draft"
        name = f"draft/{code}/{year}"
        is_new = built_from(workspace.connection, name) != state or not target.exists()
        if is_new:
            documents = documents or _documents(workspace, year, "draft")
            write_edition(documents[code], workspace.project, target, _sources(workspace, year), snapshot, step)
            remember_built(workspace.connection, name, state, clock.now())
        editions.append(_edition(code, year, "draft", target, documents[code] if documents and is_new else None))
    return editions


def publish(
    workspace: Workspace, year: int | None = None, publications: Sequence[str] | None = None, step: Step = at_once
) -> list[Edition]:
    """Issue the next numbered release of each publication whose figures changed since its last one.

    Raises:
        UsageError: a publication is not declared.
    """
    year = year or _latest_year(workspace)
    unknown = set(publications or ()) - workspace.project.publications.keys()
    if unknown:
        known = ", ".join(workspace.project.publications)
        raise UsageError(f"publication {unknown.pop()!r} is not declared", next_step=f"name one of: {known}")
    put_back_missing(workspace)
    documents = _documents(workspace, year, "release")
    snapshot = _snapshot(workspace, _state(workspace), step)
    return [
        _issue(workspace, documents[code], snapshot, step)
        for code in publications or tuple(workspace.project.publications)
    ]


def write_reports(workspace: Workspace, out: Path, year: int | None = None, step: Step = at_once) -> list[Edition]:
    """Write every publication into a folder of its own under `out`, without touching drafts, releases or the ledger."""
    year = year or _latest_year(workspace)
    editions = []
    for code, document in _documents(workspace, year, "as_of").items():
        write_edition(document, workspace.project, out / code, _sources(workspace, year), None, step)
        editions.append(_edition(code, year, "as_of", out / code, document))
    return editions


def promised(workspace: Workspace, year: int) -> tuple[Target, ...]:
    """The targets of a year, with what has become of them as far as is known."""
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    as_of = ledger.known_until(workspace.connection) or clock.now()
    return read_targets(workspace.connection, claims, year, as_of.date())


def doubtful_claims(workspace: Workspace, year: int | None = None) -> list[dict[str, Any]]:
    """What the reports of a year say and might not be true once everybody has reported, with the reason."""
    year = year or _latest_year(workspace)
    claims = read_claims(workspace.connection, read_figures(workspace.connection, workspace.project))
    return [
        {
            "publication": code, "section": figure.section, "indicator": figure.indicator_id, "zh": figure.zh,
            "year": figure.year, "printed": figure.text, "wording": figure.wording, "value": figure.value,
            "unit": figure.unit, "claim": figure.claim, "coverage_reported": figure.coverage.reported,
            "coverage_expected": figure.coverage.expected,
            "missing_share_of_last_year": figure.missing_share_of_last_year, "doubt": figure.doubt,
        }
        for code, publication in workspace.project.publications.items()
        for figure in doubted(compose(publication, claims, year, "draft", clock.now(), ()))
    ]  # fmt: skip


def _issue(workspace: Workspace, document: Document, snapshot: Path, step: Step) -> Edition:
    last = ledger.last_release(workspace.connection, document.publication, document.year)
    content = figures_csv(document.figures) + texts_csv(document.texts)
    content += "".join(f"{each.key} {each.text}\n" for each in document.blocks)
    figures_sha256 = hashlib.sha256(content.encode()).hexdigest()
    if last:
        refuse_altered(workspace.home, last, ledger.release_files(workspace.connection, last))
    before = workspace.home.path / last.path if last else None
    if last and before and last.figures_sha256 == figures_sha256:
        return _edition(document.publication, document.year, last.edition, before, None)
    number = last.number + 1 if last else 1
    target = _folder(workspace, document.publication, document.year) / f"r{number}"
    issued = with_revisions(document, before)
    issued = dataclasses.replace(issued, edition=f"r{number}", issued_on=clock.now().date())
    sources = _sources(workspace, document.year) | {"previous": last.edition if last else None}
    release = Release(
        issued.publication, issued.year, number, clock.now(), target.relative_to(workspace.home.path).as_posix(),
        figures_sha256,
    )  # fmt: skip
    write_edition(
        issued, workspace.project, target, sources, snapshot, step, partial(record_release, workspace, release)
    )
    return _edition(issued.publication, issued.year, issued.edition, target, issued)


def _documents(workspace: Workspace, year: int, edition: str) -> dict[str, Document]:
    """The documents of all publications, composed and traced; each figure is traced once for all of them."""
    figures = read_figures(workspace.connection, workspace.project)
    claims = read_claims(workspace.connection, figures)
    as_of = ledger.known_until(workspace.connection) or clock.now()
    targets = read_targets(workspace.connection, claims, year, as_of.date())
    notices = (SAMPLE_NOTICE,) if workspace.home.is_sample else ()
    reported = read_texts(workspace.connection, workspace.project, year)
    documents = {
        code: _footnoted(
            compose(
                publication,
                claims,
                year,
                edition,
                as_of,
                notices,
                targets,
                dataclasses.replace(reported, blocks=read_blocks(workspace.connection, code, year)),
            ),
            publication,
            workspace,
        )
        for code, publication in workspace.project.publications.items()
    }
    wanted = {(figure.indicator_id, figure.year) for document in documents.values() for figure in document.figures}
    traces = trace_all(workspace.connection, figures, sorted(wanted))
    behind = background(figures, year, due_in_year(workspace.connection, as_of.date(), year), targets)
    return {
        code: dataclasses.replace(
            document, traces={figure.key: traces[figure.key] for figure in document.figures}, background=behind
        )
        for code, document in documents.items()
    }


def _footnoted(document: Document, publication: Publication, workspace: Workspace) -> Document:
    if not publication.footnotes:
        return document
    return with_footnotes(document, workspace.project, approved(workspace.connection))


def _snapshot(workspace: Workspace, state: str, step: Step) -> Path:
    as_of: dt.datetime = ledger.known_until(workspace.connection) or clock.now()
    return step(  # type: ignore[no-any-return]
        "write the analysts' file",
        write_snapshot,
        workspace.connection,
        workspace.project,
        workspace.home.releases,
        as_of,
        state,
    )


def _state(workspace: Workspace) -> str:
    """Changes when anything that a report prints could change: tables, declarations of reports, the program."""
    declared = hashlib.sha256()
    for path in sorted((workspace.project.path / "reports").rglob("*.toml")):
        declared.update(path.read_bytes())
    tables = fingerprint_of_built(workspace.connection)
    return hashlib.sha256(f"{tables} {declared.hexdigest()} {__version__}".encode()).hexdigest()


def _sources(workspace: Workspace, year: int) -> dict[str, Any]:
    """The submissions that an edition rests on, with the hash of the file each came in."""
    rows = rows_of(
        workspace.connection,
        "SELECT current.submission_id, delivery.sha256 FROM core.submission AS current "
        "INNER JOIN ledger.delivery AS delivery ON current.delivery_id = delivery.delivery_id "
        "WHERE current.year IN (?, ?) ORDER BY current.submission_id",
        [year - 1, year],
    )
    return {"submissions": {row["submission_id"]: row["sha256"] for row in rows}}


def _latest_year(workspace: Workspace) -> int:
    row = workspace.connection.execute("SELECT max(year) FROM core.submission").fetchone()
    if row is None or row[0] is None:
        raise UsageError(
            "nothing has been accepted yet", next_step="put workbooks into the inbox and run nianbao nightly"
        )
    return int(row[0])


def _folder(workspace: Workspace, publication: str, year: int) -> Path:
    return workspace.home.releases / str(year) / publication


def _edition(publication: str, year: int, name: str, path: Path, written: Document | None) -> Edition:
    if written is None:
        return Edition(publication, year, name, path, 0, 0, is_new=False)
    doubtful = len(doubted(written))
    return Edition(publication, year, name, path, len(written.figures), len(written.revisions), True, doubtful)
