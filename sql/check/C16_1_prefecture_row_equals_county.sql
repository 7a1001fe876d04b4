-- What a prefecture reports about a county is what the county reports for itself.
-- code: C16-1
-- form: GH01
-- severity: explain
-- says: 本州为{county}填{value}{measure}，该县自报{expected}{measure}，两数不一致，请与该县核对后改正，确属口径不同的请在说明栏写明。
-- because: 县级直报的数经州总核准，两处必须是同一个数。
WITH county AS (
    SELECT
        k.unit_code, k.period, 'members_total' AS field, k.members_total AS reported
    FROM known_of_all.gh16 AS k
    UNION ALL
    SELECT
        k.unit_code, k.period, 'grassroots_unions' AS field, k.grassroots_unions AS reported
    FROM known_of_all.gh16 AS k
),

listed AS (
    SELECT
        c.submission_id, c.row_no, c.county_code, c.period, 'members_total' AS field, c.members_total AS stated
    FROM stage.gh01_counties AS c
    UNION ALL
    SELECT
        c.submission_id, c.row_no, c.county_code, c.period, 'grassroots_unions' AS field, c.grassroots_unions AS stated
    FROM stage.gh01_counties AS c
)

SELECT
    l.submission_id, l.row_no, l.field, l.stated AS value, county.reported AS expected, u.short_zh AS county
FROM listed AS l
INNER JOIN county ON l.county_code = county.unit_code AND l.period = county.period AND l.field = county.field
INNER JOIN reference.unit_in_period AS u ON l.county_code = u.unit_code AND l.period = u.period
WHERE l.stated <> county.reported
