# SPDX-License-Identifier: Apache-2.0
"""SquashFS, cramfs and EROFS: images of the real makers; Minix and romfs: of makers of our own."""
import os
import tempfile

from minix import Minix, Romfs
from tree import *


def sparse_and_large(top):
    """What the common tree has not: holes, many blocks, names that sort oddly, a deep path."""
    with open(top + '/lib/sparse', 'wb') as f:
        f.truncate(3 << 20)
        f.seek(2 << 20)
        f.write(content(11, 5000))
    with open(top + '/lib/large', 'wb') as f:
        f.write(content(12, 1500000))
    deep = top + '/deep' + '/down' * 60
    os.makedirs(deep)
    with open(deep + '/leaf', 'wb') as f:
        f.write(b'leaf\n')
    for path in ('lib/sparse', 'lib/large', 'deep' + '/down' * 60 + '/leaf'):
        os.utime(os.path.join(top, path), (MTIME, MTIME))


def squashfs(work, top):
    if not have('mksquashfs'):
        return
    image = work + '/squashfs'
    always = ['-noappend', '-no-progress', '-quiet', '-processors', '1']
    cases = {c: ['-comp', c] for c in ('gzip', 'lzma', 'lzo', 'lz4', 'xz', 'zstd')}
    for block in ('4K', '16K', '256K', '1M'):
        cases['gzip ' + block] = ['-b', block]
        cases['xz ' + block] = ['-comp', 'xz', '-b', block]
    cases.update({
        'no fragments': ['-no-fragments'],
        'always fragments': ['-always-use-fragments', '-comp', 'lz4'],
        'stored tables': ['-noI'], 'stored data': ['-noD'], 'stored all': ['-noI', '-noD', '-noF', '-noX'],
        'not exportable': ['-no-exports'], 'no duplicates check': ['-no-duplicates'],
        'xz filters': ['-comp', 'xz', '-Xbcj', 'x86,arm,powerpc', '-Xdict-size', '100%'],
        'lz4 high': ['-comp', 'lz4', '-Xhc'], 'gzip options': ['-Xstrategy', 'default,filtered'],
        'tail ends': ['-tailends'], 'no padding': ['-nopad', '-no-xattrs'],
    })
    for name, options in cases.items():
        run('mksquashfs', top, image, '-all-root', *options, *always)
        with open(image, 'rb') as f:
            head = f.read(96)
        o = expect('squashfs ' + name, 'squashfs', image, top, owner=('0', '0'), xattrs='-no-xattrs' not in options,
                   size=int.from_bytes(head[40:48], 'little'))
        if name in ('gzip', 'lzma', 'lz4'):
            torture('squashfs ' + name, 'squashfs', image, 4999, 40)
    devices(work, image, top, always)


def devices(work, image, top, always):
    pseudo = ['-p', 'console c 600 0 5 5 1', '-p', 'mtd b 640 3 4 31 300', '-force-uid', '1000',
              '-force-gid', '70000']
    run('mksquashfs', top + '/etc', image, *pseudo, *always)
    o = Opened('squashfs', image)
    for path, kind, mode, major, minor in (('console', 'c', '600', '5', '1'),
                                           ('mtd', 'b', '640', '31', '300')):
        m = o.members.get(path, {})
        check('squashfs device ' + path, (m.get('type'), m.get('mode'), m.get('major'), m.get('minor'))
              == (kind, mode, major, minor), m)
    m = o.members['passwd']
    check('squashfs owners', (m['uid'], m['gid']) == ('1000', '70000'), m)


def cramfs(work, top):
    if not have('mkfs.cramfs'):
        return
    image = work + '/cramfs'
    for name, options, lead in (('little', ['-N', 'little'], 0), ('big', ['-N', 'big'], 0),
                                ('holes', ['-z'], 0), ('behind boot code', ['-p'], 512),
                                ('big behind boot code', ['-p', '-N', 'big'], 512)):
        run('mkfs.cramfs', '-n', 'name', *options, top, image)
        with open(image, 'rb') as f:
            raw = f.read()
        order = 'big' if 'big' in name else 'little'
        expect('cramfs ' + name, 'cramfs', image, top, owner=None, times=False, links=False,
               size=int.from_bytes(raw[lead + 4:lead + 8], order))
        broken = bytearray(raw)
        broken[len(raw) // 2] ^= 0x55
        with open(image, 'wb') as f:
            f.write(broken)
        check('cramfs checksum', any('checksum' in n for n in Opened('cramfs', image).notes))
        if name in ('little', 'big behind boot code'):
            torture('cramfs ' + name, 'cramfs', image, 3989, 60)


def erofs(work, top):
    if not have('mkfs.erofs'):
        return
    image = work + '/erofs'
    for name, options in {'plain': [], 'lz4': ['-zlz4'], 'lz4hc': ['-zlz4hc,9'],
                          'legacy index': ['-zlz4', '-Elegacy-compress'],
                          'big clusters': ['-zlz4hc', '-C65536'],
                          'tails packed': ['-zlz4', '-Eztailpacking'],
                          'short inodes': ['-zlz4', '-Eforce-inode-compact'],
                          'long inodes': ['-Eforce-inode-extended'],
                          'chunks': ['--chunksize=4096'], 'no inline': ['-Enoinline_data']}.items():
        if os.path.exists(image):
            os.unlink(image)
        run('mkfs.erofs', '--all-root', *options, image, top)
        expect('erofs ' + name, 'erofs', image, top, owner=('0', '0'), times=False,
               size=os.path.getsize(image))
        if name in ('plain', 'lz4', 'chunks'):
            torture('erofs ' + name, 'erofs', image, 7919, 60)


def own_makers(work, top):
    image = work + '/image'
    makers = {'minix 1': Minix(1), 'minix 1 big': Minix(1, be=True), 'minix 2': Minix(2),
              'minix 2 big': Minix(2, be=True), 'minix 3': Minix(3),
              'minix 3 big': Minix(3, be=True, block=4096), 'romfs': Romfs()}
    for name, maker in makers.items():
        form = name.split()[0]
        raw = maker.make(top)
        with open(image, 'wb') as f:
            f.write(raw + b'something else')
        expect(name, form, image, top, modes=form == 'minix', times=form == 'minix', size=len(raw))
        torture(name, form, image, 8191, 60)
    if have('mkfs.minix'):
        for version, names in ((1, 14), (1, 30), (2, 14), (2, 30), (3, 60)):
            with open(image, 'wb') as f:
                f.truncate(300 << 10)
            run('mkfs.minix', '-%d' % version, '-n', str(names), image)
            o = Opened('minix', image)
            check('empty minix %d %d' % (version, names),
                  o.bid and o.status == 'ok' and o.size == 300 << 10 and not o.members)


with tempfile.TemporaryDirectory() as work:
    top = work + '/tree'
    make_tree(top)
    sparse_and_large(top)
    squashfs(work, top)
    cramfs(work, top)
    erofs(work, top)
    short = work + '/short'
    os.mkdir(short)
    make_tree(short)
    for folder, names, leaves in os.walk(short, topdown=False):
        for name in leaves:
            if len(name) > 30: # what the smaller Minix names hold
                os.unlink(os.path.join(folder, name))
    own_makers(work, short)
    garbage(['squashfs', 'cramfs', 'minix', 'romfs', 'erofs'])
finish()
