-- title: A debugging service is open from boot
-- kind: listener
-- severity: critical
-- cwe: CWE-489
-- explain: The device itself starts a debugger, a shell on a network port, or a test program of the
--   factory. Whoever reaches it controls programs or the whole device. It belongs in the factory
--   and not in a home.
-- verify: Read the line of the boot script that starts the service, and check that the program is
--   in the image.
SELECT l.source AS source,
       'The debugging service ' || coalesce(base_name(l.program), '') || ' is open from boot' AS title,
       coalesce(base_name(l.program), l.service) AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 OR l.start = 'manual' THEN 'hint' ELSE 'likely' END AS confidence,
       'The boot scripts start ' || coalesce(l.program, 'it') || ' (' || l.file || ')'
       || coalesce(' on port ' || l.port, '')
       || coalesce(' when ' || nullif(l.when_, ''), '')
       || CASE WHEN l.login = 'none' THEN '. It asks for no password' ELSE '' END || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.service = 'debug' AND l.origin = 'config' AND l.start IS NOT NULL
  AND coalesce(l.address, '') NOT IN ('::1', 'localhost') AND coalesce(l.address, '') NOT LIKE '127.%'
ORDER BY l.id
