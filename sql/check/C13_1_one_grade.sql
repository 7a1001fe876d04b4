-- A unit gets one grade a year from an assessor.
-- code: C13-1
-- form: GH13
-- severity: reject
-- says: {unit_zh}本年的考核等次列了{value}行，只能有{expected}行，请删去多余的一行。
-- because: 每个单位每年只有一个等次，多列会使考核单位数偏大。
WITH counted AS (
    SELECT
        submission_id, assessed_unit,
        max(row_no) AS row_no,
        count(*) AS grades
    FROM stage.gh13_assessment
    GROUP BY submission_id, assessed_unit, assessor
)

SELECT
    c.submission_id, c.row_no, 'assessment' AS part, 'assessed_unit' AS field, c.grades AS value, 1 AS expected,
    coalesce(u.zh, c.assessed_unit) AS unit_zh
FROM counted AS c
LEFT JOIN reference.units AS u ON c.assessed_unit = u.unit_code
WHERE c.grades > 1
