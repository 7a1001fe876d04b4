-- Last year's relief is what was accepted from the unit for the same period last year.
-- code: C05-2
-- form: GH05
-- severity: reject
-- says: 上年同期救助资金填{value}元，上年同期已接收的报表为{expected}元，请照上年报表改正；上年报错的请先更正上年报表。
-- because: 同一个数在两年的报表里必须一致，否则增减额没有依据。
SELECT
    n.submission_id, n.row_no, 'relief_total_prev' AS field,
    n.relief_total_prev_yuan AS value, b.relief_total_yuan AS expected
FROM stage.gh05 AS n
INNER JOIN known.gh05 AS b
    ON
        n.unit_code = b.unit_code
        AND b.period = CAST(n.year - 1 AS VARCHAR) || substr(n.period, 5)
WHERE n.relief_total_prev_yuan <> b.relief_total_yuan
