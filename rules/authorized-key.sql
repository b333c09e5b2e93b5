-- title: Somebody's SSH key is authorized in every unit
-- kind: key
-- severity: critical
-- cwe: CWE-798
-- explain: The image authorizes a public key for logins over SSH. Whoever holds its private half can log in to every
--   unit, and the owner of the device does not know who that is.
-- verify: Look at the line of authorized_keys and at the account it belongs to.
SELECT k.source AS source, 'An SSH key of an unknown party may log in' AS title, coalesce(k.fingerprint, k.file) AS subject,
       'adjacent' AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM listener_at l WHERE l.tree = k.tree AND l.service = 'ssh' AND l.start = 'boot' AND l.present = 1)
            THEN 'certain' ELSE 'likely' END AS confidence,
       k.file || ' authorizes ' || coalesce('a ' || upper(k.algorithm) || ' key', 'a key') || coalesce(' with the comment "' || nullif(k.comment, '') || '"', '') || '.' AS explanation,
       seen('key', k.id, 'the authorized key')
       || coalesce((SELECT seen('listener', l.id, 'the service') FROM listener_at l WHERE l.tree = k.tree AND l.service = 'ssh' AND l.start = 'boot' ORDER BY l.id LIMIT 1), '') AS evidence
FROM key_at k
WHERE k.kind = 'authorized'
ORDER BY k.id
