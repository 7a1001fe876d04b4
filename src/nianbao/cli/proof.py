"""proof: an edited draft, its numbers held against the warehouse."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import say, say_json, say_table
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.settings import Home

if TYPE_CHECKING:
    from nianbao.review.draft.verdicts import CheckedDraft
    from nianbao.statistics.figures import Figures

DEVIATES = 1
_AROUND = 16


@click.command()
@place_options
@click.argument("draft", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--year", type=int, required=True, help="The year that the draft reports.")
@click.option("--text", "is_text", is_flag=True, help="The draft is plain text; - reads it from standard input.")
@click.option("--docx", "commented", type=click.Path(path_type=Path, dir_okay=False), help="Write it with comments.")
@click.option("--all", "show_all", is_flag=True, help="List the numbers that agree as well.")
@json_option
def proof(
    project_path: Path | None, home: Path, draft: Path, year: int, is_text: bool, commented: Path | None,
    show_all: bool, as_json: bool,
) -> None:  # fmt: skip
    """Check the numbers of an edited draft (.docx, or text) against the warehouse.

    Exit code 0: no number deviates, though the warehouse may not have all of them; 1: one deviates.
    """
    from nianbao.review.draft.comments import comment
    from nianbao.review.draft.prove import prove
    from nianbao.review.draft.reading import passages, read_text
    from nianbao.review.draft.word_file import WordFile

    is_text = is_text or str(draft) == "-" or draft.suffix.lower() in (".txt", ".md")
    if commented and is_text:
        raise UsageError(
            _("comments can only be put into a Word document"), next_step=_("leave out --docx, or give a .docx")
        )
    if commented and commented.resolve() == draft.resolve():
        raise UsageError(_("the draft itself is not written over"), str(draft), _("name another file after --docx"))
    word = None if is_text else WordFile(draft)
    paragraphs = word.paragraphs if word else read_text(_text_of(draft))
    figures = _figures(resolve_project(project_path), Home(home), year)
    checked = prove(paragraphs, figures, year)
    if word and commented:
        comment(word, passages(paragraphs, figures.project, year), checked)
        word.save(commented)
    shown = [one for one in checked if show_all or not one.agrees]
    if as_json:
        say_json({"year": year, "found": len(checked), "numbers": [_row(one) for one in shown]})
    else:
        _say(checked, shown)
    if any(verdict.is_deviation for one in checked for verdict in one.verdicts):
        sys.exit(DEVIATES)


def _text_of(draft: Path) -> str:
    """A plain text, in UTF-8 or in the encoding of Chinese Windows."""
    data = sys.stdin.buffer.read() if str(draft) == "-" else draft.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(
        _("this is no plain text"), str(draft), _("save the draft as .docx, or paste its text into a .txt")
    )


def _figures(project_path: Path, home: Home, year: int) -> Figures:
    from nianbao.runs.workspace import open_workspace_to_read
    from nianbao.statistics.figures import read_figures

    with open_workspace_to_read(project_path, home) as workspace:
        figures = read_figures(workspace.connection, workspace.project)
    if year not in figures.years():
        raise UsageError(
            _("there are no figures for {year}").format(year=year),
            next_step=_("years with figures: {years}").format(years=figures.years()),
        )
    return figures


def _row(one: CheckedDraft) -> dict[str, Any]:
    """A number for programs."""
    name, year, scope, is_change = one.key or (None, None, None, False)
    return {
        "text": one.number.text, "verdicts": [str(verdict) for verdict in one.verdicts], "reasons": one.reasons,
        "indicator_id": name, "zh": one.zh or None, "year": year, "scope": scope, "is_change": is_change,
        "value": one.value, "unit": one.unit or None, "suggestion": one.suggestion or None,
        "section": one.section or None, "sentence": one.sentence, "is_tagged": one.is_tagged,
    }  # fmt: skip


def _say(checked: list[CheckedDraft], shown: list[CheckedDraft]) -> None:
    """A table of the numbers, and how many there are of each kind."""
    from nianbao.review.draft.verdicts import VERDICTS_ZH

    if shown:
        head = ("结论", "数字", "指标", "年度", "库中的数", "可写作", "所在句子")
        say_table(head, [_cells(one) for one in shown], numbers=(4,))
        say()
    counted = Counter(verdict for one in checked for verdict in one.verdicts)
    counts = "，".join(f"{zh}{counted[verdict]}处" for verdict, zh in VERDICTS_ZH.items() if counted[verdict])
    say(f"找到数字{len(checked)}处" + (f"：{counts}" if counts else ""))


def _cells(one: CheckedDraft) -> tuple[Any, ...]:
    """A number as a row of the table."""
    from nianbao.publish.plain import exact
    from nianbao.review.draft.verdicts import VERDICTS_ZH

    said = "、".join(VERDICTS_ZH[verdict] for verdict in one.verdicts)
    year, value = one.key and one.key[1], None if one.value is None else exact(one.value)
    return said, " ".join(one.number.text.split()), one.zh, year, value, one.suggestion, _excerpt(one)


def _excerpt(one: CheckedDraft) -> str:
    """The sentence, cut down to what stands around the number."""
    place = max(one.sentence.find(one.number.text), 0)
    start, end = max(place - _AROUND, 0), place + len(one.number.text) + _AROUND
    return ("…" if start else "") + one.sentence[start:end] + ("…" if end < len(one.sentence) else "")
