-- What was over before the federation's first day is history: nobody owed it, and nothing about it is late.
-- code: C00-6
-- form: *
-- severity: warn
-- says: 本期在{expected}结束，早于系统启用日，{value}收到，按历史资料收下，不计是否按时。
-- because: 启用之前各期没有应报期限；历史资料只作对比，不改变已发布的报告。
SELECT
    submission_id, CAST(NULL AS INTEGER) AS row_no, CAST(NULL AS VARCHAR) AS field,
    arrived_on AS value, period_end AS expected
FROM stage.submission
WHERE accepted_until = DATE '9999-12-31'
