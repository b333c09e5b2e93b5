-- title: The device can be switched off from afar, or switches itself off
-- kind: kill
-- severity: high
-- cwe: CWE-912
-- explain: A secret word, a number in a packet or a date of its own makes a program erase the device,
--   switch off a link or end services. What should work for its owner works only as long as somebody
--   else wants it to.
-- verify: Disassemble the function at the address of the compare, and follow the outcome to the call that the
--   chain ends with.
SELECT g.source AS source,
       CASE WHEN g.operand = 'clock' THEN 'A date (' || g.literal || ') in ' || g.file
            ELSE g.literal || ' sent to ' || g.file END || ' leads to ' ||
       CASE g.sink WHEN 'erase' THEN 'erasing' WHEN 'link-down' THEN 'a link that is switched off'
                   WHEN 'stop' THEN 'the end of services' WHEN 'reboot' THEN 'a restart' ELSE 'the end of the program' END AS title,
       g.file || ' ' || g.literal AS subject,
       CASE WHEN g.operand = 'clock' THEN 'unknown' ELSE 'adjacent' END AS reach, g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' ' || g.operand || ' is compared with ' || g.literal ||
       '. One outcome alone leads to the harm: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the compare and the harm') AS evidence
FROM guard_at g
WHERE g.kind = 'kill' AND (g.operand <> 'clock' OR g.confidence <> 'hint')
ORDER BY g.id
