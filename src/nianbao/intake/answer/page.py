"""The receipt as one page for the clerk, without scripts and fit to print, and as the letter of a reply."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING

from nianbao.intake.answer.receipt import by_weight, compared_zh, grouped
from nianbao.intake.answer.work import last_days_zh, office_zh, outcome_zh
from nianbao.templates import open_templates, read_part
from nianbao.terms.delivery import Outcome
from nianbao.terms.finding import Severity
from nianbao.terms.morning import zh_day
from nianbao.terms.numbers import (
    write_before,
    write_change,
    write_difference,
    write_expected,
    write_value,
)
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.receipt import Receipt

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_PACKAGE = "nianbao.intake.answer"
_CHANGES_SHOWN = 100


def render_page(receipt: Receipt) -> str:
    """A receipt as an HTML page."""
    style, style_hash = _style()
    return _template().render(
        it=receipt,
        outcome=outcome_zh(receipt),
        compared_zh=compared_zh,
        mask=mask,
        write_value=write_value,
        write_expected=write_expected,
        write_difference=write_difference,
        write_before=write_before,
        write_change=write_change,
        last_days=last_days_zh(receipt),
        period_zh=_period_zh,
        received=f"{zh_day(receipt.received_at)} {receipt.received_at:%H:%M}",
        groups=[(look.value, zh, shown) for look, zh, shown in by_weight(grouped(receipt.findings))],
        is_open=any(item.is_open for item in receipt.findings),
        asks=any(item.is_open and item.severity is Severity.EXPLAIN for item in receipt.findings),
        changes_shown=_CHANGES_SHOWN,
        is_duplicate=receipt.outcome is Outcome.DUPLICATE,
        style=style,
        style_hash=style_hash,
    )


def _period_zh(code: str | None) -> str:
    return Period.parse(code).zh if code else ""


@cache
def _style() -> tuple[Markup, str]:
    """The style of the page, and its hash, by which the page lets it in."""
    from markupsafe import Markup

    style = read_part(_PACKAGE, "receipt.css")
    return Markup(style), base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")  # our own file


@cache
def _template() -> Template:
    return open_templates(_PACKAGE).get_template("receipt.html.j2")


_SHOWN = 10


def compose_letter(receipt: Receipt) -> tuple[str, str]:
    """Title and text of the letter that brings a receipt: what is wrong where, what to do until when, whom to call.

    The values that were reported stay in the attached files.
    """
    unit = receipt.unit or "贵单位"
    lines = [f"{unit}：", "", f"您好！您报送的文件“{receipt.file}”已收到，结果为：{receipt.outcome_zh}。"]
    lines += [*_wrong(receipt), ""]
    open_ = sum(finding.is_open for finding in receipt.findings)
    if open_ and receipt.marked_workbook:
        lines.append(
            f"尚有{open_}处需要改正或说明。附件中已标出有问题的单元格，请直接在其中改正，保存后回复本邮件并附上该文件。"
        )
    elif open_:
        lines.append(f"尚有{open_}处需要改正或说明，详见附件回执。请在原文件中改正后回复本邮件并附上该文件。")
    else:
        lines.append("详细情况见附件回执，请留存备查。")
    lines += [*last_days_zh(receipt), *office_zh(receipt), *_concluded(receipt)]
    lines += ["", f"回执编号：{receipt.delivery_id}", "本邮件由系统自动发送。"]
    return f"报表回执 {receipt.unit or ''}{_period_zh(receipt.period)}".strip(), "\n".join(lines) + "\n"


def _concluded(receipt: Receipt) -> list[str]:
    """What was decided of each form, below what there is to do."""
    lines = [
        f"　　{each.form} {each.form_zh}{f'（{each.table_no}）' if each.table_no else ''}：{each.decision_zh}"
        for each in receipt.submissions[:_SHOWN]
    ]
    if len(receipt.submissions) > _SHOWN:
        lines.append(f"　　……共{len(receipt.submissions)}张表，见附件回执。")
    return ["", "各表审核结论：", *lines] if lines else []


def _wrong(receipt: Receipt) -> list[str]:
    shown = [
        f"{zh}：{' '.join(filter(None, (each.sheets_zh, each.finding.cell)))}　{each.finding.sentence}"
        for _look, zh, some in by_weight(grouped([finding for finding in receipt.findings if finding.is_open]))
        for each in some
    ]
    if not shown:
        return []
    rest = [f"　　……共{len(shown)}条，见附件回执。"] if len(shown) > _SHOWN else []
    return ["", "存在的问题：", *(f"　　{number}. {line}" for number, line in enumerate(shown[:_SHOWN], 1)), *rest]
