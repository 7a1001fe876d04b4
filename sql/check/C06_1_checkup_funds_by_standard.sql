-- Check-up money is the year's standard times the people checked, to the yuan.
-- code: C06-1
-- form: GH06
-- severity: reject
-- says: 体检资金填{value}元，按{persons}人、每人{standard}元计算应为{expected}元，请核对人数和资金后改正。
-- because: 免费体检按当年人均标准统一结算。
WITH settled AS (
    SELECT
        g.submission_id, g.row_no, g.checkup_persons, g.checkup_funds_yuan,
        CAST(t.value AS DECIMAL(38, 2)) AS standard_yuan
    FROM stage.gh06 AS g
    INNER JOIN stage.submission AS s ON g.submission_id = s.submission_id
    INNER JOIN reference.standards AS t
        ON
            t.code = 'checkup_standard'
            AND t.valid_from <= CAST(s.period_end AS VARCHAR)
            AND coalesce(nullif(t.valid_to, ''), '9999-12-31') >= CAST(s.period_end AS VARCHAR)
)

SELECT
    submission_id, row_no, 'checkup_funds' AS field, checkup_funds_yuan AS value,
    standard_yuan * checkup_persons AS expected,
    checkup_persons AS persons,
    standard_yuan AS standard
FROM settled
WHERE abs(checkup_funds_yuan - standard_yuan * checkup_persons) > 1
