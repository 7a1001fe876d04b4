-- What a prefecture reports is the sum of its county rows.
-- code: C00-9
-- form: GH01
-- severity: explain
-- says: “{zh}”全市（州）填{value}{measure}，所辖各县合计{expected}{measure}，两数不一致，请核对两处后改正；确有县级以外的数请在说明栏写明。
-- because: 市州数等于所辖县级之和，否则县级数据不能用于分析。
WITH counties AS (
    SELECT
        submission_id,
        CAST(sum(workers_total) AS DECIMAL(38, 0)) AS workers_total,
        CAST(sum(workers_female) AS DECIMAL(38, 0)) AS workers_female,
        CAST(sum(members_total) AS DECIMAL(38, 0)) AS members_total,
        CAST(sum(members_female) AS DECIMAL(38, 0)) AS members_female,
        CAST(sum(grassroots_unions) AS DECIMAL(38, 0)) AS grassroots_unions
    FROM stage.gh01_counties
    GROUP BY submission_id
),

summed AS (
    SELECT
        submission_id, field, expected
    FROM counties
    UNPIVOT (expected FOR field IN (workers_total, workers_female, members_total, members_female, grassroots_unions))
),

reported AS (
    SELECT
        submission_id, row_no, field, value
    FROM stage.gh01
    UNPIVOT (value FOR field IN (workers_total, workers_female, members_total, members_female, grassroots_unions))
)

SELECT
    r.submission_id, r.row_no, r.field, r.value, s.expected
FROM reported AS r
INNER JOIN summed AS s ON r.submission_id = s.submission_id AND r.field = s.field
WHERE r.value <> s.expected
