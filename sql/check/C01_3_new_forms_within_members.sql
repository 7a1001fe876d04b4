-- Members in new forms of employment are part of the members.
-- code: C01-3
-- form: GH01
-- severity: reject
-- says: 八类新就业形态会员合计{value}人，大于会员人数{expected}人，请核对各类群体人数和会员人数后改正。
-- because: 新就业形态会员是会员的一部分。
WITH new_forms AS (
    SELECT
        submission_id,
        min(row_no) AS row_no,
        CAST(sum(new_form_members) AS DECIMAL(38, 0)) AS members
    FROM stage.gh01_groups
    GROUP BY submission_id
)

SELECT
    n.submission_id, n.row_no, 'groups' AS part, 'new_form_members' AS field,
    n.members AS value, m.members_total AS expected
FROM new_forms AS n
INNER JOIN stage.gh01 AS m ON n.submission_id = m.submission_id
WHERE n.members > m.members_total
