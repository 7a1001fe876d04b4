"""rejudge, rehearse: judging again by today's rules, and trying a rule on everything that was ever submitted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from nianbao.cli.main import json_option, place_options, resolve_project
from nianbao.cli.show import progress, say, say_json, say_table
from nianbao.language import _
from nianbao.settings import Home
from nianbao.terms.status import words_of_code

_SHOWN = 40


@click.command()
@place_options
@click.argument("deliveries", nargs=-1)
@click.option("--form", "form_code", help="Every delivery with this form (A01); with --period, of that period only.")
@click.option("--period", help="Every delivery with a form of this period (2021Q4).")
@click.option("--waiting", is_flag=True, help="Every delivery of which a form waits to be corrected or explained.")
@click.option("--by", metavar="ROLE", help="Who has it judged again, as a role (统计审核岗).")
@click.option("--because", metavar="TEXT", help="Why; it is recorded.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
def rejudge(
    project_path: Path | None, home: Path, deliveries: tuple[str, ...], form_code: str | None, period: str | None,
    waiting: bool, by: str | None, because: str | None, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Judge deliveries again by what is declared today: first what would change, then, once confirmed, for good."""
    from nianbao.runs.morning import open_run
    from nianbao.runs.rejudge import Chosen, choose_deliveries, judge_again, record_rejudged

    if yes and not (by and because):
        raise click.UsageError(_("--yes needs --by ROLE and --because TEXT: both are recorded"))
    with open_run(resolve_project(project_path), Home(home), "rejudge") as workspace:
        chosen = choose_deliveries(workspace, Chosen(deliveries, form_code, period, waiting))
        rejudged = judge_again(workspace, chosen)
        if not as_json:
            _say_changes(rejudged)
        is_wanted = yes or (not as_json and rejudged.changes_anything and _ask(by, because))
        receipts = record_rejudged(workspace, rejudged, str(because), str(by)) if is_wanted else []
    if as_json:
        say_json(
            {
                "deliveries": rejudged.deliveries, "recorded": bool(receipts),
                "decisions": [vars(change) for change in rejudged.decisions],
                "findings": [vars(change) for change in rejudged.findings],
                "figures": [vars(change) for change in rejudged.figures],
            }
        )  # fmt: skip
    elif receipts:
        say(
            _("recorded; {receipts} receipts written. nianbao nightly brings tables and drafts up to it").format(
                receipts=len(receipts)
            )
        )
    else:
        say(_("nothing was changed"))


@click.command()
@place_options
@click.argument("rule")
@json_option
def rehearse(project_path: Path | None, home: Path, rule: str, as_json: bool) -> None:
    """Try a rule on everything ever submitted, as it was known then; RULE is its name or code; nothing is changed."""
    from nianbao.runs.backtest import backtest
    from nianbao.runs.workspace import open_workspace

    with (
        open_workspace(resolve_project(project_path), Home(home), "rehearse") as workspace,
        progress("rehearsing") as report,
    ):
        found = backtest(workspace, rule, report or (lambda done, all_: None))
        units = {code: unit.short_zh or unit.zh for code, unit in workspace.project.units.items()}
    if as_json:
        say_json(
            {
                "rule": found.rule, "submissions": found.submissions, "hits": [vars(hit) for hit in found.hits],
                "corrected": found.corrected,
            }
        )  # fmt: skip
        return
    of_unit = Counter(hit.unit_code for hit in found.hits)
    corrected = Counter(hit.unit_code for hit in found.hits if hit.corrected)
    say(
        _("{rule}: {hits} of {submissions} submissions of {of_unit} units, {corrected} of them corrected later").format(
            rule=found.rule,
            hits=len(found.hits),
            submissions=found.submissions,
            of_unit=len(of_unit),
            corrected=found.corrected,
        )
    )
    if of_unit:
        say_table(
            ("单位", "名称", "触发次数", "其中后来改正"),
            [(code, units.get(code, code), count, corrected[code]) for code, count in of_unit.most_common()],
            numbers=(2, 3),
        )


def _ask(by: str | None, because: str | None) -> bool:
    if not (by and because):
        say(_("to record it, say who and why: --by ROLE --because TEXT"))
        return False
    return click.confirm(_("judge them so from now on?"), default=False)


def _say_changes(rejudged: Any) -> None:
    say(_("{deliveries} deliveries judged again by what is declared today").format(deliveries=len(rejudged.deliveries)))
    for said, head, rows in (
        ("结论变化", ("报送", "原结论", "新结论"),
         [(each.submission_id, _zh(each.before), _zh(each.after)) for each in rejudged.decisions]),
        ("审核问题变化", ("交付", "报送", "规则", "变化", "问题"),
         [(each.delivery_id, each.submission_id or "", each.code, "新增" if each.is_new else "消除", each.sentence)
          for each in rejudged.findings]),
        ("数字变化", ("指标", "名称", "年度", "原值", "新值"),
         [(each.indicator_id, each.zh, each.year, each.before, each.after) for each in rejudged.figures]),
    ):  # fmt: skip
        say(f"{said}：{len(rows)}")
        if rows:
            say_table(head, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            say(_("… {rest} more: --json").format(rest=len(rows) - _SHOWN))


def _zh(code: str | None) -> str:
    return words_of_code(code).zh if code else "—"
