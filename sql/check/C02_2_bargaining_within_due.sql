-- Units that bargain on wages are among those due to.
-- code: C02-2
-- form: GH02
-- severity: reject
-- says: 已建工资集体协商单位{value}个，多于应建单位{expected}个，请核对两项后改正。
-- because: 已建是应建的一部分，建制率不会超过100%。
SELECT
    submission_id, row_no, 'units_wage_bargaining' AS field,
    units_wage_bargaining AS value, units_bargaining_eligible AS expected
FROM stage.gh02
WHERE units_wage_bargaining > units_bargaining_eligible
