"""release: the files of one edition, written aside and moved into place whole, with a manifest."""

from __future__ import annotations

import csv
import functools
import io
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nianbao import __version__
from nianbao.catalog import Project
from nianbao.language import _
from nianbao.publish.charts import DrawSvg, to_svg
from nianbao.publish.datapackage import describe_edition, names_of
from nianbao.publish.figure_lines import figures_csv
from nianbao.publish.site.last import NOTHING, SHOWS, LastEdition, read_last
from nianbao.settings import link_or_copy, sha256_of
from nianbao.terms.document import DRAFT, Document, PrintedFigure, PrintedText
from nianbao.warehouse.snapshot import tables_beside

TABLES = "tables"
"""The folder of an edition in which every table lies as Parquet."""

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
    zh: str
    doubtful: int = 0

    @property
    def summary(self) -> str:
        """What it is and how much of it is new, in a line."""
        counted = _("{figures} figures, {revisions} revisions").format(figures=self.figures, revisions=self.revisions)
        name = _("draft") if self.name == DRAFT else self.name
        return f"{self.publication} {self.zh} {self.year} {name}: {counted if self.is_new else _('unchanged')}"


def doubted(document: Document) -> list[PrintedFigure]:
    """The figures of which the text says what might not be true once everybody has reported, each wording once.

    Those whose words promise something come first, then the plain numbers.
    """
    found = {(figure.key, figure.section, figure.text): figure for figure in document.figures if figure.doubt}
    return sorted(found.values(), key=lambda figure: figure.wording == "exact")


def texts_csv(texts: Iterable[PrintedText]) -> str:
    """The quoted texts of an edition as CSV, one line per text, each with who said it, when and in which cell."""
    rows = list(texts)
    if not rows:
        return ""
    text, columns = io.StringIO(), names_of("texts")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for each in rows:
        writer.writerow([getattr(each, column) for column in columns])
    return text.getvalue()


def write_edition(
    document: Document,
    project: Project,
    target: Path,
    sources: Mapping[str, Any],
    snapshot: Path | None,
    step: Callable[..., Any],
    draw: DrawSvg = to_svg,
) -> None:
    """Write every file of an edition aside, then move the folder to `target`; what is not whole is pages and lists.

    Of the draft that lies there the pages that show the same are taken over, and every file that holds the same.
    """
    from nianbao.publish import site  # each format brings a library that nothing else needs

    target.parent.mkdir(parents=True, exist_ok=True)
    for kind in ("writing", "replaced"):  # what a killed run left
        for leftover in target.parent.glob(f".{kind}-{target.name}-*"):
            shutil.rmtree(leftover)
    scratch = target.parent / f".writing-{target.name}-{os.getpid()}"
    scratch.mkdir()
    if document.is_whole:
        _write_formats(document, project, scratch, step)
    figures = figures_csv(document.figures)
    (scratch / "figures.csv").write_text(figures, encoding="utf-8")
    if document.texts:
        (scratch / "texts.csv").write_text(texts_csv(document.texts), encoding="utf-8")
    if document.revisions:
        _write_revisions(document, scratch / "revisions.csv")
    if snapshot is not None:
        link_or_copy(snapshot, scratch / "nianbao.duckdb")
        if document.is_whole and tables_beside(snapshot).is_dir():
            shutil.copytree(tables_beside(snapshot), scratch / TABLES, copy_function=_second_name)
    # Last, as its first page links to what lies beside it.
    last = read_last(target / "manifest.json") if document.edition == DRAFT else NOTHING
    keys = step(_step_name(document, "HTML"), site.write, document, scratch, draw, last)
    (scratch / "datapackage.json").write_text(describe_edition(document, scratch), encoding="utf-8")
    manifest = _manifest(document, scratch, {**sources, SHOWS: keys} if document.edition == DRAFT else sources, last)
    (scratch / "manifest.json").write_text(manifest, encoding="utf-8")
    move_into_place(scratch, target)


def _second_name(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))


def write_papers(document: Document, folder: Path, step: Callable[..., Any]) -> Path:
    """Write the PDF and the Word document, which lies on its pages as the PDF does; returns the latter."""
    from nianbao.publish import docx, pdf

    stem = f"{document.publication}-{document.year}"
    layout = step(_step_name(document, "PDF"), pdf.write, document, folder / f"{stem}.pdf")
    with_pages = functools.partial(docx.write, layout=layout)
    step(_step_name(document, "Word"), with_pages, document, folder / f"{stem}.docx")
    return folder / f"{stem}.docx"


def _write_formats(document: Document, project: Project, folder: Path, step: Callable[..., Any]) -> None:
    """Write what people take away and what other programs read; the workbook is lists of cells for the most part."""
    from nianbao.publish import sdmx, xlsx

    path = write_papers(document, folder, step)
    step(_step_name(document, "Excel"), xlsx.write, document, path.with_suffix(".xlsx"))
    step(_step_name(document, "SDMX"), sdmx.write_document, document, project, folder)


def _step_name(document: Document, form: str) -> str:
    return _("render {publication} as {format}").format(publication=document.publication, format=form)


def _manifest(document: Document, folder: Path, sources: Mapping[str, Any], last: LastEdition) -> str:
    files = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name, digest = path.relative_to(folder).as_posix(), sha256_of(path)
        files[name] = {"sha256": digest, "bytes": path.stat().st_size}
        last.give_equal(name, digest, folder)
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


def _write_revisions(document: Document, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names_of("revisions"))
        for revision in document.revisions:
            holds = {True: "yes", False: "no", None: ""}[revision.before_holds]
            writer.writerow((*revision[:5], holds, "; ".join(each.submissions for each in revision.because)))
