# SPDX-License-Identifier: Apache-2.0
"""JFFS2, UBI, UBIFS and YAFFS: images of the real makers (and of a maker of our own for YAFFS)."""
import os
import tempfile

from tree import *
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
            'lzo': ['-l', '-X', 'lzo', '-x', 'zlib', '-y', '90:lzo', '-m', 'priority'],
            'none': ['-b', '-m', 'none'],
            'big pages': ['-l', '-s', '16384'],
    }.items():
        run('mkfs.jffs2', '-r', top, '-o', image, '-U', *options)
        what = 'jffs2 ' + name
        o = expect(what, 'jffs2', image, top, owner=('0', '0'), size=os.path.getsize(image))
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


with tempfile.TemporaryDirectory() as work:
    top = work + '/top'
    make_tree(top)
    jffs2(work, top)
    jffs2_end(work, top)
    ubifs(work, top)
    ubi(work, top)
    yaffs(work, top)
garbage(['jffs2', 'ubifs', 'ubi', 'yaffs'])
finish()
