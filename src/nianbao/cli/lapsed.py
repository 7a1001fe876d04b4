"""How releases that no longer hold are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nianbao.cli.show import say, say_table
from nianbao.terms.release import LapsedRelease

_LINES = 12


def say_lapsed(lapsed: Iterable[LapsedRelease]) -> None:
    """Each release that no longer holds: what it prints and what today's data would print, and whose correction it is.

    Nothing where all of them hold.
    """
    for each in lapsed:
        release, shown = each.release, each.lapses[:_LINES]
        say()
        say(f"{release.name} 已不再成立：{len(each.lapses)}处会另印 (no longer holds)")
        say_table(
            ("数字", "年份", "章节", "当时", "现在", "缘由"),
            [(row.zh, row.year, row.section, row.before, row.after, row.because_zh) for row in shown],
        )
        if len(each.lapses) > len(shown):
            say(f"… {len(each.lapses) - len(shown)} more: nianbao status --json")
        say(f"      next: nianbao preview --year {release.year} --publication {release.publication}")


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
