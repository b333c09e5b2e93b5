-- title: A door that is documented for other devices
-- kind: implant
-- severity: high
-- cwe: CWE-912
-- explain: The image holds what public advisories describe as a door of this or of another device: the same code or the
--   same credentials. See the entry of the catalogue (data/known-doors.tsv) for its history.
-- verify: Compare the evidence with the source that the catalogue names.
SELECT k.source AS source, 'Documented door ' || k.door || coalesce(': ' || nullif(k.indicator, ''), '') AS title, k.door AS subject,
       'unknown' AS reach, 'likely' AS confidence,
       'What the catalogue describes as ' || k.door || ' was met as ' || coalesce(k.context, 'data') || ' in ' || k.file || '.' AS explanation,
       seen('known', k.id, 'what was met') AS evidence
FROM known_at k
ORDER BY k.id
