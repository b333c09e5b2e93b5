-- title: Every unit has the same private key
-- kind: key
-- severity: high
-- cwe: CWE-321
-- explain: A private key is part of the image, so every unit has the same one. Whoever owns one
--   unit, or downloads the image, can pose as any other unit or read its encrypted traffic.
-- verify: Take the key out with postern scan --extract and compute its public half (openssl pkey
--   -pubout). Compare that with the certificate that a unit shows.
SELECT k.source AS source,
       CASE WHEN k.known IS NOT NULL AND k.known <> '' THEN 'A private key that is published' ELSE 'The same private key in every unit' END AS title,
       coalesce(k.fingerprint, k.file) AS subject, 'adjacent' AS reach,
       CASE WHEN k.encrypted = 1 THEN 'hint'
            WHEN k.known IS NOT NULL AND k.known <> '' THEN 'certain'
            WHEN EXISTS (SELECT 1 FROM certificate_at c WHERE c.key = k.fingerprint AND c.source = k.source) THEN 'likely'
            WHEN k.use IN ('ssh-host', 'tls', 'vpn') AND k.file LIKE '%etc%' THEN 'likely'
            ELSE 'hint' END AS confidence,
       'The ' || coalesce(upper(k.algorithm) || ' ', '') || 'private key in ' || k.file || coalesce(' (' || k.bits || ' bits)', '')
       || ' is part of the image' || CASE WHEN k.encrypted = 1 THEN ', protected by a passphrase' ELSE '' END
       || coalesce((SELECT '; it belongs to the certificate of "' || c.subject || '"' FROM certificate_at c WHERE c.key = k.fingerprint AND c.source = k.source ORDER BY c.id LIMIT 1), '')
       || CASE WHEN k.known <> '' THEN '; it is published: ' || k.known ELSE '' END || '.' AS explanation,
       seen('key', k.id, 'the private key')
       || coalesce((SELECT seen('certificate', c.id, 'its certificate') FROM certificate_at c WHERE c.key = k.fingerprint AND c.source = k.source ORDER BY c.id LIMIT 1), '') AS evidence
FROM key_at k
WHERE k.private = 1 AND k.kind <> 'symmetric' AND coalesce(k.use, '') <> 'test'
ORDER BY k.id
