-- Warmth and relief of each unit in each year, with what one person received on average.
-- zh: 送温暖和帮扶：每个单位每年的资金、人数和人均额
-- grain: one row per unit and year
-- apart: by unit_code
SELECT
    record.unit_code,
    unit.zh AS unit_zh,
    unit.unit_level,
    record.year,
    CAST(sum(record.warmth_funds_yuan) AS DECIMAL(38, 2)) AS warmth_funds_yuan,
    CAST(sum(record.warmth_persons) AS DECIMAL(38, 0)) AS warmth_persons,
    CAST(
        sum(record.warmth_funds_yuan) / nullif(sum(record.warmth_persons), 0) AS DECIMAL(38, 2)
    ) AS warmth_per_person_yuan,
    CAST(sum(record.relief_total_yuan) AS DECIMAL(38, 2)) AS relief_total_yuan,
    CAST(sum(record.relief_persons) AS DECIMAL(38, 0)) AS relief_persons,
    CAST(sum(record.disaster_funds_yuan) AS DECIMAL(38, 2)) AS disaster_funds_yuan
FROM core.gh05 AS record
INNER JOIN core.unit AS unit
    ON record.unit_code = unit.unit_code
GROUP BY record.unit_code, unit.zh, unit.unit_level, record.year
