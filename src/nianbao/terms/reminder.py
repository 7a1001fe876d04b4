"""Reminders 催报: what a unit is told about what it owes, before the last day and after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from nianbao.terms.contact import Contact
from nianbao.terms.morning import Owed, zh_day
from nianbao.terms.status import Status


class Reminding(StrEnum):
    """Whether a form is still to come in time, or is owed past its day."""

    BEFORE = "before"
    AFTER = "after"

    @property
    def zh(self) -> str:
        """What the text is called."""
        return "报送提醒" if self is Reminding.BEFORE else "催报"


@dataclass(frozen=True)
class Reminder:
    """One text to one unit: the forms it is about, how the unit is reached, and where it sends to."""

    unit_code: str
    unit_zh: str
    contact: Contact
    office: Contact
    issuer: str
    reminding: Reminding
    owed: tuple[Owed, ...]
    on: dt.date

    @property
    def title(self) -> str:
        """`关于报送2021年第四季度统计报表的催报`."""
        periods = "、".join(dict.fromkeys(each.period_zh for each in self.owed))
        return f"关于{periods}统计报表的{self.reminding.zh}"

    @property
    def text(self) -> str:
        """The whole text, ready to be sent."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> list[str]:
        is_before = self.reminding is Reminding.BEFORE
        closing = "如已报送，请以回执为准。" if is_before else "已报送的请核对回执；确有困难的，请来电说明并申请延期。"
        opening = "下列报表即将到期，请按时报送：" if is_before else "下列报表已过报送期限或须重新报送，请尽快办理："
        lines = [self.title, "", f"{self.unit_zh}：", f"　　{opening}"]
        for number, (_, dues) in enumerate(groupby(self.owed, key=_what), start=1):
            lines.append(f"　　{number}. {_said(list(dues), self.on)}")
        lines.append(f"　　{closing}")
        if self.office.office:
            reached = "，".join(filter(None, (self.office.phone and f"电话{self.office.phone}", self.office.mail)))
            lines.append(f"　　报送和咨询：{self.office.office}{f'（{reached}）' if reached else ''}。")
        return [*lines, "", self.issuer, zh_day(self.on)]


def _what(owed: Owed) -> tuple[str, Status, dt.date, dt.date]:
    return owed.period, owed.status, owed.due_on, owed.accepted_until


def _said(dues: Sequence[Owed], on: dt.date) -> str:
    first = dues[0]
    forms = "、".join(f"{each.form_code}《{each.form_zh}》" for each in dues)
    if first.status is Status.NOT_DUE:
        left = (first.due_on - on).days
        how = "今天截止" if left == 0 else f"还有{left}天"
        return f"{first.period_zh}：{forms}，{zh_day(first.due_on)}前报送（含当日，{how}）。"
    if first.status is not Status.MISSING:
        return f"{first.period_zh}：{forms}，已报送但{first.status.zh}，请按回执修改或说明后重新报送。"
    late = f"应于{zh_day(first.due_on)}前报送（含当日），已逾期{(on - first.due_on).days:,}天"
    last = f"最迟{zh_day(first.accepted_until)}接收" if on <= first.accepted_until else "已过接收期限，须先申请延期"
    return f"{first.period_zh}：{forms}，{late}，{last}。"
