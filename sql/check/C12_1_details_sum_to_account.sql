-- The detail lines of an account add up to it, and the accounts of a side to its total.
-- An account whose details are not filled in is left alone.
-- code: C12-1
-- form: GH12
-- severity: reject
-- says: 科目{account_zh}的“{zh}”填{value}元，下级科目之和为{expected}元，请核对明细和合计后改正。
-- because: 明细科目之和等于上级科目，一级科目之和等于合计。
WITH lines AS (
    SELECT
        g.submission_id, g.row_no, g.account_code, a.parent,
        g.account_code || ' ' || a.zh AS account_zh,
        g.budget_initial_yuan, g.budget_adjusted_yuan, g.actual_yuan
    FROM stage.gh12 AS g
    INNER JOIN stage.submission AS s ON g.submission_id = s.submission_id
    INNER JOIN reference.accounts AS a
        ON
            g.account_code = a.account_code
            AND a.valid_from <= CAST(s.period_end AS VARCHAR)
            AND coalesce(nullif(a.valid_to, ''), '9999-12-31') >= CAST(s.period_end AS VARCHAR)
),

details AS (
    SELECT
        submission_id, parent,
        CAST(sum(budget_initial_yuan) AS DECIMAL(38, 2)) AS budget_initial_yuan,
        CAST(sum(budget_adjusted_yuan) AS DECIMAL(38, 2)) AS budget_adjusted_yuan,
        CAST(sum(actual_yuan) AS DECIMAL(38, 2)) AS actual_yuan
    FROM lines
    GROUP BY submission_id, parent
),

pairs AS (
    SELECT
        l.submission_id, l.row_no, l.account_zh, 'budget_initial' AS field,
        l.budget_initial_yuan AS value, d.budget_initial_yuan AS expected
    FROM lines AS l
    INNER JOIN details AS d ON l.submission_id = d.submission_id AND l.account_code = d.parent
    UNION ALL
    SELECT
        l.submission_id, l.row_no, l.account_zh, 'budget_adjusted' AS field,
        l.budget_adjusted_yuan AS value, d.budget_adjusted_yuan AS expected
    FROM lines AS l
    INNER JOIN details AS d ON l.submission_id = d.submission_id AND l.account_code = d.parent
    UNION ALL
    SELECT
        l.submission_id, l.row_no, l.account_zh, 'actual' AS field,
        l.actual_yuan AS value, d.actual_yuan AS expected
    FROM lines AS l
    INNER JOIN details AS d ON l.submission_id = d.submission_id AND l.account_code = d.parent
)

SELECT
    submission_id, row_no, field, value, expected, account_zh
FROM pairs
WHERE value <> expected
