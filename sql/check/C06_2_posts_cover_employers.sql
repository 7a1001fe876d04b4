-- An employer offers at least one post.
-- code: C06-2
-- form: GH06
-- severity: explain
-- says: 提供岗位{value}个，少于用工单位{expected}家，请核对；属实的请在说明栏写明原因。
-- because: 每家用工单位至少提供一个岗位。
SELECT
    submission_id, row_no, 'posts' AS field, posts AS value, employers AS expected
FROM stage.gh06
WHERE posts < employers
