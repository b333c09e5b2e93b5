-- title: A debugging service is open from boot
-- kind: listener
-- severity: critical
-- cwe: CWE-489
-- explain: A debugger, a shell on a network port or a production-test service is started by the device itself. It
--   gives control of programs or of the whole device and is meant for the factory, not for the field.
-- verify: Read the line of the boot script that starts the service, and check that the program is in the image.
SELECT l.source AS source,
       'Debugging service ' || coalesce(base_name(l.program), '') || ' is open from boot' AS title,
       coalesce(base_name(l.program), l.service) AS subject, 'adjacent' AS reach,
       CASE WHEN l.start = 'boot' AND l.present = 1 AND coalesce(l.when_, '') = '' THEN 'certain'
            WHEN l.present = 0 OR l.start = 'manual' THEN 'hint' ELSE 'likely' END AS confidence,
       'The boot scripts start ' || coalesce(l.program, 'it') || ' (' || l.file || ')'
       || coalesce(' on port ' || l.port, '') || coalesce(' when ' || nullif(l.when_, ''), '') || '.' AS explanation,
       seen('listener', l.id, 'the service') AS evidence
FROM listener_at l
WHERE l.service = 'debug' AND l.origin = 'config' AND l.start IS NOT NULL
ORDER BY l.id
