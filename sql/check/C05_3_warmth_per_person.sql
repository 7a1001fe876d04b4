-- The warmth funds come to a plausible amount per worker visited; what is plausible stands in reference/standards.csv.
-- The amount per person is rounded away from the range, so that the sentence never contradicts itself.
-- code: C05-3
-- form: GH05
-- severity: explain
-- says: 送温暖资金{value}元，慰问职工{persons}人，人均{per_person}元，不在{expected}元之间，请核对金额单位和人数；属实的请在说明栏写明原因。
-- because: 人均慰问额过高过低，多半是金额单位或人数填错。
WITH judged AS (
    SELECT
        g.submission_id, g.row_no, g.warmth_funds_yuan, g.warmth_persons,
        CAST(low.value AS DECIMAL(38, 2)) AS least,
        CAST(high.value AS DECIMAL(38, 2)) AS most,
        g.warmth_funds_yuan / nullif(g.warmth_persons, 0) AS per_head,
        low.value || '至' || high.value AS between_words
    FROM stage.gh05 AS g
    INNER JOIN reference.standards AS low
        ON
            low.code = 'warmth_per_person_least'
            AND CAST(g.year AS VARCHAR) || '-12-31'
            BETWEEN low.valid_from AND coalesce(nullif(low.valid_to, ''), '9999-12-31')
    INNER JOIN reference.standards AS high
        ON high.code = 'warmth_per_person_most' AND low.valid_from = high.valid_from
)

SELECT
    submission_id, row_no, 'warmth_funds' AS field, warmth_funds_yuan AS value, between_words AS expected,
    warmth_persons AS persons,
    CAST(
        CASE
            WHEN warmth_funds_yuan < least * warmth_persons THEN floor(per_head)
            ELSE ceil(per_head)
        END AS DECIMAL(38, 0)
    ) AS per_person
FROM judged
WHERE
    warmth_persons > 0
    AND (warmth_funds_yuan < least * warmth_persons OR warmth_funds_yuan > most * warmth_persons)
