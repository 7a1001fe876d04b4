-- A year of an auditee's money that was audited has the auditee's annual GH12.
-- Only for units that report GH12, and for years of which at least one lower union's annual is known.
-- code: C12-6
-- form: GH13
-- severity: warn
-- says: 被审单位{value}的{expected}年经费收支预算执行情况年报还没有收到，请核对资金所属年度，并提醒该单位补报。
-- because: 审计的资金应能与该单位的年报对上。
SELECT
    a.submission_id, a.row_no, 'audits' AS part, 'subject_year' AS field, u.zh AS value, a.subject_year AS expected
FROM stage.gh13_audits AS a
INNER JOIN reference.unit_in_period AS u
    ON a.auditee_id = u.unit_code AND u.period = CAST(a.subject_year AS VARCHAR)
WHERE
    a.auditee_class <> 'special'
    AND (u.is_root OR u.is_counted)
    AND EXISTS (
        SELECT 1 FROM known_of_all.gh12 AS g
        INNER JOIN reference.unit_in_period AS m ON g.unit_code = m.unit_code AND g.period = m.period
        WHERE g.period = CAST(a.subject_year AS VARCHAR) AND NOT m.is_root
    )
    AND NOT EXISTS (
        SELECT 1 FROM known_of_all.gh12 AS g
        WHERE g.unit_code = a.auditee_id AND g.period = CAST(a.subject_year AS VARCHAR)
    )
