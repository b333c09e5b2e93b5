-- title: The signature of an update decides nothing
-- kind: update
-- severity: high
-- cwe: CWE-347
-- explain: A program computes whether the signature of an update is right, and then writes the update to
--   flash whatever the answer is. Anybody who can offer an update can run code of his own.
-- verify: Follow both outcomes of the check at the address of the evidence to the call that writes.
SELECT c.source AS source, c.file || ' installs updates whose signature is wrong' AS title, c.file AS subject,
       'adjacent' AS reach, c.confidence AS confidence,
       'In ' || c.function || ' of ' || c.file || ' the result of the check is ' ||
       CASE c.value WHEN 'both outcomes' THEN 'looked at, but both outcomes go on to the writing'
                    ELSE 'not looked at' END || ': ' || c.chain || '.' AS explanation,
       seen('cipher', c.id, 'the check without effect') AS evidence
FROM cipher_at c
WHERE c.what = 'unchecked-signature' AND c.confidence <> 'hint'
ORDER BY c.id
