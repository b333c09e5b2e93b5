# SPDX-License-Identifier: Apache-2.0
"""File systems of the real makers inside a blob, and hurt: the whole program looks at each image. What
is said to be complete must be what went in, what is not there must have left a note, and what a
damage did not touch must come out."""
import hashlib
import os
import random
import sqlite3
import struct
import sys
import tempfile

from tree import *

postern = sys.argv[2]
CHECKED = {'squashfs', 'squashfs xz', 'jffs2', 'ubi'} # content has checksums
LEADS_LAST = ('squashfs', 'ubi')                      # what leads to the content stands at the end


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def scan(work, data):
    """(path below the file system) -> (complete, sha256), and the notes."""
    image, case = work + '/image', work + '/case'
    with open(image, 'wb') as f:
        f.write(data)
    if os.path.exists(case):
        os.unlink(case)
    done = subprocess.run([postern, 'scan', '-q', '--no-code', '-o', case, image], stderr=subprocess.PIPE)
    check('scan', done.returncode in (0, 1, 3), done.stderr)
    db = sqlite3.connect(case)
    files = [(p, ok, bytes.fromhex(s) if isinstance(s, str) and s else s, size) for p, ok, s, size in
             db.execute("select path, complete, sha256, size from artifact where type in ('file', 'part')")]
    notes = [w for (w,) in db.execute('select what from note')]
    db.close()
    return files, notes


def words(top):
    """Content that every packer packs: where blocks are stored as they are, nothing tells damage."""
    rng = random.Random(8)
    for folder, names, leaves in os.walk(top):
        for name in leaves:
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full) and os.path.getsize(full) > 1000:
                size = os.path.getsize(full)
                with open(full, 'wb') as f:
                    f.write(b' '.join(b'%x' % rng.getrandbits(20) for _ in range(size // 6)))


def source(top):
    out = {}
    for folder, names, leaves in os.walk(top):
        for name in leaves:
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full):
                with open(full, 'rb') as f:
                    if os.stat(full).st_nlink > 1:
                        continue
                    out[os.path.relpath(full, top)] = hashlib.sha256(f.read()).digest()
    return out


def look(what, work, data, want, least, notes_wanted, strict):
    files, notes = scan(work, data)
    good, wrong = set(), []
    for path, complete, sha, size in files:
        for name in want:
            if path.endswith('/' + name):
                if sha == want[name]:
                    good.add(name)
                elif complete and strict:
                    wrong.append(path)
    check(what, len(good) >= least * len(want), '%d of %d files' % (len(good), len(want)))
    check(what, not wrong, 'said to be complete: %s' % wrong[:3])
    if notes_wanted and len(good) < len(want):
        check(what, notes, 'no note')
    print('# %s: %d of %d files, %d notes' % (what, len(good), len(want), len(notes)))


def hurt(name, work, raw, want):
    strict = name in CHECKED
    n = len(raw)
    look(name + ' behind noise', work, noise(1, 66000) + raw, want, 1, False, True)
    look(name + ' before noise', work, raw + noise(2, 50001), want, 1, False, True)
    look(name + ' cut at the end', work, raw[:n * 7 // 10], want,
         0 if name.startswith(LEADS_LAST) else 0.05, True, strict)
    look(name + ' cut at the end behind noise', work, noise(3, 66000) + raw[:n * 7 // 10], want, 0, True, strict)
    at = n * 4 // 10 // 4096 * 4096
    look(name + ' replaced middle', work, raw[:at] + noise(4, 8192) + raw[at + 8192:], want, 0.3, strict, strict)
    look(name + ' cut in the middle', work, raw[:at] + raw[at + 8192:], want, 0, True, strict)


def images(work, top, plain):
    image = work + '/fs'

    def made(tool, *command, top=top):
        if have(tool):
            if os.path.exists(image):
                os.unlink(image)
            run(tool, *command)
            with open(image, 'rb') as f:
                return f.read()
        return None
    quiet = ['-noappend', '-quiet', '-all-root', '-b', '16K']
    for comp in ('gzip', 'xz', 'lzma', 'zstd', 'lzo', 'lz4'):
        name = 'squashfs' + ('' if comp == 'gzip' else ' ' + comp)
        yield name, made('mksquashfs', top, image, '-comp', comp, *quiet), top
    yield 'jffs2', made('mkfs.jffs2', '-r', top, '-o', image, '-e', '0x10000', '-l', '-U'), top
    if have('mkfs.ubifs') and have('ubinize'):
        run('mkfs.ubifs', '-r', top, '-m', '2048', '-e', '126976', '-c', '100', '-o', work + '/ubifs', '-y')
        with open(work + '/ini', 'w') as f:
            f.write('[a]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=dynamic\nvol_name=rootfs\nvol_size=4MiB\n'
                    % (work + '/ubifs'))
        yield 'ubi', made('ubinize', '-o', image, '-p', '131072', '-m', '2048', work + '/ini'), top
    yield 'cramfs', made('mkfs.cramfs', top, image), top
    yield 'romfs', made('genromfs', '-d', top, '-f', image), top
    yield 'erofs', made('mkfs.erofs', '-zlz4', image, top), top
    yield 'ext4', made('mke2fs', '-q', '-F', '-t', 'ext4', '-d', top, image, '3M'), top
    yield 'iso', made('genisoimage', '-quiet', '-R', '-o', image, top), top
    if have('mkfs.vfat') and have('mcopy'):
        if os.path.exists(image):
            os.unlink(image)
        run('mkfs.vfat', '-C', image, '1440')
        yield 'fat', made_fat(image, plain), plain


def made_fat(image, plain):
    run('mcopy', '-s', '-m', '-i', image, *[plain + '/' + n for n in sorted(os.listdir(plain))], '::')
    with open(image, 'rb') as f:
        return f.read()


with tempfile.TemporaryDirectory() as work:
    top, plain = work + '/top', work + '/plain'
    make_tree(top)
    make_tree(plain, links=False)
    words(top)
    words(plain)
    for name, raw, tree in images(work, top, plain):
        if raw:
            hurt(name, work, raw, source(tree))
finish()
