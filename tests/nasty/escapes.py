# SPDX-License-Identifier: Apache-2.0
"""--extract never leaves its folder; names from an image never reach a terminal as they are."""
import hashlib
import io
import stat
import subprocess
import tarfile
import zipfile

from lib import *

EVIL = 'evil\x1b]0;title\x07\x1b[31m\nnext line\r\x9b2J\u202egnp.exe'
NAMES = ['../up', '../../up2', '/etc/abs', 'a/../../b', '..', '.', './/..//..//x', 'a/b/../../../../c',
         '..\\..\\win', 'x' * 300, 'long/' * 300 + 'f', 'C:\\boot', '\x01\x02', EVIL, ' ', '-rf',
         'dir/.', '...', '.../f', 'a\x00../x']


def fingerprint(top, skip):
    """Everything next to the folder: names, kinds, modes, contents."""
    out = {}
    for folder, dirs, names in os.walk(top):
        if folder == top and skip in dirs:
            dirs.remove(skip)
        for n in dirs + names:
            p = os.path.join(folder, n)
            st = os.lstat(p)
            body = hashlib.sha256(open(p, 'rb').read()).hexdigest() if stat.S_ISREG(st.st_mode) else ''
            out[p] = (st.st_mode, st.st_nlink, body, os.readlink(p) if os.path.islink(p) else '')
    return out


def inside(what, top):
    """Links lead nowhere outside, no set-id bits, no devices."""
    real = os.path.realpath(top)
    for folder, dirs, names in os.walk(top):
        for n in dirs + names:
            p = os.path.join(folder, n)
            st = os.lstat(p)
            check(what + ': no set-id bits', not st.st_mode & 0o6000 or stat.S_ISDIR(st.st_mode), p)
            check(what + ': plain kinds', stat.S_ISREG(st.st_mode) or stat.S_ISDIR(st.st_mode) or
                  stat.S_ISLNK(st.st_mode), p)
            check(what + ': printable', not any(ord(c) < 32 for c in n), repr(n))
            if os.path.islink(p):
                to = os.path.realpath(p)
                check(what + ': link stays inside', to == real or to.startswith(real + '/'), p, to)


def extract(dir, what, data, holds=()):
    """Extract into dir/room/out with canaries around it; twice, because links are there then."""
    room = dir + '/room'
    subprocess.run(['rm', '-rf', room], check=True)
    for canary in ('room/canary', 'room/up', 'room/etc/passwd', 'room/c', 'canary2'):
        put(dir + '/' + canary, b'untouched')
    image = put(dir + '/image', data)
    before = fingerprint(room, 'out')
    for turn in ('', ' again'):
        scan(what + turn, image, '-q', '--extract', room + '/out', '-o', dir + '/case')
        check(what + turn + ': nothing outside changed', fingerprint(room, 'out') == before)
        inside(what + turn, room + '/out')
    for path, content in holds:
        p = room + '/out/image/' + path
        check(what + ': holds ' + path, os.path.isfile(p) and open(p, 'rb').read() == content)
    return room + '/out/image'


def entry(name, kind=tarfile.REGTYPE, link='', mode=0o644, data=b''):
    m = tarfile.TarInfo(name)
    m.type, m.linkname, m.mode, m.size = kind, link, mode, len(data)
    return m, data


def tar_of(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.PAX_FORMAT, encoding='utf-8',
                      errors='surrogateescape') as t:
        for m, data in entries:
            t.addfile(m, io.BytesIO(data))
    return out.getvalue()


def cpio_of(*entries):
    out = b''
    for i, (name, mode, data) in enumerate(entries + (('TRAILER!!!', 0, b''),)):
        name = name.encode('utf-8', 'surrogateescape') + b'\0'
        out += b'070701' + b''.join(b'%08x' % v for v in (
            i, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)) + name
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out


def zip_of(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for name, mode, data in entries:
            i = zipfile.ZipInfo(name)
            i.create_system, i.external_attr = 3, mode << 16
            i.filename = name
            z.writestr(i, data)
    return out.getvalue()


def names(dir):
    body = b'hello, here I am\n'
    extract(dir, 'tar names', tar_of(*[entry(n, data=body) for n in NAMES]), [('etc/abs', body)])
    extract(dir, 'cpio names', cpio_of(*[(n, 0o104755, body) for n in NAMES]), [('etc/abs', body)])
    extract(dir, 'zip names', zip_of(*[(n, 0o100644, body) for n in NAMES]))
    out = extract(dir, 'set-id', tar_of(entry('bin/su', mode=0o6755, data=body)), [('bin/su', body)])
    check('set-id: kept in the case', rows(dir + '/case', 'SELECT mode FROM artifact WHERE name = ?',
                                           'bin/su') == [(0o6755,)])


def links(dir):
    body, link, hard = b'through the link\n', tarfile.SYMTYPE, tarfile.LNKTYPE
    room = dir + '/room'
    attacks = {
        'link then file through it': [entry('l', link, '..'), entry('l/up', data=body)],
        'absolute link': [entry('l', link, room), entry('l/canary', data=body)],
        'link to a file': [entry('l', link, '../../canary'), entry('l', data=body)],
        'file then link': [entry('l', data=body), entry('l', link, '../../canary')],
        'chain of links': [entry('a', link, '.'), entry('a/b', link, '..'), entry('a/b/c', link, '..'),
                           entry('a/b/c/canary', data=body)],
        'deep chain': [entry('d/e', tarfile.DIRTYPE), entry('s', link, 'd/e'),
                       entry('s/t', link, '../../../..'), entry('s/t/canary', data=body)],
        'hard link outside': [entry('h', hard, '../../canary'), entry('h', data=body)],
        'hard link absolute': [entry('h', hard, room + '/canary'), entry('h', data=body)],
        'hard link to a link': [entry('l', link, '../../canary'), entry('h', hard, 'l'),
                                entry('h', data=body)],
        'link loop': [entry('a', link, 'b'), entry('b', link, 'a'), entry('a/x', data=body)],
        'link to itself': [entry('a', link, 'a'), entry('a/x', data=body)],
        'file where a folder is': [entry('a', data=body), entry('a/b', data=body),
                                   entry('a/b/c', data=body)],
        'folder where a file is': [entry('a/b', data=body), entry('a', data=body)],
        'devices': [entry('dev/null', tarfile.CHRTYPE), entry('dev/sda', tarfile.BLKTYPE),
                    entry('dev/fifo', tarfile.FIFOTYPE), entry('dev/fifo', data=body)],
        'empty link': [entry('l', link, ''), entry('m', link, '/'), entry('m/x', data=body)],
        'twice': [entry('a', data=b'one'), entry('a', data=b'two')],
    }
    for what, entries in attacks.items():
        extract(dir, 'tar, ' + what, tar_of(*entries))
    mode = 0o120777
    extract(dir, 'cpio, link', cpio_of(('l', mode, b'..'), ('l/up', 0o100644, body)))
    extract(dir, 'cpio, absolute', cpio_of(('l', mode, room.encode()), ('l/up', 0o100644, body)))
    extract(dir, 'zip, link', zip_of(('l', mode, b'..'), ('l/up', 0o100644, body)))
    extract(dir, 'zip, absolute', zip_of(('l', mode, room.encode()), ('l/up', 0o100644, body)))


def good_tree(dir):
    """What is harmless arrives as it is."""
    top = router(dir + '/top')
    with tarfile.open(dir + '/good.tar', 'w') as t:
        t.add(top, arcname='.')
    kinds = {'tar': open(dir + '/good.tar', 'rb').read()}
    if have('mksquashfs'):
        subprocess.run(['mksquashfs', top, dir + '/good.sqfs', '-quiet', '-no-progress'], check=True,
                       stdout=subprocess.DEVNULL)
        kinds['squashfs'] = open(dir + '/good.sqfs', 'rb').read()
    for kind, data in kinds.items():
        got = extract(dir, 'good ' + kind, data)
        for folder, _, files in os.walk(top):
            for f in files:
                want, have_ = os.path.join(folder, f), got + os.path.join(folder, f)[len(top):]
                if os.path.islink(want):
                    check('good %s: link %s' % (kind, f), os.path.islink(have_), have_)
                else:
                    check('good %s: file %s' % (kind, f), os.path.isfile(have_) and
                          open(want, 'rb').read() == open(have_, 'rb').read(), have_)
        check('good %s: link inside' % kind, os.path.realpath(got + '/sbin/init') ==
              os.path.realpath(got + '/bin/busybox'))


def clean(what, text):
    bad = [c for c in text if (ord(c) < 32 and c not in '\n\t') or 127 <= ord(c) < 160 or c == '\u202e']
    check(what + ': no control characters', not bad, bad[:5], repr(text[:200]))
    check(what + ': no line of its own', not any(l.startswith('next line') for l in text.split('\n')))


def terminal(dir):
    """Text output in all commands, from names, links, contents and notes."""
    passwd = b'root::0:0:\x1b[31mred\x07:/:/bin/sh\n' + EVIL.encode() + b'::0:0:x:/:/bin/sh\n'
    data = tar_of(entry('etc/passwd', data=passwd), entry(EVIL, data=b'#!/bin/sh\ntelnetd -l /bin/sh\n'),
                  entry('bin/' + EVIL, data=b'\x7fELF'), entry('../' + EVIL, data=b'up'),
                  entry('etc/inittab', data=b'::respawn:/bin/telnetd -l /bin/sh ' + EVIL.encode() + b'\n'),
                  entry('sbin/init', tarfile.SYMTYPE, EVIL), entry('one/' + EVIL + '/x', data=b'1'),
                  entry('two/' + EVIL + '/x', data=b'1'))
    image = put(dir + '/' + EVIL.replace('/', '_'), data)
    case = dir + '/t.postern'
    r = scan('terminal', image, '-v', '-o', case)
    clean('report', r.out)
    clean('messages', r.err)
    doors = [str(n) for (n,) in rows(case, 'SELECT id FROM door')]
    for args in [['show', case, d] for d in doors] + [
            ['show', image, 'etc/passwd'], ['show', case, 'x'], ['show', case, EVIL],
            ['show', case, 'nothing' + EVIL], ['query', case, 'SELECT * FROM artifact'],
            ['query', case, 'SELECT * FROM note'], ['query', case, 'SELECT * FROM account'],
            ['query', '--header', case, 'SELECT 1 AS "%s"' % EVIL], ['query', case, EVIL],
            ['scan', dir + '/missing' + EVIL], [EVIL], ['query', dir + '/none' + EVIL, 'SELECT 1']]:
        r = Run(*args)
        check('terminal: %s ends well' % args[0], r.rc in (0, 2), args, r)
        clean(' '.join(map(repr, args[:1] + args[2:])), r.out)
        clean(' '.join(map(repr, args[:1] + args[2:])) + ' messages', r.err)


with work() as d:
    for test in (names, links, good_tree, terminal):
        os.makedirs(d + '/' + test.__name__)
        test(d + '/' + test.__name__)
finish()
