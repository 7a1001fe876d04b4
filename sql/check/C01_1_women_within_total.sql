-- Women are part of the total, among workers and among members.
-- code: C01-1
-- form: GH01
-- severity: reject
-- says: “{zh}”填{value}人，大于相应的合计{expected}人，请核对两项后改正。
-- because: 女职工、女会员是合计的一部分。
SELECT
    submission_id, row_no, 'workers_female' AS field, workers_female AS value, workers_total AS expected
FROM stage.gh01
WHERE workers_female > workers_total
UNION ALL
SELECT
    submission_id, row_no, 'members_female' AS field, members_female AS value, members_total AS expected
FROM stage.gh01
WHERE members_female > members_total
