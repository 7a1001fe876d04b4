-- The subsidy comes to a plausible amount per model worker; what is plausible stands in reference/standards.csv.
-- The amount per person is rounded away from the range, so that the sentence never contradicts itself.
-- code: C07-3
-- form: GH07
-- severity: explain
-- says: 专项补助{value}元，领取{persons}人，人均{per_person}元，不在{expected}元之间，请核对金额单位和人数；属实的请在说明栏写明原因。
-- because: 人均补助过高过低，多半是金额单位或人数填错。
WITH judged AS (
    SELECT
        g.submission_id, g.row_no, g.subsidy_funds_yuan, g.subsidy_persons,
        CAST(low.value AS DECIMAL(38, 2)) AS least,
        CAST(high.value AS DECIMAL(38, 2)) AS most,
        g.subsidy_funds_yuan / nullif(g.subsidy_persons, 0) AS per_head,
        low.value || '至' || high.value AS between_words
    FROM stage.gh07_benefits AS g
    INNER JOIN reference.standards AS low
        ON
            low.code = 'subsidy_per_person_least'
            AND CAST(g.year AS VARCHAR) || '-12-31'
            BETWEEN low.valid_from AND coalesce(nullif(low.valid_to, ''), '9999-12-31')
    INNER JOIN reference.standards AS high
        ON high.code = 'subsidy_per_person_most' AND low.valid_from = high.valid_from
)

SELECT
    submission_id, row_no, 'benefits' AS part, 'subsidy_funds' AS field,
    subsidy_funds_yuan AS value, between_words AS expected, subsidy_persons AS persons,
    CAST(
        CASE
            WHEN subsidy_funds_yuan < least * subsidy_persons THEN floor(per_head)
            ELSE ceil(per_head)
        END AS DECIMAL(38, 0)
    ) AS per_person
FROM judged
WHERE
    subsidy_persons > 0
    AND (subsidy_funds_yuan < least * subsidy_persons OR subsidy_funds_yuan > most * subsidy_persons)
