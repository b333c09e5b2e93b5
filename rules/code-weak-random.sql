-- title: Keys or sessions can be guessed
-- kind: cipher
-- severity: medium
-- cwe: CWE-338
-- explain: Numbers that should be secret come from a generator that begins with the time or with a
--   constant. Whoever knows about when it began needs a few tries.
-- verify: Look at the three calls of the chain.
SELECT c.source AS source,
       CASE c.value WHEN 'key' THEN c.file || ' makes keys that can be guessed'
                    ELSE c.file || ' makes session numbers that can be guessed' END AS title,
       c.file AS subject, 'adjacent' AS reach, c.confidence AS confidence,
       'In ' || c.function || ' of ' || c.file || ' a secret comes from a weak generator: ' || c.chain || '.' AS explanation,
       seen('cipher', c.id, 'the seed, the number, its use') AS evidence
FROM cipher_at c
WHERE c.what = 'weak-random' AND c.confidence <> 'hint'
ORDER BY c.id
