-- Members are workers.
-- code: C01-2
-- form: GH01
-- severity: explain
-- says: 会员人数{value}人多于职工人数{expected}人，请核对；会员中有不在册职工（如灵活就业人员）的，请在说明栏写明人数。
-- because: 会员一般是在册职工，多出的要知道是谁。
SELECT
    submission_id, row_no, 'members_total' AS field, members_total AS value, workers_total AS expected
FROM stage.gh01
WHERE members_total > workers_total
