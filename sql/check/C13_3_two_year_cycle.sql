-- Every other member union is audited this year or was last year; looked at when the year closes.
-- Not asked while no audit of last year is known: then the cycle cannot be judged.
-- code: C13-3
-- form: GH13
-- severity: explain
-- says: {value}在{expected}年和上一年都没有登记单位审计项目，请核对；属于下年安排的请在说明栏写明原因。
-- because: 下级工会两年一审，每次审两年。
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
    u.unit_level IN ('prefecture', 'industry_nonresident', 'direct_union')
    AND EXISTS (
        SELECT 1 FROM known.gh13_audits AS a
        WHERE a.year = c.year - 1
    )
    AND NOT EXISTS (
        SELECT 1 FROM known.gh13_audits AS a
        WHERE a.auditee_id = u.unit_code AND a.year IN (c.year, c.year - 1) AND a.auditee_class <> 'special'
    )
