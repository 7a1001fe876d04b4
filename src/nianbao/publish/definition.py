"""What an indicator means, in one Chinese sentence."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.statistics.compile import PREV_YEAR, operands
from nianbao.terms.form import Aggregate
from nianbao.terms.indicator import Indicator

_AGGREGATES = {
    Aggregate.SUM: "各单位各期合计",
    Aggregate.LAST: "各单位年末数合计",
    Aggregate.MAX: "取最大值",
    Aggregate.MIN: "取最小值",
    Aggregate.COUNT: "按记录计数",
    Aggregate.DISTINCT: "去重计数",
}
_PERIODS = {"year": "", "H1": "上半年", "H2": "下半年", "Y": "年报"}


def define(indicator: Indicator, project: Project) -> str:
    """The definition of an indicator: the field it is counted from, or its formula with the names of its parts."""
    if indicator.is_formula:
        formula = indicator.formula
        for name in sorted(operands(indicator), key=len, reverse=True):
            own = name.replace(PREV_YEAR, "")
            if own in project.indicators:
                formula = formula.replace(name, project.indicators[own].zh + ("（上年）" if PREV_YEAR in name else ""))
        return formula.replace("*", "×").replace("/", "÷")
    form = project.forms[indicator.form]
    field = form.part(indicator.part).field(indicator.field)
    whose = f"{project.federation.short_zh}本级" if indicator.unit_scope == project.federation.code else ""
    period = _PERIODS.get(indicator.period, indicator.period)
    limited = "，按条件筛选" if indicator.where else ""
    return f"{form.code} {form.zh}“{field.zh}”{whose}{period}{limited}，{_AGGREGATES[indicator.aggregate]}"
