-- The warmth funds come to a plausible amount per worker visited.
-- code: C05-3
-- form: GH05
-- severity: explain
-- says: 送温暖资金{value}元，慰问职工{persons}人，人均{per_person}元，不在{expected}元之间，请核对金额单位和人数；属实的请在说明栏写明原因。
-- because: 人均慰问额一般在200元至5000元之间。
SELECT
    submission_id, row_no, 'warmth_funds' AS field, warmth_funds_yuan AS value, '200至5000' AS expected,
    warmth_persons AS persons,
    CAST(round(warmth_funds_yuan / nullif(warmth_persons, 0)) AS BIGINT) AS per_person
FROM stage.gh05
WHERE
    warmth_persons > 0
    AND (warmth_funds_yuan < 200 * warmth_persons OR warmth_funds_yuan > 5000 * warmth_persons)
