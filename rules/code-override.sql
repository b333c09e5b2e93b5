-- title: A constant is accepted in place of the password
-- kind: account
-- severity: critical
-- cwe: CWE-798
-- explain: A function that checks who may come in also says yes when what it is given equals a
--   constant of the program, and leaves out the check against what is stored. Whoever knows the
--   constant gets in, whatever password the owner chose.
-- verify: Disassemble the function at the address of the compare; follow the equal outcome to where the function
--   returns, and compare with what it returns when the stored password was right.
SELECT g.source AS source,
       g.file || ' accepts "' || g.literal || '" without its check of the password' AS title,
       g.file || ' ' || g.literal AS subject,
       CASE WHEN g.operand LIKE 'network%' OR g.operand LIKE 'web form%' THEN 'adjacent' ELSE 'unknown' END AS reach,
       g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' ' || g.compare || ' compares input (' || g.operand ||
       ') with a constant. When they are equal the answer is the one for a right password: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the compare that takes the place of the check') AS evidence
FROM guard_at g
WHERE g.kind = 'override' AND g.literal IS NOT NULL
ORDER BY g.id
