-- A contest of a year is reported by one host; the one that came first stands.
-- code: C08-2
-- form: GH08
-- severity: reject
-- says: 竞赛“{value}”已由{expected}填报，联合竞赛只由牵头的一家填报，请与对方核对，不牵头的请删去这项竞赛后重报。
-- because: 同一竞赛由两家填报，参与单位和职工会重复计数。
WITH hosts AS (
    SELECT
        c.submission_id, c.unit_code, c.year, c.contest_id, s.arrived_on,
        min(c.row_no) AS row_no
    FROM known_of_all.gh08_contests AS c
    INNER JOIN known_of_all.submission AS s ON c.submission_id = s.submission_id
    GROUP BY c.submission_id, c.unit_code, c.year, c.contest_id, s.arrived_on
),

repeats AS (
    SELECT
        n.submission_id, n.row_no, n.contest_id,
        min(first.unit_code) AS first_unit
    FROM hosts AS n
    INNER JOIN stage.submission AS s ON n.submission_id = s.submission_id
    INNER JOIN hosts AS first
        ON
            n.contest_id = first.contest_id
            AND n.year = first.year
            AND n.unit_code <> first.unit_code
    WHERE
        n.arrived_on > first.arrived_on
        OR (n.arrived_on = first.arrived_on AND n.submission_id > first.submission_id)
    GROUP BY n.submission_id, n.row_no, n.contest_id
)

SELECT
    r.submission_id, r.row_no, 'contests' AS part, 'contest_id' AS field,
    r.contest_id AS value, coalesce(u.zh, r.first_unit) AS expected
FROM repeats AS r
LEFT JOIN reference.units AS u ON r.first_unit = u.unit_code AND u.is_latest
