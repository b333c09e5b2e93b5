-- title: A fixed password opens a service that starts at boot
-- kind: account
-- severity: critical
-- cwe: CWE-798
-- explain: Every unit has this account with the same password, and the password is known or empty.
--   A service that lets this account log in starts at boot. Whoever reaches the service can log in.
-- verify: Look at the account line and compute the hash again with the same salt (openssl passwd).
--   Then read the line of the boot script that starts the service.
SELECT a.source AS source,
       a.user || ' can log in over ' || l.service
       || CASE WHEN coalesce(a.password, '') = '' THEN ' without a password' ELSE ' with a fixed password' END AS title,
       a.user || ' ' || l.service AS subject, 'adjacent' AS reach,
       CASE WHEN l.present = 0 OR l.start = 'manual' THEN 'hint'
            WHEN l.service = 'ssh' AND (coalesce(a.password, '') = '' OR l.login = 'key') THEN 'hint'
            WHEN l.start = 'boot' AND coalesce(l.when_, '') = '' THEN 'certain'
            ELSE 'likely' END AS confidence,
       'The account ' || a.user || ' (' || a.file || ') has '
       || CASE WHEN coalesce(a.password, '') = '' THEN 'an empty password' ELSE 'the password "' || a.password || '"' END
       || ', and ' || coalesce(l.program, 'the service') || ' accepts logins over ' || l.service || coalesce(' on port ' || l.port, '')
       || coalesce(' when ' || nullif(l.when_, ''), '')
       || CASE WHEN l.service = 'ssh' AND coalesce(a.password, '') = ''
               THEN '. Most SSH servers refuse an empty password'
               WHEN l.service = 'ssh' AND l.login = 'key' THEN '. But it takes keys only and no passwords' ELSE '' END || '.' AS explanation,
       seen('account', a.id, 'the account') || seen('listener', l.id, 'the service') AS evidence
FROM account_at a JOIN listener_at l ON l.source = a.source
WHERE a.user <> '' AND a.state IN ('password', 'empty') AND l.origin = 'config' AND l.start IS NOT NULL AND coalesce(l.login, '') <> 'none'
  AND coalesce(l.address, '') NOT IN ('::1', 'localhost') AND coalesce(l.address, '') NOT LIKE '127.%'
  AND ((coalesce(a.service, 'system') = 'system' AND l.service IN ('telnet', 'ssh', 'ftp') AND coalesce(l.login, '') <> 'fixed'
        AND a.tree = l.tree AND base_name(coalesce(a.shell, '/bin/sh')) NOT IN ('false', 'nologin', 'sync')
        AND a.file NOT GLOB '*-' AND a.file NOT LIKE '%.bak' AND a.file NOT LIKE '%.sample')
       OR (a.service = 'telnet' AND l.service = 'telnet' AND a.tree = l.tree)
       OR (a.service = 'ftp' AND l.service = 'ftp' AND a.tree = l.tree))
ORDER BY a.id, l.id
