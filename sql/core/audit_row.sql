-- Audit rows in force, with the kind of the audited unit, its audits in the year and the years of money they covered.
-- zh: 现行审计记录：被审单位类型、当年审计次数、覆盖的资金年度数
-- grain: one row per audit row in force
WITH tally AS (
    SELECT
        auditee_id,
        year,
        count(DISTINCT audit_id) AS audits_in_year,
        count(DISTINCT subject_year) AS years_covered
    FROM core.gh13_audits
    WHERE auditee_class <> 'special'
    GROUP BY auditee_id, year
)

SELECT
    audits.submission_id,
    audits.row_no,
    audits.unit_code,
    audits.period,
    audits.year,
    audits.audit_id,
    audits.auditee_id,
    audits.auditee_class,
    unit.unit_level AS auditee_level,
    tally.audits_in_year,
    tally.years_covered
FROM core.gh13_audits AS audits
LEFT JOIN reference.unit_in_period AS unit
    ON audits.auditee_id = unit.unit_code AND audits.period = unit.period
LEFT JOIN tally
    ON audits.auditee_id = tally.auditee_id AND audits.year = tally.year
