-- title: Remote management is preset to somebody's server
-- kind: callout
-- severity: medium
-- cwe: CWE-912
-- explain: The device is set up to call a management server of a provider or vendor (TR-069 or
--   similar). That server can read and change every setting and load new firmware.
-- verify: Look at the setting in the configuration. Watch whether a device calls that host.
SELECT e.source AS source, 'Remote management is preset to ' || coalesce(e.host, e.address, e.url) AS title,
       coalesce(e.host, e.address, e.url) AS subject, 'remote' AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM autostart_at s WHERE s.source = e.source AND coalesce(s.when_, '') = ''
                         AND (s.program LIKE '%cwmp%' OR s.program LIKE '%tr069%' OR s.program LIKE '%tr69%')) THEN 'likely'
            ELSE 'hint' END AS confidence,
       e.file || ' names ' || coalesce(e.url, e.host, e.address) || ' as the management server'
       || coalesce(' (' || nullif(e.context, '') || ')', '') || '.' AS explanation,
       seen('endpoint', e.id, 'the preset server')
       || coalesce((SELECT seen('autostart', s.id, 'the client that calls it') FROM autostart_at s WHERE s.source = e.source
                    AND (s.program LIKE '%cwmp%' OR s.program LIKE '%tr069%' OR s.program LIKE '%tr69%') ORDER BY s.id LIMIT 1), '') AS evidence
FROM endpoint_at e
WHERE e.purpose = 'acs'
ORDER BY e.id
