"""Turns a comparison into formulas that Excel, WPS and LibreOffice calculate alike, over a row or over all rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from string import Formatter
from typing import cast

from sqlglot import exp
from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from nianbao.catalog.comparisons import SIDES, Compared, Named, find_named, is_number, is_over_rows
from nianbao.intake.blank.limits import MONEY_SCALE_NAME
from nianbao.intake.blank.options import Options
from nianbao.terms.check import Condition
from nianbao.terms.form import NUMBERS, Field, FieldType, Form, Layout, Part
from nianbao.terms.workbook_words import RUNNING, field_code

_LONGEST_TEXT = 250
_SIGNS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_SUMS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_WORDS: dict[type[exp.Expr], str] = {
    exp.EQ: "等于",
    exp.LT: "小于",
    exp.LTE: "不大于",
    exp.GT: "大于",
    exp.GTE: "不小于",
}


@dataclass(frozen=True)
class Placed:
    """Where a part stands on its sheet: a row for each line or record, the columns of fields and of the self-check."""

    sheet: str
    part: Part
    fields: tuple[Field, ...]
    rows: range
    check_column: int

    def row_of(self, field: Field) -> int:
        """The row of a line."""
        return self.rows[self.fields.index(field)]

    def column_of(self, field: Field) -> int:
        """The column in which a field is answered."""
        return 4 if self.part.layout is Layout.INDICATOR else self.fields.index(field) + 1

    @property
    def required_lines(self) -> list[Field]:
        """The lines that may not stay blank; a ledger has none, for it may have no record."""
        return [field for field in self.fields if field.required and self.part.layout is Layout.INDICATOR]

    def cells_of(self, lines: Sequence[Field]) -> Iterator[str]:
        """Where lines are answered, as ranges of cells that name their sheet."""
        for _, run in groupby(enumerate(lines), lambda each: self.row_of(each[1]) - each[0]):
            fields = [field for _, field in run]
            first, last = (self.row_of(field) for field in (fields[0], fields[-1]))
            column = self.column_of(fields[0])
            yield f"{quote_sheetname(self.sheet)}!{xl_range_abs(first, column, last, column)}"


@dataclass(frozen=True)
class Formulas:
    """Writes the formulas of one comparison of a form; with `abroad` they name the sheet, to stand on another."""

    comparison: Condition
    compared: Compared
    form: Form
    part: Part
    placed: Mapping[str, Placed]
    options: Options
    abroad: bool = False

    @property
    def is_placed(self) -> bool:
        """Whether every field that is compared stands on the sheet."""
        for column in self.compared.columns():
            named = self.named(column)
            if named.part.code not in self.placed or named.field not in self.placed[named.part.code].fields:
                return False
        return True

    @property
    def subject(self) -> Named:
        """The field that the comparison is about."""
        return self.named(self.compared.subject)

    @property
    def is_of_one_row(self) -> bool:
        """Whether a single line or record breaks it."""
        return not is_over_rows(self.compared)

    @property
    def stays_in_part(self) -> bool:
        """Whether it names no other part and adds nothing up."""
        return self.is_of_one_row and all(self.named(each).part == self.part for each in self.compared.columns())

    def named(self, column: exp.Column) -> Named:
        """The field of a column."""
        return find_named(column, self.form, self.part)

    @property
    def tells_of_blank(self) -> bool:
        """Whether it can fail of a cell that is blank, so that a row without a record must be left out."""
        return any(tree.find(exp.Is, exp.Coalesce) for tree in (self.compared.must, self.compared.when))

    def failed(self, row: int | None = None, of_record: bool = True) -> str:
        """1 where the comparison fails in a row, else 0; without a row an array over all of them."""
        holds, _ = self._truth(self.compared.when, row)
        _, fails = self._truth(self.compared.must, row)
        factors = [holds, fails] if self.comparison.when else [fails]
        if of_record and self.is_of_one_row and self.subject.part.layout is Layout.LEDGER:
            factors.insert(0, f"({self.is_filled(row)})")
        return "*".join(factors)

    def is_filled(self, row: int | None, besides: Collection[str] = ()) -> str:
        """Whether the line is answered, or the record says anything besides what was filled in in advance.

        `besides`: the fields that stand there already because they stand all year.
        """
        placed = self.placed[self.subject.part.code]
        if placed.part.layout is Layout.INDICATOR:
            return f"LEN({self._cell(self.subject, row)})>0"
        fields = placed.fields[1:] if placed.part.rows else placed.fields
        cells = {each.code: self._cell(Named(placed.part, each), row) for each in fields if each.code not in besides}
        said = "&".join(cells.values()) or '""'
        says = f"LEN({said})>0"
        if not placed.part.running:
            return says
        anew = "&".join(cell for code, cell in cells.items() if code not in placed.part.filled_in)
        return f'({says})*((LEFT({self._number(placed, row)})<>"{RUNNING}")+(LEN({anew})>0))>0'

    def sentence(self, says: str, fixed: Mapping[str, str], row: int | None) -> str:
        """What is said of the row, as a formula that puts the values in."""
        value, due = self.compared.sides
        subject = self.subject
        known = {**fixed, "zh": subject.field.zh, "line": field_code(self.form.code, subject.field.line)}
        pieces: list[str] = []
        for literal, word, _, _ in Formatter().parse(says):
            if literal:
                pieces += _quoted(literal)
            if word in known:
                pieces += _quoted(known[word])
            elif word == "value":
                pieces.append(self._shown(value, row))
            elif word == "expected" and not self.comparison.expected and due is not None:
                pieces.append(self._shown(due, row))
            elif word == "expected":
                pieces += _quoted(self.comparison.expected)
            elif word:
                pieces.append(self._shown(exp.column(word.removesuffix("_zh")), row))
        return "&".join(pieces)

    def words(self) -> str:
        """What the subject must be, in words: 不大于“职工人数”; empty where that is not said in a few."""
        must = self.compared.must
        if self.comparison.when or type(must) not in _WORDS or not isinstance(must.this, exp.Column):
            return ""
        return _WORDS[type(must)] + self._side_words(must.expression)

    def _side_words(self, side: exp.Expr) -> str:
        if isinstance(side, exp.Column):
            return f"“{self.named(side).field.zh}”"
        if isinstance(side, exp.Add):
            return "、".join(self._side_words(each) for each in side.flatten()) + "之和"
        if isinstance(side, exp.Coalesce):
            return self._side_words(side.this)
        return side.sql()

    def _number(self, placed: Placed, row: int | None) -> str:
        """The cell of a record's running number; without a row those of all records."""
        return self._of_records(placed, 0, row)

    def _cell(self, named: Named, row: int | None) -> str:
        placed = self.placed[named.part.code]
        column = placed.column_of(named.field)
        if placed.part.layout is Layout.LEDGER:
            return self._of_records(placed, column, row)
        return f"{self._front(placed)}{xl_rowcol_to_cell(placed.row_of(named.field), column, col_abs=True)}"

    def _of_records(self, placed: Placed, column: int, row: int | None) -> str:
        if row is not None and placed.part == self.part and self.is_of_one_row:
            return f"{self._front(placed)}{xl_rowcol_to_cell(row, column, col_abs=True)}"
        whole = partial(xl_rowcol_to_cell, row_abs=True, col_abs=True)
        return f"{self._front(placed)}{whole(placed.rows[0], column)}:{whole(placed.rows[-1], column)}"

    def _front(self, placed: Placed) -> str:
        return f"{quote_sheetname(placed.sheet)}!" if self.abroad else ""

    def _amount(self, node: exp.Expr, row: int | None) -> tuple[str, list[str]]:
        """A number, and what must hold for it to be one."""
        if isinstance(node, exp.Column):
            named = self.named(node)
            cell = self._cell(named, row)
            return cell + _scaled(named.field), [f"ISNUMBER({cell})"]
        if isinstance(node, exp.Sum):
            named = self.named(cast(exp.Column, node.this))
            cell = self._cell(named, None)
            return f"SUM({cell}){_scaled(named.field)}", [f"(COUNT({cell})>0)"]
        if isinstance(node, exp.Coalesce):
            amount, guards = self._amount(node.this, row)
            return f"IF({'*'.join(guards)},{amount},{self._amount(node.expressions[0], row)[0]})", []
        if isinstance(node, exp.Literal):
            return node.name, []
        if isinstance(node, (exp.Paren, exp.Neg, exp.Abs)):
            amount, guards = self._amount(node.this, row)
            front = {exp.Paren: "", exp.Neg: "-", exp.Abs: "ABS"}[type(node)]
            return f"{front}({amount})", guards
        (left, guards), (right, more) = self._amount(node.this, row), self._amount(node.expression, row)
        return f"({left}{_SUMS[type(node)]}{right})", [*guards, *more]

    def _truth(self, node: exp.Expr, row: int | None) -> tuple[str, str]:
        """1 or 0: whether it holds, and whether it fails; of a blank it does neither, as in SQL."""
        if isinstance(node, exp.Paren):
            return self._truth(node.this, row)
        if isinstance(node, exp.Not):
            holds, fails = self._truth(node.this, row)
            return fails, holds
        if isinstance(node, (exp.And, exp.Or)):
            (one, not_one), (two, not_two) = self._truth(node.this, row), self._truth(node.expression, row)
            either = f"(({not_one}+{not_two})>0)", f"(({one}+{two})>0)"
            return (f"({one}*{two})", either[0]) if isinstance(node, exp.And) else (either[1], f"({not_one}*{not_two})")
        if isinstance(node, exp.Between):
            low = exp.GTE(this=node.this, expression=node.args["low"])
            return self._truth(exp.And(this=low, expression=exp.LTE(this=node.this, expression=node.args["high"])), row)
        if isinstance(node, exp.In):
            equal = [exp.EQ(this=node.this, expression=each) for each in node.expressions]
            return self._truth(exp.or_(*equal, copy=False), row)
        if isinstance(node, exp.Is):
            named = self.named(cast(exp.Column, node.this))
            cell = self._cell(named, row)
            is_said = f"ISNUMBER({cell})" if named.field.type in NUMBERS else f"(LEN({cell})>0)"
            return f"(1-{is_said})", f"({is_said}*1)"
        assert isinstance(node, SIDES)
        return self._sides(node, row)

    def _sides(self, node: exp.Expr, row: int | None) -> tuple[str, str]:
        sign, left, right = _SIGNS[type(node)], node.this, node.expression
        if is_number(left, self.named) and is_number(right, self.named):
            (one, guards), (two, more) = self._amount(left, row), self._amount(right, row)
            if two == one == "1":
                return "1", "0"
            guard = "*".join(dict.fromkeys([*guards, *more]))
            # A sheet counts in binary fractions: what differs by less than a millionth is the same.
            test = f"ROUND({one}-{two},6){sign}0"
        else:
            named = next(self.named(each) for each in (left, right) if isinstance(each, exp.Column))
            one, two = (self._text(each, named.field, row) for each in (left, right))
            cells = (self._cell(self.named(each), row) for each in (left, right) if isinstance(each, exp.Column))
            guard, test = "*".join(f"(LEN({cell})>0)" for cell in cells), f"{one}{sign}{two}"
        if not guard:
            return f"IF({test},1,0)", f"IF({test},0,1)"
        return f"IF({guard},IF({test},1,0),0)", f"IF({guard},IF({test},0,1),0)"

    def _text(self, node: exp.Expr, field: Field, row: int | None) -> str:
        if isinstance(node, exp.Column):
            return self._cell(self.named(node), row)
        label = self.options.labels(field.codes).get(node.name, node.name) if field.codes else node.name
        return _quoted(label)[0]

    def _shown(self, node: exp.Expr, row: int | None) -> str:
        """A value in a sentence: as it stands in its cell, a calculated one without the dust of binary fractions."""
        if isinstance(node, exp.Column) and self.named(node).field.type not in NUMBERS:
            cell = self._cell(self.named(node), row)
            return f'IF(LEN({cell})>0,{cell},"空")'
        amount, guards = self._amount(node, row)
        return f'IF({"*".join(guards)},ROUND({amount},4),"空")' if guards else f"ROUND({amount},4)"


def _scaled(field: Field) -> str:
    """Money is compared in 元, whatever the cover says."""
    return f"*{MONEY_SCALE_NAME}" if field.type is FieldType.MONEY and field.unit == "元" else ""


def _quoted(text: str) -> list[str]:
    """A text as strings of a formula, none longer than Excel takes."""
    cut = [text[start : start + _LONGEST_TEXT] for start in range(0, len(text), _LONGEST_TEXT)] or [""]
    return ['"' + each.replace('"', '""') + '"' for each in cut]
