"""The sheet 审核结果: the outcome in a sentence, and the findings with links to their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, quoteattr

from nianbao.intake.answer.job import AnswerLine, Job
from nianbao.intake.answer.package import MAIN, plain
from nianbao.intake.blank.style import text_height
from nianbao.terms.workbook_words import ANSWER_HEADER, ANSWER_KEY, ANSWER_PATTERN

_WIDTHS = (6, 11, 26, 10, 20, 20, 62, 40)
_HIDDEN = 2
_LETTERS = "ABCDEFGHIJ"
_LAST = _LETTERS[len(_WIDTHS) - 1]
_TAB = "FFC00000"
_MOST_LINES = 5_000
_PROMPT = "数字属实的，请写明原因，最多500字。写好后保存，把本文件报回。"
_LONGEST = 500


def compose_sheet(job: Job, look: Callable[[str], int], patterns: Mapping[tuple[str, str], str]) -> bytes:
    """The sheet as XML; `look` gives the styles, `patterns` how each marked cell was filled before."""
    rows = [_wide(1, job.title, look("title"), 30), _wide(2, job.outcome, look("outcome"), _high(job.outcome, 12))]
    rows += [
        _wide(number, text, look("guidance"), _high(text, 10)) for number, text in enumerate(job.guidance, start=3)
    ]
    top = len(rows)
    header = top + 1
    titles = (*ANSWER_HEADER, ANSWER_KEY, ANSWER_PATTERN)
    cells = "".join(
        _cell(letter, header, title, look("header")) for letter, title in zip(_LETTERS, titles, strict=True)
    )
    rows.append(f'<row r="{header}" ht="24" customHeight="1">{cells}</row>')
    links, opened = [], []
    for number, line in enumerate(job.lines[:_MOST_LINES], start=1):
        row = header + number
        rows.append(_line(row, number, line, look, patterns.get((line.sheet, line.cell), "")))
        if line.sheet:
            links.append(_link(f"D{row}", line))
        if line.key:
            opened.append(f"{_LAST}{row}")
    left = len(job.lines) - _MOST_LINES
    if left > 0:
        rows.append(
            _wide(
                header + _MOST_LINES + 1, f"另有{left}条未列出，改正以上各条后再次报送即可看到。", look("guidance"), 20
            )
        )
    merged = [*range(1, top + 1), *([header + _MOST_LINES + 1] if left > 0 else [])]
    return _sheet(rows, header, merged, opened, links).encode()


def _sheet(rows: list[str], header: int, merged: list[int], opened: list[str], links: list[str]) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(_WIDTHS, start=1)
    )
    hidden = f'<col min="{len(_WIDTHS) + 1}" max="{len(_WIDTHS) + _HIDDEN}" width="9" hidden="1" customWidth="1"/>'
    merges = "".join(f'<mergeCell ref="A{row}:{_LAST}{row}"/>' for row in merged)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="{_TAB}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{header}" topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{opened[0] if opened else f"A{header + 1}"}" '
        f'sqref="{opened[0] if opened else f"A{header + 1}"}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="20"/><cols>{columns}{hidden}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>"
        '<sheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0"/>'
        f'<mergeCells count="{len(merged)}">{merges}</mergeCells>{_validation(opened)}'
        f"{'<hyperlinks>' + ''.join(links) + '</hyperlinks>' if links else ''}"
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;9第 &amp;P 页　共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )


def _validation(opened: list[str]) -> str:
    if not opened:
        return ""
    return (
        '<dataValidations count="1"><dataValidation type="textLength" operator="lessThanOrEqual" allowBlank="1" '
        f'showInputMessage="1" showErrorMessage="1" errorTitle="请核对" error="说明最多{_LONGEST}字。" '
        f'promptTitle="说明" prompt="{_PROMPT}" sqref="{" ".join(opened)}">'
        f"<formula1>{_LONGEST}</formula1></dataValidation></dataValidations>"
    )


def _wide(row: int, text: str, style: int, height: float) -> str:
    return f'<row r="{row}" ht="{height:g}" customHeight="1">{_cell("A", row, text, style)}</row>'


def _line(row: int, number: int, line: AnswerLine, look: Callable[[str], int], pattern: str) -> str:
    place = line.cell or ("整表" if line.sheet else "")
    texts = (
        (str(number), "centred"), (line.severity_zh, line.severity.value), (line.sheets, "text"),
        (place, "link" if line.sheet else "centred"), (line.value, "text"), (line.expected, "text"),
        (line.opinion, "text"), (line.explanation, "open" if line.key else "closed"), (line.key, "text"),
        (pattern, "text"),
    )  # fmt: skip
    cells = "".join(_cell(letter, row, text, look(name)) for letter, (text, name) in zip(_LETTERS, texts, strict=True))
    height = max(text_height(text, width) for (text, _), width in zip(texts, _WIDTHS, strict=False))
    return f'<row r="{row}" ht="{min(height + 4, 400):g}" customHeight="1">{cells}</row>'


def _cell(letter: str, row: int, text: str, style: int) -> str:
    if not text:
        return f'<c r="{letter}{row}" s="{style}"/>'
    return (
        f'<c r="{letter}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(plain(text))}</t></is></c>'
    )


def _link(reference: str, line: AnswerLine) -> str:
    sheet = plain(line.sheet).replace("'", "''")
    place = quoteattr(f"'{sheet}'!{line.cell or 'A1'}")
    return f'<hyperlink ref="{reference}" location={place} display={quoteattr(line.cell or "整表")}/>'


def _high(text: str, size: float) -> float:
    return text_height(text, sum(_WIDTHS), size)
