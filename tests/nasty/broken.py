# SPDX-License-Identifier: Apache-2.0
"""File systems that lead in circles, and containers that end too early, through the whole program."""
import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib

from lib import *


def ends(what, images, files=20000):
    """Scan and extract these images in one run: it ends, with bounded results and no crash."""
    d = os.path.dirname(images[0])
    case = d + '/case'
    r = scan(what, *images, '-q', '-j', '2', '-o', case, '--extract', d + '/out', watch=True)
    check(what + ': memory', r.peak < 1 << 30, r)
    if os.path.exists(case):
        bad = [n for n in notes(case) if 'analyser failed' in n]
        check(what + ': no analyser failed', not bad, bad[:3])
        n = rows(case, 'SELECT count(*) FROM artifact')[0][0]
        check(what + ': a bounded number of artifacts', len(images) <= n < files, n)
    shutil.rmtree(d + '/out', ignore_errors=True)
    print('%-16s %5.1f s' % (what, r.seconds), flush=True)


def cramfs_loop():
    def inode(mode, size, names, offset):
        return struct.pack('<HHII', mode, 0, size, (names // 4) | (offset // 4) << 6)
    entries = b''
    for name, at in ((b'loop', 76), (b'root', 64), (b'self', 92)):
        entries += inode(0o40755, 48, 4, at) + name
    image = bytearray(struct.pack('<4I16s4I16s', 0x28cd3d45, 4096, 3, 0, b'Compressed ROMFS', 0, 0, 1, 4,
                                  b'loops') + inode(0o40755, len(entries), 0, 76) + entries)
    image += bytes(4096 - len(image))
    image[32:36] = struct.pack('<I', zlib.crc32(image))
    return bytes(image)


def romfs_loop():
    def head(following, kind, info, name):
        h = struct.pack('>4I', following | kind, info, 0, 0) + name.ljust(16, b'\0')
        total = -sum(struct.unpack('>8I', h)) & 0xffffffff
        return h[:12] + struct.pack('>I', total) + h[16:]
    files = head(64, 9, 32, b'.') + head(96, 1, 32, b'dir') + head(128, 0, 128, b'hard') + \
        head(64, 9, 64, b'back')
    image = bytearray(b'-rom1fs-' + struct.pack('>II', 1024, 0) + b'loops'.ljust(16, b'\0') + files)
    image += bytes(1024 - len(image))
    image[12:16] = struct.pack('>I', -sum(struct.unpack('>128I', image[:512])) & 0xffffffff)
    return bytes(image)


def loops(dir):
    ends('cramfs loop', [put(dir + '/cramfs', cramfs_loop())])
    ends('romfs loop', [put(dir + '/romfs', romfs_loop())])
    if have('mke2fs', 'debugfs'):
        router(dir + '/top')
        subprocess.run(['mke2fs', '-q', '-F', '-t', 'ext2', '-d', dir + '/top', dir + '/ext', '2M'],
                       check=True)
        for name in ('etc/loop', 'www/loop', 'bin/up', 'loop'):
            subprocess.run(['debugfs', '-w', '-R', 'ln <2> %s' % name, dir + '/ext'], check=True,
                           stderr=subprocess.DEVNULL)
        ends('ext2 loop', [dir + '/ext'])


def containers(dir):
    """Small images of everything that can be made here."""
    top = dir + '/top'
    put(top + '/etc/passwd', b'root::0:0:root:/:/bin/sh\n')
    put(top + '/bin/prog', noise(3000) + b'text ' * 2000)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as t:
        t.add(top, arcname='.')
    tar = out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.write(top + '/etc/passwd', 'etc/passwd')
        z.write(top + '/bin/prog', 'bin/prog')
    made = {'tar': tar, 'zip': out.getvalue(), 'gz': gzip.compress(tar, mtime=0), 'xz': lzma.compress(tar),
            'bz2': bz2.compress(tar), 'lzma': lzma.compress(tar, lzma.FORMAT_ALONE)}
    image, names = dir + '/made', '\n'.join(['etc/passwd', 'bin/prog']).encode()
    for kind, tool, command in (
            ('squashfs', 'mksquashfs', ['mksquashfs', top, image, '-quiet', '-no-progress']),
            ('jffs2', 'mkfs.jffs2', ['mkfs.jffs2', '-r', top, '-o', image, '-e', '0x10000']),
            ('cramfs', 'mkfs.cramfs', ['mkfs.cramfs', top, image]),
            ('erofs', 'mkfs.erofs', ['mkfs.erofs', '-zlz4', image, top]),
            ('ext4', 'mke2fs', ['mke2fs', '-q', '-F', '-t', 'ext4', '-d', top, image, '2M']),
            ('7z', '7z', ['7z', 'a', '-t7z', image + '.', top]),
            ('zst', 'zstd', ['zstd', '-q', dir + '/tarball', '-o', image]),
            ('lzo', 'lzop', ['lzop', '-q', dir + '/tarball', '-o', image]),
            ('uimage', 'mkimage', ['mkimage', '-A', 'mips', '-O', 'linux', '-T', 'ramdisk', '-C', 'none',
                                   '-d', dir + '/tarball', image]),
            ('cpio', 'cpio', ['cpio', '-o', '-H', 'newc', '-O', image])):
        put(dir + '/tarball', tar)
        if os.path.exists(image):
            os.unlink(image)
        if have(tool) and subprocess.run(command, cwd=top, input=names, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL).returncode == 0:
            made[kind] = open(image, 'rb').read()
    return made


def cuts(dir):
    for kind, data in containers(dir).items():
        cut = []
        for i in range(40):
            n = i * 17 if i < 10 else len(data) * i // 40
            cut.append(put('%s/%s/cut%02d.%s' % (dir, kind, i, kind), data[:n]))
        ends('cut ' + kind, cut)
        whole = put('%s/%s/whole' % (dir, kind), data)
        r = scan('whole ' + kind, whole, '-q', '-o', whole + '.case', rc=(0,))
        check('whole %s: opened' % kind, rows(whole + '.case', "SELECT count(*) FROM artifact WHERE"
                                              " name LIKE '%etc/passwd'")[0][0] == 1, r)
        shutil.rmtree(dir + '/' + kind)


with work() as d:
    os.makedirs(d + '/loops')
    loops(d + '/loops')
    os.makedirs(d + '/cuts')
    cuts(d + '/cuts')
finish()
