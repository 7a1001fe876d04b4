-- Who owes which form for which period, and what has become of it.
-- zh: 应报情况：每个单位、每张应报的表、每个报告期是否按时报送
-- grain: one row per unit, form and period that is due
WITH last_sent AS (
    SELECT
        submission.unit_code,
        submission.form_code,
        submission.period,
        max(submission.number) AS number,
        max(submission.arrived_on) AS arrived_on,
        max_by(decision.decision, submission.number) AS decision
    FROM ledger.submission AS submission
    INNER JOIN ledger.decision AS decision
        ON submission.submission_id = decision.submission_id
    GROUP BY submission.unit_code, submission.form_code, submission.period
)

SELECT
    due.unit_code,
    due.form_code,
    due.period,
    due.year,
    due.due_on,
    due.accepted_until,
    current_submission.submission_id,
    coalesce(current_submission.arrived_on, last_sent.arrived_on) AS arrived_on,
    CASE
        WHEN current_submission.submission_id IS NOT NULL AND current_submission.is_late THEN 'late'
        WHEN current_submission.submission_id IS NOT NULL THEN 'on_time'
        WHEN last_sent.decision = 'awaiting_explanation' THEN 'awaiting_explanation'
        WHEN last_sent.decision = 'rejected' THEN 'rejected'
        ELSE 'missing'
    END AS status
FROM reference.due AS due
LEFT JOIN core.submission AS current_submission
    ON
        due.unit_code = current_submission.unit_code
        AND due.form_code = current_submission.form_code
        AND due.period = current_submission.period
LEFT JOIN last_sent
    ON due.unit_code = last_sent.unit_code AND due.form_code = last_sent.form_code AND due.period = last_sent.period
