-- History that counts is not replaced by another first report of the same period; a correction says that it is one.
-- code: C00-6
-- form: *
-- severity: reject
-- says: 本期历史资料已经收下（第{expected}次报送），这一份是第{value}次，与它不同；确要改数，请在封面选“更正”后再报。
-- because: 历史资料常有几份抄本，后到的一份不能悄悄改掉已经计入的数。
SELECT
    again.submission_id, CAST(NULL AS INTEGER) AS row_no, CAST(NULL AS VARCHAR) AS field,
    again.number AS value, counted.number AS expected
FROM stage.submission AS again
INNER JOIN ledger.in_force AS counted
    ON
        again.unit_code = counted.unit_code
        AND again.form_code = counted.form_code
        AND again.period = counted.period
        AND again.number > counted.number
WHERE again.accepted_until = DATE '9999-12-31' AND coalesce(again.declared_status, '') <> '更正'
