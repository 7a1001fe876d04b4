-- A completion rate that was filled in is actual over adjusted budget, in percent to two decimals.
-- Written without a division, so that the decimals stay exact.
-- code: C12-2
-- form: GH12
-- severity: reject
-- says: 科目{account_code}的完成率填{value}%，按执行数除以调整后预算计算为{expected}%，请改正或删去完成率。
-- because: 报告中的完成率由合计数计算，填报的数须与它一致。
SELECT
    submission_id, row_no, 'completion_pct' AS field, completion_pct AS value,
    CAST(round(100 * actual_yuan / nullif(budget_adjusted_yuan, 0), 2) AS DECIMAL(38, 2)) AS expected,
    account_code
FROM stage.gh12
WHERE abs(completion_pct * budget_adjusted_yuan - 100 * actual_yuan) > 0.005 * budget_adjusted_yuan
