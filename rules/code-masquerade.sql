-- title: A program takes the name of a kernel thread
-- kind: implant
-- severity: high
-- cwe: CWE-506
-- explain: A program changes its name in the list of processes into one that belongs to the kernel, and
--   talks to the network. Nobody who looks at the list will notice it. Programs with nothing to hide
--   have no use for that.
-- verify: Disassemble the function at the address of the evidence.
SELECT c.source AS source, c.file || ' calls itself a thread of the kernel' AS title, c.file AS subject,
       'unknown' AS reach, 'likely' AS confidence,
       'In ' || c.function || ' of ' || c.file || ' the name of the process becomes one of the kernel: ' || c.detail ||
       '. The same program uses the network.' AS explanation,
       seen('capability', c.id, 'the new name') || n.evidence AS evidence
FROM capability_at c
JOIN (SELECT artifact, seen('capability', min(id), 'the use of the network') AS evidence FROM capability
      WHERE what IN ('raw-socket', 'packet-socket', 'connect', 'listen') GROUP BY artifact
      UNION ALL SELECT artifact, seen('listener', min(id), 'the use of the network') FROM listener
      WHERE origin = 'code' GROUP BY artifact) n ON n.artifact = c.artifact
WHERE c.what = 'rename' AND c.expected = 0
ORDER BY c.id
