-- The provincial federation gives grades, the national one prizes; that the grade is in the list is C00-7.
-- code: C13-1
-- form: GH13
-- severity: reject
-- says: 考核等次“{value}”不是{expected}给的等次，请改正等次或考核单位。
-- because: 省总考核分优秀、良好、合格、不合格，全总考核评一、二、三等奖。
SELECT
    a.submission_id, a.row_no, 'assessment' AS part, 'grade' AS field, g.zh AS value, w.zh AS expected
FROM stage.gh13_assessment AS a
INNER JOIN reference.codes AS g ON g.list = 'grade' AND a.grade = g.code
INNER JOIN reference.codes AS w ON w.list = 'assessor' AND a.assessor = w.code
WHERE g.level <> a.assessor
