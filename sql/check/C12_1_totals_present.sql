-- A side with filled accounts has its total.
-- code: C12-1
-- form: GH12
-- severity: reject
-- says: 已填{value}个{side_zh}科目，但科目{expected}没有填，请补填合计。
-- because: 合计由单位填写并与各科目核对，系统不代为相加。
WITH sides AS (
    SELECT
        submission_id,
        substr(account_code, 1, 1) AS total_code,
        min(row_no) AS row_no,
        count(*) AS accounts,
        sum(CASE WHEN length(account_code) = 1 THEN 1 ELSE 0 END) AS totals
    FROM stage.gh12
    WHERE substr(account_code, 1, 1) IN ('4', '5')
    GROUP BY submission_id, substr(account_code, 1, 1)
)

SELECT
    submission_id, row_no, 'account_code' AS field, accounts AS value,
    CASE total_code WHEN '4' THEN '4收入合计' ELSE '5支出合计' END AS expected,
    CASE total_code WHEN '4' THEN '收入' ELSE '支出' END AS side_zh
FROM sides
WHERE totals = 0
