-- Donations from abroad in yuan, at the rate of the last day of each half-year.
-- zh: 境外捐赠折人民币：按报告期末的汇率
-- grain: one row per submission in force
SELECT
    d.submission_id,
    d.row_no,
    d.unit_code,
    d.period,
    d.year,
    d.donated,
    r.rate,
    CAST(d.donated * CAST(r.rate AS DECIMAL(18, 6)) AS DECIMAL(38, 4)) AS donated_yuan
FROM core.f02 AS d
INNER JOIN core.submission AS s
    ON d.submission_id = s.submission_id
LEFT JOIN reference.rates AS r
    ON
        r.currency = 'USD'
        AND s.period_end >= CAST(r.first_day AS DATE)
        AND s.period_end <= CAST(r.last_day AS DATE)
