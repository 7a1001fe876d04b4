-- Every value of a quarter is at least what the year's earlier quarters come to together: it looks like a year-to-date value.
-- Told from the third quarter on, and only where at least three totals agree: one busy quarter is no pattern.
-- code: C00-5
-- form: *
-- severity: warn
-- says: 封面的统计口径是本期，但本表{value}项合计都不小于本年前几季之和，很像是{expected}，请核对；确是累计数的请改封面的统计口径后更正。
-- because: 累计数当作本期数，全年会重复计算。
WITH totals AS (
    SELECT
        c.submission_id, c.part, c.field,
        CAST(sum(c.value) AS DECIMAL(18, 4)) AS total
    FROM known.cell AS c
    INNER JOIN reference.fields AS f
        ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
    WHERE f.type IN ('int', 'money', 'decimal') AND f.aggregate = 'sum'
    GROUP BY c.submission_id, c.part, c.field
),

earlier AS (
    SELECT
        s.submission_id, known_one.submission_id AS earlier_id,
        count(*) OVER (PARTITION BY s.submission_id) AS quarters
    FROM stage.submission AS s
    INNER JOIN known.submission AS known_one
        ON
            s.unit_code = known_one.unit_code
            AND s.form_code = known_one.form_code
            AND s.year = known_one.year
            AND known_one.suffix LIKE 'Q%'
            AND s.suffix > known_one.suffix
    WHERE s.basis = 'period' AND known_one.basis = 'period' AND s.suffix IN ('Q3', 'Q4')
),

to_date AS (
    SELECT
        e.submission_id, t.part, t.field,
        sum(t.total) AS total
    FROM earlier AS e
    INNER JOIN totals AS t ON e.earlier_id = t.submission_id
    WHERE e.quarters >= 2
    GROUP BY e.submission_id, t.part, t.field
),

compared AS (
    SELECT
        d.submission_id,
        count(*) AS fields,
        sum(CASE WHEN coalesce(t.total, 0) >= d.total THEN 1 ELSE 0 END) AS reached
    FROM to_date AS d
    LEFT JOIN totals AS t ON d.submission_id = t.submission_id AND d.part = t.part AND d.field = t.field
    WHERE d.total > 0
    GROUP BY d.submission_id
)

SELECT
    submission_id, CAST(NULL AS INTEGER) AS row_no, CAST(NULL AS VARCHAR) AS field,
    fields AS value, '本年累计数' AS expected
FROM compared
WHERE fields >= 3 AND reached = fields
