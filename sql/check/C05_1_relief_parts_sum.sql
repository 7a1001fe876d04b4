-- The three kinds of relief add up to the relief total.
-- code: C05-1
-- form: GH05
-- severity: reject
-- says: 生活、医疗、助学救助金三项之和为{expected}元，与救助资金合计{value}元不一致，请核对三项明细和合计后改正。
-- because: 合计必须等于分项之和。
WITH sums AS (
    SELECT
        submission_id, row_no, relief_total_yuan,
        relief_living_yuan + relief_medical_yuan + relief_study_yuan AS parts_yuan
    FROM stage.gh05
)

SELECT
    submission_id, row_no, 'relief_total' AS field, relief_total_yuan AS value, parts_yuan AS expected
FROM sums
WHERE relief_total_yuan <> parts_yuan
