"""What an indicator means, in one Chinese sentence."""

from __future__ import annotations

from nianbao.catalog import Project
from nianbao.statistics.formulas import Operand, operands
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
            operand = Operand.of(name)
            if operand.indicator_id in project.indicators:
                of = {"": "", "all": f"（{project.conventions.words.whole}）", "parent": "（上级）"}
                formula = formula.replace(
                    name,
                    project.indicators[operand.indicator_id].zh
                    + "（上年）" * bool(operand.back)
                    + of.get(operand.whole, "（可比口径）"),
                )
        return formula.replace("*", "×").replace("/", "÷")
    form = project.forms[indicator.form]
    part = form.part(indicator.part)
    asked = "、".join(f"“{part.field(code).zh}”" for code in indicator.fields)
    whose = f"{project.federation.short_zh}本级" if indicator.unit_scope == project.federation.code else ""
    period = _PERIODS.get(indicator.period, indicator.period)
    noted = f"（{indicator.break_note}）" if indicator.break_note else ""
    limited = "，按条件筛选" if indicator.where else ""
    return f"{form.code} {form.zh}{asked}{whose}{period}{limited}，{_AGGREGATES[indicator.aggregate]}{noted}"
