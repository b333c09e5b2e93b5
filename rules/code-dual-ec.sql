-- title: A random generator with a key of its maker
-- kind: cipher
-- severity: high
-- cwe: CWE-338
-- explain: A program holds a point of Dual_EC_DRBG. Whoever chose the point can foresee the random numbers of
--   this generator, and with them the keys of connections. In 2015 such a point was found to have been
--   exchanged in firewalls.
-- verify: Compare the bytes at the offset of the evidence with the point that the standard publishes, and find out
--   whether the generator is used.
SELECT c.source AS source, c.file || ' has the random generator Dual_EC' AS title, c.file AS subject,
       'remote' AS reach, c.confidence AS confidence,
       c.file || ' holds a ' || c.chain || ' (' || c.algorithm || ': ' || substr(c.value, 1, 32) || '...).' AS explanation,
       seen('cipher', c.id, 'the point') AS evidence
FROM cipher_at c
WHERE c.what = 'dual-ec'
ORDER BY c.id
