-- Medical mutual aid is for members.
-- code: C06-3
-- form: GH06
-- severity: explain
-- says: 医疗互保参保{value}人，多于同期会员{expected}人，请核对；有非会员参保的请在说明栏写明人数。
-- because: 医疗互保面向会员，参保人数一般不超过会员人数。
SELECT
    i.submission_id, i.row_no, 'mutual_aid_members' AS field, i.mutual_aid_members AS value, m.members_total AS expected
FROM stage.gh06 AS i
INNER JOIN known.gh01 AS m ON i.unit_code = m.unit_code AND i.period = m.period
WHERE i.mutual_aid_members > m.members_total
