"""build: the models of sql/ and those made from forms and indicators, in dependency order, only what changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from nianbao.errors import ModelError
from nianbao.language import _
from nianbao.warehouse.connect import Connection, raise_interrupt, transaction
from nianbao.warehouse.engine import other_engine
from nianbao.warehouse.refresh import NOBODY, SAME, Change, Moved, are_many, refresh, replace_whole, together
from nianbao.warehouse.schema import comment_on
from nianbao.warehouse.state import READS

_ZH = re.compile(r"--\s*zh:\s*(.+)")
_GRAIN = re.compile(r"--\s*grain:\s*(.+)")
_APART = re.compile(r"--\s*apart:\s*by (\w+)")


@dataclass(frozen=True)
class Model:
    """A table that is built from others: its SELECT, what it reads, and how it is described.

    `reach` says that its rows can be made apart from each other: a query from those who `$moved` in its inputs to the
    keys of all rows that can differ for it. `key` is the column that says whose a row is, a unit or a scope.
    """

    name: str
    sql: str
    reads: frozenset[str]
    zh: str
    en: str
    columns: Mapping[str, str] = field(default_factory=dict)
    key: str = "unit_code"
    reach: str = ""


def read_models(folder: Path) -> list[Model]:
    """The models of sql/: path = table, the header says what it is and what a row is.

    Where it says `apart: by unit_code` the rows of a unit follow from those of the same unit.

    Raises:
        ModelError: a file has no header or is not one SELECT.
    """
    return [_read_model(path) for part in ("core", "mart") for path in sorted((folder / part).glob("*.sql"))]


def _read_model(path: Path) -> Model:
    text = path.read_text(encoding="utf-8")
    first, zh, grain = text.splitlines()[0], _ZH.search(text), _GRAIN.search(text)
    if not first.startswith("-- ") or zh is None or grain is None:
        what = _("a model opens with one sentence and the lines -- zh: … and -- grain: …")
        raise ModelError(what, str(path), _("write its header"))
    en = f"{first[3:].strip().rstrip('.')}; {grain[1].strip()}"
    apart = _APART.search(text)
    by = (apart[1], SAME) if apart else ("unit_code", "")
    return Model(f"{path.parent.name}.{path.stem}", text, tables_read(text, str(path)), zh[1].strip(), en, {}, *by)


def tables_read(sql: str, where: str) -> frozenset[str]:
    """The tables with a schema that a query reads.

    Raises:
        ModelError: the text is not one query.
    """
    import sqlglot  # parsing is needed only when something is built

    try:
        statements = [each for each in sqlglot.parse(sql, dialect="duckdb") if each is not None]
    except sqlglot.ParseError as error:
        raise ModelError(_("not one SELECT: {error}").format(error=error), where, _("mend the SQL")) from error
    if len(statements) != 1 or not isinstance(statements[0], sqlglot.exp.Query):
        raise ModelError(
            _("not one SELECT but {statements} statements").format(statements=len(statements)), where, _("mend the SQL")
        )
    tables = statements[0].find_all(sqlglot.exp.Table)
    return frozenset(f"{table.db}.{table.name}" for table in tables if table.db)


def build(
    connection: Connection,
    models: Sequence[Model],
    leaves: Mapping[str, str],
    column_comments: Mapping[str, str],
    built_at: dt.datetime,
    moved_since: Callable[[str, str, str], Moved] = lambda name, then, now: None,
) -> dict[str, Change | None]:
    """Build the models whose text, description or inputs changed, all in one transaction; returns what changed in each.

    Nothing is said of a model that was made anew.

    `leaves` are the fingerprints of what models read and nobody builds: reference tables, raw, ledger. `moved_since`
    says of one of them whose rows moved between two of its fingerprints, where that is known.

    Raises:
        ModelError: a model fails, reads a table that does not exist, or depends on itself.
    """
    stored = dict(connection.execute("SELECT model, fingerprint FROM ledger.build").fetchall())
    known = json.loads(stored.get(_LEAVES, "{}"))
    then = stored | known
    moved: dict[str, Moved] = {
        name: NOBODY if known.get(name) == leaf else moved_since(name, known[name], leaf) if name in known else None
        for name, leaf in leaves.items()
    }
    of_all = _count_units(connection) if any(moved.values()) else 0
    # Where something came of most units most rows are others, and to ask which costs more than to build on.
    is_asked_whose = not any(are_many(len(each), of_all) for each in moved.values() if each)
    compared = {read for model in models if model.reach for read in model.reads} if is_asked_whose else frozenset()
    fingerprints = dict(leaves)
    built: dict[str, Change | None] = {}
    said_anew = {} if known == leaves else {_LEAVES: json.dumps(dict(leaves))}
    with transaction(connection):
        for model in in_order(models, leaves):
            said, inputs = _fingerprint(model, column_comments), _fingerprint_of_inputs(model, fingerprints)
            fingerprints[model.name] = f"{said} {inputs}"
            before, _, of_before = stored.get(model.name, "").partition(" ")
            # Of a model that was not declared at the last build nobody knows who moved since it was built.
            is_of_last = (before, of_before) == (said, _fingerprint_of_inputs(model, then))
            whose = together(moved[name] for name in model.reads) if is_of_last else None
            moved[model.name] = NOBODY
            if whose != NOBODY:
                is_compared = before == said and model.name in compared
                now = moved[model.name] = _build_one(connection, model, whose, is_compared, of_all, column_comments)
                built[model.name] = None if now is None else Change(model.key, now)
            if (before, of_before) != (said, inputs):  # what it reads may have been made anew and come out the same
                said_anew[model.name] = fingerprints[model.name]
        if said_anew:
            remember_all(connection, said_anew, built_at)
    return built


def _count_units(connection: Connection) -> int:
    """How many units anything ever came of."""
    row = connection.execute("SELECT count(DISTINCT unit_code) FROM ledger.moved").fetchone()
    return int(row[0]) if row else 0


_LEAVES = "leaves"
"""Under this name the build remembers what the tables that nobody builds stood at."""


def in_order(models: Iterable[Model], leaves: Iterable[str]) -> list[Model]:
    """The models so that each comes after those it reads.

    Raises:
        ModelError: a model reads a table that nobody provides, or depends on itself.
    """
    by_name = {model.name: model for model in models}
    provided = by_name.keys() | set(leaves)
    for model in by_name.values():
        missing = model.reads - provided
        if missing:
            raise ModelError(
                _("reads {missing}, which nobody builds").format(missing=", ".join(sorted(missing))),
                model.name,
                _("mend its FROM"),
            )
    graph = {name: {read for read in model.reads if read in by_name} for name, model in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ModelError(
            _("depends on itself: {args}").format(args=" → ".join(error.args[1])),
            error.args[1][0],
            _("break the circle"),
        ) from error


def leaf_fingerprints(connection: Connection) -> dict[str, str]:
    """What the tables of ledger and raw stand at: the last run that said something in each, empty when none did."""
    rows = connection.execute(
        "SELECT t.schema_name || '.' || t.table_name, coalesce(b.fingerprint, '') FROM duckdb_tables() AS t "
        "LEFT JOIN ledger.build AS b ON b.model = t.schema_name || '.' || t.table_name "
        "WHERE t.database_name = current_database() AND t.schema_name IN ('raw', 'ledger')"
    ).fetchall()
    runs = dict(rows)
    return runs | {view: "+".join(runs.get(table, "") for table in tables) for view, tables in READS.items()}


def moved_since(connection: Connection, name: str, then: str, now: str) -> Moved:
    """Whose rows of a table of ledger or raw may be others than after the runs that it stood at."""
    if not (name.startswith("raw.") or name in READS or name in _OF_SUBMISSIONS):
        return None
    since = min(before for before, last in zip(then.split("+"), now.split("+"), strict=True) if before != last)
    rows = connection.execute("SELECT DISTINCT unit_code FROM ledger.moved WHERE run_id > ?", [since]).fetchall()
    return frozenset(row[0] for row in rows)


_OF_SUBMISSIONS = frozenset(table for tables in READS.values() for table in tables)


def fingerprint_of_built(connection: Connection) -> str:
    """One fingerprint for the present content of all that a report prints: built tables, rulings, office blocks."""
    rows = connection.execute(
        "SELECT model || '=' || fingerprint FROM ledger.build "
        "WHERE split_part(model, '.', 1) IN ('core', 'step', 'indicator', 'mart') "
        "OR model IN ('ledger.block', 'ledger.ruling') ORDER BY model"
    ).fetchall()
    return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()


def built_from(connection: Connection, name: str) -> str | None:
    """The fingerprint that something was last made from, None when it never was."""
    row = connection.execute("SELECT fingerprint FROM ledger.build WHERE model = ?", [name]).fetchone()
    return str(row[0]) if row else None


def remember_built(connection: Connection, name: str, fingerprint: str, built_at: dt.datetime) -> None:
    """Note what something was made from."""
    remember_all(connection, {name: fingerprint}, built_at)


def remember_all(connection: Connection, fingerprints: Mapping[str, str], built_at: dt.datetime) -> None:
    """Note what many things were made from, by their names."""
    connection.execute(
        "INSERT OR REPLACE INTO ledger.build SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), $3::TIMESTAMP",
        [list(fingerprints), list(fingerprints.values()), built_at],
    )


def _build_one(
    connection: Connection,
    model: Model,
    moved: Moved,
    is_compared: bool,
    of_all: int,
    column_comments: Mapping[str, str],
) -> Moved:
    engine = other_engine()
    try:
        if engine:
            sql = engine.compute(connection, model.name, model.sql, model.reads)
            whose = replace_whole(connection, model.name, sql)
        else:
            whose = refresh(connection, model, moved, is_compared, of_all)
        rows = [] if whose is not None else connection.execute(f"DESCRIBE {model.name}").fetchall()
    except Exception as error:
        raise_interrupt(error)
        raise ModelError(str(error), model.name, _("mend the model; nothing was changed")) from error
    if whose is None:
        _describe(connection, model, {row[0]: column_comments.get(row[0], "") for row in rows})
    return whose


def _describe(connection: Connection, model: Model, known: Mapping[str, str]) -> None:
    columns = {name: model.columns.get(name) or comment for name, comment in known.items()}
    undescribed = [name for name, comment in columns.items() if not comment]
    if undescribed:
        raise ModelError(
            _("nobody says what {undescribed} means").format(undescribed=", ".join(undescribed)),
            model.name,
            _("add the column to reference/columns.csv"),
        )
    comment_on(connection, model.name, f"{model.zh} / {model.en}", columns)


def _fingerprint(model: Model, column_comments: Mapping[str, str]) -> str:
    """What a model says."""
    texts = [model.sql, model.key, model.reach, model.zh, model.en]
    return _digest([*texts, sorted(model.columns.items()), sorted(column_comments.items())])


def _fingerprint_of_inputs(model: Model, fingerprints: Mapping[str, str]) -> str:
    """What a model is made from."""
    return _digest([[name, fingerprints.get(name)] for name in sorted(model.reads)])


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
