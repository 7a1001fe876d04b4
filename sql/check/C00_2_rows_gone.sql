-- Rows of a ledger that counted and are not in the new version are asked about: somebody may have sent only what was missing.
-- A row is known by what stands in the first column of its part, and by how often that stands there.
-- code: C00-2
-- form: *
-- severity: explain
-- says: 现行报送有{expected}行，这一次没有其中{value}行（如“{gone}”），另有新的{added}行，请核对；这一次报送会替换前一次，请把原有的行和补的行放在一张表里，确要删去的请在说明栏写明原因。
-- because: 后一次报送替换前一次，不会相加；只报补的行会把原有的行去掉。
WITH first_columns AS (
    SELECT
        form_code, part, min(line) AS line
    FROM reference.fields
    WHERE layout = 'ledger'
    GROUP BY form_code, part
),

named AS (
    SELECT
        f.form_code, f.part, f.field
    FROM reference.fields AS f
    INNER JOIN first_columns AS o
        ON f.form_code = o.form_code AND f.part = o.part AND f.line = o.line
),

told AS (
    SELECT
        p.submission_id, c.part, coalesce(c.read_as, c.text) AS said, TRUE AS is_before
    FROM known.replaced AS p
    INNER JOIN known.replaced_cell AS c ON p.replaced_id = c.submission_id
    INNER JOIN named AS n ON c.form_code = n.form_code AND c.part = n.part AND c.field = n.field
    UNION ALL
    SELECT
        p.submission_id, c.part, coalesce(c.read_as, c.text) AS said, FALSE AS is_before
    FROM known.replaced AS p
    INNER JOIN stage.cell AS c ON p.submission_id = c.submission_id
    INNER JOIN named AS n ON c.form_code = n.form_code AND c.part = n.part AND c.field = n.field
),

counted AS (
    SELECT
        submission_id, part, said,
        sum(CASE WHEN is_before THEN 1 ELSE 0 END) AS rows_before,
        sum(CASE WHEN is_before THEN 0 ELSE 1 END) AS rows_now
    FROM told
    GROUP BY submission_id, part, said
)

SELECT
    submission_id, CAST(NULL AS INTEGER) AS row_no, part, CAST(NULL AS VARCHAR) AS field,
    CAST(sum(CASE WHEN rows_before > rows_now THEN rows_before - rows_now ELSE 0 END) AS DECIMAL(38, 0)) AS value,
    CAST(sum(rows_before) AS DECIMAL(38, 0)) AS expected,
    CAST(sum(CASE WHEN rows_now > rows_before THEN rows_now - rows_before ELSE 0 END) AS DECIMAL(38, 0)) AS added,
    min(CASE WHEN rows_before > rows_now THEN said END) AS gone
FROM counted
GROUP BY submission_id, part
HAVING sum(CASE WHEN rows_before > rows_now THEN 1 ELSE 0 END) > 0
