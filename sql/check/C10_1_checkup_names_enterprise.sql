-- A legal check-up names the enterprise.
-- code: C10-1
-- form: GH10
-- severity: reject
-- says: 本行是法律体检（{value}场次），没有填企业统一社会信用代码，请补填{expected}位代码。
-- because: 体检企业数按企业代码去重计算，没有代码就数不出家数。
SELECT
    submission_id, row_no, 'enterprise_id' AS field, sessions AS value, 18 AS expected
FROM stage.gh10
WHERE event_type = 'checkup' AND enterprise_id IS NULL
