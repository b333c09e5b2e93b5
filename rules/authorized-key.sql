-- title: A stranger's SSH key may log in to every unit
-- kind: key
-- severity: critical
-- cwe: CWE-798
-- explain: The image lists a public key that may log in over SSH. Whoever holds the private half of
--   it can log in to every unit. The owner of the device cannot know who that is.
-- verify: Look at the line of authorized_keys and at the account that it belongs to.
SELECT k.source AS source, 'A stranger''s SSH key may log in' AS title, coalesce(k.fingerprint, k.file) AS subject,
       'adjacent' AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM listener_at l WHERE l.tree = k.tree AND l.service = 'ssh' AND l.start = 'boot' AND l.present = 1)
            THEN 'certain' ELSE 'likely' END AS confidence,
       k.file || ' authorizes ' || coalesce('the ' || upper(k.algorithm) || ' key', 'a key') || coalesce(' with the comment "' || nullif(k.comment, '') || '"', '') || '.' AS explanation,
       seen('key', k.id, 'the authorized key')
       || coalesce((SELECT seen('listener', l.id, 'the service') FROM listener_at l WHERE l.tree = k.tree AND l.service = 'ssh' AND l.start = 'boot' ORDER BY l.id LIMIT 1), '') AS evidence
FROM key_at k
WHERE k.kind = 'authorized'
ORDER BY k.id
