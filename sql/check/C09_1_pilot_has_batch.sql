-- A pilot says which batch it belongs to.
-- code: C09-1
-- form: GH09
-- severity: reject
-- says: 项目“{value}”是改革试点，批次没有填，请填写{expected}。
-- because: 试点数和经费按批次统计。
SELECT
    submission_id, row_no, 'batch' AS field, project_id AS value, '第几批' AS expected
FROM stage.gh09
WHERE project_type IN ('pilot_region', 'pilot_enterprise') AND batch IS NULL
