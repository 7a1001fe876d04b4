-- A code of a unit stood in the roster by the end of the period, at the level that the field asks for.
-- Where a part lists the units below the reporting one, it is one of those that stood below it in that period.
-- code: C00-7
-- form: *
-- severity: reject
-- says: “{zh}”填的“{value}”不是{expected}，请从下拉列表中选择。
-- because: 对不上名册的单位无法归集。
SELECT
    c.submission_id, c.row_no, c.part, c.field, c.read_as AS value,
    CASE
        WHEN f.row_list = f.code_list THEN '本单位所辖的' || l.zh
        WHEN l.unit_level IS NOT NULL THEN '名册中的' || l.zh
        ELSE '名册中的单位'
    END AS expected
FROM stage.cell AS c
INNER JOIN stage.submission AS s ON c.submission_id = s.submission_id
INNER JOIN reference.fields AS f ON c.form_code = f.form_code AND c.part = f.part AND c.field = f.field
LEFT JOIN reference.levels AS l ON f.code_list = l.unit_level
WHERE
    (f.code_list = 'units' OR l.unit_level IS NOT NULL)
    AND c.read_as IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM reference.units AS u
        WHERE
            u.unit_code = c.read_as
            AND u.valid_from <= s.period_end
            AND (l.unit_level IS NULL OR u.unit_level = l.unit_level)
            AND (
                l.unit_level IS NULL OR f.row_list <> f.code_list
                OR (u.place_parent = s.unit_code AND u.valid_to >= s.period_start)
            )
    )
