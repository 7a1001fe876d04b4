-- A first submission after the days of grace is not taken; a correction of one that came in time always is.
-- code: C00-6
-- form: *
-- severity: reject
-- says: 本表{value}收到，已过补报截止日{expected}，系统不再接收，请书面说明原因报省总办公室，同意后再补报。
-- because: 截止后报告已经汇总，再收初报会使已公布的数字变动而无人知晓；对已报数的更正不受此限。
SELECT
    submission_id, CAST(NULL AS INTEGER) AS row_no, CAST(NULL AS VARCHAR) AS field,
    arrived_on AS value, accepted_until AS expected
FROM stage.submission
WHERE arrived_on > accepted_until AND number = 1
