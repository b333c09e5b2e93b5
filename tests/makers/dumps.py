# SPDX-License-Identifier: Apache-2.0
"""Dumps of whole flashes: spare bytes behind each page, and tables of partitions of every kind."""
import bz2
import gzip
import lzma
import os
import random
import struct
import tempfile
import zlib

from tree import *
from yaffs import Yaffs

K = 1024


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def put(path, data):
    with open(path, 'wb') as f:
        f.write(data)
    return path


def uimage(payload):
    head = struct.pack('>7I4B32s', 0x27051956, 0, MTIME, len(payload), 0x80000000, 0x80000000,
                       zlib.crc32(payload), 5, 5, 2, 0, b'kernel')
    return head[:4] + struct.pack('>I', zlib.crc32(head)) + head[8:] + payload


def spare_bytes(page, spare, index, data, style):
    if data == b'\xff' * page or style == 'blank':
        return b'\xff' * spare
    ecc = noise(index * 7919 + spare, spare)
    if style == 'ecc behind':
        keep = max(2, spare // 3)
        return b'\xff' * keep + ecc[keep:]
    return b'\xff\xff' + ecc[2:] # 'packed': the marker alone is ff


def with_spare(data, page, spare, style):
    out = bytearray()
    data += b'\xff' * (-len(data) % (page * 64))
    for i in range(0, len(data), page):
        one = data[i:i + page]
        out += one + spare_bytes(page, spare, i // page, one, style)
    return bytes(out), data


GEOMETRIES = [(512, 16), (2048, 64), (2048, 128), (4096, 128), (4096, 224), (4096, 256), (8192, 448),
              (1024, 32)]


def nand(work):
    plain = (noise(1, 200000).ljust(256 * K, b'\xff') + uimage(noise(2, 700000)).ljust(1024 * K, b'\xff') +
             b'settings\n' * 9000).ljust(2048 * K, b'\xff')
    image = work + '/nand'
    for page, spare in GEOMETRIES:
        for style in ('ecc behind', 'packed', 'blank'):
            dump, want = with_spare(plain, page, spare, style)
            what = 'nand %d+%d %s' % (page, spare, style)
            o = Opened('flash-nand', put(image, dump))
            check(what, o.bid == 100 and o.size == len(dump), (o.bid, o.size))
            check(what, run(openfs, 'flash-nand', image, 'out', 'pages') == want, 'pages')
            check(what, '%d bytes, each with %d' % (page, spare) in o.notes[0], o.notes)
            o = Opened('flash-nand', put(image, dump[:-(page + spare) * 3 - 100]))
            check(what + ' cut', any('ends inside a page' in n for n in o.notes), o.notes)
    for what, data in (('no spare', plain), ('text', b'a line of text\n' * 40000),
                       ('records', b''.join(noise(i, 20) + b'\0\xff' * 254 for i in range(400))),
                       ('noise', noise(5, 528 * 1000)), ('bitmap', (b'\xff' * 500 + bytes(28)) * 300)):
        check('nand near miss', Opened('flash-nand', put(image, data)).bid == 0, what)
    print('# nand')


def nand_content(work, top):
    """Content in which nothing is packed: what is recognised must tell the geometry."""
    image = work + '/nand'
    if have('ubinize') and have('mkfs.ubifs'):
        ini, fs, ubi = work + '/ini', work + '/fs', work + '/ubi'
        for page, spare, sub in ((512, 16, 512), (2048, 64, 2048), (2048, 64, 512), (4096, 224, 4096)):
            peb = page * 64
            first = max(64, sub)
            leb = peb - (first + 64 + page - 1) // page * page
            put(fs, b'plain text in a volume\n' * 4000)
            put(ini, b'[a]\nmode=ubi\nimage=%s\nvol_id=0\nvol_type=static\nvol_name=text\n' % fs.encode())
            run('ubinize', '-o', ubi, '-p', str(peb), '-m', str(page), '-s', str(sub), ini)
            with open(ubi, 'rb') as f:
                dump, want = with_spare(b'\xff' * peb * 4 + f.read(), page, spare, 'packed')
            what = 'nand ubi %d+%d %d' % (page, spare, sub)
            check(what, run(openfs, 'flash-nand', put(image, dump), 'out', 'pages') == want, 'pages')
            check(what, Opened('flash-nand', put(image, want)).bid == 0, 'without spare bytes')
    if have('mksquashfs'):
        run('mksquashfs', top, work + '/sq', '-noappend', '-noD', '-noI', '-noF', '-quiet')
        with open(work + '/sq', 'rb') as f:
            dump, want = with_spare(b'\xff' * 128 * K + f.read(), 2048, 64, 'blank')
        check('nand squashfs', run(openfs, 'flash-nand', put(image, dump), 'out', 'pages') == want, 'pages')
    plain = noise(1, 600000).ljust(640 * K, b'\xff')
    dump, want = with_spare(plain, 2048, 64, 'ecc behind')
    y = Yaffs(2048, 64).image(top)
    o = Opened('flash-nand', put(image, dump + y + dump))
    check('nand with yaffs', run(openfs, 'flash-nand', image, 'out', 'with-spare@0x%x' % len(dump))[:len(y) - 7 * 2112] == y[:-7 * 2112],
          (len(y), {k: m['size'] for k, m in o.members.items()}))
    check('yaffs alone is not nand', Opened('flash-nand', put(image, y)).bid == 0, 'bid')
    dump, want = with_spare(noise(3, 100000), 2048, 64, 'packed')
    torture('nand', 'flash-nand', put(image, dump), 4999, 50)
    print('# nand content')


def squash(work, top):
    run('mksquashfs', top, work + '/sq', '-noappend', '-quiet')
    with open(work + '/sq', 'rb') as f:
        return f.read()


SIZES = (('u-boot', 192 * K), ('env', 64 * K), ('kernel', 512 * K), ('rootfs', 1024 * K), ('config', 256 * K))


def flash(root, table, where='u-boot', shift=0, kernel=None):
    """The five partitions; the table stands in the boot loader (or behind everything)."""
    boot = noise(1, 50000) + b'\0' + (table if where == 'u-boot' else b'') + b'\0' + noise(2, 50000)
    parts = [boot, b'\x11\x22\x33\x44bootcmd=bootm\0\0', kernel or uimage(noise(3, 300000)), root, b'\x85\x19\x03\x20\x0c\0\0\0\xb1\xb0\x1e\xe4']
    out = b''.join(p.ljust(size, b'\xff') for p, (name, size) in zip(parts, SIZES))
    if where == 'end':
        out += table.ljust(64 * K, b'\xff')
    return out


def fits(what, work, data, source, names=None):
    image = put(work + '/flash', data)
    o = Opened('flash-parts', image)
    check(what, o.bid == 100 and o.size == len(data), (o.bid, o.size))
    check(what, any(source in n for n in o.notes), o.notes)
    at = 0
    for name, size in names or SIZES:
        check(what, run(openfs, 'flash-parts', image, 'out', name) == data[at:at + size], sorted(o.members))
        at += size
    return o


def tables(work, top):
    root = squash(work, top)
    line = b','.join(b'%dk(%s)' % (size // K, name.encode()) for name, size in SIZES)
    at, offsets = 0, []
    for name, size in SIZES:
        offsets.append((name, at, size))
        at += size
    text = b'bootargs=console=ttyS0,115200 root=31:3 mtdparts=spi0.0:%s rw'
    fits('mtdparts', work, flash(root, text % line), 'command line')
    fits('mtdparts, rest', work, flash(root, text % line.replace(b'256k(', b'-(')), 'command line')
    fits('mtdparts, second flash', work, flash(root, text % (b'64k(a),-(b);nand0:' + line + b';x:1m(c)')), 'command line')
    hexes = b','.join(b'0x%X@0x%x(%s)ro' % (s, a, n.encode()) for n, a, s in offsets[::-1])
    fits('mtdparts, hex and offsets', work, flash(root, text % hexes), 'command line')
    sectors = b','.join(b'0x%08x@0x%08x(%s)' % (s // 512, a // 512, n.encode()) for n, a, s in offsets)
    fits('rockchip', work, flash(root, b'CMDLINE: mtdparts=rk29xxnand:' + sectors + b'\n'), 'command line')
    packed(work, root, text % line, offsets)
    fits('safeloader', work, flash(root, b'\n'.join(b'partition %s base 0x%05x size 0x%05x' % (
        n.replace('u-boot', 'fs-uboot').encode(), a, s) for n, a, s in offsets) + b'\n'), 'SafeLoader',
        (('fs-uboot', 192 * K),) + SIZES[1:])
    fis = b''.join(struct.pack('>16s5I', n.encode(), 0xbf000000 + a, 0, s, 0, s).ljust(256, b'\0')
                   for n, a, s in offsets + [('FIS directory', at, 0xf000), ('RedBoot config', at + 0xf000, 0x1000)])
    fits('fis', work, flash(root, fis, 'end') , 'FIS')
    little = b''.join(struct.pack('<16s5I', n.encode(), 0x50000000 + a, 0, s, 0, s).ljust(256, b'\0')
                      for n, a, s in offsets + [('FIS directory', at, 0x10000)])
    fits('fis, little', work, flash(root, b'\xff'.ljust(256, b'x') * 0 + little, 'end'), 'FIS')
    for block in (64 * K, ):
        table = struct.pack('<4I', 0x55ee73aa, 0xe35ebddb, 4, len(offsets)) + b''.join(
            struct.pack('<16s3I', b'0:' + n.encode(), a // block, s // block, 0xff) for n, a, s in offsets)
        fits('qualcomm', work, flash(root, table), 'Qualcomm')
    tree(work, root, offsets)
    cfe(work, root)
    near_misses(work, root, text, line)
    torture('flash-parts', 'flash-parts', put(work + '/flash', flash(root, text % line)), 65536, 30)
    print('# tables')


def packed(work, root, text, offsets):
    """The command line is built into a kernel, which is packed in one of several ways."""
    plain = noise(7, 150000) + bytes(200000) + b'\0' + text + b'\0' + noise(8, 100000)
    ways = {'gzip': gzip.compress(plain), 'xz': lzma.compress(plain), 'bzip2': bz2.compress(plain),
            'lzma': lzma.compress(plain, lzma.FORMAT_ALONE)}
    for name, data in ways.items():
        for what, kernel in (('uimage', uimage(data)), ('zimage', uimage(noise(9, 20001) + data)), ('bare', data)):
            if what == 'bare' and name == 'bzip2':
                continue # no header that a partition is known by
            fits('mtdparts in %s %s' % (what, name), work, flash(root, b'', kernel=kernel), 'in a packed kernel')
    for what, data in {
            'other size': flash(root, b'', kernel=uimage(ways['gzip'])) + noise(3, 4096 * 3),
            'no table': flash(root, b'', kernel=uimage(gzip.compress(plain.replace(b'mtdparts', b'mtdpants')))),
            'another flash': flash(root, b'', kernel=uimage(gzip.compress(plain.replace(b'1024k', b'9024k')))),
            'cut': flash(root, b'', kernel=uimage(ways['gzip'][:100000])),
            'an update': uimage(ways['gzip']).ljust(512 * K, b'\xff') + root.ljust(512 * K, b'\xff'),
    }.items():
        check('packed near miss', Opened('flash-parts', put(work + '/flash', data)).bid == 0, what)
    if have('dtc'):
        rows = ''.join('partition@%x { label = "%s"; reg = <%#x %#x>; };' % (a, n, a, s) for n, a, s in offsets)
        put(work + '/dts', ('/dts-v1/; / { f { compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>; '
                            '%s }; };' % rows).encode())
        blob = run('dtc', '-q', '-I', 'dts', '-O', 'dtb', work + '/dts')
        kernel = uimage(lzma.compress(noise(7, 150000) + bytes(50000) + blob, lzma.FORMAT_ALONE))
        fits('device tree behind a packed kernel', work, flash(root, b'', kernel=kernel), 'device tree in a packed kernel')
    torture('flash-parts, packed', 'flash-parts', put(work + '/flash', flash(root, b'', kernel=uimage(ways['lzma']))),
            300007, 6)


def tree(work, root, offsets):
    if not have('dtc'):
        return
    for cells in (1, 2):
        rows = ''.join('partition@%x { label = "%s"; reg = <%s%#x %s%#x>; };' % (
            a, n, '0 ' * (cells - 1), a, '0 ' * (cells - 1), s) for n, a, s in offsets)
        for compatible in ('compatible = "fixed-partitions";', ''):
            put(work + '/dts', ('/dts-v1/; / { flash@0 { partitions { %s #address-cells = <%d>; #size-cells = <%d>; %s }; }; };'
                                % (compatible, cells, cells, rows)).encode())
            blob = run('dtc', '-q', '-I', 'dts', '-O', 'dtb', work + '/dts')
            fits('device tree', work, flash(root, blob), 'device tree')
    put(work + '/dts', b'/dts-v1/; / { chosen { bootargs = "mtdparts=a:%s"; }; };'
        % b','.join(b'%dk(%s)' % (size // K, name.encode()) for name, size in SIZES))
    fits('bootargs', work, flash(root, run('dtc', '-q', '-I', 'dts', '-O', 'dtb', work + '/dts')), 'command line')


def cfe(work, root):
    n = struct.pack('>I256s16s3I6s2xI', 6, b'e=192.168.1.1', b'963268', 0, 64, 4, b'\x02\0\0\0\0\1', 0).ljust(592, b'\0')
    n += struct.pack('>5I', 0, 128, 640, 1152, 1920) + struct.pack('>5I', 128, 512, 512, 768, 128)
    n = n.ljust(1020, b'\0')
    n += struct.pack('>I', zlib.crc32(n + bytes(4)) ^ 0xffffffff)
    data = noise(1, 0x580) + n + noise(2, 60000)
    data = data.ljust(128 * K, b'\xff') + root.ljust(512 * K, b'\xff') + root.ljust(512 * K, b'\xff')
    data = data.ljust(2048 * K, b'\xff')
    fits('cfe', work, data, 'CFE', (('boot', 128 * K), ('rootfs_1', 512 * K), ('rootfs_2', 512 * K),
                                    ('data', 768 * K), ('bbt', 128 * K)))


def near_misses(work, root, text, line):
    good = flash(root, text % line)
    for what, data in {
            'too short': good[:-1024 * K],
            'another layout': flash(root, text % line.replace(b'192k', b'200k').replace(b'64k', b'56k').replace(b'512k', b'500k')),
            'too large': flash(root, text % line.replace(b'1024k', b'9024k')),
            'nothing begins there': noise(4, 100000) + text % line + noise(5, len(good) - 100000 - len(text % line)),
            'too small a part': good + noise(9, 4 * len(good)),
            'no table': flash(root, b''),
            'garbled': flash(root, (text % line).replace(b'kernel)', b'kernel')),
    }.items():
        check('near miss', Opened('flash-parts', put(work + '/flash', data)).bid == 0, what)
    # what reaches beyond its partition takes in the next; inner partitions win over outer ones
    both = bytearray(good)
    both[256 * K:768 * K] = uimage(noise(3, 512 * K + len(root)))[:512 * K]
    o = Opened('flash-parts', put(work + '/flash', bytes(both)))
    check('joined', 'kernel+rootfs' in o.members, sorted(o.members))
    outer = line + b',1536k@256k(firmware)'
    fits('inner and outer', work, flash(root, text % outer), 'command line')
    holes = b'192k(u-boot),512k@256k(kernel),1024k@768k(rootfs)'
    o = Opened('flash-parts', put(work + '/flash', flash(root, text % holes)))
    check('holes', {'unpartitioned@0x30000', 'unpartitioned@0x1c0000'} <= set(o.members), sorted(o.members))


with tempfile.TemporaryDirectory() as work:
    top = work + '/top'
    make_tree(top)
    nand(work)
    nand_content(work, top)
    if have('mksquashfs'):
        tables(work, top)
garbage(['flash-nand', 'flash-parts'])
finish()
