-- title: A program does what programs of its kind do not
-- kind: trigger
-- severity: high
-- cwe: CWE-912
-- explain: What kind of program this is was seen from the functions that it offers and the words in it. Programs of that
--   kind in a large distribution were looked at, and none of them does what this one does: a library that reads
--   pictures has no reason to run commands or to open connections. Somebody may have added it.
-- verify: Disassemble the function at the address of the evidence, and compare the program with the same version from
--   its author.
SELECT c.source AS source,
       c.file || ', by its kind ' || CASE WHEN c.kind LIKE 'a%' THEN 'an ' ELSE 'a ' END || c.kind || ', ' ||
       CASE c.what WHEN 'exec' THEN 'runs programs' WHEN 'listen' THEN 'waits for connections'
                   WHEN 'connect' THEN 'opens connections' WHEN 'setuid' THEN 'changes identity'
                   WHEN 'reboot' THEN 'restarts the device' WHEN 'insmod' THEN 'loads kernel code'
                   WHEN 'erase' THEN 'erases memory' ELSE 'opens a ' || c.what END AS title,
       c.file || ' ' || c.what AS subject, 'unknown' AS reach,
       CASE WHEN c.detail LIKE '% at 0x% > %' AND c.detail LIKE '%; none of %' AND c.kind LIKE '% library' THEN 'likely' ELSE 'hint' END AS confidence,
       'In ' || c.function || ' of ' || c.file || ': ' || c.detail || '.' AS explanation,
       seen('capability', c.id, 'what it does') AS evidence
FROM capability_at c
WHERE c.expected = 0
ORDER BY c.id
