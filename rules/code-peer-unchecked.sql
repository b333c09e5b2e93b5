-- title: A program does not look whom it talks to
-- kind: cipher
-- severity: medium
-- cwe: CWE-295
-- explain: A program opens encrypted connections, and in any case accepts whoever answers. Anybody on
--   the way can read and change what is sent, updates and commands too.
-- verify: Look at the call at the address of the evidence: no option or setting decides about it.
SELECT c.source AS source, c.file || ' accepts any certificate' AS title, c.file AS subject, 'remote' AS reach,
       c.confidence AS confidence,
       'In ' || c.function || ' of ' || c.file || ' the check of the other side''s certificate is switched off: ' ||
       c.chain || ' (' || c.value || ').' AS explanation,
       seen('cipher', c.id, 'the check that is off') AS evidence
FROM cipher_at c
WHERE c.what = 'no-peer-check' AND c.confidence <> 'hint'
ORDER BY c.id
