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


def squashfs(inodes, listings, root):
    """SquashFS 4 with plain tables: inodes as bytes, listings as lists of (name, inode at, type)."""
    def meta(data):
        return b''.join(struct.pack('<H', len(data[i:i + 8192]) | 0x8000) + data[i:i + 8192]
                        for i in range(0, len(data), 8192))
    data = b'hello from squashfs\n'
    inode_at = 96 + len(data)
    folder_at = inode_at + len(meta(inodes))
    owners_at = folder_at + len(meta(listings))
    image = data + meta(inodes) + meta(listings) + meta(bytes(4))
    image += struct.pack('<Q', owners_at)
    xattrs_at = 96 + len(image)
    image += struct.pack('<QII', 96, 7, 0)
    end, none = 96 + len(image), 0xffffffffffffffff
    return struct.pack('<5I6H8Q', 0x73717368, 9, 0, 4096, 0, 1, 12, 0x10, 1, 4, 0, root, end,
                       xattrs_at - 8, xattrs_at,
                       inode_at, folder_at, none, none) + image + bytes(-end % 4096)


def sq_folder(at, size, number):
    return struct.pack('<4HIIIIHHI', 1, 0o755, 0, 0, 0, number, 0, 2, size + 3, at, 1)


def sq_file(number):
    return struct.pack('<4HIIIIIII', 2, 0o644, 0, 0, 0, number, 96, 0xffffffff, 0, 20, 20 | 1 << 24)


def sq_listing(*entries):
    out = struct.pack('<3I', len(entries) - 1, 0, 1)
    for name, inode, kind in entries:
        out += struct.pack('<4H', inode, 0, kind, len(name) - 1) + name
    return out


def squashfs_loop():
    """The root holds itself, a folder that holds itself, its parent, and names that lead outside."""
    names = [(b'..', 64, 2), (b'.', 64, 2), (b'../../up', 64, 2), (b'/etc/passwd', 64, 2), (b'n\0ul', 64, 2),
             (b'a\x1b[31m', 64, 2), (b'wild', 60000, 2)]
    first = sq_listing((b'dir', 32, 1), (b'self', 0, 1), (b'..', 100, 1), *names)
    second = sq_listing((b'again', 32, 1), (b'parent', 0, 1), (b'good', 64, 2), (b'to', 100, 1))
    inodes = sq_folder(0, len(first), 1) + sq_folder(len(first), len(second), 2) + sq_file(3) + \
        sq_folder(len(first), len(second), 4)
    return squashfs(inodes, first + second, 0)


def squashfs_square():
    """Thousands of folders with one and the same large listing of all of them."""
    blocks, each = 100, 204
    listing = b''.join(struct.pack('<3I', each - 1, i * 8194, 1) + b''.join(
        struct.pack('<4H', 40 * k, 0, 1, 0) + b'f' for k in range(each)) for i in range(blocks))
    inode = struct.pack('<4H6I2HI', 8, 0o755, 0, 0, 0, 1, 2, len(listing) + 3, 0, 1, 0, 0, 0xffffffff)
    return squashfs((inode * each).ljust(8192, b'\0') * blocks + inode, listing, blocks * 8194 << 16)


def jffs2_node(kind, body):
    def crc(data):
        return zlib.crc32(data, 0xffffffff) ^ 0xffffffff
    extra = body[1] if kind == 0xe001 else b''
    head = struct.pack('<HHI', 0x1985, kind, 12 + len(body[0]) + 8 + len(extra))
    node = head + struct.pack('<I', crc(head)) + body[0]
    first, second = (crc(node), crc(extra)) if kind == 0xe001 else (crc(body[1]), crc(node))
    if kind == 0xe002:
        head = struct.pack('<HHI', 0x1985, kind, 68 + len(body[1]))
        node = head + struct.pack('<I', crc(head)) + body[0]
        return pad(node + struct.pack('<II', crc(body[1]), crc(node)) + body[1])
    return pad(node + struct.pack('<II', first, second) + extra)


def pad(data):
    return data + b'\xff' * (-len(data) % 4)


def jffs2_name(folder, inode, name, kind):
    return jffs2_node(0xe001, (struct.pack('<4I4B', folder, 1, inode, 0, len(name), kind, 0, 0), name))


def jffs2_inode(inode, mode, data=b''):
    return jffs2_node(0xe002, (struct.pack('<3I2H7I2BH', inode, 1, mode, 0, 0, len(data), 0, 0, 0, 0, len(data),
                                           len(data), 0, 0, 0), data))


def jffs2_loop():
    image = jffs2_inode(2, 0o40755) + jffs2_inode(3, 0o40755) + jffs2_inode(6, 0o40755) + \
        jffs2_inode(4, 0o100644, b'hello from jffs2\n')
    for folder, inode, name, kind in (
            (1, 2, b'dir', 4), (2, 2, b'self', 4), (2, 1, b'root', 4), (1, 1, b'me', 4), (1, 1, b'..', 4),
            (2, 4, b'good', 8), (1, 4, b'..', 8), (2, 4, b'.', 8), (1, 4, b'../../up', 8),
            (1, 4, b'/etc/passwd', 8), (1, 4, b'n\0ul', 8), (1, 9, b'nowhere', 8),
            (3, 6, b'six', 4), (6, 3, b'three', 4), (3, 4, b'lost', 8)):
        image += jffs2_name(folder, inode, name, kind)
    return image + b'\xff' * (-len(image) % 65536)


def hostile_trees(dir):
    """A tree that leads in circles and outside: nothing leaves the folder, and it is said."""
    for kind, image, body in (('squashfs', squashfs_loop(), b'hello from squashfs\n'),
                              ('jffs2', jffs2_loop(), b'hello from jffs2\n')):
        top = '%s/%s' % (dir, kind)
        put(top + '/image', image)
        os.makedirs(top + '/a/b')
        scan(kind + ' loop', top + '/image', '-q', '-o', top + '/case', '--extract', top + '/a/b/out', rc=(0, 3))
        check(kind + ' loop: nothing outside', sorted(os.listdir(top)) == ['a', 'case', 'image'] and
              os.listdir(top + '/a') == ['b'] and os.listdir(top + '/a/b') == ['out'], os.listdir(top))
        told = '\n'.join(notes(top + '/case'))
        for part in ('no folder can hold', 'twice'):
            check('%s loop: "%s" is said' % (kind, part), part in told, told)
        held = rows(top + '/case', 'SELECT name FROM artifact')
        check(kind + ' loop: few artifacts', len(held) < 60, held)
        check(kind + ' loop: no raw names', not any('..' in n.split('/') for n, in held), held)
        good = top + '/a/b/out/image/dir/good'
        check(kind + ' loop: the good file', os.path.isfile(good) and open(good, 'rb').read() == body, held, told)
    ends('squashfs square', [put(dir + '/square', squashfs_square())], 30000)


def loops(dir):
    ends('cramfs loop', [put(dir + '/cramfs', cramfs_loop())])
    ends('romfs loop', [put(dir + '/romfs', romfs_loop())])
    hostile_trees(dir)
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
