-- title: Certain packets unlock a shell
-- kind: trigger
-- severity: critical
-- cwe: CWE-912
-- explain: A program looks into packets for a number of its own choice, and gives a command line to
--   whoever sends it. Such a program needs no open port: it reads along with all traffic, before any
--   firewall of the device.
-- verify: Disassemble the program at the address of the evidence. Where a packet filter is named, its
--   program stands in the capability "packet-filter" of the same file.
SELECT g.source AS source,
       'Packets with ' || g.literal || ' make ' || g.file || ' ' ||
       CASE g.sink WHEN 'connect-back' THEN 'connect a shell to their sender'
                   WHEN 'bind-shell' THEN 'open a port with a shell' ELSE 'run a command' END AS title,
       g.file || ' packet' AS subject, 'remote' AS reach, g.confidence AS confidence,
       g.file || ' compares packets (' || g.compare || ') with ' || g.literal || ', which belongs to no protocol'
       || ' that is known. Only then the shell is reached: ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the constant and what it unlocks') ||
       coalesce((SELECT group_concat(seen('capability', c.id, 'the sockets and filters'), '') FROM (
         SELECT c.id FROM capability c WHERE c.artifact = g.artifact
         AND c.what IN ('packet-socket', 'raw-socket', 'packet-filter', 'rename') ORDER BY c.id LIMIT 6) c), '') AS evidence
FROM guard_at g
WHERE g.kind = 'packet'
ORDER BY g.id
