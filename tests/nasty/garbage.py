# SPDX-License-Identifier: Apache-2.0
"""Garbage as code, through the whole program: small programs of ours with another machine or byte order in their
header, with random bytes or text as their code, and cut short. Each scan ends in good order and no analyser dies."""
import pathlib
import random
import shutil
import struct
import tarfile
import io

from lib import *

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MACHINES = (0, 2, 3, 4, 8, 10, 20, 21, 22, 40, 42, 50, 62, 94, 183, 195, 243, 258, 0xfff0)
COMPILERS = ('gcc', 'mips-linux-gnu-gcc', 'mipsel-linux-gnu-gcc', 'arm-linux-gnueabi-gcc', 'aarch64-linux-gnu-gcc',
             'powerpc-linux-gnu-gcc', 'i686-linux-gnu-gcc')
rnd = random.Random(11)


def samples(d):
    """Programs to spoil: the smallest that there are, and a whole one for each compiler that is installed."""
    found = {p.name: p.read_bytes() for p in sorted((ROOT / 'fuzz/seed/observer_code').iterdir())}
    for c in COMPILERS:
        out = os.path.join(d, 'whole')
        if shutil.which(c) and subprocess.run([c, '-Os', '-w', '-s', '-o', out, ROOT / 'tests/code/udp-strcmp.c'],
                                              stderr=subprocess.DEVNULL).returncode == 0:
            found[c] = pathlib.Path(out).read_bytes()
    return found


def order(b):
    return '>' if b[5] == 2 else '<'


def with_machine(b, machine):
    return b[:18] + struct.pack(order(b) + 'H', machine) + b[20:]


def code_of(b):
    """Offset and length of the segment that is executed."""
    wide, e = b[4] == 2, order(b)
    at, = struct.unpack_from(e + ('Q' if wide else 'I'), b, 32 if wide else 28)
    for n in range(struct.unpack_from(e + 'H', b, 56 if wide else 44)[0]):
        if wide:
            kind, flags, offset, _, _, size = struct.unpack_from(e + 'IIQQQQ', b, at + n * 56)
        else:
            kind, offset, _, _, size, _, flags = struct.unpack_from(e + 'IIIIIII', b, at + n * 32)
        if kind == 1 and flags & 1:
            return offset, size
    return 0, len(b)


def with_code(b, make):
    """Another content behind the tables that lead to it."""
    offset, size = code_of(b)
    first = offset + size // 3 if offset == 0 else offset
    return b[:first] + make(offset + size - first) + b[offset + size:]


def words(kind):
    return lambda n: (kind * (n // len(kind) + 1))[:n]


def headers(b):
    for m in MACHINES:
        yield with_machine(b, m)
    flip = bytearray(b)
    flip[5] = 3 - flip[5]
    yield bytes(flip)
    swapped = bytearray(flip)
    for at in (16, 18, 42, 44, 46, 54, 56):
        swapped[at:at + 2] = swapped[at:at + 2][::-1]
    yield bytes(swapped)
    wide = bytearray(b)
    wide[4] = 3 - wide[4]
    yield bytes(wide)


def contents(b):
    for _ in range(6):
        yield with_code(b, rnd.randbytes)
    for kind in (b'\0', b'\xff', b'\x90', b'GET / HTTP/1.1\r\n', b'\x08\x00\x00\x00', b'\xeb\xfe', b'\x74\x00',
                 b'\x10\x00\x00\x01', b'\x1e\xff\x2f\xe1', b'\xe8\xfb\xff\xff\xff', bytes(range(256))):
        yield with_code(b, words(kind))
    for _ in range(10):
        spoiled = bytearray(b)
        for _ in range(rnd.randrange(1, 60)):
            spoiled[rnd.randrange(16, len(b))] = rnd.randrange(256)
        yield bytes(spoiled)


def cuts(b):
    for n in range(24):
        yield b[:len(b) * n // 24]
    for _ in range(16):
        yield b[:rnd.randrange(len(b))]


def scan_all(what, d, files):
    path = os.path.join(d, 'in.tar')
    with tarfile.open(path, 'w') as t:
        for n, b in enumerate(files):
            info = tarfile.TarInfo('usr/sbin/p%d' % n)
            info.size, info.mode = len(b), 0o755
            t.addfile(info, io.BytesIO(b))
    case = os.path.join(d, 'case')
    r = scan(what, path, '-q', '-j', '2', '-o', case, rc=(0, 1, 3), watch=True)
    check(what + ': memory', r.peak < 400 << 20, r)
    bad = [n for n in notes(case) if 'analyser failed' in n]
    check(what + ': no analyser failed', not bad, bad[:3])
    n = rows(case, "SELECT count(*) FROM artifact WHERE path LIKE '%usr/sbin/p%'")[0][0]
    check(what + ': every file was looked at', n >= len(files), n, len(files))
    os.remove(case)
    print('%-10s %5d files %5.1f s %4d MB' % (what, len(files), r.seconds, r.peak >> 20), flush=True)


with tempfile.TemporaryDirectory() as folder:
    base = samples(folder)
    check('samples', len(base) >= 16, len(base))
    for name, change in (('headers', headers), ('contents', contents), ('cuts', cuts)):
        scan_all(name, folder, [bad for b in base.values() for bad in change(b)])
    scan_all('random', folder, [b[:52] + rnd.randbytes(20000) for b in base.values()])
finish()
