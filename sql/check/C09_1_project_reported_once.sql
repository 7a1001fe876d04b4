-- A project of a year stands once, whoever reports it; the one that came first stands.
-- code: C09-1
-- form: GH09
-- severity: reject
-- says: 项目“{value}”已由{expected}在本年填报，请核对项目编号；同一项目只由一个部门填一行，多次拨款请合并。
-- because: 同一项目列两行，项目数和资金会重复计算。
WITH projects AS (
    SELECT
        p.submission_id, p.row_no, p.unit_code, p.year, p.project_id, s.arrived_on
    FROM known_of_all.gh09 AS p
    INNER JOIN known_of_all.submission AS s ON p.submission_id = s.submission_id
),

repeats AS (
    SELECT
        n.submission_id, n.row_no, n.project_id,
        min(first.unit_code) AS first_unit
    FROM projects AS n
    INNER JOIN stage.submission AS s ON n.submission_id = s.submission_id
    INNER JOIN projects AS first ON n.project_id = first.project_id AND n.year = first.year
    WHERE
        (n.submission_id = first.submission_id AND n.row_no > first.row_no)
        OR (
            n.unit_code <> first.unit_code
            AND (
                n.arrived_on > first.arrived_on
                OR (n.arrived_on = first.arrived_on AND n.submission_id > first.submission_id)
            )
        )
    GROUP BY n.submission_id, n.row_no, n.project_id
)

SELECT
    r.submission_id, r.row_no, 'project_id' AS field, r.project_id AS value, coalesce(u.zh, r.first_unit) AS expected
FROM repeats AS r
LEFT JOIN reference.units AS u ON r.first_unit = u.unit_code AND u.is_latest
