-- title: A web script runs what a request says
-- kind: trigger
-- severity: critical
-- cwe: CWE-78
-- explain: A script of the device takes text from a web request and makes a command, or code, of it. When the whole text
--   becomes the command the page is a command line for everybody who finds it; when it becomes a part of one, a
--   well-chosen text adds commands of its own. Nothing that postern knows as quoting or checking stands in between.
-- verify: Read the script at the lines of the evidence and follow the variable; ask the page with a harmless command
--   on a device of your own.
SELECT g.source AS source,
       CASE WHEN g.compare = 'script whole' THEN g.file || ' runs the ' || CASE g.sink WHEN 'code' THEN 'code' ELSE 'command' END
                 || ' that a request holds'
            ELSE g.file || ' puts text of a request into a command' END AS title,
       g.file || ' ' || g.operand AS subject,
       CASE WHEN g.chain LIKE '% > a check of a login or session > %' THEN 'authenticated' ELSE 'adjacent' END AS reach,
       g.confidence AS confidence,
       'In ' || g.function || ' of ' || g.file || ': ' || g.chain || '.' AS explanation,
       seen('guard', g.id, 'the request and the command') AS evidence
FROM guard_at g
WHERE g.kind = 'unguarded' AND g.compare IN ('script whole', 'script part')
ORDER BY g.id
