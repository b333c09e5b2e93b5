-- title: One handler does not ask who is there
-- kind: trigger
-- severity: high
-- cwe: CWE-306
-- explain: A program has a table of things that it can be asked for. Most of them first ask whether somebody is logged
--   in; this one does something just as powerful without asking. Whoever knows its name needs no password. A page
--   that was forgotten looks the same as one that was left open on purpose.
-- verify: Disassemble the handler at the address of the evidence and one of its siblings, and compare what they do
--   first. Ask a device of your own for it without logging in.
SELECT g.source AS source, 'The request "' || g.literal || '" to ' || g.file || ' needs no login' AS title,
       g.file || ' ' || g.literal AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.file || ' ' || g.operand || ', but ' || g.function || ' does not: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'what is done without asking') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare = 'sibling' AND g.literal IS NOT NULL
ORDER BY g.id
