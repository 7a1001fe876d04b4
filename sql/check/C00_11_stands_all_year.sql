-- What is said once a year is said again as it counts of an earlier period of the year, row by row.
-- A row that is left out is told too, unless what it said was nothing.
-- code: C00-11
-- form: *
-- severity: explain
-- says: “{zh}”全年不变，{named}本年前期报的是{expected}{measure}，这一次是{value}{measure}，请核对；确有变动的请在说明栏写明原因，前一期报错的请先更正前一期。
-- because: 全年只定一次的数前后两期不同，要么是填错，要么是批准后又改了，都要说清。
WITH all_year AS (
    SELECT form_code
    FROM reference.fields
    WHERE stands_all_year
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

-- The key of a row beside each of its cells, in one pass over the cells of all periods.
told AS (
    SELECT
        p.submission_id, p.said_in, p.period_end, p.is_now, c.part, c.row_no, c.field, c.value, f.stands_all_year,
        list_sort(list([c.field, coalesce(c.read_as, c.text)]) FILTER (WHERE f.is_row_key) OVER own_row) AS row_key,
        coalesce(min(CASE WHEN f.is_row_key THEN c.text END) OVER own_row, f.zh) AS named
    FROM sides AS p
    INNER JOIN known.cell AS c ON p.said_in = c.submission_id
    INNER JOIN reference.fields AS f ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
    WHERE f.is_row_key OR f.stands_all_year
    WINDOW own_row AS (PARTITION BY p.submission_id, p.said_in, c.part, c.row_no)
),

placed AS (
    SELECT
        *,
        bool_or(is_now) OVER (PARTITION BY submission_id, part, row_key) AS has_row
    FROM told
),

-- Of a key that a period has twice it is open which row is meant.
told_once AS (
    SELECT *
    FROM placed
    WHERE stands_all_year
    QUALIFY
        count(*) OVER (PARTITION BY submission_id, said_in, part, field, row_key) = 1
),

compared AS (
    SELECT
        submission_id, part, field, row_key, has_row,
        max(row_no) FILTER (WHERE is_now) AS row_no,
        max(value) FILTER (WHERE is_now) AS value,
        max_by(value, period_end) FILTER (WHERE NOT is_now AND value IS NOT NULL) AS expected,
        max_by(named, period_end) FILTER (WHERE NOT is_now AND value IS NOT NULL) AS named
    FROM told_once
    GROUP BY submission_id, part, field, row_key, has_row
)

SELECT
    submission_id, row_no, part, field, coalesce(value, 0) AS value, expected,
    CASE WHEN value IS NULL THEN named || '（这一次没有这一行）' ELSE named END AS named
FROM compared
WHERE value <> expected OR (row_key IS NOT NULL AND NOT has_row AND expected <> 0)
