# SPDX-License-Identifier: Apache-2.0
"""Images that want to fill memory, disk or time: the scan ends, in bounds, and says what it left out."""
import bz2
import gzip
import io
import lzma
import struct
import subprocess
import tarfile
import zipfile
import zlib

from lib import *

MAX_MEMORY = 1 << 30
ZEROS, HALF = 1 << 30, 1 << 29


def bomb(what, path, words, rc=(0, 3), *args):
    """Scan a bomb. `words`: one of them stands in a note; none: nothing has to be left out."""
    case = path + '.postern'
    r = scan(what, path, '-o', case, '-j', '2', *args, rc=rc, watch=True)
    check(what + ': memory', r.peak < MAX_MEMORY, r)
    said = notes(case) if os.path.exists(case) else []
    check(what + ': says what was left out', not words or any(w in n for w in words for n in said),
          said[:5], len(said))
    check(what + ': no analyser failed', not any('analyser failed' in n for n in said), said[:5])
    print('%-24s %5.1f s %5d MB  rc %s  %d notes' % (what, r.seconds, r.peak >> 20, r.rc, len(said)),
          flush=True)
    for p in (path, case):
        if os.path.exists(p):
            os.unlink(p)
    return said


def zeros_through(compressor, n=ZEROS):
    out, block = [], bytes(1 << 20)
    for _ in range(n >> 20):
        out.append(compressor.compress(block))
    out.append(compressor.flush())
    return b''.join(out)


def streams(dir):
    limit = ['limit reached']
    bomb('gzip of 1 GB', put(dir + '/a', zeros_through(zlib.compressobj(9, zlib.DEFLATED, 31))), limit)
    bomb('xz of 1 GB', put(dir + '/a', zeros_through(lzma.LZMACompressor(preset=0))), limit)
    bomb('bzip2 of 512 MB', put(dir + '/a', zeros_through(bz2.BZ2Compressor(9), HALF)), limit)
    bomb('lzma of 512 MB', put(dir + '/a', zeros_through(
        lzma.LZMACompressor(format=lzma.FORMAT_ALONE, preset=0), HALF)), limit)


def matryoshka(dir):
    data = b'root::0:0:root:/:/bin/sh\n' * 10
    for i in range(40):
        data = gzip.compress(data, mtime=i)
    bomb('40 gzips', put(dir + '/a', data), ['containers inside each other'])
    data = b'root::0:0:root:/:/bin/sh\n' * 10
    for i in range(40):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode='w') as t:
            t.addfile(member('a%d' % i, len(data)), io.BytesIO(data))
        data = out.getvalue()
    bomb('40 tars', put(dir + '/a', data), ['limit reached'])


def member(name, size=0, **more):
    m = tarfile.TarInfo(name)
    m.size = size
    for key, value in more.items():
        setattr(m, key, value)
    return m


def zip_of(files, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED, compresslevel=level) as z:
        for name, data in files:
            z.writestr(name, data)
    return out.getvalue()


def nested_zip(dir):
    """Sixteen in sixteen in sixteen: 4096 times 64 MB, all different."""
    block = bytes(64 << 20)
    leaf = zip_of([('0', block)])
    middle = zip_of([('%d.zip' % i, leaf + b'%d' % i) for i in range(16)])
    outer = zip_of([('%d.zip' % i, middle + b'%d' % i) for i in range(16)])
    bomb('zip in zip in zip', put(dir + '/a', zip_of([('%d.zip' % i, outer + b'%d' % i)
                                                     for i in range(16)])), ['limit', 'same content'])


def overlapping_zip(dir):
    """One member that a thousand entries of the directory share (the better zip bomb)."""
    n, count = 16 << 20, 1000
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezed.compress(bytes(n)) + squeezed.flush()
    crc = zlib.crc32(bytes(n))
    local = struct.pack('<4s5H3I2H', b'PK\3\4', 20, 0, 8, 0, 0x21, crc, len(body), n, 1, 0) + b'a'
    central = b''.join(struct.pack('<4s6H3I5H2I', b'PK\1\2', 20, 20, 0, 8, 0, 0x21, crc, len(body),
                                   n, 8, 0, 0, 0, 0, 0, 0) + b'%08d' % i for i in range(count))
    end = struct.pack('<4s4H2IH', b'PK\5\6', 0, 0, count, count, len(central), len(local + body), 0)
    bomb('overlapping zip', put(dir + '/a', local + body + central + end), [])


def declared(dir):
    """Sizes of members that are not there."""
    sparse = member('huge', 8 << 30).tobuf(tarfile.GNU_FORMAT) + b'x' * 5000
    bomb('tar of 8 GB', put(dir + '/a', sparse), ['truncated', 'limit'])
    for size in (8 << 30, 1 << 62):
        m = member('sparse', 0)
        m.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'big',
                         'GNU.sparse.realsize': str(size)}
        body = b'1\n0\n512\n'.ljust(512, b'\0') + b'y' * 512
        m.size = len(body)
        bomb('sparse tar', put(dir + '/a', m.tobuf(tarfile.PAX_FORMAT) + body + bytes(1024)), [])
    cpio = b'070701' + b''.join(b'%08x' % v for v in (
        1, 0o100644, 0, 0, 1, 0, 0xfffffff0, 0, 0, 0, 0, 5, 0)) + b'huge\0\0' + b'z' * 3000
    bomb('cpio of 4 GB', put(dir + '/a', cpio), ['truncated', 'limit', 'damaged'])


def many_members(dir):
    """A million entries."""
    out = bytearray()
    head = member('f0000000').tobuf(tarfile.USTAR_FORMAT)
    for i in range(1000000):
        h = bytearray(head)
        h[1:8] = b'%07d' % i
        h[148:156] = b' ' * 8
        h[148:156] = b'%06o\0 ' % sum(h)
        out += h
        if len(out) > 8 << 20:
            put(dir + '/a', out, 'ab')
            out = bytearray()
    put(dir + '/a', bytes(out) + bytes(1024), 'ab')
    bomb('tar of 1,000,000', dir + '/a', ['more than'])
    local, central = bytearray(), bytearray()
    for i in range(1000000):
        name = b'%07d' % i
        central += struct.pack('<4s6H3I5H2I', b'PK\1\2', 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 7, 0, 0, 0,
                               0, 0, len(local)) + name
        local += struct.pack('<4s5H3I2H', b'PK\3\4', 20, 0, 0, 0, 0x21, 0, 0, 0, 7, 0) + name
    end64 = struct.pack('<4sQ2H2I4Q', b'PK\6\6', 44, 45, 45, 0, 0, 1000000, 1000000, len(central),
                        len(local))
    locator = struct.pack('<4sIQI', b'PK\6\7', 0, len(local) + len(central), 1)
    end = struct.pack('<4s4H2IH', b'PK\5\6', 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    put(dir + '/a', local + central + end64 + locator + end)
    bomb('zip of 1,000,000', dir + '/a', ['more than'])


def sparse_squashfs(dir):
    if not have('mksquashfs'):
        return
    os.makedirs(dir + '/top/etc')
    with open(dir + '/top/huge', 'wb') as f:
        f.truncate(4 << 30)
    with open(dir + '/top/small', 'wb') as f:
        f.truncate(1 << 30)
    put(dir + '/top/etc/passwd', b'root::0:0:root:/:/bin/sh\n')
    subprocess.run(['mksquashfs', dir + '/top', dir + '/a', '-quiet', '-no-progress', '-b', '1M'],
                   check=True, stdout=subprocess.DEVNULL)
    bomb('sparse squashfs', dir + '/a', ['limit'])


def seven_zip(dir):
    if not have('7z'):
        return
    with open(dir + '/zeros', 'wb') as f:
        f.truncate(ZEROS)
    subprocess.run(['7z', 'a', '-mx=1', '-mmt=1', dir + '/a.7z', dir + '/zeros'], check=True,
                   stdout=subprocess.DEVNULL)
    os.unlink(dir + '/zeros')
    bomb('7z of 1 GB', dir + '/a.7z', ['limit'])


TESTS = {'streams': [streams, seven_zip], 'nested': [matryoshka, nested_zip, overlapping_zip],
         'huge': [declared, many_members, sparse_squashfs]}
for test in TESTS[sys.argv[2]]:
    with work() as d:
        test(d)
finish()
