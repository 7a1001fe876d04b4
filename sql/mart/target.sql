-- Every target that was set for a later year, with what was reached; deadlines are the ends of the years.
-- zh: 计划目标：以前年度为本年确定的目标、比较方式、期限、实际数和完成情况
-- grain: one row per target in force
SELECT
    plan.indicator_id,
    indicator.zh,
    indicator.unit,
    plan.target_year AS year,
    plan.comparator,
    plan.target_value,
    make_date(plan.target_year, 12, 31) AS due_on,
    plan.unit_code AS set_by,
    unit.zh AS set_by_zh,
    plan.year AS set_in,
    plan.submission_id,
    plan.row_no,
    value.value AS actual,
    CASE
        WHEN value.value IS NULL THEN 'no_data'
        WHEN plan.comparator = '>=' AND value.value >= plan.target_value THEN 'met'
        WHEN plan.comparator = '=' AND value.value = plan.target_value THEN 'met'
        ELSE 'not_met'
    END AS as_reported
FROM core.gh14 AS plan
INNER JOIN reference.indicators AS indicator
    ON plan.indicator_id = indicator.indicator_id
INNER JOIN core.unit AS unit
    ON plan.unit_code = unit.unit_code
LEFT JOIN indicator.value AS value
    ON plan.indicator_id = value.indicator_id AND plan.target_year = value.year AND value.scope = 'all'
WHERE plan.target_value IS NOT NULL AND plan.comparator IS NOT NULL AND plan.target_year > plan.year
