"""What is judged together: submissions and all that was read of them, tonight's or the record's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from nianbao.intake.judge.identify import Sent
from nianbao.intake.judge.rounds import Turn
from nianbao.terms.check import Rule
from nianbao.terms.delivery import Delivery
from nianbao.terms.finding import Finding
from nianbao.terms.submission import Submission

if TYPE_CHECKING:
    import polars as pl


class CellPlace(NamedTuple):
    """Where a field stands in a submission."""

    submission_id: str
    part: str
    row_no: int
    field: str


class CellRead(NamedTuple):
    """What stands in a cell: its address, its text, and the fault for which it has no value."""

    cell: str
    text: str
    fault: str | None


@dataclass(frozen=True)
class Night:
    """Submissions that are judged together, one of a unit, form and period: a round, or the last pass.

    `rules` are those that are asked; `said` what was found by others, by submission; `failed` over which submissions
    we failed already, and why. `beside` is what a sender wrote
    beside findings, by delivery and their keys; `cells` every cell of the submissions, blank ones too: submission_id,
    form_code, sheet, part, row_no, field, cell, text, read_as, value, fault, shown, came_in.
    """

    deliveries: Mapping[str, Delivery]
    sent: tuple[Sent, ...]
    beside: Mapping[str, Mapping[str, str]]
    cells: pl.DataFrame
    rules: tuple[Rule, ...]
    said: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def submissions(self) -> list[Submission]:
        """The submissions in the order in which they came."""
        return [each.submission for each in self.sent]

    def only(self, chosen: Iterable[str]) -> Night:
        """The same night, as if only these submissions had been sent."""
        wanted = set(chosen)
        if wanted >= {each.submission_id for each in self.submissions}:
            return self
        return replace(
            self,
            sent=tuple(each for each in self.sent if each.submission.submission_id in wanted),
            cells=self.cells.filter(self.cells["submission_id"].is_in(sorted(wanted))),
        )

    def cells_at(self, places: Iterable[CellPlace]) -> dict[CellPlace, CellRead]:
        """The cells at these places, where the sheet has one."""
        import polars as pl

        wanted = pl.DataFrame(
            sorted(set(places)),
            schema={"submission_id": pl.String, "part": pl.String, "row_no": pl.Int32, "field": pl.String},
            orient="row",
        )
        found = self.cells.join(wanted, on=wanted.columns, how="semi").with_columns(
            # What a supplement took over stands in another workbook.
            pl.when(pl.col("came_in").is_null()).then("cell").otherwise(pl.lit("")).alias("cell")
        )
        rows = found.select(*wanted.columns, "cell", "text", "fault").reverse().iter_rows()  # the first one holds
        return {CellPlace(*row[:4]): CellRead(*row[4:]) for row in rows}


def gather(turns: Sequence[Turn], rules: Sequence[Rule]) -> Night:
    """Put a round together."""
    items = {turn.item.delivery.delivery_id: turn.item for turn in turns}
    return Night(
        deliveries={key: item.delivery for key, item in items.items()},
        sent=tuple(turn.sent for turn in turns),
        beside={key: item.explanations for key, item in items.items()},
        cells=_cells(turns),
        rules=tuple(rules),
    )


def _cells(turns: Sequence[Turn]) -> pl.DataFrame:
    """The cells of all submissions: those of the files, joined with what was sent on each sheet."""
    import polars as pl

    from nianbao.intake.columns import cell_schema

    numbers = {
        key: number for number, key in enumerate(dict.fromkeys(turn.item.delivery.delivery_id for turn in turns))
    }
    reads = {turn.item.delivery.delivery_id: turn.item.read for turn in turns}
    files = [(number, cells) for key, number in numbers.items() if (cells := reads[key].cells) is not None]
    file_no = pl.Series([number for number, _ in files], dtype=pl.UInt32)
    heights = pl.Series([cells.height for _, cells in files], dtype=pl.UInt32)
    sheets = pl.DataFrame(
        [
            (
                numbers[turn.item.delivery.delivery_id], turn.sent.sheet_no, turn.sent.submission.submission_id,
                turn.sent.submission.form_code, turn.sent.submission.sheet,
            )
            for turn in turns
        ],
        schema={"file_no": pl.UInt32, "sheet_no": pl.UInt32, "submission_id": pl.String, "form_code": pl.String,
                "sheet": pl.String},
        orient="row",
    )  # fmt: skip
    cells = pl.concat([pl.DataFrame(schema=cell_schema()), *(cells for _, cells in files)])
    return (
        cells.with_columns(file_no=file_no.repeat_by(heights).explode())
        .join(sheets, on=["file_no", "sheet_no"], maintain_order="left")
        .drop("file_no", "sheet_no")
        .with_columns(pl.lit(None, pl.String).alias("came_in"))
    )
