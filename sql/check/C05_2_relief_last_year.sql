-- Last year's relief is what was accepted for the same period last year: from the unit, and from whom it took over whole.
-- A unit that took over a part of another is not asked to the letter: the part is not known to the yuan.
-- Both are taken on the basis of this form: of the period, or of the year to date.
-- code: C05-2
-- form: GH05
-- severity: reject
-- says: 上年同期救助资金填{value}元，上年同期已接收的报表为{expected}元，请照上年报表改正；上年报错的请先更正上年报表。
-- because: 同一个数在两年的报表里必须一致，否则增减额没有依据。
WITH held AS (
    SELECT
        s.submission_id, s.basis, coalesce(h.earlier_unit, s.unit_code) AS earlier_unit,
        CAST(s.year - 1 AS VARCHAR) || substr(s.period, 5) AS earlier_period, coalesce(h.share, 1) AS share
    FROM stage.submission AS s
    LEFT JOIN reference.year_before AS h ON s.unit_code = h.unit_code AND s.period = h.period
    WHERE s.form_code = 'GH05'
),

last_year AS (
    SELECT
        h.submission_id,
        CAST(
            sum(
                CASE CASE WHEN h.basis = 'cumulative' THEN y.to_date ELSE y.in_period END
                    WHEN 1 THEN b.relief_total_yuan
                    WHEN -1 THEN -b.relief_total_yuan
                END
            ) AS DECIMAL(38, 2)
        ) AS relief_total_yuan
    FROM held AS h
    LEFT JOIN known.submission AS earlier
        ON
            h.earlier_unit = earlier.unit_code
            AND earlier.form_code = 'GH05'
            AND h.earlier_period = earlier.period
    LEFT JOIN reference.due AS due
        ON h.earlier_unit = due.unit_code AND due.form_code = 'GH05' AND h.earlier_period = due.period
    LEFT JOIN known.year_to_date AS y ON earlier.submission_id = y.submission_id
    LEFT JOIN known.gh05 AS b ON y.said_in = b.submission_id
    GROUP BY h.submission_id
    HAVING min(h.share) = 1 AND NOT bool_or(earlier.submission_id IS NULL AND due.unit_code IS NOT NULL)
)

SELECT
    n.submission_id, n.row_no, 'relief_total_prev' AS field,
    n.relief_total_prev_yuan AS value, b.relief_total_yuan AS expected
FROM stage.gh05 AS n
INNER JOIN last_year AS b ON n.submission_id = b.submission_id
WHERE n.relief_total_prev_yuan <> b.relief_total_yuan
