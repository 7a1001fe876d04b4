-- A fund type stands on rows of special funds, and only there, so that the two totals never mix.
-- code: C13-4
-- form: GH13
-- severity: reject
-- says: 本行对象类别是“{value}”，资金类别填的是“{fund_zh}”，应为{expected}，请改正对象类别或资金类别。
-- because: 专项资金审计与单位审计的金额有重叠，混在一起会重复计算审计资金。
SELECT
    a.submission_id, a.row_no, 'audits' AS part, 'fund_type' AS field,
    coalesce(k.zh, a.auditee_class) AS value,
    CASE WHEN a.auditee_class = 'special' THEN '具体的资金类别' ELSE '空白' END AS expected,
    coalesce(f.zh, a.fund_type, '空白') AS fund_zh
FROM stage.gh13_audits AS a
LEFT JOIN reference.codes AS k ON k.list = 'auditee_class' AND a.auditee_class = k.code
LEFT JOIN reference.codes AS f ON f.list = 'fund_type' AND a.fund_type = f.code
WHERE
    (a.auditee_class = 'special' AND a.fund_type IS NULL)
    OR (a.auditee_class <> 'special' AND a.fund_type IS NOT NULL)
