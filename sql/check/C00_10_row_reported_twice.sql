-- A row of a ledger that says in every cell what another row says: of the same form, or of another unit's for the period.
-- Rows without a text of four characters are left out: short codes and small numbers are equal by chance.
-- code: C00-10
-- form: *
-- across: units
-- severity: explain
-- says: “{zh}”为“{value}”的一行（{cell}）与{expected}完全相同，请核对是否重复填报，重复的请删去一行；确是两件事的请在说明栏写明。
-- because: 同一件事报两行，或者两级各报一次，会被计算两次。
WITH texts AS (
    SELECT
        form_code, part, field
    FROM reference.fields
    WHERE type = 'text' AND layout = 'ledger' AND row_list = ''
),

-- Rows are first matched by a text that they share, and only those that do are compared cell for cell.
pairs AS (
    SELECT
        n.submission_id, n.part, n.row_no, e.submission_id AS other_id, e.row_no AS other_row, s.unit_code AS own_unit,
        o.unit_code AS other_unit, min(n.field) AS field
    FROM stage.submission AS s
    INNER JOIN stage.cell AS n ON s.submission_id = n.submission_id
    INNER JOIN texts AS t ON n.form_code = t.form_code AND n.part = t.part AND n.field = t.field
    INNER JOIN known.cell AS e
        ON n.form_code = e.form_code AND n.part = e.part AND n.field = e.field AND n.text = e.text
    INNER JOIN known.submission AS o ON e.submission_id = o.submission_id
    WHERE
        length(n.text) >= 4
        AND (
            (n.submission_id = e.submission_id AND n.row_no > e.row_no)
            OR (
                s.unit_code <> o.unit_code AND s.period = o.period
                AND (s.arrived_on > o.arrived_on OR (s.arrived_on = o.arrived_on AND s.submission_id > o.submission_id))
            )
        )
    GROUP BY n.submission_id, n.part, n.row_no, e.submission_id, e.row_no, s.unit_code, o.unit_code
),

placed AS (
    SELECT DISTINCT
        submission_id, part, row_no
    FROM pairs
    UNION
    SELECT DISTINCT
        other_id, part, other_row
    FROM pairs
),

rows_said AS (
    SELECT
        p.submission_id, p.part, p.row_no,
        list([c.field, coalesce(CAST(c.value AS VARCHAR), c.text)] ORDER BY c.field) AS said
    FROM placed AS p
    INNER JOIN known.cell AS c
        ON p.submission_id = c.submission_id AND p.part = c.part AND p.row_no = c.row_no
    WHERE c.value IS NOT NULL OR c.text <> ''
    GROUP BY p.submission_id, p.part, p.row_no
),

repeats AS (
    SELECT
        p.submission_id, p.part, p.row_no, p.field,
        min(CASE WHEN p.own_unit = p.other_unit THEN '' ELSE p.other_unit END) AS other_unit,
        min(p.other_row) AS other_row
    FROM pairs AS p
    INNER JOIN rows_said AS n
        ON p.submission_id = n.submission_id AND p.part = n.part AND p.row_no = n.row_no
    INNER JOIN rows_said AS e
        ON p.other_id = e.submission_id AND p.part = e.part AND p.other_row = e.row_no AND n.said = e.said
    GROUP BY p.submission_id, p.part, p.row_no, p.field
)

SELECT
    r.submission_id, r.row_no, r.part, r.field, c.text AS value,
    CASE
        WHEN r.other_unit = '' THEN '本表第' || CAST(r.other_row AS VARCHAR) || '条记录'
        ELSE coalesce(u.zh, r.other_unit) || '所报的一条记录'
    END AS expected
FROM repeats AS r
INNER JOIN known.cell AS c
    ON r.submission_id = c.submission_id AND r.part = c.part AND r.row_no = c.row_no AND r.field = c.field
LEFT JOIN reference.units AS u ON r.other_unit = u.unit_code AND u.is_latest
