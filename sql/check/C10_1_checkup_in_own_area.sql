-- A legal check-up took place in a county of the reporting prefecture; a department may report any county.
-- code: C10-1
-- form: GH10
-- severity: reject
-- says: 本行是法律体检，所在县填的是“{value}”，请选择{expected}。
-- because: 体检企业按所在县归集，填错地区会与其他市州重复。
SELECT
    g.submission_id, g.row_no, 'county_code' AS field, coalesce(c.zh, g.county_code, '空白') AS value,
    '本单位所辖的县（市、区）' AS expected
FROM stage.gh10 AS g
INNER JOIN reference.unit_in_period AS r ON g.unit_code = r.unit_code AND g.period = r.period
LEFT JOIN reference.unit_in_period AS c ON g.county_code = c.unit_code AND g.period = c.period
WHERE
    g.event_type = 'checkup'
    AND (g.county_code IS NULL OR (r.unit_level = 'prefecture' AND coalesce(c.place_parent, '') <> g.unit_code))
