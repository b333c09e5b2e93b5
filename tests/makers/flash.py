# SPDX-License-Identifier: Apache-2.0
"""JFFS2, UBI, UBIFS and YAFFS: images of the real makers (and of a maker of our own for YAFFS)."""
import os
import struct
import tempfile
import zlib

from tree import *
from nodes import Journal, Jffs2, crc_ubifs, ubifs_node
from yaffs import Yaffs

DEVICES = '''/dev d 755 0 0 - - - - -
/dev/console c 600 0 5 5 1 0 0 -
/dev/mtdblock b 640 0 0 31 0 0 1 3
'''


def jffs2(work, top):
    if not have('mkfs.jffs2'):
        return
    table, image = work + '/devices', work + '/jffs2'
    with open(table, 'w') as f:
        f.write(DEVICES)
    for name, options in {
            'little zlib 64K': ['-l', '-e', '0x10000'],
            'big zlib 128K padded': ['-b', '-e', '0x20000', '-p'],
            'no clean markers 16K': ['-l', '-n', '-e', '0x4000'],
            'clean markers of 16': ['-b', '-c', '16', '-e', '0x10000'],
            'rtime': ['-l', '-x', 'zlib', '-x', 'lzo', '-e', '0x10000'],
            'lzo': ['-l', '-X', 'lzo', '-x', 'zlib', '-y', '90:lzo', '-m', 'priority'],
            'none': ['-b', '-m', 'none'],
            'big pages': ['-l', '-s', '16384'],
    }.items():
        run('mkfs.jffs2', '--with-xattr', '-r', top, '-o', image, '-U', *options)
        what = 'jffs2 ' + name
        o = expect(what, 'jffs2', image, top, owner=('0', '0'), size=os.path.getsize(image), xattrs=True)
        check(what, o.bid == 90, o.bid)
    run('mkfs.jffs2', '-r', top, '-o', image, '-q', '-D', table, '-l', '-e', '0x10000')
    o = Opened('jffs2', image)
    check('jffs2 devices', o.members['dev/console']['type'] == 'c' and
          o.members['dev/console']['major'] == '5', o.members.get('dev/console'))
    check('jffs2 devices', o.members['dev/mtdblock2']['minor'] == '2', 'minor')


def jffs2_end(work, top):
    """The end is found when something else follows, and a hole of rubbish does not end it."""
    if not have('mkfs.jffs2'):
        return
    image = work + '/jffs2'
    run('mkfs.jffs2', '-r', top + '/many', '-o', image, '-l', '-e', '0x4000', '-p')
    with open(image, 'rb') as f:
        data = f.read()
    with open(image, 'wb') as f:
        f.write(data + content(9, 300000))
    expect('jffs2 with something behind it', 'jffs2', image, top + '/many', size=len(data))
    with open(image, 'wb') as f:
        f.write(data)
    torture('jffs2', 'jffs2', image, 1, 300)
    hurt = bytearray(data)
    hurt[1000:1100] = b'\0' * 100
    with open(image, 'wb') as f:
        f.write(hurt)
    o = Opened('jffs2', image)
    check('jffs2 with rubbish', len(o.members) > 50 and o.notes and o.used == len(data), o.notes)


def jffs2_life(work):
    """Rewritten, cut, extended, renamed, deleted; broken nodes let older content show."""
    for end in '<', '>':
        for magic in 0x1985, 0x1984:
            j = Jffs2(end, magic)
            j.name(1, b'dir', 2, kind=4)
            j.data(2, 0, b'', 0, mode=0o040750)
            j.name(2, b'file', 3)
            j.data(3, 0, b'a' * 4096, 4096)
            j.data(3, 1000, b'b' * 100, 4096)
            j.data(3, 4096, b'c' * 50, 4146)
            j.data(3, 0, b'', 2000)                                # cut
            j.data(3, 2000, b'', 3000, compression=1, plain=1000)  # extended by a hole
            j.data(3, 500, b'o' * 10, 3000, obsolete=True)
            j.name(1, b'gone', 4)
            j.data(4, 0, b'gone', 4)
            j.name(1, b'old-name', 5)
            j.data(5, 0, zlib.compress(b'z' * 900), 900, compression=6, plain=900)
            j.name(1, b'new-name', 5)
            j.name(1, b'old-name', 0)
            j.name(1, b'gone', 0)
            j.name(2, b'again', 5)
            j.name(1, b'loop', 2, kind=4)
            j.data(6, 0, struct.pack(end + 'H', 5 << 8 | 1), 0, mode=0o020600)
            j.name(1, b'console', 6, kind=2)
            j.data(7, 0, b'first', 5)
            j.name(1, b'broken', 7)
            good = len(j.out)
            j.data(7, 0, b'second', 6)
            out = bytearray(j.out)
            out[good + 68] ^= 1
            image = work + '/life'
            with open(image, 'wb') as f:
                f.write(out)
            o = Opened('jffs2', image)
            what, m = 'jffs2 life %s %x' % (end, magic), o.members
            check(what, sorted(m) == ['broken', 'console', 'dir', 'dir/again', 'dir/file', 'loop',
                                      'new-name'] or sorted(m)[:1] == ['broken'], sorted(m))
            check(what, 'gone' not in m and 'old-name' not in m, sorted(m))
            want = b'a' * 1000 + b'b' * 100 + b'a' * 900 + bytes(1000)
            check(what, run(openfs, 'jffs2', image, 'out', 'dir/file') == want, 'content')
            check(what, 'h' in (m['dir/again']['type'], m['new-name']['type']), 'hard link')
            check(what, (m['console']['major'], m['console']['minor']) == ('5', '1'), m['console'])
            check(what, m['broken']['status'] == 'damaged' and
                  run(openfs, 'jffs2', image, 'out', 'broken') == b'first\0', 'broken')
            check(what, o.bid == 90 and o.used == len(out), (o.used, len(out)))
    print('# jffs2 life')


def patch_node(data, at, fields):
    """Change fields of a UBIFS node and make its checksum right again."""
    size = struct.unpack_from('<I', data, at + 16)[0]
    for place, value in fields.items():
        struct.pack_into('<I', data, at + place, value)
    struct.pack_into('<I', data, at + 4, crc_ubifs(data[at + 8:at + size]))


def ubifs_life(work, top):
    """The journal knows more than the index: a file is changed, cut, made and deleted."""
    if not have('mkfs.ubifs'):
        return
    leb, image = 15872, work + '/ubifs'
    run('mkfs.ubifs', '-r', top, '-m', '512', '-e', str(leb), '-c', '300', '-o', image, '-y', '-x',
        'none')
    with open(image, 'rb') as f:
        data = bytearray(f.read())
    count = len(data) // leb
    inodes = {}
    for at in range(0, len(data), 8):  # the numbers that mkfs gave
        if data[at:at + 4] == b'\x31\x18\x10\x06' and data[at + 20] == 2:
            ino, size = struct.unpack_from('<Q2xH', data, at + 40)
            inodes[bytes(data[at + 56:at + 56 + size])] = ino
    j = Journal(1 << 40)
    etc, one = inodes[b'etc'], inodes[b'one-page']
    j.name(etc, b'passwd', 0)
    j.inode(inodes[b'passwd'], 0, links=0)
    j.inode(9000, 5000)
    j.name(etc, b'made-later', 9000)
    j.data(9000, 0, b'm' * 4096)
    j.data(9000, 1, b'n' * 904)
    j.data(one, 0, b'changed')
    j.inode(one, 7)
    odd = inodes[b'odd']
    j.truncate(odd, 12345, 4096)
    j.inode(odd, 4096)
    j.inode(odd, 9000)
    j.attribute(9000, b'user.note', 9001, b'first')
    j.attribute(9000, b'user.gone', 9002, b'removed')
    j.attribute(9000, b'security.capability', 9003, CAPABILITY)
    j.attribute(9000, b'user.note', 9004, b'second')
    j.attribute(9000, b'user.gone', 0)
    log = data.find(ubifs_node(10, 0, b'')[:4], 3 * leb)
    at = 3 * leb
    while data[at:at + 4] == b'\x31\x18\x10\x06':
        at += (struct.unpack_from('<I', data, at + 16)[0] + 7) // 8 * 8
    at = (at + 511) // 512 * 512
    ref = ubifs_node(8, (1 << 40), struct.pack('<3I28x', count, 0, 1))
    data[at:at + len(ref)] = ref
    data += j.out.ljust(leb, b'\xff')
    patch_node(data, 0, {40: count + 1})
    with open(image, 'wb') as f:
        f.write(data)
    o = Opened('ubifs', image)
    m = o.members
    check('ubifs life', 'etc/passwd' not in m and 'etc/empty' in m, 'deleted')
    check('ubifs life', m['etc/made-later']['uid'] == '7' and not o.notes, o.notes)
    check('ubifs life', o.xattrs == {'etc/made-later': {'user.note': b'second'.hex(),
                                                        'security.capability': CAPABILITY.hex()}}, o.xattrs)
    for path, want in (('etc/made-later', b'm' * 4096 + b'n' * 904), ('bin/one-page', b'changed')):
        check('ubifs life', run(openfs, 'ubifs', image, 'out', path) == want, path)
    got = run(openfs, 'ubifs', image, 'out', 'lib/odd')
    with open(top + '/lib/odd', 'rb') as f:
        check('ubifs life', got == f.read()[:4096] + bytes(9000 - 4096), 'cut and extended')
    print('# ubifs life')


UBIFS = {'lzo': ['-x', 'lzo'], 'zlib': ['-x', 'zlib'], 'zstd': ['-x', 'zstd'],
         'none': ['-x', 'none'], 'favor lzo': ['-x', 'favor_lzo'],
         'small fanout': ['-f', '3', '-k', 'test']}


def ubifs(work, top):
    if not have('mkfs.ubifs'):
        return
    table, image = work + '/devices', work + '/ubifs'
    with open(table, 'w') as f:
        f.write(DEVICES)
    for leb, page in ((126976, 2048), (15872, 512)):
        for name, options in UBIFS.items():
            run('mkfs.ubifs', '-r', top, '-m', str(page), '-e', str(leb), '-c', '300', '-U',
                '-o', image, '-y', *options)
            expect('ubifs %s %d' % (name, leb), 'ubifs', image, top, owner=('0', '0'),
                   size=os.path.getsize(image))
    run('mkfs.ubifs', '-r', top, '-m', '512', '-e', '15872', '-c', '300', '-D', table, '-o', image,
        '-y')
    o = Opened('ubifs', image)
    check('ubifs devices', o.members['dev/console']['major'] == '5', o.members.get('dev/console'))
    run('mkfs.ubifs', '-r', top, '-m', '512', '-e', '15872', '-c', '300', '-o', image, '-y')
    with open(image, 'r+b') as f:
        f.seek(15872)
        f.write(b'\xff' * 15872 * 2)
    expect('ubifs without master', 'ubifs', image, top, clean=False)
    torture('ubifs', 'ubifs', image, 997, 100)


def ubifs_encrypted(work, top):
    """Without the key nothing is presented as content."""
    if not have('mkfs.ubifs'):
        return
    with open(work + '/key', 'wb') as f:
        f.write(content(12, 64))
    image = work + '/ubifs-encrypted'
    try:
        run('mkfs.ubifs', '-r', top, '-m', '512', '-e', '15872', '-c', '300', '-o', image, '-y',
            '-K', work + '/key', '-b', '0123456789abcdef', '-C', 'AES-256-XTS')
    except subprocess.CalledProcessError:
        return print('# skipped: this mkfs.ubifs does not encrypt')
    o = Opened('ubifs', image)
    check('ubifs encrypted', 'names and content are encrypted (fscrypt)' in o.notes, o.notes)


UBI_INI = '''[a]
mode=ubi
image=%s
vol_id=0
vol_type=dynamic
vol_name=rootfs
vol_size=4MiB
[b]
mode=ubi
image=%s
vol_id=3
vol_type=static
vol_name=kernel
vol_size=300KiB
'''


def ubi(work, top):
    if not have('ubinize'):
        return
    fs, kernel, ini, image = (work + '/' + n for n in ('ubifs', 'kernel', 'ini', 'ubi'))
    with open(kernel, 'wb') as f:
        f.write(content(11, 250000))
    with open(ini, 'w') as f:
        f.write(UBI_INI % (fs, kernel))
    for peb, page, sub in ((131072, 2048, 2048), (131072, 2048, 512), (16384, 512, 512),
                           (262144, 1, 1)):
        first = max(64, sub)
        leb = peb - (first + 64 + page - 1) // page * page
        run('mkfs.ubifs', '-r', top, '-m', str(max(page, 8)), '-e', str(leb), '-c', '200', '-o',
            fs, '-y')
        run('ubinize', '-o', image, '-p', str(peb), '-m', str(page), '-s', str(sub), ini)
        what = 'ubi %d %d %d' % (peb, page, sub)
        o = Opened('ubi', image)
        check(what, o.bid == 95 and o.used == os.path.getsize(image) and not o.notes, o.notes)
        for name, path in (('rootfs', fs), ('kernel', kernel)):
            with open(path, 'rb') as f:
                check(what, run(openfs, 'ubi', image, 'out', name)[:os.path.getsize(path)] ==
                      f.read(), name)
        print('# ' + what)
    damage(image, kernel)


def damage(image, kernel):
    """A block of the static volume is lost: said so, and the others are still there."""
    with open(image, 'rb') as f:
        data = bytearray(f.read())
    with open(kernel, 'rb') as f:
        at = data.find(f.read(64))
    data[at + 1000] ^= 1
    with open(image, 'wb') as f:
        f.write(data + b'\x5a' * 5000)
    o = Opened('ubi', image)
    check('ubi damaged', o.members['kernel']['status'] == 'damaged' and o.notes and
          o.members['rootfs']['status'] == 'ok' and o.used == len(data), o.notes)
    torture('ubi', 'ubi', image, 9973, 50)


GEOMETRIES = [(512, 16), (1024, 32), (2048, 64), (2048, 128), (4096, 128), (4096, 218),
              (8192, 256), (8192, 448), (16384, 512)]


def yaffs(work, top):
    image = work + '/yaffs'
    for page, spare in GEOMETRIES:
        for be, tags_be, tag_at in ((0, 0, 0), (1, 1, 0), (1, 0, 0), (0, 0, 2 if spare > 17 else 0)):
            data = Yaffs(page, spare, tag_at, be, tags_be).image(top)
            with open(image, 'wb') as f:
                f.write(data)
            expect('yaffs2 %d+%d be=%d/%d at %d' % (page, spare, be, tags_be, tag_at), 'yaffs',
                   image, top, owner=(str(os.getuid()), str(os.getgid())), size=len(data))
    for be in (False, True):
        data = Yaffs(512, 16, be=be, v1=True).image(top)
        with open(image, 'wb') as f:
            f.write(data + content(3, 300000))
        expect('yaffs1 be=%d' % be, 'yaffs', image, top, size=len(data))
    with open(image, 'wb') as f:
        f.write(Yaffs(2048, 64, lived=False).image(top))
    torture('yaffs', 'yaffs', image, 1999, 50)
    # a dump of a device: blocks stand in another order, and content comes first
    for page, spare, blocks in ((2048, 64, 64), (512, 16, 32), (4096, 128, 16)):
        data = Yaffs(page, spare, lived=False).image(top)
        block = (page + spare) * blocks
        data += b'\xff' * (-len(data) % block)
        pieces = [data[i:i + block] for i in range(0, len(data), block)]
        pieces = pieces[2:] + pieces[:2]
        moved = b''.join(pieces)
        with open(image, 'wb') as f:
            f.write(moved)
        if Opened('yaffs', image).bid == 0:
            expect('yaffs dump %d+%d' % (page, spare), 'yaffs-dump', image, top, owner=(str(os.getuid()), str(os.getgid())))
            check('yaffs dump is not nand', Opened('flash-nand', image).bid == 0, 'bid')


with tempfile.TemporaryDirectory() as work:
    top = work + '/top'
    make_tree(top)
    jffs2(work, top)
    jffs2_end(work, top)
    jffs2_life(work)
    ubifs(work, top)
    ubifs_life(work, top)
    ubifs_encrypted(work, top)
    ubi(work, top)
    yaffs(work, top)
garbage(['jffs2', 'ubifs', 'ubi', 'yaffs', 'yaffs-dump'])
finish()
