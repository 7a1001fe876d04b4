-- A unit takes part with at least one worker.
-- code: C08-1
-- form: GH08
-- severity: reject
-- says: 参与单位{value}家，多于参与职工{expected}人，请核对两项后改正。
-- because: 每家参与单位至少有一名职工参加。
SELECT
    submission_id, row_no, 'contests' AS part, 'units' AS field, units AS value, workers AS expected
FROM stage.gh08_contests
WHERE units > workers
