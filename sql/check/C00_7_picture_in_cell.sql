-- A picture was put into a cell; older programs show it as a formula or an error.
-- code: C00-7
-- form: *
-- severity: reject
-- says: “{zh}”的单元格里放的是{value}，系统读不出其中的内容，请删去后直接填写{expected}。
-- because: 图片里的数字和文字读不出来，也不能当作空白。
SELECT
    submission_id, row_no, part, field, text AS value, '数字或文字' AS expected
FROM stage.cell
WHERE fault = 'PICTURE_IN_CELL'
