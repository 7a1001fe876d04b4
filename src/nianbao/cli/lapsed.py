"""How releases that no longer hold are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nianbao.cli.show import say, say_table
from nianbao.language import _
from nianbao.terms.release import LapsedRelease

_LINES = 12


def say_lapsed(lapsed: Iterable[LapsedRelease]) -> None:
    """Each release that no longer holds: what it prints and what today's data would print, and whose correction it is.

    Nothing where all of them hold.
    """
    for each in lapsed:
        release, shown = each.release, each.lapses[:_LINES]
        say()
        say(
            _("{name} no longer holds: {lapses} places would be printed differently").format(
                name=release.name, lapses=len(each.lapses)
            )
        )
        say_table(
            ("数字", "年份", "章节", "当时", "现在", "缘由"),
            [(row.zh, row.year, row.section, row.before, row.after, row.because_zh) for row in shown],
        )
        if len(each.lapses) > len(shown):
            say(_("… {rest} more: nianbao status --json").format(rest=len(each.lapses) - len(shown)))
        say(
            _("      next: nianbao preview --year {year} --publication {publication}").format(
                year=release.year, publication=release.publication
            )
        )


def tell_lapsed(lapsed: Iterable[LapsedRelease]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "release": each.release.name,
            "issued_at": each.release.issued_at,
            "lapses": [
                {
                    "zh": row.zh, "year": row.year, "section": row.section, "before": row.before, "after": row.after,
                    "before_holds": row.before_holds, "because": [vars(cause) for cause in row.because],
                }
                for row in each.lapses
            ],
        }
        for each in lapsed
    ]  # fmt: skip
