-- Units with a union do not outnumber the grassroots unions of the same day, unless joint unions cover several units.
-- code: C02-3
-- form: GH02
-- severity: explain
-- says: 已建工会企事业单位{value}个，多于同期工会组织和会员情况表的基层工会{expected}个，请核对；由联合基层工会覆盖的，请在说明栏写明个数。
-- because: 一个单位一般建一个基层工会，多出的应是联合工会覆盖的单位。
SELECT
    d.submission_id, d.row_no, 'units_with_union' AS field, d.units_with_union AS value, o.grassroots_unions AS expected
FROM stage.gh02 AS d
INNER JOIN known.gh01 AS o
    ON
        d.unit_code = o.unit_code
        AND o.period = substr(d.period, 1, 4) || CASE substr(d.period, 5) WHEN 'H1' THEN 'Q2' ELSE 'Q4' END
WHERE d.units_with_union > o.grassroots_unions
