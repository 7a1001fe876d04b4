"""The warehouse as a projection of the record: the runs that it has not seen yet are applied, nothing is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nianbao.catalog import Project
from nianbao.errors import StoreError
from nianbao.language import _
from nianbao.record import Facts, Frame, Manifest, Record
from nianbao.record.manifest import frame_of, run_id_of
from nianbao.terms.delivery import Decision
from nianbao.terms.form import Layout, Part
from nianbao.terms.personal import mask
from nianbao.warehouse.connect import Connection, insert_frame, quote, transaction
from nianbao.warehouse.models import remember_all
from nianbao.warehouse.schema import CELL, LEDGER, SQL_TYPES, TableSpec, raw_table
from nianbao.warehouse.state import restating

if TYPE_CHECKING:
    import datetime as dt

    import polars as pl

_RUNS_AT_ONCE = 500
_CELLS_AT_ONCE = 1 << 18
_OF_SUBMISSIONS = ("submission", "decision", "approval", "asked", "anew")
"""The facts from which the tables at the door of the warehouse follow."""


@dataclass(frozen=True)
class Applied:
    """Facts that are brought into the warehouse together: tables by kind, their cells, and when they were recorded."""

    facts: Facts
    cells: Sequence[pl.DataFrame]
    run_ids: Mapping[str, str]
    """The last run that says something of a kind."""
    at: dt.datetime


def bring_up_to_date(connection: Connection, project: Project, record: Record) -> int:
    """Apply the runs that the warehouse has not seen; returns how many these were.

    Raises:
        StoreError: the record is older than the warehouse, or damaged; nothing was written.
    """
    return apply_runs(connection, project, record, record.scan(after=refuse_other_record(connection, record)))


def apply_runs(connection: Connection, project: Project, record: Record, manifests: Iterable[Manifest]) -> int:
    """Apply runs in their order; returns how many these were."""
    count = 0
    for group in _groups(manifests):
        with transaction(connection):
            apply_facts(connection, project, _together(record, group))
            for manifest in group:
                note_run(connection, manifest)
        count += len(group)
    return count


def apply_facts(connection: Connection, project: Project, applied: Applied) -> None:
    """Bring facts into the ledger and cells into raw; the caller holds the transaction.

    What is said anew of deliveries or submissions takes the place of what was said; decisions and receipts stay.
    """
    built: dict[str, str] = {}
    if any(kind in applied.facts for kind in _OF_SUBMISSIONS):
        ids, whole = _submissions_named(applied.facts)
        # Before, as what is forgotten has its unit now, and after, as what is new has it then.
        _note_moved(connection, applied, ids, whole)
        with restating(connection, ids, whole):
            built |= _put_into_ledger(connection, project, applied)
        _note_moved(connection, applied, ids, whole)
    else:
        built |= _put_into_ledger(connection, project, applied)
    if counting := _counting(applied.facts):
        columns = ", ".join(f"{name} {kind}" for name, kind in CELL.bare_columns.items())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming_cell ({columns})")
        for cells in applied.cells:
            counted = cells.filter(cells["submission_id"].is_in(counting))
            insert_frame(connection, "incoming_cell", counted, _casts(counted, CELL))
        connection.execute(f"INSERT INTO {CELL.name} SELECT * FROM incoming_cell")
        spread = [part for part in project.parts if _spread(connection, part, applied.facts["asked"], counting)]
        connection.execute("DROP TABLE incoming_cell")
        tables = [CELL.name, *(f"raw.{part.table}" for part in spread)]
        built |= dict.fromkeys(tables, applied.run_ids["asked"])
    remember_all(connection, built, applied.at)


def _put_into_ledger(connection: Connection, project: Project, applied: Applied) -> dict[str, str]:
    """Put facts into their tables, in the place of what they say anew; returns the run of each table it touched."""
    built = dict.fromkeys(_forget(connection, applied.facts, list(project.parts)), applied.run_ids.get("anew", ""))
    for kind, frame in applied.facts.items():
        if kind == "delivery" and "file" not in frame.columns:
            frame = _with_shown_names(frame)
        insert_frame(connection, f"ledger.{kind}", frame, _casts(frame, LEDGER[kind]))
        built[f"ledger.{kind}"] = applied.run_ids[kind]
    return built


def _submissions_named(facts: Facts) -> tuple[list[str], list[str]]:
    """The submissions of which facts say something, and the deliveries of all of whose they do."""
    named = [facts[kind] for kind in _OF_SUBMISSIONS if kind in facts]
    ids = {one for frame in named for one in frame["submission_id"].drop_nulls()}
    return sorted(ids), facts["anew"]["delivery_id"].to_list() if "anew" in facts else []


def _note_moved(connection: Connection, applied: Applied, ids: Sequence[str], whole: Sequence[str]) -> None:
    """Note of which units these facts say something, for tables that are built for those who moved."""
    connection.execute(
        "INSERT INTO ledger.moved SELECT DISTINCT $1, unit_code FROM ledger.submission "
        "WHERE submission_id IN (SELECT unnest($2::VARCHAR[])) OR delivery_id IN (SELECT unnest($3::VARCHAR[]))",
        [max(applied.run_ids.values()), ids, whole],
    )


def _with_shown_names(deliveries: Frame) -> Frame:
    """Deliveries of a run that recorded no name to be shown: masked here as they are today when they come."""
    import polars as pl

    shown = [mask(source) for source in deliveries["source"]]
    names = [path.rpartition("/")[2] for path in shown]
    return deliveries.with_columns(file=pl.Series(shown, dtype=pl.String), file_name=pl.Series(names, dtype=pl.String))


def _casts(frame: Frame, table: TableSpec) -> dict[str, str]:
    """How the columns of a table are made of a frame; what an older run did not know stays empty."""
    return {
        name: f"CAST({quote(name)} AS {kind})" for name, kind in table.bare_columns.items() if name in frame.columns
    }


def joined(*frames: Frame) -> Frame:
    """Frames as one, with the columns of all."""
    import polars as pl  # takes half a second, which commands that only read need not wait

    return pl.concat(frames, how="diagonal_relaxed")


def frames_of(rows: Mapping[str, Sequence[Mapping[str, Any]]], run_id: str) -> dict[str, pl.DataFrame]:
    """Rows by kind as the tables of a run; those that name their run get its id."""
    return {
        kind: frame_of(
            list(LEDGER[kind].columns),
            ([row[name] for name in LEDGER[kind].columns] for row in ({**item, "run_id": run_id} for item in items)),
        )
        for kind, items in rows.items()
        if items
    }


def cells_by_period(cells: pl.DataFrame, submissions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Cells in the partitions of the record: by the period of their submission."""
    periods = dict(submissions.select("submission_id", "period").iter_rows())
    found: dict[str, list[str]] = {}
    for submission_id, period in periods.items():
        found.setdefault(period, []).append(submission_id)
    return {period: cells.filter(cells["submission_id"].is_in(ids)) for period, ids in sorted(found.items())}


def note_run(connection: Connection, manifest: Manifest) -> None:
    """Note a run as applied; the caller holds the transaction."""
    connection.execute(
        "INSERT INTO ledger.run (run_id, kind, started_at, finished_at, version, summary, rules, actor, because, "
        "manifest_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            manifest.run_id, manifest.kind, manifest.started_at, manifest.at, manifest.version, manifest.summary,
            manifest.declarations, manifest.actor, manifest.because, manifest.sha256,
        ],
    )  # fmt: skip


def refuse_other_record(connection: Connection, record: Record) -> int:
    """The number of the last run that the warehouse has seen, once it is sure that the record holds the same.

    Raises:
        StoreError: it does not: the record is an older one, or another.
    """
    row = connection.execute("SELECT max(run_id), arg_max(manifest_sha256, run_id) FROM ledger.run").fetchone()
    if row is None or row[0] is None:
        return 0
    seen, last = int(row[0][1:]), record.last_number()
    if record.sha256_of(seen) != row[1]:
        ends = (
            _("ends with run {run_id_of}").format(run_id_of=run_id_of(last))
            if last < seen
            else _("holds another run {row}").format(row=row[0])
        )
        raise StoreError(
            _("the archive is older than the warehouse, or of another: it {ends}, the warehouse knows {row}").format(
                ends=ends, row=row[0]
            ),
            str(record.archive.folder),
            _(
                "put back the newest backup of the archive; if there is none newer, move the warehouse "
                "away: the next run makes it anew from what the archive holds"
            ),
        )
    return seen


def _groups(manifests: Iterable[Manifest]) -> Iterator[list[Manifest]]:
    """Runs that can be applied together: one that says anew what others said is alone."""
    group: list[Manifest] = []
    cells = 0
    for manifest in manifests:
        own = sum(table.rows for table in manifest.cells.values())
        is_full = len(group) == _RUNS_AT_ONCE or cells + own > _CELLS_AT_ONCE
        if group and (is_full or manifest.says_anew or group[-1].says_anew):
            yield group
            group, cells = [], 0
        group.append(manifest)
        cells += own
    if group:
        yield group


def _together(record: Record, manifests: Sequence[Manifest]) -> Applied:
    import polars as pl

    tables: dict[str, list[pl.DataFrame]] = {}
    run_ids: dict[str, str] = {}
    for manifest in manifests:
        for kind, frame in record.facts(manifest).items():
            tables.setdefault(kind, []).append(frame)
            run_ids[kind] = manifest.run_id
    return Applied(
        facts={kind: pl.concat(frames, how="diagonal_relaxed") for kind, frames in tables.items()},
        cells=[record.table(table) for manifest in manifests for table in manifest.cells.values()],
        run_ids=run_ids,
        at=manifests[-1].at,
    )


def _counting(facts: Facts) -> list[str]:
    """The submissions of these facts whose cells and rows are loaded."""
    if "asked" not in facts:
        return []
    decision = facts["decision"]
    accepting = [each.value for each in Decision if each.is_loaded]
    return decision.filter(decision["decision"].is_in(accepting))["submission_id"].to_list()


def _forget(connection: Connection, facts: Facts, parts: Iterable[Part]) -> Sequence[str]:
    """Take away what earlier runs said of what is said anew, deliveries or single submissions; returns from where."""
    if "anew" not in facts:
        return ()
    anew = facts["anew"]
    whole = anew.filter(anew["submission_id"].is_null())["delivery_id"].to_list()
    among = "IN (SELECT unnest($1::VARCHAR[]))"
    own = f"SELECT submission_id FROM ledger.submission WHERE delivery_id {among}"
    submissions = anew["submission_id"].drop_nulls().to_list()
    submissions += [row[0] for row in connection.execute(own, [whole]).fetchall()]
    tables = ["ledger.asked", "ledger.submission", "ledger.finding", "ledger.explanation", CELL.name]
    tables += [f"raw.{part.table}" for part in parts]
    for table in tables:
        connection.execute(f"DELETE FROM {table} WHERE submission_id {among}", [submissions])
    connection.execute(f"DELETE FROM ledger.finding WHERE delivery_id {among}", [whole])
    connection.execute(f"DELETE FROM ledger.delivery WHERE delivery_id {among}", [anew["delivery_id"].to_list()])
    return tables


def _spread(connection: Connection, part: Part, asked: Frame, counting: Sequence[str]) -> bool:
    """Cells to the typed columns of a part: one row per record; one with a single row has it even when all is blank.

    Returns whether the part was asked of anybody who counts.
    """
    own = asked.filter((asked["form_code"] == part.form_code) & (asked["part"] == part.code))
    own = own.filter(own["submission_id"].is_in(counting))
    if not own.height:
        return False
    picks = ", ".join(
        f"CAST(max(CASE WHEN c.field = '{field.code}' THEN c.read_as END) AS {SQL_TYPES[field.type]})"
        for field in part.fields
    )
    join, row_no = ("LEFT", "1") if part.layout is Layout.INDICATOR else ("INNER", "c.row_no")
    connection.execute(
        f"""
        INSERT INTO raw.{part.table} ({", ".join(map(quote, raw_table(part).columns))})
        SELECT a.submission_id, {row_no}, {picks}
        FROM (SELECT unnest($1::VARCHAR[]) AS submission_id) AS a
        {join} JOIN incoming_cell AS c ON a.submission_id = c.submission_id AND c.part = '{part.code}'
        GROUP BY a.submission_id{"" if join == "LEFT" else ", c.row_no"}
        """,
        [own["submission_id"].to_list()],
    )
    return True
