-- title: What a service receives becomes a part of a command
-- kind: trigger
-- severity: high
-- cwe: CWE-78
-- explain: A service puts text that it receives between words of its own and runs all of it as a command. Nothing looks
--   at the text before. Who sends a semicolon and a command of his own behind it has a shell. This may be a mistake as
--   well as a door; to whoever uses it, it is the same.
-- verify: Disassemble the function at the address of the evidence and follow the text back to where it is read. Send
--   a harmless command behind a semicolon to a device of your own.
SELECT g.source AS source, 'Text that ' || g.file || ' receives is run as a part of "' || g.literal || '"' AS title,
       g.file || ' ' || g.literal AS subject, 'adjacent' AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ': ' || g.chain || ', inside of the text "' || g.literal || '".' AS explanation,
       seen('guard', g.id, 'the input and the command') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare = 'part' AND g.literal IS NOT NULL
ORDER BY g.id
