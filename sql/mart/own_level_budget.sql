-- The federation's own budget, account by account: budget, adjusted budget, actual, completion.
-- zh: 省总本级预算执行：各科目年初预算、调整后预算、执行数和完成率
-- grain: one row per period and account
SELECT
    line.period,
    line.year,
    line.account_code,
    account.zh AS account_zh,
    account.side,
    line.budget_initial_yuan,
    line.budget_adjusted_yuan,
    line.actual_yuan,
    CAST(100 * line.actual_yuan / nullif(line.budget_adjusted_yuan, 0) AS DECIMAL(38, 4)) AS completion_pct
FROM core.gh12 AS line
INNER JOIN reference.unit_in_period AS unit
    ON line.unit_code = unit.unit_code AND line.period = unit.period
LEFT JOIN reference.accounts AS account
    ON
        line.account_code = account.account_code
        AND CAST(account.valid_from AS DATE) <= CAST(line.year || '-06-30' AS DATE)
        AND (account.valid_to = '' OR CAST(account.valid_to AS DATE) >= CAST(line.year || '-06-30' AS DATE))
WHERE unit.is_root
