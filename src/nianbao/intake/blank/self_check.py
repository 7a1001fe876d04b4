"""The self-check of a form: the column 自查 beside its lines and records, marks on cells, the count on the cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from nianbao.catalog.comparisons import parse_comparison
from nianbao.intake.blank.formulas import Formulas, Placed
from nianbao.intake.blank.limits import LONGEST_FORMULA
from nianbao.intake.blank.page import BlankBook, Page
from nianbao.terms.check import Condition, Rule
from nianbao.terms.finding import Severity
from nianbao.terms.form import Field, Form, Layout, Part
from nianbao.terms.period import Period
from nianbao.terms.workbook_words import FAILING_HEADING, FAILS, PASSES, SELF_CHECK

_LONGEST = 1000
_TOLD, _TOLD_HEIGHT = 4, 22.0
"""So many that fail are told under a form, shared by its parts, each in up to two printed lines."""


@dataclass(frozen=True)
class Counted:
    """What the cover counts of a form: comparisons that fail, and required lines left blank; empty where it has none.

    Both are formulas; `blank_now` is how many lines are blank as the workbook is written.
    """

    failing: str
    blank: str
    blank_now: int


@dataclass
class SelfCheck:
    """What a form compares, and where its parts stand as far as they are written."""

    book: BlankBook
    form: Form
    period: Period
    parts: Sequence[Part]
    placed: dict[str, Placed] = field(default_factory=dict)

    def is_of(self, part: Part) -> bool:
        """Whether a part has a column of its own for it."""
        return any(self._formulas(rule, each).subject.part == part for rule, each in self._compared())

    def limit_of(self, placed: Placed, asked: Field) -> tuple[str, str]:
        """What keeps a wrong value out while it is typed, over the first row, and in words; empty where nothing does.

        Only what is rejected and stands in the same part; what may be explained is told beside the cell.
        """
        tests, words = [], []
        first = placed.row_of(asked) if placed.part.layout is Layout.INDICATOR else placed.rows[0]
        for rule, comparison in self._compared():
            formulas = replace(self._formulas(rule, comparison), placed={placed.part.code: placed})
            if rule.severity is not Severity.REJECT or not formulas.words() or formulas.subject.field != asked:
                continue
            if formulas.subject.part == placed.part and formulas.is_placed and formulas.stays_in_part:
                tests.append(f"{formulas.failed(first, of_record=False)}=0")
                words.append(formulas.words())
        return ",".join(tests), "、".join(words)

    def write(self, page: Page) -> None:
        """Write the column 自查 of every part that is written."""
        for placed in self.placed.values():
            own = [
                (rule, formulas)
                for rule, comparison in self._compared()
                if (formulas := self._formulas(rule, comparison)).subject.part == placed.part and formulas.is_placed
            ]
            if not own:
                continue
            if placed.part.layout is Layout.INDICATOR:
                self._write_lines(page, placed, own)
            else:
                self._write_records(page, placed, own)
            for rule, formulas in own:
                self._mark(page, placed, formulas, rule.severity)
            _colour(page, placed)

    def tell(self, page: Page) -> None:
        """Say in print, under the 说明 of the form, which lines and records fail first and why.

        Beside them a sentence goes on over the margin of the page, or stands right of what is printed.
        """
        checked = list(filter(self._has_column, self.placed.values()))
        if not checked:
            return
        most = max(1, _TOLD // len(checked))
        page.line(FAILING_HEADING.format(most=most), "failing_head", _TOLD_HEIGHT)
        for placed in checked:
            of_part = f'"{placed.part.zh}："&' if len(self.placed) > 1 else ""
            self._tell_part(page, placed, most, of_part)

    def _tell_part(self, page: Page, placed: Placed, most: int, of_part: str) -> None:
        """Each row looks for the next one below the one before: no array, which a merged cell does not take."""
        searched = at = xl_range_abs(placed.rows[0], placed.check_column, placed.rows[-1], placed.check_column)
        before = ""
        for _ in range(most):
            found = xl_rowcol_to_cell(page.row, 0)
            page.set_height(page.row, _TOLD_HEIGHT)
            next_one = f'=IFERROR({before}MATCH("{FAILS}*",{searched},0),"")'
            page.sheet.write_formula(page.row, 0, next_one, page.styles["failing_line"], "")
            page.merge(1, page.last, "", "failing_text")
            sentence = f"{of_part}MID(INDEX({at},{found}),{len(FAILS) + 2},{_LONGEST})"
            told = f'=IF(ISNUMBER({found}),{sentence},"")'
            page.sheet.write_formula(page.row, 1, told, page.styles["failing_text"], "")
            before, searched = f"{found}+", f"INDEX({at},{found}+1):INDEX({at},ROWS({at}))"
            page.row += 1

    def _has_column(self, placed: Placed) -> bool:
        return bool(placed.rows) and self.is_of(placed.part)

    def count(self) -> Counted:
        """What the cover counts of the form."""
        written = (replace(self._formulas(*each), abroad=True) for each in self._compared())
        failing = "+".join(f"SUM({formulas.failed()})" for formulas in written if formulas.is_placed)
        lines = {code: placed.required_lines for code, placed in self.placed.items()}
        blank = "+".join(f"COUNTBLANK({cells})" for code in lines for cells in self.placed[code].cells_of(lines[code]))
        answers = self.book.filled.forms.get(self.form.code, {})
        answered = {code: next(iter(answers.get(code, ())), {}) for code in lines}
        blank_now = sum(answered[code].get(each.code) is None for code, fields in lines.items() for each in fields)
        return Counted(failing, blank, blank_now)

    def _compared(self) -> Iterator[tuple[Rule, Condition]]:
        codes = {part.code for part in self.parts}
        for rule in self.book.comparisons:
            if rule.form == self.form.code and rule.part in codes and rule.span.covers(self.period):
                yield from ((rule, comparison) for comparison in rule.comparisons)

    def _formulas(self, rule: Rule, comparison: Condition) -> Formulas:
        part = self.form.part(rule.part)
        compared = parse_comparison(comparison)
        return Formulas(comparison, compared, self.form, part, self.placed, self.book.options)

    def _write_lines(self, page: Page, placed: Placed, own: list[tuple[Rule, Formulas]]) -> None:
        for asked in placed.fields:
            row = placed.row_of(asked)
            about = [(rule, each) for rule, each in own if each.subject.field == asked]
            if not about:
                page.sheet.write_blank(row, placed.check_column, None, page.styles["check"])
                continue
            self._write(page, row, placed.check_column, about, about[0][1].is_filled(row))

    def _write_records(self, page: Page, placed: Placed, own: list[tuple[Rule, Formulas]]) -> None:
        own_part = (self.form.code, placed.part.code)
        stand = {code for *part, code, _ in self.book.before.said_of_year if tuple(part) == own_part}
        for row in placed.rows:
            about = [(rule, each) for rule, each in own if each.is_of_one_row or row == placed.rows[0]]
            if about:
                self._write(page, row, placed.check_column, about, own[0][1].is_filled(row, stand))
            else:
                page.sheet.write_blank(row, placed.check_column, None, page.styles["check"])

    def _write(self, page: Page, row: int, column: int, about: list[tuple[Rule, Formulas]], is_filled: str) -> None:
        """✓ where something is filled in and nothing fails, else ✗ and the sentence of the first that fails."""
        formula = f'IF({is_filled},"{PASSES}","")'
        fixed = {"unit": self.book.unit.zh, "period": self.period.zh, "form": f"{self.form.code} {self.form.zh}"}
        for rule, formulas in reversed(about):
            sentence = formulas.sentence(rule.says, fixed, row)
            formula = f'IF({formulas.failed(row)},"{FAILS} "&{sentence},{formula})'
        page.sheet.write_formula(row, column, f"={formula}", page.styles["check"], "")

    def _mark(self, page: Page, placed: Placed, formulas: Formulas, severity: Severity) -> None:
        """Colour the cells that fail; a row that is put in between has that at once, as it has its limits."""
        asked = formulas.subject.field
        rows = placed.rows if placed.part.layout is Layout.LEDGER else range(placed.row_of(asked), 0)
        formula = f"={formulas.failed(rows.start, of_record=formulas.tells_of_blank)}"
        if formulas.is_of_one_row and len(formula) <= LONGEST_FORMULA:
            last = rows[-1] if placed.part.layout is Layout.LEDGER else rows.start
            column = placed.column_of(asked)
            page.sheet.conditional_format(
                rows.start, column, last, column,
                {"type": "formula", "criteria": formula, "format": page.styles[f"failing_{severity}"]},
            )  # fmt: skip


def _colour(page: Page, placed: Placed) -> None:
    """Let what fails be red; what passes is green."""
    rows, column = placed.rows, placed.check_column
    failing = {"type": "text", "criteria": "begins with", "value": FAILS, "format": page.styles["failed"]}
    page.sheet.conditional_format(rows[0], column, rows[-1], column, failing)


def write_title(page: Page, column: int, rows: int = 1) -> None:
    """Head the column 自查, in the current row."""
    page.merge(column, column, SELF_CHECK, "header", rows)
