-- Where money or teams went, at least one deed was done.
-- code: C04-1
-- form: GH04
-- severity: explain
-- says: 本行{effort}，办实事件数填{value}，一般不少于{expected}件，请核对；尚未办结的请在说明栏写明。
-- because: 有投入没有实事，多半是件数漏填或资金填错行。
SELECT
    submission_id, row_no, 'practical_items' AS field, practical_items AS value, 1 AS expected,
    '投入资金' || CAST(practical_funds_yuan AS VARCHAR) || '元' AS effort
FROM stage.gh04
WHERE practical_funds_yuan > 0 AND practical_items = 0
UNION ALL
SELECT
    submission_id, row_no, 'practical_items' AS field, practical_items AS value, 1 AS expected,
    '有蹲点工作组' || CAST(stationed_teams AS VARCHAR) || '个' AS effort
FROM stage.gh04
WHERE stationed_teams > 0 AND practical_items = 0 AND practical_funds_yuan = 0
