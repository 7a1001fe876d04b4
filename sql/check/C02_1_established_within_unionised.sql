-- Congresses and open affairs are counted among units that have a union.
-- code: C02-1
-- form: GH02
-- severity: reject
-- says: “{zh}”填{value}个，多于已建工会企事业单位数{expected}个，请核对两项后改正。
-- because: 只计已建工会的单位，建制率不会超过100%。
SELECT
    submission_id, row_no, 'units_congress' AS field, units_congress AS value, units_with_union AS expected
FROM stage.gh02
WHERE units_congress > units_with_union
UNION ALL
SELECT
    submission_id, row_no, 'units_open_affairs' AS field, units_open_affairs AS value, units_with_union AS expected
FROM stage.gh02
WHERE units_open_affairs > units_with_union
