-- People served are persons or person-times, and the row says which.
-- code: C10-2
-- form: GH10
-- severity: explain
-- says: 服务职工填了{value}，计数口径没有选，请选{expected}；确实分不清的请在说明栏写明。
-- because: 人和人次不能相加，口径不明的数只能单列。
SELECT
    submission_id, row_no, 'persons_basis' AS field, persons AS value, '人或人次' AS expected
FROM stage.gh10
WHERE persons > 0 AND persons_basis IS NULL
