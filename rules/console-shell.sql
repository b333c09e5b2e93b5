-- title: The serial console gives a root shell without a login
-- kind: shell
-- severity: medium
-- cwe: CWE-306
-- explain: The device starts a shell on its serial console or terminal, or a login program that
--   lets root in without asking. Whoever opens the case and connects a cable has full control.
-- verify: Read the line of inittab or of the script, and check that no login program stands in
--   between.
SELECT s.source AS source, 'A root shell without a login on ' || CASE WHEN s.terminal IN ('', 'console') THEN 'the console' ELSE s.terminal END AS title,
       coalesce(nullif(s.terminal, ''), 'console') AS subject, 'physical' AS reach,
       CASE WHEN coalesce(s.when_, '') <> '' THEN 'likely' WHEN s.present = 1 THEN 'certain' ELSE 'hint' END AS confidence,
       s.file || ' starts ' || s.program || coalesce(' ' || nullif(s.arguments, ''), '') || ' without asking for a password'
       || coalesce(' when ' || nullif(s.when_, ''), '') || '.' AS explanation,
       seen('autostart', s.id, 'what is started') AS evidence
FROM autostart_at s
WHERE s.how = 'inittab' AND s.terminal IS NOT NULL
  AND (ltrim(base_name(s.program), '-') IN ('sh', 'ash', 'bash', 'hush', 'msh', 'dash', 'ksh', 'zsh')
       AND coalesce(s.arguments, '') NOT LIKE '-c%' AND coalesce(s.arguments, '') NOT LIKE '/%' AND coalesce(s.arguments, '') NOT LIKE '% /%'
       OR base_name(s.program) LIKE '%getty' AND (' ' || coalesce(s.arguments, '') || ' ' LIKE '% -n root %'
            OR ' ' || s.arguments || ' ' LIKE '% -l /bin/sh %' OR ' ' || s.arguments || ' ' LIKE '% -l /bin/ash %'
            OR ' ' || s.arguments || ' ' LIKE '% -l sh %' OR s.arguments LIKE '%--autologin root%' OR s.arguments LIKE '%-a root%'))
ORDER BY s.id
