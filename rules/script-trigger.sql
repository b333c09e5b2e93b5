-- title: A secret word in a web request unlocks something
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A script of the device compares a web request with a word of its own. Only who sends that word gets a
--   command run, a command line opened or an account changed. No page tells the owner about it.
-- verify: Read the script at the lines of the evidence; send the word to a device of your own and see what changes.
SELECT g.source AS source,
       CASE WHEN g.literal IS NULL THEN 'A hidden request to ' ELSE 'The word "' || g.literal || '" sent to ' END || g.file || ' ' ||
       CASE g.sink WHEN 'shell' THEN 'opens a command line' WHEN 'account' THEN 'changes an account'
                   WHEN 'code' THEN 'runs code' ELSE 'leads to a command' END AS title,
       g.file || coalesce(' ' || g.literal, '') AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ': ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the word and what it unlocks') AS evidence
FROM guard_at g
WHERE g.kind = 'trigger' AND g.compare = 'script word'
ORDER BY g.id
