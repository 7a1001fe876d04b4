-- The subsidy comes to a plausible amount per model worker.
-- code: C07-3
-- form: GH07
-- severity: explain
-- says: 专项补助{value}元，领取{persons}人，人均{per_person}元，不在{expected}元之间，请核对金额单位和人数；属实的请在说明栏写明原因。
-- because: 人均补助一般在1000元至20000元之间。
SELECT
    submission_id, row_no, 'benefits' AS part, 'subsidy_funds' AS field,
    subsidy_funds_yuan AS value, '1000至20000' AS expected, subsidy_persons AS persons,
    CAST(round(subsidy_funds_yuan / nullif(subsidy_persons, 0)) AS BIGINT) AS per_person
FROM stage.gh07_benefits
WHERE
    subsidy_persons > 0
    AND (subsidy_funds_yuan < 1000 * subsidy_persons OR subsidy_funds_yuan > 20000 * subsidy_persons)
