-- title: The administration pages have a preset password
-- kind: account
-- severity: medium
-- cwe: CWE-1392
-- explain: The image sets a password for the administration pages. It is the same in every unit and
--   open to everybody until the owner changes it.
-- verify: Look at the setting in the configuration, and read the line that starts the web server.
SELECT a.source AS source, 'Preset password for the administration pages: ' || coalesce(nullif(a.user, ''), '(no name)') AS title,
       coalesce(a.user, '') AS subject, 'adjacent' AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM listener_at l WHERE l.source = a.source AND l.service IN ('http', 'https') AND l.start = 'boot')
            THEN 'likely' ELSE 'hint' END AS confidence,
       a.file || ' presets the user "' || coalesce(a.user, '') || '" with '
       || CASE WHEN a.state = 'empty' THEN 'an empty password' ELSE 'the password "' || coalesce(a.password, '') || '"' END || '.' AS explanation,
       seen('account', a.id, 'the account')
       || coalesce((SELECT seen('listener', l.id, 'the web server') FROM listener_at l WHERE l.source = a.source AND l.service IN ('http', 'https') AND l.start = 'boot' ORDER BY l.id LIMIT 1), '') AS evidence
FROM account_at a
WHERE a.service = 'web' AND a.state IN ('password', 'empty')
ORDER BY a.id
