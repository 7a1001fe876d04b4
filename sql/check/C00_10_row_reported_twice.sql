-- A row of a ledger that says in every cell what another row says: of the same form, or of another unit's for the period.
-- Rows without a text of four characters are left out: short codes and small numbers are equal by chance.
-- code: C00-10
-- form: *
-- severity: explain
-- says: “{zh}”为“{value}”的一行（{cell}）与{expected}完全相同，请核对是否重复填报，重复的请删去一行；确是两件事的请在说明栏写明。
-- because: 同一件事报两行，或者两级各报一次，会被计算两次。
WITH parts AS (
    SELECT
        form_code, part
    FROM reference.fields
    WHERE type = 'text' AND layout = 'ledger' AND row_list = ''
    GROUP BY form_code, part
),

texts AS (
    SELECT
        f.form_code, f.part, f.field, f.type = 'text' AS is_text
    FROM reference.fields AS f
    INNER JOIN parts AS p ON f.form_code = p.form_code AND f.part = p.part
),

-- What counts of the forms and periods that came now.
came AS (
    SELECT DISTINCT
        form_code, period
    FROM stage.submission
),

told AS (
    SELECT
        o.submission_id, o.unit_code, o.period, o.arrived_on
    FROM known_of_all.submission AS o
    INNER JOIN came AS n ON o.form_code = n.form_code AND o.period = n.period
),

-- Rows are put side by side by what they say: the cells are read once, and no row is joined with another.
rows_said AS (
    SELECT
        s.submission_id, s.unit_code, s.period, s.arrived_on, c.form_code, c.part, c.row_no,
        list([c.field, coalesce(CAST(c.value AS VARCHAR), c.text)] ORDER BY c.field) AS said,
        min(CASE WHEN t.is_text AND length(c.text) >= 4 THEN c.field END) AS field,
        min_by(c.text, c.field) FILTER (WHERE t.is_text AND length(c.text) >= 4) AS value
    FROM known_of_all.cell AS c
    INNER JOIN texts AS t ON c.form_code = t.form_code AND c.part = t.part AND c.field = t.field
    INNER JOIN told AS s ON c.submission_id = s.submission_id
    WHERE c.value IS NOT NULL OR c.text <> ''
    GROUP BY s.submission_id, s.unit_code, s.period, s.arrived_on, c.form_code, c.part, c.row_no
),

-- The first of the rows that say the same, in their own submission and among all of the period.
repeats AS (
    SELECT
        submission_id, unit_code, part, row_no, field, value,
        min(row_no) OVER (PARTITION BY form_code, part, said, submission_id) AS first_row,
        first_value(unit_code)
            OVER (PARTITION BY form_code, part, said, period ORDER BY arrived_on, submission_id, row_no)
            AS first_unit
    FROM rows_said
    WHERE field IS NOT NULL
)

SELECT
    r.submission_id, r.row_no, r.part, r.field, r.value,
    CASE
        WHEN r.first_row < r.row_no THEN '本表第' || CAST(r.first_row AS VARCHAR) || '条记录'
        ELSE coalesce(u.zh, r.first_unit) || '所报的一条记录'
    END AS expected
FROM repeats AS r
INNER JOIN stage.submission AS s ON r.submission_id = s.submission_id
LEFT JOIN reference.units AS u ON r.first_unit = u.unit_code AND u.is_latest
WHERE r.first_row < r.row_no OR r.first_unit <> r.unit_code
