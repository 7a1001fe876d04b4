-- A row is a target with value and comparator, or a milestone with a name; that the comparator is in the list is C00-7.
-- code: C14-1
-- form: GH14
-- severity: reject
-- says: 指标“{value}”这一行缺少{expected}，请补填：目标行填比较方式和目标值，事项行填事项名称。
-- because: 没有比较方式的目标值无法判断是否完成。
SELECT
    submission_id, row_no, 'comparator' AS field, indicator_id AS value, '比较方式' AS expected
FROM stage.gh14
WHERE target_value IS NOT NULL AND comparator IS NULL AND milestone IS NULL
UNION ALL
SELECT
    submission_id, row_no, 'target_value' AS field, indicator_id AS value, '目标值' AS expected
FROM stage.gh14
WHERE target_value IS NULL AND comparator IS NOT NULL
UNION ALL
SELECT
    submission_id, row_no, 'milestone' AS field, indicator_id AS value, '目标值或事项名称' AS expected
FROM stage.gh14
WHERE target_value IS NULL AND comparator IS NULL AND milestone IS NULL
