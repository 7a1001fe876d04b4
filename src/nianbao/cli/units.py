"""Which unit somebody means who writes its code, its name or its short name."""

from __future__ import annotations

from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.terms.roster import Roster
from nianbao.terms.unit import Unit

_SHOWN = 10


def unit_asked(roster: Roster, text: str) -> Unit:
    """The unit, as last known, that a code, a name or a short name of any of its versions means.

    Raises:
        UsageError: it means none, or several; the units that it may mean are named.
    """
    wanted = _plain(text)
    called = [code for code in roster.latest if wanted in _names(roster, code)]
    if len(called) == 1:
        return roster.latest[called[0]]
    likely = called or [
        code for code in roster.latest if any(wanted and wanted in name for name in _names(roster, code))
    ]
    shown = "、".join(f"{code} {roster.latest[code].zh}" for code in likely[:_SHOWN])
    more = f" … {len(likely) - _SHOWN} more" if len(likely) > _SHOWN else ""
    if likely:
        raise UsageError(
            _("unit {text!r} is not clear").format(text=text),
            next_step=_("name one of: {shown}{more}").format(shown=shown, more=more),
        )
    raise UsageError(
        _("unit {text!r} is not in the roster").format(text=text), next_step=_("look into reference/units.csv")
    )


def _names(roster: Roster, code: str) -> set[str]:
    versions = [unit for unit in roster.versions if unit.code == code]
    return {_plain(name) for unit in versions for name in (unit.code, unit.zh, unit.short_zh) if name}


def _plain(text: str) -> str:
    from nianbao.intake.text import compact

    return compact(text).casefold()
