"""quality: how well units reported for a period, by the declared rule, and the notice of it."""

from __future__ import annotations

from pathlib import Path

from nianbao import clock
from nianbao.catalog import Project
from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.publish.docx import write
from nianbao.publish.quality_notice import compose_notice
from nianbao.runs.editions import SAMPLE_NOTICE
from nianbao.runs.workspace import Workspace
from nianbao.statistics.quality import rank_units, read_form_quality
from nianbao.statistics.reporting import is_built
from nianbao.terms.period import Period
from nianbao.terms.quality import LevelQuality, QualityNotice, UnitQuality
from nianbao.terms.unit import LINES, Unit


def tell_quality(workspace: Workspace, period: Period, under: Unit | None = None, level: str = "") -> QualityNotice:
    """The notice about all who owe something, or those below a unit; if wanted of one level.

    Raises:
        UsageError: no rule is declared, nobody owes anything there, or the level is not declared.
        StoreError: nothing has been built yet.
    """
    project, now = workspace.project, clock.now()
    if level and level not in project.roster.levels:
        known = "，".join(f"{code}（{each.zh}）" for code, each in project.roster.levels.items())
        raise UsageError(
            _("there is no level {level}").format(level=level),
            next_step=_("name one of {known}").format(known=known),
        )
    if project.quality is None:
        raise UsageError(
            _("no rule says what a quality notice counts"),
            next_step=_("declare reference/quality.toml: shown, rank and smallest (docs/methods/quality.md)"),
        )
    if not is_built(workspace.connection):
        raise StoreError(_("nothing has been built yet"), str(workspace.home.warehouse), _("nianbao build"))
    levels: dict[str, list[UnitQuality]] = {}
    names: dict[str, str] = {}
    forms = read_form_quality(workspace.connection, project, period, now.date())
    order = {code: place for place, code in enumerate(project.units)}
    for code in sorted(forms, key=lambda code: (order.get(code, len(order)), code)):
        unit = project.roster.unit_in(code, period)
        if unit and level in ("", unit.level.code) and (under is None or _is_below(project, code, under, period)):
            levels.setdefault(unit.level.code, []).append(UnitQuality(code, unit.zh, tuple(forms[code])))
            names[unit.level.code] = unit.level.zh_many
    if not levels:
        raise UsageError(
            _("nobody there owes anything for {period}").format(period=period.code),
            next_step=_("name another period, level or unit: nianbao status shows who owes what"),
        )
    told = tuple(LevelQuality(code, names[code], rank_units(units, project.quality)) for code, units in levels.items())
    about = under.zh if under else ""
    return QualityNotice(period.zh, period.year, about, project.quality, now, told)


def write_notice(workspace: Workspace, notice: QualityNotice, path: Path) -> None:
    """Write the notice as a Word document.

    Raises:
        UsageError: the file is there already, or its folder is not.
    """
    if path.exists():
        raise UsageError(_("{path} is there already").format(path=path), next_step=_("name another file with -o"))
    if not path.parent.is_dir():
        raise UsageError(_("there is no folder {path}").format(path=path.parent), next_step=_("make it first"))
    notices = (SAMPLE_NOTICE,) if workspace.home.is_sample else ()
    write(compose_notice(notice, workspace.project.issuer, notices), path)


def _is_below(project: Project, code: str, under: Unit, period: Period) -> bool:
    day = project.roster.last_day_in(code, period)
    return any(under.code in project.roster.ancestors(code, line, day) for line in LINES)
