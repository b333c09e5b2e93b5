-- title: Code is fetched without proof of where it comes from
-- kind: update
-- severity: high
-- cwe: CWE-494
-- explain: The device loads firmware or programs over a connection that anybody on the path can change, and no check
--   of a signature was seen.
-- verify: Read the script around the download; look for a check of a signature between download and use.
SELECT u.source AS source, 'Code is fetched over ' || u.transport || ' without a signature check' AS title,
       coalesce(u.url, u.program, u.file) AS subject, 'remote' AS reach,
       CASE WHEN u.verified = 0 AND u.transport IN ('http', 'ftp', 'tftp') THEN 'likely' ELSE 'hint' END AS confidence,
       coalesce(u.program, u.file) || ' fetches ' || coalesce(u.url, 'code') || ' over ' || u.transport
       || CASE WHEN u.verified = 0 THEN '; no signature check was seen in it' ELSE '' END || '.' AS explanation,
       seen('update', u.id, 'where the code comes from') AS evidence
FROM update_at u
WHERE u.transport IN ('http', 'ftp', 'tftp') AND coalesce(u.verified, 2) <> 1
ORDER BY u.id
