-- A form that says, cell for cell, what the unit said for an earlier period was sent again under a new date.
-- Forms with fewer than three numbers other than nought may well repeat themselves.
-- code: STALE_COPY
-- form: *
-- severity: explain
-- says: 本表各格与本单位{value}的同一张表完全相同，请核对是否误报了旧表；{expected}确与那一期相同的，请在说明栏写明原因。
-- because: 两个报告期每一个数都相同，多半是把旧文件改了日期再报。
WITH said AS (
    SELECT
        submission_id, part, row_no, field,
        coalesce(CAST(value AS VARCHAR), text) AS said,
        CASE WHEN value <> 0 THEN 1 ELSE 0 END AS counts
    FROM known.cell
),

sizes AS (
    SELECT
        submission_id,
        count(*) AS cells,
        sum(counts) AS numbers
    FROM said
    GROUP BY submission_id
),

pairs AS (
    SELECT
        s.submission_id, earlier.submission_id AS earlier_id, earlier.period AS earlier_period, own.cells
    FROM stage.submission AS s
    INNER JOIN known.submission AS earlier
        ON
            s.unit_code = earlier.unit_code
            AND s.form_code = earlier.form_code
            AND s.period_start > earlier.period_end
            AND s.year - 1 <= earlier.year
    INNER JOIN sizes AS own ON s.submission_id = own.submission_id
    INNER JOIN sizes AS other ON earlier.submission_id = other.submission_id
    WHERE own.numbers >= 3 AND own.cells = other.cells
),

same AS (
    SELECT
        p.submission_id, p.earlier_period, p.cells,
        count(*) AS equal_cells
    FROM pairs AS p
    INNER JOIN said AS a ON p.submission_id = a.submission_id
    INNER JOIN said AS b
        ON p.earlier_id = b.submission_id AND a.part = b.part AND a.row_no = b.row_no AND a.field = b.field
    WHERE a.said = b.said
    GROUP BY p.submission_id, p.earlier_period, p.cells
)

SELECT
    submission_id, CAST(NULL AS INTEGER) AS row_no, CAST(NULL AS VARCHAR) AS field,
    max(earlier_period) AS value, '本期' AS expected
FROM same
WHERE equal_cells = cells
GROUP BY submission_id
