-- title: A network service gives a shell without a login
-- kind: shell
-- severity: critical
-- cwe: CWE-306
-- explain: The service is started so that it hands out a command line at once. Whoever connects is
--   in, without a user name and without a password.
-- verify: Read the command line in the boot script (for instance telnetd -l /bin/sh), and check
--   that the program is in the image.
SELECT l.source AS source, 'A shell without a login on ' || l.service || coalesce(' port ' || l.port, '') AS title,
       l.service || coalesce(' ' || l.port, '') AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 OR l.start = 'manual' THEN 'hint' ELSE 'likely' END AS confidence,
       coalesce(l.program, 'A service') || ' is started without asking for a password (' || l.file || ')'
       || coalesce(' when ' || nullif(l.when_, ''), '') || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.login = 'none' AND l.service IN ('telnet', 'ssh') AND l.origin = 'config' AND l.start IS NOT NULL
  AND coalesce(l.address, '') NOT IN ('::1', 'localhost') AND coalesce(l.address, '') NOT LIKE '127.%'
ORDER BY l.id
