-- title: The device loads code without a proof of its origin
-- kind: update
-- severity: high
-- cwe: CWE-494
-- explain: The device loads firmware or programs over a connection that anybody on the way can
--   change. postern saw no check of a signature. So somebody else can put their own code in.
-- verify: Read the script around the download. Look for a check of a signature between download and
--   use.
SELECT u.source AS source, 'Code is loaded over ' || u.transport || ' without a check of its origin' AS title,
       coalesce(u.url, u.program, u.file) AS subject,
       CASE WHEN u.url GLOB '*://192.168.*' OR u.url GLOB '*://10.*' OR u.url GLOB '*://172.1[6-9].*' OR u.url GLOB '*://172.2[0-9].*'
                 OR u.url GLOB '*://172.3[01].*' OR u.url GLOB '*://169.254.*' THEN 'adjacent' ELSE 'remote' END AS reach,
       CASE WHEN u.verified = 0 AND u.transport IN ('http', 'ftp', 'tftp') THEN 'likely' ELSE 'hint' END AS confidence,
       coalesce(u.program, u.file) || ' fetches ' || coalesce(u.url, 'code') || ' over ' || u.transport
       || CASE WHEN u.verified = 0 THEN '; no check of a signature was seen in it' ELSE '' END || '.' AS explanation,
       seen('update', u.id, 'where the code comes from') AS evidence
FROM update_at u
WHERE u.transport IN ('http', 'ftp', 'tftp') AND coalesce(u.verified, 2) <> 1
  AND coalesce(u.url, '') NOT GLOB '*://127.*' AND coalesce(u.url, '') NOT GLOB '*://localhost*'
ORDER BY u.id
