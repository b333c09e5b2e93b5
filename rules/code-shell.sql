-- title: A program hands a shell to the network
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A program makes a network connection the input and output of a command line. Whoever is at
--   the other end controls the device. No password is asked for in this program.
-- verify: Disassemble the function at the address of the evidence: one descriptor of a socket is put in
--   place of the standard input and output, then a shell is started.
SELECT g.source AS source,
       CASE g.compare WHEN 'connect-back' THEN g.file || ' connects out and hands over a shell'
                      ELSE g.file || ' hands a shell to whoever connects' END AS title,
       g.file || ' ' || g.compare AS subject,
       CASE g.compare WHEN 'connect-back' THEN 'remote' ELSE 'adjacent' END AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' a connection becomes the input and output of a shell: ' ||
       g.chain || '.' AS explanation,
       CASE g.compare WHEN 'connect-back' THEN 'callout' ELSE 'trigger' END AS kind,
       seen('guard', g.id, 'the connection and the shell') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare IN ('connect-back', 'bind-shell')
  AND NOT EXISTS (SELECT 1 FROM guard p WHERE p.artifact = g.artifact AND p.kind IN ('packet', 'trigger')
                  AND p.confidence IN ('certain', 'likely'))
ORDER BY g.id
