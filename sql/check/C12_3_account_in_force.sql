-- An account belongs to the chart in force at the end of the period: the 2010 chart to 2021, the 2021 chart from 2022.
-- code: C12-3
-- form: GH12
-- severity: reject
-- says: 科目{value}不在{expected}年执行的工会会计科目表中，请按当年的制度改填科目。
-- because: 2021年及以前执行2010年制度，2022年起执行新制度，同一编码在两套制度里含义不同。
SELECT
    g.submission_id, g.row_no, 'account_code' AS field, g.account_code AS value, g.year AS expected
FROM stage.gh12 AS g
INNER JOIN stage.submission AS s ON g.submission_id = s.submission_id
WHERE
    g.account_code IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM reference.accounts AS a
        WHERE
            a.account_code = g.account_code
            AND a.valid_from <= CAST(s.period_end AS VARCHAR)
            AND coalesce(nullif(a.valid_to, ''), '9999-12-31') >= CAST(s.period_end AS VARCHAR)
    )
