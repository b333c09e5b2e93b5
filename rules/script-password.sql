-- title: The code of a login holds a password
-- kind: account
-- severity: critical
-- cwe: CWE-798
-- explain: A script that judges logins compares what is typed with a constant of its own, and lets in whoever knows
--   it. Changing the password of the device does not change it.
-- verify: Read the script at the lines of the evidence; log in with the constant on a device of your own.
SELECT g.source AS source,
       CASE g.kind WHEN 'override' THEN 'A second password opens the login of ' ELSE 'The login of ' END || g.file ||
       CASE g.kind WHEN 'override' THEN '' ELSE ' has its password in its code' END AS title,
       g.file || ' ' || g.literal AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ': ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the password and what it opens') AS evidence
FROM guard_at g
WHERE g.kind IN ('credential', 'override') AND g.compare = 'script word'
ORDER BY g.id
