-- title: A password is computed from the date or from the device's address
-- kind: account
-- severity: critical
-- cwe: CWE-798
-- explain: A program makes a text from the date, or from the hardware address or the serial number of the
--   device, and compares it with what somebody sends. Nothing that the owner chose goes into it: whoever knows the
--   formula can compute the password, and addresses and serial numbers are printed on labels and sent in packets.
-- verify: Disassemble the function that makes the text, write the formula down, and try the result on a device of your own.
SELECT g.source AS source, g.file || ' takes a password that is ' || g.literal AS title,
       g.file || ' ' || g.function AS subject,
       CASE WHEN g.operand LIKE 'network%' OR g.operand LIKE 'web form%' THEN 'adjacent' ELSE 'unknown' END AS reach,
       g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ' input is compared with a text ' || g.literal || ': ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the compare with what was computed') AS evidence
FROM guard_at g
WHERE g.kind = 'credential' AND g.literal LIKE 'computed from %'
ORDER BY g.id
