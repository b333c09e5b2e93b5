-- title: A key stands in the program
-- kind: cipher
-- severity: medium
-- cwe: CWE-321
-- explain: A program encrypts, decrypts or signs with a key that is part of the program. Everybody who
--   has a copy of the firmware has the key, for all devices of this kind.
-- verify: Look at the bytes at the address of the constant, and at the call that takes them as a key.
SELECT c.source AS source,
       c.file || ' has a constant key (' || CASE c.algorithm WHEN 'passphrase' THEN 'a passphrase' ELSE c.algorithm END || ')' AS title,
       c.file AS subject, 'unknown' AS reach, c.confidence AS confidence,
       'In ' || c.function || ' of ' || c.file || ' the constant ' || c.value || ' becomes a key: ' || c.chain || '.' AS explanation,
       seen('cipher', c.id, 'the key') AS evidence
FROM cipher_at c
WHERE c.what = 'constant-key' AND c.confidence <> 'hint'
ORDER BY c.id
