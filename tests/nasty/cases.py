# SPDX-License-Identifier: Apache-2.0
"""Cases made by an attacker, and questions that want to do more than read."""
import shutil
import tarfile

from lib import *


def refused(what, r, *words):
    check(what + ': exit status 2', r.rc == 2 and not r.hung, r)
    check(what + ': a message', r.err.startswith('postern: ') and all(w in r.err for w in words), r)


def ask(case, sql, *more):
    return Run('query', *more, case, sql, limit=20)


def reading_only(dir, case):
    before = open(case, 'rb').read()
    for sql in ("ATTACH '%s/x.db' AS x" % dir, "ATTACH ':memory:' AS x", 'PRAGMA user_version = 9',
                'PRAGMA writable_schema = 1', 'PRAGMA journal_mode = WAL', 'PRAGMA user_version',
                'DELETE FROM door', 'DROP TABLE door', 'INSERT INTO note VALUES(1, 1, 1)',
                'UPDATE artifact SET path = 1', 'CREATE TABLE t(x)', 'CREATE TEMP TABLE t(x)',
                'CREATE TEMP VIEW v AS SELECT 1', 'VACUUM', "VACUUM INTO '%s/x.db'" % dir, 'BEGIN',
                'SAVEPOINT s', 'REINDEX', 'ANALYZE', 'DETACH main', "SELECT load_extension('x')",
                "SELECT load_extension('x', 'y')", 'SELECT 1; DROP TABLE door', 'SELECT 1; SELECT 2',
                "SELECT writefile('%s/x.db', 'x')" % dir, "SELECT readfile('/etc/passwd')",
                "SELECT fts3_tokenizer('simple')", 'EXPLAIN DELETE FROM door', '', '--', ';', 'SELEKT',
                'REPLACE INTO door(id) VALUES(1)', 'WITH x AS (SELECT 1) DELETE FROM door',
                "CREATE VIRTUAL TABLE t USING fts5(x)", 'SELECT * FROM nothing'):
        refused('query %r' % sql, ask(case, sql))
    check('query: nothing was changed', open(case, 'rb').read() == before)
    check('query: nothing was made', not os.path.exists(dir + '/x.db'))
    r = ask(case, 'SELECT count(*) FROM artifact')
    check('query: a question is answered', r.rc == 0 and int(r.out) > 5, r)
    r = ask(case, 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5)'
                  ' SELECT sum(i) FROM n', '--header')
    check('query: recursion', r.rc == 0 and r.out.split() == ['sum(i)', '15'], r)


def hostile(dir, case):
    def variant(name, *sql):
        path = dir + '/' + name + '.postern'
        shutil.copy(case, path)
        with sqlite3.connect(path) as db:
            for s in sql:
                db.execute(s)
        return path
    endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT '
    made = {
        'trigger': variant('trigger', 'CREATE TRIGGER t AFTER INSERT ON door BEGIN DELETE FROM door; END'),
        'view for a table': variant('view', 'DROP TABLE note', 'CREATE VIEW note AS %s i AS artifact,'
                                    ' 0 AS "offset", i AS what FROM n' % endless),
        'other view': variant('other', 'DROP VIEW account_at', 'CREATE VIEW account_at AS %s i FROM n'
                              % endless),
        'one view more': variant('more', 'CREATE VIEW extra AS SELECT 1'),
        'virtual table': variant('virtual', 'CREATE VIRTUAL TABLE x USING fts4(y)'),
        'missing table': variant('missing', 'DROP TABLE evidence'),
        'generated column': variant('generated', 'DROP TABLE note', 'CREATE TABLE note(artifact INTEGER,'
                                    ' "offset" INTEGER, what TEXT AS (hex(zeroblob(100000000))))'),
        'newer version': variant('newer', 'PRAGMA user_version = 99'),
    }
    for what, path in made.items():
        for args in (['show', path, '1'], ['show', path, 'etc/passwd'], ['query', path, 'SELECT 1'],
                     ['query', path, 'SELECT * FROM note']):
            refused('%s: %s' % (what, args[0]), Run(*args, limit=20), 'again')
    with sqlite3.connect(dir + '/foreign.postern') as db:
        db.execute('CREATE TABLE door(id)')
    for args in (['query', dir + '/foreign.postern', 'SELECT 1'],
                 ['query', put(dir + '/text', b'no case'), 'SELECT 1'],
                 ['query', put(dir + '/nil', b''), 'SELECT 1'], ['query', dir, 'SELECT 1'],
                 ['query', dir + '/gone', 'SELECT 1']):
        refused('no case', Run(*args, limit=20), 'not a case')


def damaged(dir, case):
    """Bytes changed anywhere: an answer or a message, never a crash."""
    whole = open(case, 'rb').read()
    path = dir + '/damaged.postern'
    for i in range(60):
        data = bytearray(whole)
        for k in range(1 + i % 7):
            spot = int.from_bytes(noise(4, i * 10 + k), 'little') % (4096 if i % 3 == 0 else len(data))
            data[spot] ^= 1 + i
        if i % 4 == 3:
            data = data[:len(data) * (i + 1) // 61]
        put(path, data)
        for args in (['show', path, '1'], ['query', path, 'SELECT * FROM artifact'],
                     ['query', path, 'SELECT * FROM account_at']):
            r = Run(*args, limit=20)
            check('damaged case %d: %s' % (i, args[0]), not r.hung and (r.rc == 0 or r.rc == 2 and r.err),
                  r)


def neighbours(dir, case):
    """A journal next to a case is not played back, and reading makes no files."""
    place = dir + '/n'
    os.makedirs(place)
    shutil.copy(case, place + '/c.postern')
    put(place + '/c.postern-journal', b'\xd9\xd5\x05\xf9\x20\xa1\x63\xd7' + b'\xff' * 600)
    r = ask(place + '/c.postern', 'SELECT count(*) FROM door')
    check('journal: answered', r.rc == 0, r)
    check('journal: nothing made', sorted(os.listdir(place)) == ['c.postern', 'c.postern-journal'])
    check('journal: nothing changed', open(case, 'rb').read() == open(place + '/c.postern', 'rb').read())
    for name in ('a?mode=rwc', 'b#c', 'd%41', 'e&immutable=0'):
        shutil.copy(case, place + '/' + name)
        r = ask(place + '/' + name, 'SELECT 1')
        check('name %r' % name, r.rc == 0, r)
        r = Run('query', name, 'SELECT 1', cwd=place)
        check('name %r' % name, r.rc == 0, r)


with work() as d:
    with tarfile.open(d + '/img.tar', 'w') as t:
        t.add(router(d + '/top'), arcname='.')
    scan('case', d + '/img.tar', '-q', '-o', d + '/ok.postern')
    for test in (reading_only, hostile, damaged, neighbours):
        test(d, d + '/ok.postern')
finish()
