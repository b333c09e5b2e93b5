-- title: A door that was published before
-- kind: implant
-- severity: high
-- cwe: CWE-912
-- explain: The image holds what public advisories describe as a door of this or of another device:
--   the same code, address or credentials. The catalogue (data/known-doors.tsv) tells where it was
--   published.
-- verify: Compare the evidence with the source that the catalogue names.
SELECT k.source AS source,
       'A door known from ' || d.vendor || ' ' || d.product || coalesce(' (' || nullif(d.cve, '') || ')', '') AS title,
       k.door AS subject, 'unknown' AS reach,
       CASE WHEN d.verified THEN 'likely' ELSE 'hint' END AS confidence,
       CASE WHEN d.class LIKE '%account%' OR d.class LIKE '%password%' THEN 'account'
            WHEN d.class LIKE '%implant%' THEN 'implant'
            WHEN d.class LIKE '%key%' THEN 'key'
            WHEN d.class LIKE '%crypto%' THEN 'cipher'
            WHEN d.class LIKE '%listener%' THEN 'listener'
            WHEN d.class LIKE '%shell%' THEN 'shell'
            WHEN d.class LIKE '%cloud%' THEN 'callout'
            ELSE 'trigger' END AS kind,
       coalesce(nullif(d.explanation, '') || ' ', '') || 'Met in ' || k.file || ' as ' || coalesce(k.context, 'data') || ': '
       || k.indicator || '. Entry ' || k.door || ' of the catalogue, from ' || d.source || '.' AS explanation,
       seen('known', k.id, 'what was met') AS evidence
FROM known_at k JOIN known_door d ON d.id = k.door
ORDER BY k.id
