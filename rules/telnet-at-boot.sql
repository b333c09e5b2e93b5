-- title: Telnet is open from boot
-- kind: listener
-- severity: high
-- cwe: CWE-319
-- explain: The device starts a telnet server by itself. Telnet sends passwords in clear text, so
--   anybody on the way can read them. Whoever logs in gets a command line.
-- verify: Read the line of the boot script that starts the server, and check that the program is in
--   the image.
SELECT l.source AS source,
       CASE WHEN l.program IS NULL THEN 'Telnet is switched on in the settings' ELSE 'Telnet is open from boot' END
       || CASE WHEN l.port <> 23 THEN ' on port ' || l.port ELSE '' END AS title,
       'telnet' AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 THEN 'hint'
            WHEN l.start IN ('boot', 'condition') THEN 'likely' ELSE 'hint' END AS confidence,
       CASE WHEN l.start = 'manual' THEN 'A script (' || l.file || ') can start ' || coalesce(l.program, 'a telnet server')
            WHEN l.program IS NULL THEN 'The settings in ' || l.file || ' switch telnet on'
            ELSE 'The boot scripts start ' || l.program || ' (' || l.file || ')' END
       || coalesce(' when ' || nullif(l.when_, ''), '')
       || CASE WHEN l.present = 0 THEN ', but the program is not in this image' ELSE '' END || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.service = 'telnet' AND coalesce(l.login, '') <> 'none' -- that is login-free-service
  AND l.origin = 'config' AND l.start IS NOT NULL
  AND coalesce(l.address, '') NOT IN ('::1', 'localhost') AND coalesce(l.address, '') NOT LIKE '127.%'
ORDER BY l.id
