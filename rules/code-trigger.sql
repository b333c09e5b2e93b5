-- title: A secret word in the code unlocks something
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A program compares what comes from outside with a word of its own. Only when the two are
--   equal, it does something that others may not do. Whoever knows the word gets in, whatever the
--   passwords of the device are.
-- verify: Disassemble the function at the address of the compare. Follow the equal outcome to the
--   call that the chain names, and the input back to where it is read.
SELECT g.source AS source,
       'The word "' || g.literal || '" sent to ' || g.file || ' leads to ' ||
       CASE g.sink WHEN 'exec' THEN 'a command' WHEN 'setuid' THEN 'another identity' WHEN 'listen' THEN 'a new service'
                   WHEN 'reboot' THEN 'a restart' WHEN 'insmod' THEN 'new kernel code' ELSE g.sink END AS title,
       g.file || ' ' || g.literal AS subject,
       CASE WHEN g.operand LIKE 'network%' OR g.operand LIKE 'web form%' THEN 'adjacent' ELSE 'unknown' END AS reach,
       g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' ' || g.compare || ' compares input (' || g.operand ||
       ') with a constant. Only when they are equal control goes on to the action: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the compare and what it guards') AS evidence
FROM guard_at g
WHERE g.kind IN ('trigger', 'outlier') AND g.confidence IN ('certain', 'likely', 'hint') AND g.literal IS NOT NULL
  AND coalesce(g.compare, '') NOT LIKE 'script%'
  AND NOT EXISTS (SELECT 1 FROM guard k WHERE k.artifact = g.artifact AND k.vaddr = g.vaddr AND k.kind = 'kill'
                  AND k.confidence <> 'hint') -- that is code-kill
ORDER BY g.id
