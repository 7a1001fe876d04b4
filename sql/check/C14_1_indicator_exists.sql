-- A target or milestone names an indicator that is declared.
-- code: C14-1
-- form: GH14
-- severity: reject
-- says: 指标编码“{value}”不在{expected}中，请照目录抄写编码；目录中没有的先与{office}联系。
-- because: 对不上指标的目标无法与完成数比较。
SELECT
    t.submission_id, t.row_no, 'indicator_id' AS field, t.indicator_id AS value, '指标目录' AS expected
FROM stage.gh14 AS t
WHERE
    t.indicator_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM reference.indicators AS i
        WHERE i.indicator_id = t.indicator_id
    )
