-- The trade is one of the industry it is reported under.
-- code: C08-1
-- form: GH08
-- severity: reject
-- says: 工种“{value}”属于“{expected}”，与本行所选的行业不一致，请改正行业或工种。
-- because: 工种归错行业，行业数和工种数都会算错。
SELECT
    c.submission_id, c.row_no, 'contests' AS part, 'trade_code' AS field, t.zh AS value, i.zh AS expected
FROM stage.gh08_contests AS c
INNER JOIN reference.codes AS t ON t.list = 'trade' AND c.trade_code = t.code
INNER JOIN reference.codes AS i ON i.list = 'industry' AND t.parent = i.code
WHERE c.industry_code <> t.parent
