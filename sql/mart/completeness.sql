-- How complete the reporting of each form and period is.
-- zh: 报送完整性：每张表每个报告期应报、按时、迟报、退回、未报的单位数
-- grain: one row per form and period
SELECT
    reporting.form_code,
    form.zh AS form_zh,
    reporting.period,
    reporting.year,
    count(*) AS units_due,
    count(CASE WHEN reporting.status = 'on_time' THEN 1 END) AS units_on_time,
    count(CASE WHEN reporting.status = 'late' THEN 1 END) AS units_late,
    count(CASE WHEN reporting.status = 'awaiting_explanation' THEN 1 END) AS units_awaiting_explanation,
    count(CASE WHEN reporting.status = 'rejected' THEN 1 END) AS units_rejected,
    count(CASE WHEN reporting.status = 'missing' THEN 1 END) AS units_missing
FROM core.reporting AS reporting
INNER JOIN reference.forms AS form
    ON reporting.form_code = form.form_code
GROUP BY reporting.form_code, form.zh, reporting.period, reporting.year
