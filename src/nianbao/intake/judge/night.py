"""What is judged together: submissions and all that was read of them, tonight's or the record's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from nianbao.intake.judge.identify import Sent
from nianbao.intake.judge.numbering import Numbered
from nianbao.terms.delivery import Delivery
from nianbao.terms.submission import ReadingFault, Submission

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
    """Submissions that are judged together.

    `faults` are those of each delivery besides its submissions, `beside` what its sender wrote beside findings, by
    their keys; `cells` every cell of the submissions, blank ones too: submission_id, form_code, sheet, part, row_no,
    field, cell, text, read_as, value, fault.
    """

    deliveries: Mapping[str, Delivery]
    sent: tuple[Sent, ...]
    faults: Mapping[str, tuple[ReadingFault, ...]]
    beside: Mapping[str, Mapping[str, str]]
    cells: pl.DataFrame

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
        found = self.cells.join(wanted, on=wanted.columns, how="semi")
        rows = found.select(*wanted.columns, "cell", "text", "fault").reverse().iter_rows()  # the first one holds
        return {CellPlace(*row[:4]): CellRead(*row[4:]) for row in rows}


def gather(numbered: Sequence[Numbered], faults: Sequence[tuple[ReadingFault, ...]]) -> Night:
    """Put tonight's deliveries together; `faults` are those of their arrival."""
    sent = [each for item in numbered for each in item.sent]
    delivered = {item.identified.delivery.delivery_id: item for item in numbered}
    return Night(
        deliveries={key: item.identified.delivery for key, item in delivered.items()},
        sent=tuple(sent),
        faults={key: (*item.faults, *more) for (key, item), more in zip(delivered.items(), faults, strict=True)},
        beside={key: item.identified.explanations for key, item in delivered.items()},
        cells=_cells(numbered),
    )


def _cells(numbered: Sequence[Numbered]) -> pl.DataFrame:
    """The cells of all submissions: those of the files, joined with what was sent on each sheet."""
    import polars as pl

    from nianbao.intake.columns import cell_schema

    schema = {"file_no": pl.UInt32(), **cell_schema()}
    files = [
        item.identified.read.cells.select(pl.lit(file_no, pl.UInt32).alias("file_no"), pl.all())
        for file_no, item in enumerate(numbered)
        if item.identified.read.cells is not None
    ]
    sheets = pl.DataFrame(
        [
            (file_no, each.sheet_no, each.submission.submission_id, each.submission.form_code, each.submission.sheet)
            for file_no, item in enumerate(numbered)
            for each in item.sent
        ],
        schema={"file_no": pl.UInt32, "sheet_no": pl.UInt32, "submission_id": pl.String, "form_code": pl.String,
                "sheet": pl.String},
        orient="row",
    )  # fmt: skip
    cells = pl.concat(files) if files else pl.DataFrame(schema=schema)
    return cells.join(sheets, on=["file_no", "sheet_no"], maintain_order="left").drop("file_no", "sheet_no")
