"""What the office would hold of a sample when it hands a blank out: what was sent by then."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from nianbao.catalog.held_before import hold_before
from nianbao.catalog.project import Project
from nianbao.sample.planned import Planned
from nianbao.terms.filled import Filled, HeldBefore, Row
from nianbao.terms.form import Part
from nianbao.terms.period import Period
from nianbao.terms.unit import Unit


class SentBefore:
    """The answers of a sample, by unit and form."""

    def __init__(self, project: Project, sent: Iterable[Planned]) -> None:
        self._project = project
        self._sent: dict[tuple[str, str], list[tuple[dt.date, Period, Mapping[str, Sequence[Row]]]]] = defaultdict(list)
        for each in sorted(sent, key=lambda each: each.sent_at):
            if isinstance(each.content, Filled):
                for form, own, _ in project.due_forms(each.unit, each.period):
                    parts = each.content.forms.get(form.code, {})
                    self._sent[each.unit.code, form.code].append((each.sent_at.date(), own, parts))

    def of(self, unit: Unit, period: Period) -> HeldBefore:
        """What is known of a unit on the last day of a period, when the blanks for it are written."""
        return hold_before(self._project, unit, period, partial(self._rows, period.end))

    def _rows(self, day: dt.date, part: Part, unit: Unit, periods: Sequence[Period]) -> dict[str, Sequence[Row]]:
        """The last that was sent for each period."""
        return {
            period.code: parts[part.code]
            for sent_on, period, parts in self._sent.get((unit.code, part.form_code), ())
            if sent_on <= day and period in periods and part.code in parts
        }
