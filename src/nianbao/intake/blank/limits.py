"""What a cell lets a clerk type: the ranges and lists of the suites, as data validations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nianbao.intake.blank.options import list_name
from nianbao.terms.check import Rule
from nianbao.terms.finding import Severity
from nianbao.terms.form import NUMBERS, Field, FieldType
from nianbao.terms.workbook_words import NO, NOT_APPLICABLE, YES

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MONEY_UNIT_NAME = "money_unit"
MONEY_SCALE_NAME = "money_scale"
"""Defined names of the workbook: the money unit chosen on the cover, and how many 元 it is."""

LONGEST_FORMULA = 255
"""Excel takes no longer formula for what may be typed."""

_RANGE = "expect_column_values_to_be_between"
_LENGTH = "expect_column_value_lengths_to_be_between"
_LARGEST = 99_999_999_999_999
_FIRST_DAY = dt.date(1949, 10, 1)
_TITLE_LENGTH, _MESSAGE_LENGTH = 32, 255


@dataclass(frozen=True)
class Limits:
    """The range a suite sets for a column; a `soft` one may be overstepped with an explanation.

    `test` is a formula over the first cell that must hold besides, `words` says what it asks.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    above_low: bool = False
    below_high: bool = False
    soft: bool = False
    test: str = ""
    words: str = ""


LimitsByColumn = dict[tuple[str, str, str], Limits]
"""(form, part, column) → limits."""


def limits_by_column(rules: Iterable[Rule]) -> LimitsByColumn:
    """The ranges that the rules set for single columns; what is rejected outweighs what must be explained."""
    found: LimitsByColumn = {}
    for rule in rules:
        column = rule.kwargs.get("column")
        if rule.type not in (_RANGE, _LENGTH) or not isinstance(column, str) or rule.kwargs.get("row_condition"):
            continue
        key = (rule.form, rule.part, column)
        new = _limits(rule)
        old = found.get(key)
        if old is None or (old.soft and not new.soft):
            found[key] = new
        elif old.soft == new.soft:
            found[key] = _tighter(old, new)
    return found


def limit_entry(sheet: Worksheet, cells: tuple[int, int, int, int], field: Field, limits: Limits | None) -> None:
    """Put a field's validation and its messages on a range of cells."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # receipts, which every night may write, name limits only

    limits = limits or Limits()
    kind = _KINDS.get(field.type)
    if kind is None:
        rule = _choice(field) if field.type in (FieldType.CODE, FieldType.BOOL) else _text(limits)
    elif field.type is FieldType.DATE:
        rule = {"validate": "date", "criteria": ">=", "value": _FIRST_DAY}
    else:
        rule = _number(field, limits, kind, xl_rowcol_to_cell(cells[0], cells[1]))
    wanted = describe_entry(field, limits)
    sheet.data_validation(
        *cells,
        {
            **rule,
            "input_title": field.zh[:_TITLE_LENGTH],
            "input_message": "\n".join(filter(None, (field.hint, f"{wanted}。{_need(field, limits)}")))[
                :_MESSAGE_LENGTH
            ],
            "error_title": "请核对",
            "error_message": _complaint(field, wanted, limits)[:_MESSAGE_LENGTH],
            "error_type": "warning" if limits.soft else "stop",
        },
    )


def describe_entry(field: Field, limits: Limits) -> str:
    """What a cell of the field wants, as a clerk reads it: 填整数，不小于0，单位“人”."""
    if field.type is FieldType.MONEY and field.unit == "元":
        unit = "，单位以封面的金额单位为准"
    else:
        unit = f"，单位“{field.unit}”" if field.unit else ""
    words = f"，{limits.words}" if limits.words else ""
    return _WANTED[field.type] + _range_zh(field, limits) + words + unit


_KINDS = {
    FieldType.INT: "integer",
    FieldType.MONEY: "decimal",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "date",
}
_WANTED = {
    FieldType.INT: "填整数",
    FieldType.MONEY: "填金额，最多两位小数",
    FieldType.DECIMAL: "填数字",
    FieldType.TEXT: "填文字",
    FieldType.CODE: "从列表中选择",
    FieldType.DATE: "填日期，如2021-05-20",
    FieldType.BOOL: "选“是”或“否”",
}


def _need(field: Field, limits: Limits) -> str:
    if field.required:
        zero_fits = field.type in NUMBERS and (limits.low is None or limits.low <= 0)
        return "没有发生填0。" if zero_fits else "必填。"
    return "不适用的可不填，或填“无”。" if field.type in NUMBERS else "不适用的可不填。"


def _complaint(field: Field, wanted: str, limits: Limits) -> str:
    if limits.soft:
        return f"“{field.zh}”一般应{wanted}。数字属实的请选“是”保留，并在本表下方“说明”中写明原因。"
    return f"“{field.zh}”应{wanted}。请改正后再填。"


def _limits(rule: Rule) -> Limits:
    low, high = rule.kwargs.get("min_value"), rule.kwargs.get("max_value")
    return Limits(
        low=None if low is None else Decimal(str(low)),
        high=None if high is None else Decimal(str(high)),
        above_low=bool(rule.kwargs.get("strict_min")),
        below_high=bool(rule.kwargs.get("strict_max")),
        soft=rule.severity is not Severity.REJECT,
    )


def _tighter(one: Limits, other: Limits) -> Limits:
    lows = [limits for limits in (one, other) if limits.low is not None]
    highs = [limits for limits in (one, other) if limits.high is not None]
    low = max(lows, key=lambda limits: (limits.low, limits.above_low), default=Limits())
    high = min(highs, key=lambda limits: (limits.high, not limits.below_high), default=Limits())
    return Limits(low.low, high.high, low.above_low, high.below_high, one.soft)


def _range_zh(field: Field, limits: Limits) -> str:
    if field.type is FieldType.TEXT and limits.low is not None and limits.low == limits.high:
        return f"，{limits.low:f}位"
    words = []
    if limits.low is not None:
        words.append(f"{'大于' if limits.above_low else '不小于'}{limits.low:f}")
    if limits.high is not None:
        words.append(f"{'小于' if limits.below_high else '不大于'}{limits.high:f}")
    if not words:
        return ""
    if field.type is FieldType.TEXT:
        return "，字数" + "、".join(words)
    unit = "元" if _scales(field, limits) else ""
    return "，" + "、".join(word + unit for word in words)


def _choice(field: Field) -> dict[str, Any]:
    source: str | list[str] = [YES, NO] if field.type is FieldType.BOOL else f"={list_name(field.codes)}"
    return {"validate": "list", "source": source}


def _text(limits: Limits) -> dict[str, Any]:
    if limits.low is None and limits.high is None:
        return {"validate": "any"}
    low, high = int(limits.low or 0), int(limits.high or _MESSAGE_LENGTH)
    return {"validate": "length", "criteria": "between", "minimum": low, "maximum": high}


def _number(field: Field, limits: Limits, kind: str, cell: str) -> dict[str, Any]:
    low, high = _bound(field, limits.low), _bound(field, limits.high)
    formula = _number_formula(field, limits, cell)
    if len(formula) > LONGEST_FORMULA:
        limits = replace(limits, test="")
        formula = _number_formula(field, limits, cell)
    if not field.required or limits.above_low or limits.below_high or limits.test:
        return {"validate": "custom", "value": formula}
    if limits.low is not None and limits.high is None:
        return {"validate": kind, "criteria": ">=", "value": low}
    if limits.high is not None and limits.low is None:
        return {"validate": kind, "criteria": "<=", "value": high}
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": -_LARGEST if limits.low is None else low,
        "maximum": _LARGEST if limits.high is None else high,
    }


def _number_formula(field: Field, limits: Limits, cell: str) -> str:
    """An optional number may also be declared not applicable, which no plain range of Excel's allows."""
    tests = [f"{cell}=INT({cell})"] if field.type is FieldType.INT else []
    if limits.low is not None:
        tests.append(f"{cell}{'>' if limits.above_low else '>='}{_bound(field, limits.low).lstrip('=')}")
    if limits.high is not None:
        tests.append(f"{cell}{'<' if limits.below_high else '<='}{_bound(field, limits.high).lstrip('=')}")
    tests += filter(None, [limits.test])
    inside = f"AND({','.join(tests)})" if tests else "TRUE"
    otherwise = "OR(" + ",".join(f'{cell}="{word}"' for word in NOT_APPLICABLE) + ")" if not field.required else "0"
    return f"=IF(ISNUMBER({cell}),{inside},{otherwise})"


def _bound(field: Field, bound: Decimal | None) -> str:
    """A limit as a formula; the suites speak of 元, the cell holds what the cover says."""
    if bound and field.type is FieldType.MONEY and field.unit == "元":
        return f"={bound:f}/{MONEY_SCALE_NAME}"
    return "" if bound is None else f"{bound:f}"


def _scales(field: Field, limits: Limits) -> bool:
    return any("/" in _bound(field, bound) for bound in (limits.low, limits.high))
