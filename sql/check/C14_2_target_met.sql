-- A target of the closing year that the units' reports do not reach is pointed out to the department that set it.
-- Looked at when the department's GH14 of the target year comes in, over what the units have reported by then, and only for
-- indicators named like a field that is summed: other targets are compared in the report, where every figure is known.
-- code: C14-2
-- form: GH14
-- severity: warn
-- says: {target_year}年目标“{indicator_zh}”应{comparator_zh}{expected}，各单位已报合计{value}，没有完成，请在年度总结中说明原因。
-- because: 年度报告承诺的目标，第二年要逐项交代完成情况。
WITH targets AS (
    SELECT
        s.submission_id, t.indicator_id, t.target_year, t.comparator,
        max(t.target_value) AS target_value,
        max(CASE WHEN t.submission_id = s.submission_id THEN t.row_no END) AS row_no
    FROM stage.submission AS s
    INNER JOIN known_of_all.gh14 AS t ON s.unit_code = t.unit_code AND s.year = t.target_year
    WHERE s.form_code = 'GH14' AND t.target_value IS NOT NULL
    GROUP BY s.submission_id, t.indicator_id, t.target_year, t.comparator
),

last_sent AS (
    SELECT
        submission_id, unit_code, period,
        row_number() OVER (PARTITION BY unit_code, form_code, period ORDER BY number DESC) AS age
    FROM known_of_all.submission
),

cells AS (
    SELECT
        c.field, f.zh, f.aggregate, s.unit_code, c.value,
        CAST(substr(s.period, 1, 4) AS INTEGER) AS year,
        rank() OVER (
            PARTITION BY c.form_code, c.field, s.unit_code, substr(s.period, 1, 4) ORDER BY rpad(s.period, 7, 'Z') DESC
        ) AS age
    FROM known_of_all.cell AS c
    INNER JOIN last_sent AS s ON c.submission_id = s.submission_id AND s.age = 1
    INNER JOIN reference.fields AS f
        ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
    WHERE
        f.type IN ('int', 'money', 'decimal')
        AND f.aggregate IN ('sum', 'last')
        AND c.part NOT IN ('groups', 'counties')
),

actuals AS (
    SELECT
        field, zh, year,
        CAST(sum(value) AS DECIMAL(38, 4)) AS actual
    FROM cells
    WHERE aggregate = 'sum' OR age = 1
    GROUP BY field, zh, year
)

SELECT
    t.submission_id, t.row_no,
    CASE WHEN t.row_no IS NOT NULL THEN 'target_value' END AS field,
    a.actual AS value, t.target_value AS expected, t.target_year, a.zh AS indicator_zh,
    CASE t.comparator WHEN '=' THEN '等于' ELSE '不低于' END AS comparator_zh
FROM targets AS t
INNER JOIN actuals AS a ON t.indicator_id = a.field AND t.target_year = a.year
WHERE
    (t.comparator = '>=' AND a.actual < t.target_value)
    OR (t.comparator = '=' AND a.actual <> t.target_value)
