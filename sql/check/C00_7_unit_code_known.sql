-- A code of a unit or county is in the roster, and the counties of a prefecture are its own.
-- code: C00-7
-- form: *
-- severity: reject
-- says: “{zh}”填的“{value}”不是{expected}，请从下拉列表中选择。
-- because: 对不上名册的单位无法归集。
WITH named AS (
    SELECT
        submission_id, row_no, 'audits' AS part, 'auditee_id' AS field, auditee_id AS named_unit, '' AS prefecture
    FROM stage.gh13_audits
    UNION ALL
    SELECT
        submission_id, row_no, 'assessment' AS part, 'assessed_unit' AS field, assessed_unit AS named_unit,
        '' AS prefecture
    FROM stage.gh13_assessment
    UNION ALL
    SELECT
        submission_id, row_no, 'counties' AS part, 'county_code' AS field, county_code AS named_unit,
        unit_code AS prefecture
    FROM stage.gh01_counties
    UNION ALL
    SELECT
        submission_id, row_no, 'main' AS part, 'county_code' AS field, county_code AS named_unit, '' AS prefecture
    FROM stage.gh10
)

SELECT
    n.submission_id, n.row_no, n.part, n.field, n.named_unit AS value,
    CASE WHEN n.prefecture = '' THEN '名册中的单位' ELSE '本市州所辖的县级工会' END AS expected
FROM named AS n
WHERE
    n.named_unit IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM reference.units AS u
        WHERE u.unit_code = n.named_unit AND (n.prefecture = '' OR u.place_parent = n.prefecture)
    )
