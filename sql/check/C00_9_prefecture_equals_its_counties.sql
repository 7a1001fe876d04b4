-- What a prefecture reports is the sum of its county rows.
-- code: C00-9
-- form: GH01
-- severity: explain
-- says: “{zh}”全市（州）填{value}，所辖各县合计{expected}，两数不一致，请核对两处后改正；确有县级以外的数请在说明栏写明。
-- because: 市州数等于所辖县级之和，否则县级数据不能用于分析。
WITH counties AS (
    SELECT
        submission_id,
        CAST(sum(workers_total) AS BIGINT) AS workers_total,
        CAST(sum(workers_female) AS BIGINT) AS workers_female,
        CAST(sum(members_total) AS BIGINT) AS members_total,
        CAST(sum(members_female) AS BIGINT) AS members_female,
        CAST(sum(grassroots_unions) AS BIGINT) AS grassroots_unions
    FROM stage.gh01_counties
    GROUP BY submission_id
),

pairs AS (
    SELECT
        p.submission_id, p.row_no, 'workers_total' AS field, p.workers_total AS value, c.workers_total AS expected
    FROM stage.gh01 AS p
    INNER JOIN counties AS c ON p.submission_id = c.submission_id
    UNION ALL
    SELECT
        p.submission_id, p.row_no, 'workers_female' AS field, p.workers_female AS value, c.workers_female AS expected
    FROM stage.gh01 AS p
    INNER JOIN counties AS c ON p.submission_id = c.submission_id
    UNION ALL
    SELECT
        p.submission_id, p.row_no, 'members_total' AS field, p.members_total AS value, c.members_total AS expected
    FROM stage.gh01 AS p
    INNER JOIN counties AS c ON p.submission_id = c.submission_id
    UNION ALL
    SELECT
        p.submission_id, p.row_no, 'members_female' AS field, p.members_female AS value, c.members_female AS expected
    FROM stage.gh01 AS p
    INNER JOIN counties AS c ON p.submission_id = c.submission_id
    UNION ALL
    SELECT
        p.submission_id, p.row_no, 'grassroots_unions' AS field, p.grassroots_unions AS value,
        c.grassroots_unions AS expected
    FROM stage.gh01 AS p
    INNER JOIN counties AS c ON p.submission_id = c.submission_id
)

SELECT
    submission_id, row_no, field, value, expected
FROM pairs
WHERE value <> expected
