# SPDX-License-Identifier: Apache-2.0
"""A source tree with everything a file system may hold, and the comparison with what we open.

Images are made with fakeroot-free means only: devices and owners come from the makers' own tables.
A maker that is not installed skips its cases with a line that says so."""
import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile

TOOLS = os.environ['PATH'] + ':/usr/sbin:/sbin'
openfs = sys.argv[1]
failures = []
MTIME = 1500000000


def have(tool):
    found = shutil.which(tool, path=TOOLS)
    if not found:
        print('# skipped: %s is not installed' % tool)
    return found


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, PATH=TOOLS), **more).stdout


def content(seed, size):
    """Half of it compresses well, half of it does not."""
    rng = random.Random(seed)
    half = bytes(rng.getrandbits(8) for _ in range(size // 2))
    return half + (b'The quick brown fox %d\n' % seed * (size // 20 + 1))[:size - len(half)]


def make_tree(top, links=True):
    files = {
        'etc/passwd': b'root:x:0:0:root:/root:/bin/sh\n',
        'etc/empty': b'',
        'bin/busybox': content(1, 150000),
        'bin/one-page': content(2, 4096),
        'bin/page-and-one': content(3, 4097),
        'www/a page with spaces.html': content(4, 70001),
        'www/' + 'long-' * 40 + 'name': b'long\n',
        'lib/zeros': bytes(20000) + b'end',
        'lib/odd': bytes(random.Random(5).getrandbits(8) for _ in range(12345)),
    }
    for i in range(60):
        files['many/file-%03d' % i] = b'number %d\n' % i
    for path, data in files.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'wb') as f:
            f.write(data)
        os.chmod(full, 0o755 if path.startswith('bin') else 0o640)
    os.makedirs(top + '/tmp/deep/er/still', exist_ok=True)
    os.chmod(top + '/tmp', 0o1777)
    os.chmod(top + '/bin/one-page', 0o4755)
    if links:
        os.symlink('busybox', top + '/bin/sh')
        os.symlink('/' + 'far/' * 30 + 'away', top + '/etc/long-link')
        os.link(top + '/bin/busybox', top + '/bin/second-name')
        os.mkfifo(top + '/tmp/pipe')
    set_xattrs(top, links)
    for folder, names, leaves in os.walk(top, topdown=False):
        for name in leaves + names:
            os.utime(os.path.join(folder, name), (MTIME, MTIME), follow_symlinks=False)


# cap_net_admin,cap_net_raw=ep
CAPABILITY = bytes.fromhex('0100000200300000000000000000000000000000')


def set_xattrs(top, links):
    """Short, long, binary, empty and shared ones, as far as this machine lets us."""
    wanted = [('bin/busybox', 'security.capability', CAPABILITY), ('etc/passwd', 'user.note', b'several have it'),
              ('lib/odd', 'user.note', b'several have it'), ('lib/odd', 'user.bytes', bytes(range(256)) * 3),
              ('many/file-007', 'user.empty', b''), ('many/file-007', 'trusted.seven', b'7'),
              ('www', 'user.folder', b'a folder has one too')]
    for path, name, value in wanted + [('bin/sh', 'trusted.link', b'on a link')] * links:
        try:
            os.setxattr(os.path.join(top, path), name, value, follow_symlinks=False)
        except OSError as e:
            print('# no attribute %s here: %s' % (name, e.strerror))


def xattrs_of(full):
    try:
        names = os.listxattr(full, follow_symlinks=False)
    except OSError:
        return {}
    return {n: os.getxattr(full, n, follow_symlinks=False).hex() for n in names if n != 'security.selinux'}


class Opened:
    def __init__(self, form, image):
        self.xattrs = {}
        self.members, self.notes, self.bid, self.size = {}, [], 0, 0
        for line in run(openfs, form, image).decode('utf-8', 'surrogateescape').split('\n'):
            field = line.split('\t')
            if field[0] == 'note':
                self.notes.append(field[2])
            elif field[0] == 'bid':
                self.bid, self.size = int(field[1]), int(field[2])
            elif field[0] == 'xattr' and '=' in field[2]:
                name, value = field[2].split('=')
                self.xattrs.setdefault(field[1], {})[name] = value
            elif field[0] == 'used':
                self.used = int(field[1])
            elif field[0] == 'status':
                self.status = field[1]
            elif len(field) > 10:
                keys = 'type path mode uid gid mtime size major minor link sha status at'.split()
                self.members[field[1]] = dict(zip(keys, field))


def check(what, ok, detail=''):
    if not ok:
        failures.append(what)
        if len(failures) < 30:
            print('# wrong: %s: %s' % (what, detail))


def expect(what, form, image, top, modes=True, owner=None, times=True, links=True, size=None,
           clean=True, xattrs=None):
    """Open an image and compare it with the folder it was made from."""
    if xattrs is None:
        xattrs = form in ('squashfs', 'ext', 'erofs')
    o = Opened(form, image)
    check(what, o.bid > 0, 'no bid')
    if clean:
        check(what, not o.notes, o.notes[:3])
    check(what, o.status == 'ok', o.status)
    if size is not None:
        check(what, (o.used or o.size) == size, 'end %d %d, not %d' % (o.used, o.size, size))
    wanted, inodes = 0, {}
    for folder, names, leaves in os.walk(top):
        for name in sorted(names + leaves):
            full = os.path.join(folder, name)
            path = os.path.relpath(full, top)
            wanted += 1
            compare(what, path, full, o, inodes, modes, owner, times, links)
            m = o.members.get(path, {})
            got = o.xattrs.get(m.get('link') if m.get('type') == 'h' else path, {})
            check('%s: %s' % (what, path), not xattrs or got == xattrs_of(full), 'attributes: %s' % got)
    extra = set(o.members) - {os.path.relpath(os.path.join(f, n), top)
                              for f, a, b in os.walk(top) for n in a + b} - {'lost+found', 'rr_moved'}
    check(what, not extra, 'more than was put in: %s' % sorted(extra)[:5])
    print('# %s: %d members, end at %d' % (what, wanted, o.used or o.size))
    return o


def compare(what, path, full, o, inodes, modes, owner, times, links):
    m, st = o.members.get(path), os.lstat(full)
    where = '%s: %s' % (what, path)
    if not m:
        return check(where, False, 'missing')
    if stat.S_ISREG(st.st_mode):
        if m['type'] == 'h':
            check(where, links, 'a hard link?')
            m = o.members[m['link']]
        with open(full, 'rb') as f:
            check(where, hashlib.sha256(f.read()).hexdigest() == m['sha'], 'content differs')
        if links and st.st_nlink > 1:
            inodes.setdefault(st.st_ino, m['path'])
            check(where, inodes[st.st_ino] == m['path'], 'hard link is lost')
    elif stat.S_ISLNK(st.st_mode):
        check(where, m['type'] == 'l' and m['link'] == os.readlink(full), m['link'])
    elif stat.S_ISDIR(st.st_mode):
        check(where, m['type'] == 'd', m['type'])
    elif stat.S_ISFIFO(st.st_mode):
        check(where, m['type'] == 'p', m['type'])
    check(where, m['status'] == 'ok', m['status'])
    if modes and not stat.S_ISLNK(st.st_mode):
        check(where, int(m['mode'], 8) == stat.S_IMODE(st.st_mode), m['mode'])
    if owner:
        check(where, (m['uid'], m['gid']) == owner, (m['uid'], m['gid']))
    if times and not stat.S_ISDIR(st.st_mode):
        check(where, int(m['mtime']) == MTIME, m['mtime'])


def torture(what, form, image, step, times):
    out = run(openfs, form, image, 'cut', str(step)).decode()
    check(what + ' cut off', 'wrong\t0' in out, out)
    run(openfs, form, image, 'hurt', str(times))
    print('# %s: cut off and hurt, %s' % (what, out.split('\n')[0]))


def garbage(forms):
    """Random bytes, zeros and erased flash are nobody's file system."""
    rng = random.Random(7)
    blobs = [bytes(rng.getrandbits(8) for _ in range(300000)), bytes(100000), b'\xff' * 100000]
    for form in forms:
        for blob in blobs:
            with tempfile.NamedTemporaryFile() as f:
                f.write(blob)
                f.flush()
                check('garbage as ' + form, Opened(form, f.name).bid == 0, 'bid')


def finish():
    print('1..1\n%s - all' % ('not ok' if failures else 'ok'))
    sys.exit(1 if failures else 0)
