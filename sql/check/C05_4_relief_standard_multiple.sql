-- The relief standard did not fall, and did not rise more than fivefold.
-- code: C05-4
-- form: GH05
-- severity: explain
-- says: 现行标准{value}元/人，原标准{old_standard}元/人，现行标准一般在原标准的{expected}倍之间，请核对两项标准；属实的请在说明栏写明文件依据。
-- because: 标准一般只升不降，一次提高不超过原来的五倍。
SELECT
    submission_id, row_no, 'relief_std_new' AS field, relief_std_new AS value, '1至5' AS expected,
    relief_std_old AS old_standard
FROM stage.gh05
WHERE relief_std_old > 0 AND (relief_std_new < relief_std_old OR relief_std_new > 5 * relief_std_old)
