-- title: A web page runs the command that it is given
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A page of the web server takes a field of a request and runs it as a command, from its
--   first letter on. The page is a command line for everybody who finds it. Test pages that were
--   left in are the usual cause.
-- verify: Disassemble the handler at the address of the evidence; request the page that it is registered for with a
--   harmless command on a device of your own.
SELECT g.source AS source, 'The page handler ' || g.literal || ' of ' || g.file || ' runs commands' AS title,
       g.file || ' ' || g.literal AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' the whole text of a request parameter (' || g.operand ||
       ') becomes a command: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the parameter and the command') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare = 'page'
ORDER BY g.id
