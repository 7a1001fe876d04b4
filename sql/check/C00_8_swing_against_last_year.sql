-- A total that moved by more than half against the same period of last year needs a written reason.
-- Totals below ten last year are left out: there a single case is a swing. So is last year's amount repeated on this form.
-- code: C00-8
-- form: *
-- severity: explain
-- says: “{zh}”本期{value}，上年同期{expected}，变动{change_pct}%，超过50%，请核对；数字属实的请在说明栏写明原因。
-- because: 大幅变动要么是填错，要么是报告里要讲清的事。
WITH totals AS (
    SELECT
        c.submission_id, c.part, c.field,
        min(c.row_no) AS row_no,
        CAST(sum(c.value) AS DECIMAL(18, 4)) AS total
    FROM known.cell AS c
    INNER JOIN reference.fields AS f
        ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
    WHERE
        f.type IN ('int', 'money', 'decimal')
        AND f.aggregate IN ('sum', 'last')
        AND f.field <> 'relief_total_prev'
    GROUP BY c.submission_id, c.part, c.field
)

SELECT
    t.submission_id, t.row_no, t.part, t.field, t.total AS value, b.total AS expected,
    CASE
        WHEN t.total > b.total THEN CAST(ceil(100 * (t.total - b.total) / nullif(b.total, 0)) AS BIGINT)
        ELSE CAST(floor(100 * (t.total - b.total) / nullif(b.total, 0)) AS BIGINT)
    END AS change_pct
FROM stage.submission AS s
INNER JOIN totals AS t ON s.submission_id = t.submission_id
INNER JOIN known.submission AS earlier
    ON
        s.unit_code = earlier.unit_code
        AND s.form_code = earlier.form_code
        AND earlier.period = CAST(s.year - 1 AS VARCHAR) || substr(s.period, 5)
        AND s.basis = earlier.basis
INNER JOIN totals AS b ON earlier.submission_id = b.submission_id AND t.part = b.part AND t.field = b.field
WHERE s.suffix <> 'X' AND b.total >= 10 AND abs(t.total - b.total) > 0.5 * b.total
