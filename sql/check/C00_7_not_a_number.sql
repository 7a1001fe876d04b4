-- A cell that asks for a number holds something else; kinds of fault that no other check names end here too.
-- code: C00-7
-- form: *
-- severity: reject
-- says: “{zh}”填的是“{value}”，系统读不出{expected}，请只填阿拉伯数字，不写单位、文字和科学计数法。
-- because: 读不出的数不能当作零，也不能猜。
SELECT
    submission_id, row_no, part, field, text AS value, '数字' AS expected
FROM stage.cell
WHERE fault NOT IN ('NOT_APPLICABLE', 'UNIT_IN_CELL', 'TOO_FINE', 'DATE', 'BOOL', 'CELL_ERROR', 'FORMULA_UNCACHED')
