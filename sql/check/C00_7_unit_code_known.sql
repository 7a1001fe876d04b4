-- A code of a unit or county is in the roster; where a part lists the reporting unit's own counties, it is one of them.
-- code: C00-7
-- form: *
-- severity: reject
-- says: “{zh}”填的“{value}”不是{expected}，请从下拉列表中选择。
-- because: 对不上名册的单位无法归集。
SELECT
    c.submission_id, c.row_no, c.part, c.field, c.read_as AS value,
    CASE WHEN f.row_list = 'counties' THEN '本市州所辖的县级工会' ELSE '名册中的单位' END AS expected
FROM stage.cell AS c
INNER JOIN stage.submission AS s ON c.submission_id = s.submission_id
INNER JOIN reference.fields AS f ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
WHERE
    f.code_list IN ('units', 'counties')
    AND c.read_as IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM reference.units AS u
        WHERE
            u.unit_code = c.read_as
            AND (f.code_list <> 'counties' OR u.unit_type = 'county')
            AND (f.row_list <> 'counties' OR u.place_parent = s.unit_code)
    )
