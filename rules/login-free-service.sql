-- title: A network service gives a shell without a login
-- kind: shell
-- severity: critical
-- cwe: CWE-306
-- explain: The service is started with an option that hands out a shell at once: whoever connects is in, without
--   a user name or a password.
-- verify: Read the command line in the boot script (for instance telnetd -l /bin/sh) and check that the program is
--   in the image.
SELECT l.source AS source, 'A shell without login on ' || coalesce(l.service, l.protocol) || ' port ' || l.port AS title,
       l.service || ' ' || l.port AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 OR l.start = 'manual' THEN 'hint' ELSE 'likely' END AS confidence,
       coalesce(l.program, 'A service') || ' is started without asking for a password (' || l.file || ')'
       || coalesce(' when ' || nullif(l.when_, ''), '') || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.login = 'none' AND l.service IN ('telnet', 'ssh', 'debug') AND l.origin = 'config' AND l.start IS NOT NULL
ORDER BY l.id
