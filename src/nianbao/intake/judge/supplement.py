"""supplement: what is sent as a supplement (补报) adds its rows to those that count, where the form takes that.

A row is known by the key of its part. One that counts already, word for word, is not counted twice; one that says
something else is no supplement but a correction, and is sent back.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from nianbao.catalog import Project
from nianbao.intake.apart import each_apart
from nianbao.intake.columns import digest_of
from nianbao.intake.judge.identify import Sent
from nianbao.intake.judge.night import Night
from nianbao.terms import workbook_words
from nianbao.terms.form import Part
from nianbao.terms.submission import Place, ReadingFault
from nianbao.warehouse.connect import Connection
from nianbao.warehouse.supplemented import Supplemented, find_supplemented, find_waiting

if TYPE_CHECKING:
    import polars as pl

_ADDED, _SAYS_OTHERWISE = "SUPPLEMENT_ADDED", "SUPPLEMENT_CHANGES_ROW"
_TO_WAITING, _ALONE = "SUPPLEMENT_TO_WAITING", "SUPPLEMENT_ALONE"
_NAMED = 5

Row = dict[str, str]
"""What the filled fields of a row say."""


class RowPlace(NamedTuple):
    """Where a row stands: its part and number."""

    part: str
    row_no: int


class _Joined(NamedTuple):
    """A supplement with the rows that count, as it is judged; or one that adds nothing to them."""

    sent: Sent
    cells: pl.DataFrame
    has_no_news: bool = False


def join_supplements(
    connection: Connection, project: Project, night: Night, waiting: Set[Place], again: Container[str] = ()
) -> tuple[Night, list[Sent]]:
    """A round in which supplements hold the rows that count beside their own; and those that add nothing to them.

    `waiting` are the places of which this night's last submission waits: nothing can be added to what does not count.
    Deliveries judged `again` have news, whatever they say: something is to be decided about them.
    """
    import polars as pl

    own = {each.submission.submission_id: each for each in night.sent if _is_supplement(each, project)}
    if not own:
        return night, []
    places = [(each.submission.place, each.submission.number) for each in own.values()]
    before, waiting = find_supplemented(connection, places), waiting | find_waiting(connection, places)
    items = [(key, each) for key, each in own.items() if each.submission.number > 1]  # or it is the first to come
    causes: dict[str, str] = {}
    joined = dict(
        each_apart(items, lambda each: _join(each, before.get(each.submission.place), waiting, night), causes)
    )
    without_news = [
        own[key] for key, each in joined.items() if each.has_no_news and own[key].submission.delivery_id not in again
    ]
    gone = {each.submission.submission_id for each in without_news}
    sent = {each.submission.submission_id: each for each in night.sent} | {
        key: each.sent for key, each in joined.items()
    }
    others = night.cells.filter(~night.cells["submission_id"].is_in(sorted(joined)))
    cells = [others, *(each.cells for key, each in joined.items() if key not in gone)]
    return replace(
        night,
        sent=tuple(each for key, each in sent.items() if key not in gone),
        cells=pl.concat(cells, how="diagonal_relaxed"),
        failed=causes,
    ), without_news


def _join(sent: Sent, counting: Supplemented | None, waiting: Set[Place], night: Night) -> _Joined:
    import polars as pl

    submission = sent.submission
    cells = night.cells.filter(night.cells["submission_id"] == submission.submission_id)
    code = _TO_WAITING if submission.place in waiting else _ALONE if counting is None else None
    fault = ReadingFault(code, submission.form_code, submission.sheet, None, f"{len(_rows(cells))}行") if code else None
    told = replace(sent, faults=(*sent.faults, fault)) if fault else sent
    if counting is None:
        return _Joined(told, cells)
    supplement = _Supplement(told, counting, _rows(cells), _rows(counting.cells))
    together = [supplement.without_repeated(cells), supplement.taken_over()]
    return _Joined(supplement.sent(cells), pl.concat(together, how="diagonal_relaxed"), supplement.has_no_news)


def _is_supplement(sent: Sent, project: Project) -> bool:
    """Whether a form is sent as a supplement, and is one that takes such."""
    submission = sent.submission
    return (
        submission.declared_status == workbook_words.SUPPLEMENT
        and project.forms[submission.form_code].takes_supplements
    )


class _Supplement:
    """One supplement beside the submission that it adds to."""

    def __init__(
        self, sent: Sent, counting: Supplemented, own: Mapping[RowPlace, Row], rows: Mapping[RowPlace, Row]
    ) -> None:
        self._sent, self._counting, self._rows = sent, counting, rows
        self._parts = {part.code: part for part in sent.parts}
        there = {key: row for place, row in rows.items() if (key := self._key(place, row))}
        self._repeated, self._otherwise, self._added = list[RowPlace](), list[RowPlace](), list[RowPlace]()
        for place, row in own.items():
            counts = there.get(self._key(place, row))
            group = self._added if counts is None else self._repeated if counts == row else self._otherwise
            group.append(place)
        self._own = own

    @property
    def has_no_news(self) -> bool:
        """Whether all its rows count already, and nothing is wrong with its sheet."""
        return not self._added and not self._otherwise and not self._sent.faults

    def sent(self, own_cells: pl.DataFrame) -> Sent:
        """The supplement as it is judged: with the 说明 of what it adds to, if it has none, and with what is told."""
        submission = self._sent.submission
        added = f"{len(self._added)}行{self._name(self._added)}"
        said = [ReadingFault(_ADDED, submission.form_code, submission.sheet, None, added, f"{len(self._rows)}行")]
        said += (self._fault(place, own_cells) for place in self._otherwise)
        return replace(
            self._sent,
            submission=replace(
                submission,
                note=submission.note or self._counting.note,
                cells_sha256=digest_of([submission.cells_sha256, self._counting.submission_id]),
            ),
            faults=(*self._sent.faults, *said),
        )

    def without_repeated(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells without its rows that count already."""
        import polars as pl

        for part in self._parts:
            rows = [place.row_no for place in self._repeated if place.part == part]
            cells = cells.filter(~((pl.col("part") == part) & pl.col("row_no").is_in(rows)))
        return cells

    def taken_over(self) -> pl.DataFrame:
        """The cells that count, as its own, in rows after its own; they say where they came in."""
        import polars as pl

        last = max((place.row_no for place in self._own), default=0)
        return self._counting.cells.with_columns(
            pl.lit(self._sent.submission.submission_id).alias("submission_id"),
            (pl.col("row_no").rank("dense").over("part").cast(pl.Int32) + last).alias("row_no"),
        )

    def _key(self, place: RowPlace, row: Row) -> tuple[str, ...]:
        """What tells a row from others; empty where a field of the key is blank: such a row is like no other."""
        part: Part | None = self._parts.get(place.part)
        said = tuple(row.get(field, "") for field in part.row_key) if part else ()
        return (place.part, *said) if all(said) and said else ()

    def _name(self, places: Sequence[RowPlace]) -> str:
        """The rows by their keys, as `（班一、班二等9行）`."""
        names = ["/".join(self._key(place, self._own[place])[1:]) for place in places]
        shown = [name for name in names if name][:_NAMED]
        rest = f"等{len(names)}行" if len(names) > len(shown) else ""
        return f"（{'、'.join(shown)}{rest}）" if shown else ""

    def _fault(self, place: RowPlace, own_cells: pl.DataFrame) -> ReadingFault:
        import polars as pl

        key = self._key(place, self._own[place])
        was = next(row for there, row in self._rows.items() if self._key(there, row) == key)
        now = self._own[place]
        field = next(name for name in {**now, **was} if now.get(name) != was.get(name))
        here = own_cells.filter((pl.col("part") == place.part) & (pl.col("row_no") == place.row_no))
        cells = dict(here.select("field", "cell").iter_rows())
        said = self._parts[place.part].field(field)
        value, expected = ("（个人信息）",) * 2 if said.is_personal else (now.get(field, "空"), was.get(field, "空"))
        submission = self._sent.submission
        return ReadingFault(
            _SAYS_OTHERWISE, submission.form_code, submission.sheet, cells.get(field),
            value, f"{'/'.join(key[1:])}的{said.zh}：{expected}",
        )  # fmt: skip


def _rows(cells: pl.DataFrame) -> dict[RowPlace, Row]:
    """What the filled cells say, by row."""
    rows: dict[RowPlace, Row] = {}
    columns = ("part", "row_no", "field", "text", "read_as", "value")
    for part, row_no, field, text, read_as, value in cells.select(columns).iter_rows():
        if text:
            number = None if value is None else f"{Decimal(value).normalize():f}"
            rows.setdefault(RowPlace(part, row_no), {})[field] = number or read_as or text
    return rows
