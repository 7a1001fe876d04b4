-- What counts now: the latest accepted submission of each unit, form and period.
-- zh: 现行报送：每个单位、每张表、每个报告期最近一次接收的报送
-- grain: one row per unit, form and period
WITH accepted AS (
    SELECT
        submission.*,
        decision.decision,
        decision.decided_at,
        row_number() OVER (
            PARTITION BY submission.unit_code, submission.form_code, submission.period
            ORDER BY submission.number DESC
        ) AS age,
        min(submission.arrived_on) OVER (
            PARTITION BY submission.unit_code, submission.form_code, submission.period
        ) AS first_arrived_on
    FROM ledger.submission AS submission
    INNER JOIN ledger.decision AS decision
        ON submission.submission_id = decision.submission_id
    WHERE decision.decision IN ('accepted', 'accepted_with_warnings')
)

SELECT
    submission_id,
    delivery_id,
    unit_code,
    form_code,
    period,
    year,
    number,
    basis,
    decision,
    decided_at,
    arrived_on,
    first_arrived_on,
    -- A correction does not make late what first came right in time.
    first_arrived_on > due_on AS is_late
FROM accepted
WHERE age = 1
