-- title: A second account with the rights of root
-- kind: account
-- severity: high
-- cwe: CWE-798
-- explain: Besides root there is another account with user id 0. It may do everything that root
--   may. Manuals rarely mention such an account, and owners do not know that they should change its
--   password.
-- verify: Look at the third field of the account line in passwd: it is 0.
SELECT a.source AS source, 'Account ' || a.user || ' has the rights of root' AS title, a.user AS subject,
       CASE WHEN EXISTS (SELECT 1 FROM listener_at l WHERE l.tree = a.tree AND l.service IN ('telnet', 'ssh') AND l.start = 'boot')
            THEN 'adjacent' ELSE 'local' END AS reach,
       CASE WHEN EXISTS (SELECT 1 FROM account_at b WHERE b.tree = a.tree AND b.user = a.user AND b.state IN ('password', 'empty', 'hash'))
            THEN 'likely' ELSE 'hint' END AS confidence,
       'The account ' || a.user || ' in ' || a.file || ' has user id 0, like root'
       || CASE WHEN EXISTS (SELECT 1 FROM account_at b WHERE b.tree = a.tree AND b.user = a.user AND b.state = 'password')
               THEN ', and its password is known' ELSE '' END || '.' AS explanation,
       seen('account', a.id, 'the account') AS evidence
FROM account_at a
WHERE a.uid = 0 AND a.user <> 'root' AND a.user <> '' AND coalesce(a.state, '') <> 'locked' AND coalesce(a.service, 'system') = 'system'
  AND NOT EXISTS (SELECT 1 FROM account_at b WHERE b.tree = a.tree AND b.user = a.user AND b.state = 'locked')
  AND EXISTS (SELECT 1 FROM account_at r WHERE r.artifact = a.artifact AND r.user = 'root' AND r.uid = 0)
ORDER BY a.id
