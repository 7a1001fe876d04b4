-- Persons and person-times of one submission are not added up.
-- code: C10-2
-- form: GH10
-- severity: warn
-- says: 本表按人次填报的服务职工{value}，另有按人填报的{expected}，两种口径分别统计，不相加；能统一口径的请统一为人次。
-- because: 同一人多次参加，按人计一次，按人次计多次。
WITH bases AS (
    SELECT
        submission_id,
        min(CASE WHEN persons_basis = 'person_time' THEN row_no END) AS row_no,
        CAST(sum(CASE WHEN persons_basis = 'person_time' THEN persons END) AS DECIMAL(38, 0)) AS person_times,
        CAST(sum(CASE WHEN persons_basis = 'person' THEN persons END) AS DECIMAL(38, 0)) AS persons
    FROM stage.gh10
    GROUP BY submission_id
)

SELECT
    submission_id, row_no, 'persons_basis' AS field, person_times AS value, persons AS expected
FROM bases
WHERE person_times > 0 AND persons > 0
