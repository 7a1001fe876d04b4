"""The words that go with a receipt where a person reads them: as a mail."""

from __future__ import annotations

from nianbao.terms.receipt import Receipt

_SHOWN = 10


def compose_letter(receipt: Receipt) -> tuple[str, str]:
    """Title and text of the letter that brings a receipt; every value stays in the attached files."""
    unit = receipt.unit or "贵单位"
    period = receipt.period or ""
    lines = [f"{unit}：", "", f"您好！您报送的文件“{receipt.file}”已收到，结果为：{receipt.outcome_zh}。"]
    if receipt.submissions:
        lines += ["", "各表审核结论："]
        lines += [
            f"　　{each.form} {each.form_zh}{f'（{each.table_no}）' if each.table_no else ''}：{each.decision_zh}"
            for each in receipt.submissions[:_SHOWN]
        ]
        if len(receipt.submissions) > _SHOWN:
            lines.append(f"　　……共{len(receipt.submissions)}张表，见附件回执。")
    open_ = sum(finding.is_open for finding in receipt.findings)
    lines.append("")
    if open_ and receipt.marked_workbook:
        lines.append(
            f"尚有{open_}处需要改正或说明。附件中已标出有问题的单元格，请直接在其中改正，保存后回复本邮件并附上该文件。"
        )
    elif open_:
        lines.append(f"尚有{open_}处需要改正或说明，详见附件回执。请在原文件中改正后回复本邮件并附上该文件。")
    else:
        lines.append("详细情况见附件回执，请留存备查。")
    lines += ["", f"回执编号：{receipt.delivery_id}", "本邮件由系统自动发送。"]
    return f"报表回执 {receipt.unit or ''}{period}".strip(), "\n".join(lines) + "\n"
