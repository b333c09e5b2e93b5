-- title: Something that can be asked for stands on no page
-- kind: trigger
-- severity: high
-- cwe: CWE-912
-- explain: A program answers requests by name, and the pages of the device refer to most of the names. To this one
--   nothing refers: no page, no menu, no script. It does something powerful. It may be left over from the factory, or
--   meant for somebody who knows its name.
-- verify: Search the pages of the image for the name. Disassemble the handler at the address of the evidence, and ask
--   a device of your own for it.
WITH RECURSIVE word(tree, name, rest) AS ( -- the names that pages refer to, one by one
  SELECT r.tree, NULL, trim(r.names) || ' ' FROM reference_at r
  UNION ALL
  SELECT tree, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM word WHERE rest <> ''),
met AS MATERIALIZED ( -- those of handlers; '*': a page has more names than were kept
  SELECT DISTINCT tree, name FROM word WHERE name = '*' OR name IN (SELECT name FROM handler))
SELECT h.source AS source,
       'No page refers to "' || h.name || '" of ' || h.file || CASE WHEN h.chosen = 1 THEN ', which runs commands' ELSE '' END AS title,
       h.file || ' ' || coalesce(h.menu, '') AS subject,
       CASE WHEN h.login = 1 THEN 'authenticated' ELSE 'adjacent' END AS reach,
       CASE WHEN h.chosen = 1 AND h.login = 0 AND m.unnamed <= 3 AND m.named >= 2 * m.unnamed THEN 'likely' ELSE 'hint' END
         AS confidence,
       'Pages name ' || m.named || ' of the requests that ' || h.file || ' answers, but not "' || h.name || '": ' || h.chain || '.'
         AS explanation,
       seen('handler', h.id, 'what no page refers to') AS evidence
FROM handler_at h
JOIN (SELECT o.artifact, o.menu, sum(max(o.met, o.mentioned)) AS named, sum(1 - max(o.met, o.mentioned)) AS unnamed,
             sum(o.met) AS by_pages
      FROM (SELECT k.artifact, k.menu, k.mentioned, EXISTS (
              SELECT 1 FROM met WHERE met.tree IS k.tree AND met.name = k.name) AS met
            FROM handler_at k) o
      GROUP BY o.artifact, o.menu) m ON m.artifact = h.artifact AND m.menu IS h.menu
WHERE h.effect IS NOT NULL AND h.mentioned = 0 AND m.named >= 3 AND m.named >= m.unnamed
  AND (h.chosen = 1 OR (m.by_pages >= 3 AND h.effect <> 'config'))
  AND NOT EXISTS (SELECT 1 FROM met WHERE met.tree IS h.tree AND (met.name = '*' OR met.name = h.name))
  AND NOT EXISTS (SELECT 1 FROM guard g WHERE g.artifact = h.artifact AND g.kind = 'unguarded' AND g.compare = 'sibling'
                  AND g.confidence = 'likely' AND g.function = h.function) -- that is code-unguarded
ORDER BY h.id
