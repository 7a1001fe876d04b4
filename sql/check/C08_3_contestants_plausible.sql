-- All contests of a period together do not draw more than three times the unit's workers.
-- code: C08-3
-- form: GH08
-- severity: explain
-- says: 本期各项竞赛参与职工合计{value}人，超过同期职工人数的三倍（{expected}人），请核对人数；属实的请在说明栏写明原因。
-- because: 一名职工一期参加三项以上竞赛的很少。
WITH contests AS (
    SELECT
        submission_id, unit_code, period,
        min(row_no) AS row_no,
        CAST(sum(workers) AS DECIMAL(38, 0)) AS workers
    FROM stage.gh08_contests
    GROUP BY submission_id, unit_code, period
)

SELECT
    c.submission_id, c.row_no, 'contests' AS part, 'workers' AS field,
    c.workers AS value, 3 * m.workers_total AS expected
FROM contests AS c
INNER JOIN known.gh01 AS m ON c.unit_code = m.unit_code AND c.period = m.period
WHERE c.workers > 3 * m.workers_total
