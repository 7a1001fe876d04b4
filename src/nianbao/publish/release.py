"""release: the files of one edition, written aside and moved into place whole, with a manifest."""

from __future__ import annotations

import csv
import dataclasses
import functools
import hashlib
import io
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nianbao import __version__
from nianbao.catalog import Project
from nianbao.publish.datapackage import describe_edition
from nianbao.publish.plain import exact_text
from nianbao.statistics.noun import is_true_for
from nianbao.statistics.scopes import ALL
from nianbao.statistics.trace import figure_key
from nianbao.terms.document import Document, PrintedFigure, PrintedText, Revision

FIGURE_COLUMNS = ("indicator", "period", "scope", "section", "value", "unit", "printed", "true_for", "bulletin_id",
                  "zh", "coverage_reported", "coverage_expected")  # fmt: skip
TEXT_COLUMNS = ("key", "text_id", "zh", "section", "text", "unit_code", "unit_zh", "period", "said_on",
                "submission_id", "file", "sha256", "sheet", "cell")  # fmt: skip
_LIBRARIES = ("duckdb", "great-expectations", "python-calamine", "sqlglot", "typst", "prefect")


@dataclass(frozen=True)
class Edition:
    """One edition as it lies on disk: the draft, or a numbered release."""

    publication: str
    year: int
    name: str
    path: Path
    figures: int
    revisions: int
    is_new: bool
    doubtful: int = 0


def doubted(document: Document) -> list[PrintedFigure]:
    """The figures of which the text says what might not be true once everybody has reported, each wording once.

    Those whose words promise something come first, then the plain numbers.
    """
    found = {(figure.key, figure.section, figure.text): figure for figure in document.figures if figure.doubt}
    return sorted(found.values(), key=lambda figure: figure.wording == "exact")


def figures_csv(figures: Iterable[PrintedFigure]) -> str:
    """The figures of an edition as CSV, one line per printed figure, each once."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIGURE_COLUMNS)
    seen = set()
    for figure in figures:
        row = (
            figure.indicator_id, figure.year, figure.scope, figure.section, _plain(figure.value), figure.unit,
            figure.text, figure.true_for, figure.bulletin_id, figure.zh,
            figure.coverage.reported, figure.coverage.expected,
        )  # fmt: skip
        if row not in seen:
            seen.add(row)
            writer.writerow(row)
    return text.getvalue()


def texts_csv(texts: Iterable[PrintedText]) -> str:
    """The quoted texts of an edition as CSV, one line per text, each with who said it, when and in which cell."""
    rows = list(texts)
    if not rows:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TEXT_COLUMNS)
    for each in rows:
        writer.writerow([getattr(each, column) for column in TEXT_COLUMNS])
    return text.getvalue()


def with_revisions(document: Document, before: Path | None) -> Document:
    """The document with what it changes against the release before: figures printed otherwise, by section.

    Every wording is held against the same wording of the release before, and of each that was issued it is said
    whether it is true of the value now.
    """
    if before is None:
        return document
    with (before / "figures.csv").open(encoding="utf-8", newline="") as file:
        old = _by_place(file)
    revisions = tuple(
        _revision(was, now, document.background.units)
        for place, rows in _by_place(io.StringIO(figures_csv(document.figures))).items()
        for was, now in _pairs(old.get(place, []), rows)
        if (was["value"], was["printed"]) != (now["value"], now["printed"])
    )
    return dataclasses.replace(document, revisions=revisions)


def _pairs(old: list[dict[str, str]], new: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Each wording of a section beside what it was before: in their order, or by their text if their number changed."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    rest, changed = list(old), []
    for row in new:
        same = next((was for was in rest if was["printed"] == row["printed"]), None)
        if same is None:
            changed.append(row)
        else:
            rest.remove(same)
            yield same, row
    yield from zip(rest, changed, strict=False)


def _revision(was: Mapping[str, str], now: Mapping[str, str], units: Mapping[str, str]) -> Revision:
    old, new = (Decimal(row["value"]) if row["value"] else None for row in (was, now))
    key = figure_key(now["indicator"], int(now["period"]))
    place = (_name(now, units), int(now["period"]), now["section"])
    return Revision(*place, _said(was), _said(now), _still_holds(was, now), key, old, new)


def write_edition(
    document: Document,
    project: Project,
    target: Path,
    sources: Mapping[str, Any],
    snapshot: Path | None,
    step: Callable[..., Any],
    record: Callable[[Path], None] = lambda folder: None,
) -> None:
    """Write every file of an edition aside, then move the folder to `target`.

    `record` is called with the finished folder before it takes its place: what is issued is recorded first.
    """
    from nianbao.publish import docx, pdf, sdmx, site, xlsx  # each brings a library that nothing else needs

    target.parent.mkdir(parents=True, exist_ok=True)
    for kind in ("writing", "replaced"):  # what a killed run left
        for leftover in target.parent.glob(f".{kind}-{target.name}-*"):
            shutil.rmtree(leftover)
    scratch = target.parent / f".writing-{target.name}-{os.getpid()}"
    scratch.mkdir()
    stem = f"{document.publication}-{document.year}"
    pages = step(f"render {document.publication} pdf", pdf.write, document, scratch / f"{stem}.pdf")
    with_pages = functools.partial(docx.write, pages=pages)
    step(f"render {document.publication} docx", with_pages, document, scratch / f"{stem}.docx")
    if document.lists_cells:  # the workbook is such lists for the most part
        step(f"render {document.publication} xlsx", xlsx.write, document, scratch / f"{stem}.xlsx")
    figures = figures_csv(document.figures)
    (scratch / "figures.csv").write_text(figures, encoding="utf-8")
    if document.texts:
        (scratch / "texts.csv").write_text(texts_csv(document.texts), encoding="utf-8")
    step(f"render {document.publication} sdmx", sdmx.write_document, document, project, scratch)
    if document.revisions:
        _write_revisions(document, scratch / "revisions.csv")
    if snapshot is not None:
        _link(snapshot, scratch / "nianbao.duckdb")
    # Last, as its first page links to what lies beside it.
    step(f"render {document.publication} site", site.write, document, scratch)
    (scratch / "datapackage.json").write_text(describe_edition(document, scratch), encoding="utf-8")
    manifest = _manifest(document, scratch, sources)
    (scratch / "manifest.json").write_text(manifest, encoding="utf-8")
    record(scratch)
    move_into_place(scratch, target)


def _manifest(document: Document, folder: Path, sources: Mapping[str, Any]) -> str:
    files = {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    versions = {"nianbao": __version__, "python": platform.python_version()}
    content = {
        "publication": document.publication,
        "year": document.year,
        "edition": document.edition,
        "as_of": document.as_of.isoformat(),
        "figures": len(document.figures),
        "revisions": len(document.revisions),
        "files": files,
        "versions": versions | {name: version(name) for name in _LIBRARIES},
        **sources,
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def move_into_place(scratch: Path, target: Path) -> None:
    """Put a finished folder in its place, instead of what is there."""
    if target.is_symlink() or not target.exists():
        os.replace(scratch, target)
        return
    doomed = target.parent / f".replaced-{target.name}-{os.getpid()}"
    os.replace(target, doomed)
    os.replace(scratch, target)
    shutil.rmtree(doomed)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _write_revisions(document: Document, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("indicator", "year", "section", "before", "after", "before_holds"))
        for revision in document.revisions:
            writer.writerow((*revision[:5], {True: "yes", False: "no", None: ""}[revision.before_holds]))


def _by_place(lines: Iterable[str]) -> dict[tuple[str, ...], list[dict[str, str]]]:
    """The rows of a figures.csv by where they are printed: indicator, period, scope and section."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in csv.DictReader(lines):
        found.setdefault((row["indicator"], row["period"], row["scope"], row["section"]), []).append(row)
    return found


def _name(row: Mapping[str, str], units: Mapping[str, str]) -> str:
    scope = row["scope"]
    return row["zh"] if scope == ALL else f"{row['zh']}（{units.get(scope, scope)}）"


def _said(row: Mapping[str, str]) -> str:
    """What is printed, with the exact value where that is another."""
    printed, value = row["printed"], row["value"]
    if not value or printed.startswith(value):
        return printed
    return f"{printed}（{exact_text(Decimal(value), row['unit'])}{row['unit']}）"


def _still_holds(was: Mapping[str, str], now: Mapping[str, str]) -> bool | None:
    """Whether what was printed is true of the value now; unknown where the old release does not tell."""
    if not was.get("true_for") or not now["value"]:
        return None
    return is_true_for(was["true_for"], Decimal(now["value"]))


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")
