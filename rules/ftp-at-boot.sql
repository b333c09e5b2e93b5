-- title: A file server without encryption is open from boot
-- kind: listener
-- severity: medium
-- cwe: CWE-319
-- explain: The device starts an FTP or TFTP server by itself. Both send everything in clear text.
--   TFTP does not even ask for a password.
-- verify: Read the line of the boot script that starts the server, and check that the program is in
--   the image.
SELECT l.source AS source, upper(l.service) || CASE WHEN l.program IS NULL THEN ' is switched on in the settings' ELSE ' is open from boot' END AS title, l.service AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 OR l.start = 'manual' THEN 'hint' ELSE 'likely' END AS confidence,
       CASE WHEN l.program IS NULL THEN 'The settings in ' || l.file || ' switch it on'
            ELSE 'The boot scripts start ' || l.program || ' (' || l.file || ')' END
       || coalesce(' when ' || nullif(l.when_, ''), '') || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.service IN ('ftp', 'tftp') AND l.origin = 'config' AND l.start IS NOT NULL
  AND coalesce(l.address, '') NOT IN ('::1', 'localhost') AND coalesce(l.address, '') NOT LIKE '127.%'
ORDER BY l.id
