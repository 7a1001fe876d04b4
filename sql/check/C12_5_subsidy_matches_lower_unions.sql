-- What the federation paid to lower unions is what they report as received from above.
-- Not a reject, although the two must agree in the end: a lower union that is late is not the federation's fault.
-- The accounts are found by name, because their codes differ between the two charts. Of a unit that sent its form twice the
-- last one counts.
-- code: C12-5
-- form: GH12
-- severity: explain
-- says: 补助下级支出{value}元，已报的{reported}家下级工会的上级补助收入合计{expected}元，相差{difference}元，请逐家核对；下级未报齐的请在说明栏写明。
-- because: 同一笔补助在上下级两边的账上应当相等。
WITH last_sent AS (
    SELECT
        submission_id,
        row_number() OVER (PARTITION BY unit_code, period ORDER BY number DESC) AS age
    FROM known_of_all.submission
    WHERE form_code = 'GH12'
),

accounts AS (
    SELECT
        g.submission_id, g.row_no, g.unit_code, g.period, g.actual_yuan, a.zh
    FROM known_of_all.gh12 AS g
    INNER JOIN last_sent AS l ON g.submission_id = l.submission_id AND l.age = 1
    INNER JOIN reference.accounts AS a
        ON
            g.account_code = a.account_code
            AND a.valid_from <= substr(g.period, 1, 4) || '-12-31'
            AND coalesce(nullif(a.valid_to, ''), '9999-12-31') >= substr(g.period, 1, 4) || '-12-31'
    WHERE a.zh IN ('补助下级支出', '上级补助收入')
),

received AS (
    SELECT
        a.period,
        count(DISTINCT a.unit_code) AS reported,
        CAST(sum(a.actual_yuan) AS DECIMAL(38, 2)) AS amount_yuan
    FROM accounts AS a
    INNER JOIN reference.unit_in_period AS u ON a.unit_code = u.unit_code AND a.period = u.period
    WHERE a.zh = '上级补助收入' AND u.is_counted
    GROUP BY a.period
)

SELECT
    p.submission_id, p.row_no, 'actual' AS field, p.actual_yuan AS value, r.amount_yuan AS expected,
    r.reported, p.actual_yuan - r.amount_yuan AS difference
FROM accounts AS p
INNER JOIN stage.submission AS s ON p.submission_id = s.submission_id
INNER JOIN reference.unit_in_period AS u ON p.unit_code = u.unit_code AND p.period = u.period
INNER JOIN received AS r ON p.period = r.period
WHERE p.zh = '补助下级支出' AND u.is_root AND p.actual_yuan <> r.amount_yuan
