-- title: A network service runs the commands that it receives
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A program takes what it receives from the network and runs it as a command, from its
--   first byte on. postern saw no check of a secret word in between.
-- verify: Disassemble the function at the address of the evidence and follow the received bytes to the command.
SELECT g.source AS source,
       g.file || ' runs commands that it receives' || coalesce(' on port ' || (
         SELECT group_concat(DISTINCT l.port) FROM listener l
         WHERE l.artifact = g.artifact AND l.origin = 'code' AND l.port IS NOT NULL), '') AS title,
       g.file AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' received data becomes a command: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the received data and the command') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare = 'none'
ORDER BY g.id
