-- An award to a recipient in a year counts once, whoever reports it; the one that came first stands.
-- code: C07-2
-- form: GH07
-- severity: explain
-- says: “{value}”{award_year}年的这项荣誉已由{expected}报过，请核对，同一荣誉只由一家填一行，重复的请删去后重报；确是两人同名的请在说明栏写明。
-- because: 同一荣誉填两次会重复计数；但两个人可以同名。
WITH awards AS (
    SELECT
        a.submission_id, a.row_no, a.unit_code, a.period, a.award_code, a.recipient,
        extract(YEAR FROM a.award_date) AS award_year,
        s.arrived_on
    FROM known_of_all.gh07_awards AS a
    INNER JOIN known_of_all.submission AS s ON a.submission_id = s.submission_id
),

repeats AS (
    SELECT
        n.submission_id, n.row_no, n.recipient, n.award_year,
        min(first.unit_code) AS first_unit
    FROM awards AS n
    INNER JOIN stage.submission AS s ON n.submission_id = s.submission_id
    INNER JOIN awards AS first
        ON
            n.award_code = first.award_code
            AND n.recipient = first.recipient
            AND n.award_year = first.award_year
    WHERE
        (n.submission_id = first.submission_id AND n.row_no > first.row_no)
        OR (
            (n.unit_code <> first.unit_code OR n.period <> first.period)
            AND (
                n.arrived_on > first.arrived_on
                OR (n.arrived_on = first.arrived_on AND n.submission_id > first.submission_id)
            )
        )
    GROUP BY n.submission_id, n.row_no, n.recipient, n.award_year
)

SELECT
    r.submission_id, r.row_no, 'awards' AS part, 'recipient' AS field,
    r.recipient AS value, coalesce(u.zh, r.first_unit) AS expected, r.award_year
FROM repeats AS r
LEFT JOIN reference.units AS u ON r.first_unit = u.unit_code AND u.is_latest
