-- title: SNMP has a fixed community
-- kind: account
-- severity: high
-- cwe: CWE-798
-- explain: The community is the only password of SNMP versions 1 and 2c. It stands in the image and
--   is the same in every unit. One that may write lets anybody who reaches the service change the
--   device.
-- verify: Look at the line of the configuration or of the script that sets the community.
SELECT a.source AS source, 'A fixed SNMP community: ' || a.password AS title, a.password AS subject, 'adjacent' AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM listener_at l WHERE l.source = a.source AND l.service = 'snmp' AND l.start = 'boot' AND l.present = 1)
             AND a.password NOT IN ('public') THEN 'likely' ELSE 'hint' END AS confidence,
       a.file || ' sets the SNMP community "' || a.password || '"' || coalesce(' (' || nullif(a.user, '') || ')', '') || '.' AS explanation,
       seen('account', a.id, 'the community')
       || coalesce((SELECT seen('listener', l.id, 'the service') FROM listener_at l WHERE l.source = a.source AND l.service = 'snmp' ORDER BY l.id LIMIT 1), '') AS evidence
FROM account_at a
WHERE a.service = 'snmp' AND coalesce(a.password, '') <> ''
ORDER BY a.id
