-- A budget that was adjusted names the approval.
-- code: C12-4
-- form: GH12
-- severity: explain
-- says: 科目{account_code}调整后预算{value}元，与年初预算{expected}元不同，没有填审批文号，请补填；没有文号的请在说明栏写明调整依据。
-- because: 预算调整须经批准。
SELECT
    submission_id, row_no, 'approval_note' AS field,
    budget_adjusted_yuan AS value, budget_initial_yuan AS expected, account_code
FROM stage.gh12
WHERE budget_adjusted_yuan <> budget_initial_yuan AND approval_note IS NULL
