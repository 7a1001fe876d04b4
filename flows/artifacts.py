"""What a run leaves on the Prefect page: who has reported, what was found, where the reports are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from nianbao.language import _
from nianbao.publish.release import Edition
from nianbao.runs.collect import Collected
from nianbao.runs.publish import Published
from nianbao.terms.morning import Morning
from nianbao.terms.period import Period
from nianbao.terms.personal import mask
from nianbao.terms.release import LapsedRelease
from nianbao.terms.sign_off import Proposal
from nianbao.terms.status import Status, words_of_code

LISTED = 200
_LINE = re.compile(r"((?:#+|-) )?(?:\*\*(.+?)\*\*$)?(.*)")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:@])")


def show_collected(collected: Collected) -> None:
    """The findings summary, and the same in a few lines of the run's log."""
    for line in _summed_up(collected):
        _log(line)
    create_markdown_artifact(
        tell_collected(collected), key="findings", description=_("What came in, and what was sent back")
    )


def tell_collected(collected: Collected) -> str:
    """How many there are of each, and every delivery and submission that was not accepted."""
    lines = [plain(line) for line in _summed_up(collected)]
    if collected.not_accepted:
        lines.append(_("Not accepted:"))
        lines.append("\n".join(f"- {_sent_back(row)}" for row in collected.not_accepted[:LISTED]))
    if len(collected.not_accepted) > LISTED:
        rest = len(collected.not_accepted) - LISTED
        lines.append(_("{rest} more; all receipts lie in the outbox.").format(rest=f"{rest:,}"))
    return "\n\n".join(lines)


def _summed_up(collected: Collected) -> list[str]:
    said = _("ALARM {source} {code}: {what}; next: {next_step}")
    alarms = [said.format(**vars(alarm)) for alarm in collected.alarms]
    return [*(collected.summary or [_("nothing was taken in") if alarms else _("nothing new")]), *alarms]


def show_morning(morning: Morning | None) -> None:
    """How the reporting stands: the headlines and whom it waits for; by form and period the table of completeness."""
    if morning is None:
        return
    for each in morning.headlines:
        _log(f"{each.label}：{each.text}")
    create_markdown_artifact(tell_morning(morning), key="morning", description=_("How the reporting stands"))
    create_table_artifact(
        tell_completeness(morning),
        key="completeness",
        description=_("How the reporting stands, by form and period"),
    )


def tell_morning(morning: Morning) -> str:
    """The headlines and the units that have to do something; how they are reached stands on the status page alone."""
    lines = [
        f"- {'**！** ' if each.is_urgent else ''}**{plain(each.label)}** {plain(each.text)}"
        for each in morning.headlines
    ]
    chased = morning.to_chase
    lines += [f"- {plain(f'{unit.zh}：{line}')}" for unit in chased[:LISTED] for line in unit.lines]
    if len(chased) > LISTED:
        lines.append("- " + _("{rest} more units").format(rest=len(chased) - LISTED))
    return "\n".join(lines)


def tell_completeness(morning: Morning) -> list[dict[str, Any]]:
    """The forms and periods under the words for their columns."""
    return [
        {"代码": each.form_code, "报表": each.form_zh, "报告期": Period.parse(each.period).zh, "应报": each.due}
        | {status.zh: each.counts[status] for status in Status}
        for each in morning.forms
    ]


def show_proposals(proposals: Iterable[Proposal]) -> None:
    """What lies before those who sign, and what a release of it waits for."""
    lines = [
        f"- {plain(f'{each.name} SHA-256 {each.manifest_sha256}')}: `{each.path}` {plain(missing)}"
        for each in proposals
        for missing in ["；".join(each.open_required)]
    ]
    said = "\n".join(lines) or _("No report lies before those who sign.")
    create_markdown_artifact(said, key="sign-off", description=_("Reports that lie before those who sign"))


def show_published(published: Iterable[Published]) -> None:
    """What was released, and what each of the others waits for."""
    editions = [each.edition for each in published if each.edition]
    show_editions(editions)
    waits = [f"- {plain(f'{each.proposal.name}: {line}')}" for each in published for line in each.waits_for]
    if waits:
        create_markdown_artifact("\n".join(waits), key="waits", description=_("What a release still waits for"))


def show_editions(editions: Iterable[Edition]) -> None:
    """Where the drafts and releases lie, and how many figures each prints."""
    editions = list(editions)
    for each in editions:
        _log(f"{each.summary}  {each.path}")
    said = "\n".join(f"- {plain(each.summary)} `{each.path}`" for each in editions) or _("There are none yet.")
    create_markdown_artifact(said, key="reports", description=_("Drafts and releases"))


def show_lapsed(lapsed: Iterable[LapsedRelease]) -> None:
    """Which issued releases no longer hold: what they print, what they would today, and whose correction it is."""
    lines = [
        f"- {plain(f'{each.release.name} {row.zh}（{row.year}）：{row.before} → {row.after}，{row.because_zh}')}"
        for each in lapsed
        for row in each.lapses[:LISTED]
    ]
    said = "\n".join(lines) or _("None: every release still holds.")
    create_markdown_artifact(said, key="lapsed", description=_("Releases that no longer hold"))


def inert(markdown: str) -> str:
    """A page of our own headings, lists and bold lines, in which nothing that came from outside acts.

    A hash is cut into parts: the form on Prefect's page breaks no word, and would hide its end.
    """
    cut = _HASH.sub(lambda found: " ".join(wrap(found[0], 16)), markdown)
    return "\n".join(
        f"{found[1] or ''}{(found[2] and f'**{plain(found[2])}**') or ''}{plain(found[3])}"
        for found in map(_LINE.fullmatch, cut.splitlines())
        if found
    )


def plain(text: str) -> str:
    """Text that came from outside, on one line, without anything that Markdown or HTML would act on."""
    return _MARKS.sub(r"\\\1", html.escape(" ".join(text.split())))


def _log(line: str) -> None:
    """Say something in the log of the run, so that a good night has one too."""
    get_run_logger().info("%s", mask(" ".join(line.split())))


def _sent_back(row: dict[str, Any]) -> str:
    what = (
        f"{row['form_code'] or ''} {row['form_zh'] or ''} {words_of_code(row['decision'] or row['outcome']).zh}".strip()
    )
    return plain(f"{row['file_name']} — {what}：{row['first_finding'] or ''}")
