-- What is said once a year is said again as it counts of an earlier period of the year, row by row.
-- A row that is left out is told too, unless what it said was nothing.
-- code: C00-11
-- form: *
-- severity: explain
-- says: “{zh}”全年不变，{named}本年前期报的是{expected}{measure}，这一次是{value}{measure}，请核对；确有变动的请在说明栏写明原因，前一期报错的请先更正前一期。
-- because: 全年只定一次的数前后两期不同，要么是填错，要么是批准后又改了，都要说清。
WITH all_year AS (
    SELECT
        form_code, part, field, zh
    FROM reference.fields
    WHERE stands_all_year
),

keys AS (
    SELECT
        form_code, part, field
    FROM reference.fields
    WHERE is_row_key
),

sides AS (
    SELECT
        s.submission_id, e.submission_id AS said_in, e.period_end,
        e.submission_id = s.submission_id AS is_now
    FROM stage.submission AS s
    INNER JOIN known.submission AS e
        ON
            s.unit_code = e.unit_code AND s.form_code = e.form_code AND s.year = e.year
            AND (s.submission_id = e.submission_id OR s.period_end > e.period_end)
    WHERE s.form_code IN (SELECT y.form_code FROM all_year AS y)
),

keyed AS (
    SELECT
        p.submission_id, p.said_in, c.part, c.row_no,
        list([c.field, coalesce(c.read_as, c.text)] ORDER BY c.field) AS row_key,
        min(c.text) AS named
    FROM sides AS p
    INNER JOIN known.cell AS c ON p.said_in = c.submission_id
    INNER JOIN keys AS k ON c.form_code = k.form_code AND c.part = k.part AND c.field = k.field
    GROUP BY p.submission_id, p.said_in, c.part, c.row_no
),

-- Of a key that a period has twice it is open which row is meant.
told AS (
    SELECT
        p.submission_id, p.period_end, p.is_now, c.part, c.row_no, c.field, c.value, k.row_key,
        coalesce(k.named, f.zh) AS named
    FROM sides AS p
    INNER JOIN known.cell AS c ON p.said_in = c.submission_id
    INNER JOIN all_year AS f ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
    LEFT JOIN keyed AS k
        ON p.submission_id = k.submission_id AND p.said_in = k.said_in AND c.part = k.part AND c.row_no = k.row_no
    QUALIFY
        count(*) OVER (PARTITION BY p.submission_id, p.said_in, c.part, c.field, k.row_key) = 1
),

before AS (
    SELECT *
    FROM told
    WHERE NOT is_now AND value IS NOT NULL
    QUALIFY
        row_number() OVER (PARTITION BY submission_id, part, field, row_key ORDER BY period_end DESC) = 1
),

rows_now AS (
    SELECT DISTINCT
        submission_id, part, row_key
    FROM keyed
    WHERE said_in = submission_id
)

SELECT
    b.submission_id, n.row_no, b.part, b.field, coalesce(n.value, 0) AS value, b.value AS expected,
    CASE WHEN n.value IS NULL THEN b.named || '（这一次没有这一行）' ELSE b.named END AS named
FROM before AS b
LEFT JOIN told AS n
    ON
        b.submission_id = n.submission_id AND n.is_now AND b.part = n.part AND b.field = n.field
        AND b.row_key IS NOT DISTINCT FROM n.row_key
LEFT JOIN rows_now AS r
    ON b.submission_id = r.submission_id AND b.part = r.part AND b.row_key = r.row_key
WHERE n.value <> b.value OR (b.row_key IS NOT NULL AND r.row_key IS NULL AND b.value <> 0)
