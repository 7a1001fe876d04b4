-- Ecological rangers join through sector federations.
-- code: C01-4
-- form: GH01
-- severity: explain
-- says: 本期入会的生态管护员{value}人，多于行业工会联合会入会职工{expected}人，请核对；生态管护员加入其他工会的，请在说明栏写明。
-- because: 生态管护员一般通过行业工会联合会入会。
SELECT
    submission_id, row_no, 'eco_rangers_joined' AS field, eco_rangers_joined AS value, industry_fed_members AS expected
FROM stage.gh01
WHERE eco_rangers_joined > industry_fed_members
