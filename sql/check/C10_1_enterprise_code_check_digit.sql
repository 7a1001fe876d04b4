-- The last character of a unified social credit code follows from the seventeen before it (GB 32100-2015).
-- code: C10-1
-- form: GH10
-- severity: reject
-- says: 企业统一社会信用代码“{value}”的末位校验码不对，按前17位应为“{expected}”，请照营业执照逐位核对后改正。
-- because: 错一位就是另一家企业，会多数或少数一家。
WITH weights AS (
    SELECT
        listed.place, listed.weight
    FROM (
        VALUES
        (1, 1), (2, 3), (3, 9), (4, 27), (5, 19), (6, 26), (7, 16), (8, 17), (9, 20),
        (10, 29), (11, 25), (12, 13), (13, 8), (14, 24), (15, 10), (16, 30), (17, 28)
    ) AS listed (place, weight)
),

sums AS (
    SELECT
        g.submission_id, g.row_no, g.enterprise_id,
        min(strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(g.enterprise_id, w.place, 1))) AS lowest,
        sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(g.enterprise_id, w.place, 1)) - 1) * w.weight) AS total
    FROM stage.gh10 AS g
    CROSS JOIN weights AS w
    WHERE length(g.enterprise_id) = 18
    GROUP BY g.submission_id, g.row_no, g.enterprise_id
),

due AS (
    SELECT
        submission_id, row_no, enterprise_id,
        CASE
            WHEN lowest = 0 THEN '无法计算，代码只用数字和除I、O、S、V、Z以外的大写字母'
            ELSE substr('0123456789ABCDEFGHJKLMNPQRTUWXY', CAST((31 - total % 31) % 31 AS INTEGER) + 1, 1)
        END AS final_character
    FROM sums
)

SELECT
    submission_id, row_no, 'enterprise_id' AS field, enterprise_id AS value, final_character AS expected
FROM due
WHERE substr(enterprise_id, 18, 1) <> final_character
