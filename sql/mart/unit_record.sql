-- How each unit reported in a year: on time, late, missing, first time right.
-- zh: 单位报送记录：每个单位每年按时、迟报、未报和一次通过的表数
-- grain: one row per unit and year
WITH first_pass AS (
    SELECT
        unit_code,
        year,
        count(*) AS forms_right_first_time
    FROM ledger.state
    WHERE number = 1 AND counts
    GROUP BY unit_code, year
)

SELECT
    reporting.unit_code,
    unit.zh AS unit_zh,
    unit.unit_level,
    reporting.year,
    count(*) AS forms_due,
    count(CASE WHEN reporting.status = 'on_time' THEN 1 END) AS forms_on_time,
    count(CASE WHEN reporting.status = 'late' THEN 1 END) AS forms_late,
    count(CASE WHEN reporting.status NOT IN ('on_time', 'late') THEN 1 END) AS forms_missing,
    coalesce(max(first_pass.forms_right_first_time), 0) AS forms_right_first_time
FROM core.reporting AS reporting
INNER JOIN core.unit AS unit
    ON reporting.unit_code = unit.unit_code
LEFT JOIN first_pass
    ON reporting.unit_code = first_pass.unit_code AND reporting.year = first_pass.year
GROUP BY reporting.unit_code, unit.zh, unit.unit_level, reporting.year
