# SPDX-License-Identifier: Apache-2.0
"""Disks with partitions, Android images, MINIFS, UFS: generators here, real makers where installed."""
import lzma
import os
import struct
import tempfile
import zlib

from tree import *


def put(path, data):
    with open(path, 'wb') as f:
        f.write(data)
    return path


def member(form, image, name):
    return run(openfs, form, image, 'out', name)


def slot(kind, first, count):
    return struct.pack('<4B4B2I', 0, 0, 0, 0, kind, 0, 0, 0, first, count)


def table(*slots):
    return (b'\xfa' * 446 + b''.join(slots)).ljust(510, b'\0') + b'\x55\xaa'


def mbr(work):
    a, b, c = content(1, 512 * 20), content(2, 512 * 10), content(3, 512 * 5)
    disk = bytearray(512 * 100)
    disk[:512] = table(slot(0x83, 1, 20), slot(5, 40, 50))
    disk[512:512 * 21] = a
    disk[512 * 40:512 * 41] = table(slot(0x83, 1, 10), slot(5, 20, 30))
    disk[512 * 41:512 * 51] = b
    disk[512 * 60:512 * 61] = table(slot(0x83, 1, 5))
    disk[512 * 61:512 * 66] = c
    image = put(work + '/mbr', disk)
    o = Opened('mbr', image)
    check('mbr', o.bid == 80 and o.used == 512 * 90 and not o.notes, (o.bid, o.used, o.notes))
    for name, data in (('partition-1', a), ('partition-5', b), ('partition-6', c)):
        check('mbr', member('mbr', image, name) == data, name)
    torture('mbr', 'mbr', image, 257, 300)
    for name, slots in {'overlap': [slot(0x83, 1, 20), slot(0x83, 10, 20)],
                        'far away': [slot(0x83, 1, 20), slot(0x83, 100, 1 << 30)],
                        'active': [b'\x11' + slot(0x83, 1, 20)[1:]],
                        'nothing': []}.items():
        disk[:512] = table(*slots)
        check('mbr near miss', Opened('mbr', put(image, disk)).bid == 0, name)
    if have('sfdisk'):
        put(image, bytes(4 << 20))
        run('sfdisk', '-q', image, input=b'start=2048,size=1000\nstart=4000,size=2000,type=82\n')
        o = Opened('mbr', image)
        check('sfdisk', o.bid == 80 and o.used == 512 * 6000, (o.bid, o.used))


def gpt(work, sector=512):
    a, b = content(1, sector * 20), content(2, sector * 10)
    entries = b''
    for name, first, last in (('kernel', 40, 59), ('root fs', 60, 69)):
        entries += b'\x11' * 16 + b'\x22' * 16 + struct.pack('<3Q', first, last, 0)
        entries += name.encode('utf-16-le').ljust(72, b'\0')
    entries = entries.ljust(128 * 128, b'\0')

    def header(crc):
        return struct.pack('<8s4I4Q16sQ3I', b'EFI PART', 0x10000, 92, crc, 0, 1, 99, 34, 90,
                           b'g' * 16, 2, 128, 128, zlib.crc32(entries))
    disk = bytearray(sector * 100)
    disk[:512] = table(slot(0xee, 1, 99))
    disk[sector:sector + 92] = header(zlib.crc32(header(0)))
    disk[sector * 2:sector * 2 + len(entries)] = entries
    disk[sector * 40:sector * 60] = a
    disk[sector * 60:sector * 70] = b
    image = put(work + '/gpt', disk)
    o = Opened('gpt', image)
    check('gpt', o.bid == 98 and o.used == sector * 100 and not o.notes, (o.bid, o.used, o.notes))
    check('gpt', member('gpt', image, 'kernel') == a and member('gpt', image, 'root fs') == b)
    check('gpt is no mbr', Opened('mbr', image).bid == 0)
    torture('gpt', 'gpt', image, 257 * sector // 512, 200)
    disk[sector + 20] = 1
    check('gpt near miss', Opened('gpt', put(image, disk)).bid == 0)
    if have('sgdisk'):
        put(image, bytes(4 << 20))
        run('sgdisk', '-n', '1:2048:4095', '-c', '1:boot', image)
        o = Opened('gpt', image)
        check('sgdisk', o.bid == 98 and o.used == 4 << 20 and 'boot' in o.members, o.members)


def sparse(work):
    raw = content(5, 4096 * 3) + b'abcd' * 2048 + bytes(4096 * 4) + content(6, 4096)
    chunks = [struct.pack('<2H2I', 0xcac1, 0, 3, 12 + 4096 * 3) + raw[:4096 * 3],
              struct.pack('<2H2I', 0xcac2, 0, 2, 16) + b'abcd',
              struct.pack('<2H2I', 0xcac3, 0, 4, 12),
              struct.pack('<2H2I', 0xcac4, 0, 0, 16) + b'\0\0\0\0',
              struct.pack('<2H2I', 0xcac1, 0, 1, 12 + 4096) + raw[-4096:]]
    image = work + '/simg'
    data = struct.pack('<I4H4I', 0xed26ff3a, 1, 0, 28, 12, 4096, 10, len(chunks), 0)
    data += b''.join(chunks)
    put(image, data + b'behind')
    o = Opened('android-sparse', image)
    check('sparse', o.bid == 95 and o.used == len(data) and not o.notes, (o.used, o.notes))
    check('sparse', member('android-sparse', image, 'image') == raw, 'content')
    put(image, data[:-2000])
    o = Opened('android-sparse', image)
    check('sparse cut off', o.members['image']['status'] == 'truncated', o.members)
    torture('sparse', 'android-sparse', put(image, data), 97, 200)
    if have('img2simg'):
        run('img2simg', put(work + '/raw', raw), image, '4096')
        check('img2simg', member('android-sparse', image, 'image') == raw, 'content')


def boot(work):
    kernel, ramdisk = content(1, 5000), content(2, 3000)

    def page(data, size):
        return data + bytes(-len(data) % size)
    head = b'ANDROID!' + struct.pack('<10I', 5000, 0, 3000, 0, 0, 0, 0, 2048, 0, 0)
    data = page((head + b'name'.ljust(16, b'\0') + b'console=ttyS0').ljust(1660, b'\0'), 2048)
    data += page(kernel, 2048) + page(ramdisk, 2048)
    image = put(work + '/boot', data + b'x' * 100)
    o = Opened('android-boot', image)
    check('boot', o.bid == 90 and o.used == len(data), (o.bid, o.used, len(data)))
    check('boot', member('android-boot', image, 'kernel') == kernel and
          member('android-boot', image, 'ramdisk') == ramdisk and
          member('android-boot', image, 'command-line') == b'console=ttyS0', list(o.members))
    head = b'ANDROID!' + struct.pack('<4I16sI', 5000, 3000, 0, 1580, b'', 3)
    put(image, page(head.ljust(1580, b'\0'), 4096) + page(kernel, 4096) + page(ramdisk, 4096))
    check('boot 3', member('android-boot', image, 'ramdisk') == ramdisk)
    torture('boot', 'android-boot', image, 97, 200)
    if have('mkbootimg'):
        for version in '0', '1', '2', '3':
            run('mkbootimg', '--kernel', put(work + '/k', kernel), '--ramdisk',
                put(work + '/r', ramdisk), '--header_version', version, '--dtb',
                put(work + '/d', b'dtb' * 100), '--pagesize', '4096', '-o', image)
            o = Opened('android-boot', image)
            check('mkbootimg ' + version, member('android-boot', image, 'kernel') == kernel and
                  member('android-boot', image, 'ramdisk') == ramdisk and
                  o.used == os.path.getsize(image), (o.used, os.path.getsize(image)))


def minifs(work):
    files = {'web/index.htm': content(1, 9000), 'web/a.js': content(2, 100), 'conf/key': b'k' * 50}
    folders, names, table_, blobs, data = {}, b'', b'', b'', b''
    filters = [{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 23}]
    for k, group in enumerate((['web/index.htm', 'web/a.js'], ['conf/key'])):
        at, plain = 0, b''
        for path in group:
            folder, name = path.split('/')
            if folder not in folders:
                folders[folder] = len(names)
                names += folder.encode() + b'\0'
            table_ += struct.pack('>5I', folders[folder], len(names), k, at, len(files[path]))
            names += name.encode() + b'\0'
            plain += files[path]
            at = len(plain)
        packed = lzma.compress(plain, lzma.FORMAT_ALONE, filters=filters)
        blobs += struct.pack('>3I', len(data), len(packed), len(plain))
        data += packed
    image = b'MINIFS'.ljust(16, b'\0') + struct.pack('>4I', 1, len(files), 0, len(names))
    image += names + table_ + blobs + data
    path = put(work + '/minifs', image + b'behind')
    o = Opened('minifs', path)
    check('minifs', o.bid == 90 and o.used == len(image) and not o.notes, (o.used, o.notes))
    for name, plain in files.items():
        check('minifs', member('minifs', path, name) == plain, name)
    torture('minifs', 'minifs', put(path, image), 13, 500)


def ufs(work, top):
    if not have('makefs'):
        return
    image = work + '/ufs'
    for version in '1', '2':
        for order in 'le', 'be':
            run('makefs', '-t', 'ffs', '-B', order, '-b', '50%', '-f', '50%', '-o',
                'version=' + version, image, top)
            expect('ufs%s %s' % (version, order), 'ufs', image, top, size=os.path.getsize(image),
                   owner=(str(os.getuid()), str(os.getgid())))
    torture('ufs', 'ufs', image, 4999, 60)


def f2fs(work, top):
    if not have('mkfs.f2fs') or not have('sload.f2fs'):
        return
    image = work + '/f2fs'
    for features in '', 'extra_attr', 'extra_attr,inode_checksum':
        with open(image, 'wb') as f:
            f.truncate(100 << 20)
        run('mkfs.f2fs', '-q', '-f', *(['-O', features] if features else []), image)
        run('sload.f2fs', '-P', '-f', top, image)
        expect('f2fs ' + features, 'f2fs', image, top, size=100 << 20)
    torture('f2fs', 'f2fs', image, 999983, 60)
    data = open(image, 'rb').read()
    for at, what in ((512 << 12, 'the other checkpoint'), (1024, None)):
        put(image, data[:at] + bytes(64) + data[at + 64:])
        o = Opened('f2fs', image)
        check('f2fs without ' + str(at), (o.bid == 95 and 'etc/passwd' in o.members) if what else not o.bid, o.status)


with tempfile.TemporaryDirectory() as work:
    mbr(work)
    gpt(work)
    gpt(work, 4096)
    sparse(work)
    boot(work)
    minifs(work)
    top = work + '/top'
    make_tree(top)
    os.unlink(top + '/tmp/pipe')  # makefs does not take it
    ufs(work, top)
    os.utime(put(top + '/bin/large', content(7, 9 << 20)), (MTIME, MTIME))
    f2fs(work, top)
garbage(['mbr', 'gpt', 'android-sparse', 'android-boot', 'minifs', 'ufs', 'f2fs'])
finish()
