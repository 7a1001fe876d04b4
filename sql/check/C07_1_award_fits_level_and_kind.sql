-- The level and the kind of recipient are those of the award.
-- code: C07-1
-- form: GH07
-- severity: reject
-- says: “{award_zh}”的{zh}应为“{expected}”，填的是“{value}”，请改正荣誉名称或{zh}。
-- because: 每项荣誉的级别和授予对象是固定的。
WITH awards AS (
    SELECT
        a.submission_id, a.row_no, a.award_level, a.recipient_kind,
        c.zh AS award_zh, c.level AS true_level, c.kind AS true_kind
    FROM stage.gh07_awards AS a
    INNER JOIN reference.codes AS c ON c.list = 'award' AND a.award_code = c.code
),

mismatches AS (
    SELECT
        submission_id, row_no, 'award_level' AS field, award_level AS given, true_level AS wanted, award_zh
    FROM awards
    WHERE award_level <> true_level
    UNION ALL
    SELECT
        submission_id, row_no, 'recipient_kind' AS field, recipient_kind AS given, true_kind AS wanted, award_zh
    FROM awards
    WHERE recipient_kind <> true_kind
)

SELECT
    m.submission_id, m.row_no, 'awards' AS part, m.field,
    coalesce(g.zh, m.given) AS value, w.zh AS expected, m.award_zh
FROM mismatches AS m
INNER JOIN reference.codes AS w ON m.field = w.list AND m.wanted = w.code
LEFT JOIN reference.codes AS g ON m.field = g.list AND m.given = g.code
