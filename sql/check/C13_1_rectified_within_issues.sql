-- No more issues are fixed than were found.
-- code: C13-1
-- form: GH13
-- severity: reject
-- says: 已整改问题{value}个，多于应整改问题{expected}个，请核对两项后改正。
-- because: 整改率不会超过100%。
SELECT
    submission_id, row_no, 'audits' AS part, 'rectified' AS field, rectified AS value, coalesce(issues, 0) AS expected
FROM stage.gh13_audits
WHERE rectified > coalesce(issues, 0)
