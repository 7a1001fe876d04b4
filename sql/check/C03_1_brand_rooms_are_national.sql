-- A brand reading room is first a national model reading room.
-- code: C03-1
-- form: GH03
-- severity: reject
-- says: “{value}”填为全国品牌职工书屋，但在已报的{expected}中没有同名书屋，请核对名称；属于全国示范点的请同时列一行。
-- because: 全国品牌职工书屋从全国示范点中产生。
SELECT
    b.submission_id, b.row_no, 'sites' AS part, 'site_name' AS field, b.site_name AS value,
    '全国职工书屋示范点' AS expected
FROM stage.gh03_sites AS b
WHERE
    b.site_type = 'room_brand'
    AND b.site_name IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM known_of_all.gh03_sites AS n
        WHERE n.site_type = 'room_national' AND n.site_name = b.site_name
    )
