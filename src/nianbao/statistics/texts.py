"""What was reported in words: every declared text of a year, with the cell it stands in and the day it arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from nianbao.catalog import Project
from nianbao.terms.passage import DeclaredText
from nianbao.terms.reported import Reported, ReportedText, WrittenBlock
from nianbao.warehouse.connect import Connection, quote, rows_of


def read_texts(connection: Connection, project: Project, year: int) -> Reported:
    """The texts of a year by their declared id: offices in the order of the roster, then periods, then rows."""
    places = {code: place for place, code in enumerate(project.units)}
    declared = list(project.wordings.texts.values())
    found: dict[str, list[ReportedText]] = {each.id: [] for each in declared}
    for _, alike in groupby(sorted(declared, key=_columns), key=_columns):
        for text in _reported(connection, project, list(alike), year):
            found[text.text_id].append(text)
    for texts in found.values():
        texts.sort(key=lambda text: (places.get(text.unit_code, len(places)), text.period))
    return Reported({text_id: tuple(texts) for text_id, texts in found.items() if texts})


def read_blocks(connection: Connection, publication: str, year: int) -> dict[str, WrittenBlock]:
    """The office blocks of a report and year as they were taken over last; one that was emptied is not written."""
    rows = rows_of(
        connection,
        """
        SELECT block_id, text, written_by, written_at
        FROM ledger.block
        WHERE publication = $publication AND year = $year
        QUALIFY run_id = max(run_id) OVER (PARTITION BY block_id)
        ORDER BY block_id, number
        """,
        {"publication": publication, "year": year},
    )
    blocks: dict[str, WrittenBlock] = {}
    for row in rows:
        before = blocks.get(row["block_id"])
        paragraphs = (*(before.paragraphs if before else ()), row["text"])
        blocks[row["block_id"]] = WrittenBlock(paragraphs, row["written_by"], row["written_at"].date())
    return {block_id: block for block_id, block in blocks.items() if any(block.paragraphs)}


def _columns(declared: DeclaredText) -> tuple[str, ...]:
    """The columns of text and topic: of those that share them all are asked for at once."""
    return declared.table, declared.part, declared.field, declared.topic_field


def _reported(
    connection: Connection, project: Project, alike: Sequence[DeclaredText], year: int
) -> Iterator[ReportedText]:
    """The texts of some topics of a column in the order of their rows; sorting by unit and period keeps it."""
    table, part, field, topic_field = _columns(alike[0])
    rows = rows_of(
        connection,
        f"""
        SELECT said.{quote(topic_field)} AS topic, said.{quote(field)} AS text, said.unit_code, said.period,
            submission.submission_id, submission.arrived_on AS said_on, delivery.file, delivery.sha256, cell.sheet,
            cell.cell
        FROM {table} AS said
        INNER JOIN raw.cell AS cell
            ON said.submission_id = cell.submission_id AND said.row_no = cell.row_no
            AND cell.part = $part AND cell.field = $field
        INNER JOIN ledger.submission AS submission
            ON coalesce(cell.came_in, said.submission_id) = submission.submission_id
        INNER JOIN ledger.delivery AS delivery ON submission.delivery_id = delivery.delivery_id
        WHERE said.year = $year AND list_contains($topics, said.{quote(topic_field)})
            AND said.{quote(field)} IS NOT NULL
        ORDER BY said.submission_id, said.row_no
        """,
        {"part": part, "field": field, "topics": [each.topic for each in alike], "year": year},
    )
    for row in rows:
        topic, unit = row.pop("topic"), project.units.get(row["unit_code"])
        unit_zh = unit.short_zh if unit else row["unit_code"]
        for each in alike:
            if each.topic == topic:
                yield ReportedText(text_id=each.id, unit_zh=unit_zh, **row)
