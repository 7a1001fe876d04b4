-- The own level, the resident unions and the direct institutions are audited every year; looked at when the year closes.
-- code: C13-2
-- form: GH13
-- severity: reject
-- says: {value}在{expected}年没有登记单位审计项目，该单位每年必审，请补登审计项目后重报。
-- because: 省总本级、驻会产业工会和直属企事业单位一年一审。
WITH closing AS (
    SELECT
        submission_id, year, period_end
    FROM stage.submission
    WHERE form_code = 'GH13' AND suffix = 'Q4'
)

SELECT
    c.submission_id, CAST(NULL AS INTEGER) AS row_no, 'audits' AS part, CAST(NULL AS VARCHAR) AS field,
    u.zh AS value, c.year AS expected
FROM closing AS c
INNER JOIN reference.units AS u
    ON c.period_end BETWEEN u.valid_from AND u.valid_to
WHERE
    u.unit_level IN ('province', 'industry_resident', 'direct_institution')
    AND NOT EXISTS (
        SELECT 1 FROM known.gh13_audits AS a
        WHERE a.auditee_id = u.unit_code AND a.year = c.year AND a.auditee_class <> 'special'
    )
