-- title: A password stands in the code of a program
-- kind: account
-- severity: high
-- cwe: CWE-798
-- explain: A program compares what it is given with a user and a password of its own, with the hash of a
--   password, or with the header of a web login. Everybody who has the firmware has this password, and the
--   owner cannot change it. Secrets with which the program itself opens a key, a database or another service
--   are told as hints: they do not let anybody into the device.
-- verify: Disassemble the function at the address of the compare; see what the equal outcome leads to, and try the
--   password on a device of your own.
SELECT g.source AS source,
       CASE WHEN g.sink IN ('key', 'sql', 'ldap', 'radius') THEN g.file || ' holds the secret of a ' ||
              CASE g.sink WHEN 'key' THEN 'private key' WHEN 'sql' THEN 'database' ELSE g.sink || ' service' END
            ELSE g.file || ' holds the password "' || g.literal || '"' END AS title,
       g.file || ' ' || g.literal AS subject,
       CASE WHEN g.operand LIKE 'network%' OR g.operand LIKE 'web form%' THEN 'adjacent' ELSE 'unknown' END AS reach,
       g.confidence AS confidence,
       CASE WHEN g.sink IN ('key', 'sql', 'ldap', 'radius') THEN 'low' ELSE 'high' END AS severity,
       'In ' || g.function || ' of ' || g.file || coalesce(' the user "' || (
         SELECT a.user FROM account a WHERE a.artifact = g.artifact AND a.vaddr = g.vaddr AND a.user IS NOT NULL ORDER BY a.id LIMIT 1) ||
         '" belongs to it', ' it is a constant') || ': ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'where it is used') || coalesce((
         SELECT seen('account', a.id, 'the credential') FROM account a
         WHERE a.artifact = g.artifact AND a.vaddr = g.vaddr ORDER BY a.id LIMIT 1), '') AS evidence
FROM guard_at g
WHERE g.kind = 'credential' AND g.literal IS NOT NULL AND g.literal NOT LIKE 'computed from %'
ORDER BY g.id
