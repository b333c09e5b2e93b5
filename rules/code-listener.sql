-- title: A program listens on a port that nothing declares
-- kind: listener
-- severity: medium
-- cwe: CWE-912
-- explain: The port stands in the code of the program and in no configuration or script of the
--   image. postern did not see whether the program is started: this is a hint where to look.
-- verify: Find out what starts the program, and ask the port on a device of your own.
SELECT l.source AS source, l.file || ' listens on ' || coalesce(l.protocol || ' ', '') || 'port ' || l.port AS title,
       l.file || ' ' || l.port AS subject, 'adjacent' AS reach, 'hint' AS confidence,
       'The code of ' || l.file || ' binds ' || coalesce(l.protocol || ' ', '') || 'port ' || l.port ||
       coalesce(' of ' || l.address, '') || ' as a constant' || printf(' (at 0x%x)', l.vaddr) ||
       '; no configuration of the image names this port.' AS explanation,
       seen('listener', l.id, 'the call of bind') AS evidence
FROM listener_at l
WHERE l.origin = 'code' AND l.port IS NOT NULL AND l.when_ IS NULL AND coalesce(l.address, '') <> '127.0.0.1'
  AND NOT EXISTS (SELECT 1 FROM listener_at o WHERE o.source = l.source AND o.origin <> 'code' AND o.port = l.port)
  AND l.id = (SELECT min(m.id) FROM listener m WHERE m.artifact = l.artifact AND m.origin = 'code' AND m.port = l.port)
ORDER BY l.id
