-- Last year's relief is what was accepted from the unit for the same period last year.
-- Both are taken on the basis of this form: of the period, or of the year to date.
-- code: C05-2
-- form: GH05
-- severity: reject
-- says: 上年同期救助资金填{value}元，上年同期已接收的报表为{expected}元，请照上年报表改正；上年报错的请先更正上年报表。
-- because: 同一个数在两年的报表里必须一致，否则增减额没有依据。
WITH last_year AS (
    SELECT
        s.submission_id,
        CAST(
            sum(
                CASE CASE WHEN s.basis = 'cumulative' THEN y.to_date ELSE y.in_period END
                    WHEN 1 THEN b.relief_total_yuan
                    WHEN -1 THEN -b.relief_total_yuan
                END
            ) AS DECIMAL(38, 2)
        ) AS relief_total_yuan
    FROM stage.submission AS s
    INNER JOIN known.submission AS earlier
        ON
            s.unit_code = earlier.unit_code
            AND s.form_code = earlier.form_code
            AND earlier.period = CAST(s.year - 1 AS VARCHAR) || substr(s.period, 5)
    INNER JOIN known.year_to_date AS y ON earlier.submission_id = y.submission_id
    INNER JOIN known.gh05 AS b ON y.said_in = b.submission_id
    GROUP BY s.submission_id
)

SELECT
    n.submission_id, n.row_no, 'relief_total_prev' AS field,
    n.relief_total_prev_yuan AS value, b.relief_total_yuan AS expected
FROM stage.gh05 AS n
INNER JOIN last_year AS b ON n.submission_id = b.submission_id
WHERE n.relief_total_prev_yuan <> b.relief_total_yuan
