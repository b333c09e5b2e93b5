# SPDX-License-Identifier: Apache-2.0
"""Images of makers' wrappers, made as their public makers make them: each function follows one of them.

images(kernel, rootfs) gives (name, format, image, parts, length or None) for each."""
import hashlib
import struct
import subprocess
import zlib

K = 1024
SALT = bytes.fromhex('7a2b15ed9b98596de504ab44ac2a9f4e')


def aes(key, iv, data, pad=False):
    command = ['openssl', 'enc', '-aes-%d-cbc' % (8 * len(key)), '-K', key.hex(), '-iv', iv.hex()]
    return subprocess.run(command + ([] if pad else ['-nopad']), input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def aes_ecb(key, data):
    return subprocess.run(['openssl', 'enc', '-aes-128-ecb', '-nopad', '-K', key.hex()], input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def netgear_sum(data):
    a = b = 0
    for byte in data:
        a += byte
        b += a
    a, b = ((x & 0xffff) + (x >> 16 & 0xffff) for x in (a, b))
    return ((b >> 16) + b & 0xffff) << 16 | (a >> 16) + a & 0xffff


def mkchkimg(kernel, rootfs):
    for root in (rootfs, b''):
        board = b'U12H072T00_NETGEAR'
        h = struct.pack('>2I8s4I', 0x2a23245e, 40 + len(board), b'\1' + b'c' * 7, netgear_sum(kernel),
                        netgear_sum(root) if root else 0, len(kernel), len(root)) + struct.pack('>I', netgear_sum(kernel + root))
        h += struct.pack('>I', netgear_sum(h + bytes(4) + board)) + board
        yield 'mkchkimg', 'netgear-chk', h + kernel + root, {'kernel': kernel, **({'rootfs': root} if root else {})}, None


def mkdniimg(kernel, rootfs):
    data = kernel + rootfs
    for text in (b'device:WNR2000V3\nversion:V2.0.0.9\nregion:\n', b'device:R6100\nversion:V1.00.00\nregion:\nhd_id:29764434+0+128\n'):
        image = text.ljust(128, b'\0') + data
        yield 'mkdniimg', 'netgear-dni', image + bytes([0xff - sum(image) & 0xff]), {'data': data}, None
    text = b'device:BHR-4GRV2\nversion:1.04_0.01\nregion:JP\nRootfsSize:%d\nKernelSize:%d\nInfoHeadSize:128\n' % (
        len(rootfs), len(kernel))
    image = text.ljust(126, b'\0') + b'\x12\x32' + data
    yield 'mkbuffaloimg', 'netgear-dni', image + bytes([0xff - sum(image) & 0xff]), {'data': data}, None


def seama_entity(data, *meta):
    text = b''.join(m + b'\0' for m in meta)
    text += bytes(-len(text) % 4)
    return (struct.pack('>I2HI', 0x5ea3a417, 0, len(text), len(data)) + (hashlib.md5(data).digest() if data else b'') +
            text + data)


def seama(kernel, rootfs):
    data = kernel + rootfs
    plain = seama_entity(data, b'dev=/dev/mtdblock/1', b'type=firmware')
    yield 'seama', 'seama', plain, {'image': data}, None
    yield 'seama sealed', 'seama', seama_entity(b'', b'signature=wrgn22_dlwbr_dir615e') + plain, {'image': data}, None
    two = seama_entity(kernel, b'dev=/dev/mtdblock/1') + seama_entity(rootfs, b'dev=/dev/mtdblock/2')
    yield 'seama twice', 'seama', seama_entity(b'', b'signature=wapnd') + two, {'image': kernel, 'image-2': rootfs}, None


def alpha_encimg(kernel, rootfs):
    sign = b'wrgac65_dlink.2015_dir842EU'
    keys = [bytes(b ^ i + 1 ^ sign[i % len(sign)] for i, b in enumerate(k))
            for k in (b'xQYoRZeD726UAbRb846kO7TeNw8eZa6u', b'zufEbNF3kUafxFiE')]
    sealed = seama_entity(b'', b'signature=' + sign) + seama_entity(kernel + rootfs, b'dev=/dev/mtdblock/1')
    unsealed = seama_entity(kernel + rootfs, b'dev=/dev/mtdblock/1', b'type=firmware')
    for name, data in (('seama', sealed), ('seama', sealed + bytes(-len(sealed) % 16)), ('seama', unsealed),
                       ('firmware', rootfs)):
        image = aes(*keys, data + bytes(16 - len(data) % 16) + struct.pack('>I12x', len(data)))
        yield 'alpha_encimg', 'dlink-encimg', image, {name: data}, None


def wrgg(kernel, rootfs):
    data = kernel + rootfs
    for end in '<>':
        device = b'/dev/mtdblock/2'.ljust(32, b'\0')
        place = struct.pack(end + 'I', 0)
        digest = hashlib.md5(place + device + data).digest()
        for version in (b'', b'1.0'):
            h = b'wapnd15_dlob_dap2553'.ljust(32, b'\0') + struct.pack('<2I', 0x20080321, 0x20080321)
            h += version.ljust(16, b'\0') + version.ljust(16, b'\0') + bytes(16) + version.ljust(16, b'\0')
            h += struct.pack(end + 'I', len(data)) + place + device + digest
            yield 'mkwrggimg ' + end, 'wrgg', h + data, {'firmware': data}, None
        h = b'wrgg15_di524'.ljust(32, b'\0') + struct.pack(end + '3I', 0x20040220, 0x20040220, len(data)) + place
        yield 'mkwrgimg ' + end, 'wrgg', h + device + digest + data, {'firmware': data}, None


def zynos_sum(data):
    s = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while s > 0xffff:
        s = (s & 0xffff) + (s >> 16)
    return s


def mkzynfw(kernel, rootfs):
    for base, start, at, ext in ((0xbfc00000, 0x80008000, 0x8000, 0x18000), (0xbfc00000, 0x81e00000, 0x40000, 0x30000)):
        boot = b"\x10\x00\x00\x03" * 0xc00 + b"\0"
        body = boot.ljust(-(-(at + 48 + len(boot)) // 16) * 16 - at - 48, b'\xff')
        map_at = base + at + 48 + len(body)
        user = b'Vendor 1 0\0Model 1 %d\0HwVerRange 2 0 0\0' % 3569
        body += (struct.pack('>H2IH12x', 0, map_at + 24, map_at + 24 + len(user), zynos_sum(user + bytes(len(user) % 2)))
                 + user).ljust(1024, b'\0')
        body = body.ljust(ext - 48, b'\xff')
        for part, align in ((kernel, 0x10000), (rootfs, 0x10000)):
            body += b'\xff' * (-(at + 48 + len(body)) % align) + part
        body += b'\xff' * (-(at + 48 + len(body)) % 4)
        first, total = 0x1000, zynos_sum(body)
        fix = first - total - (total > first)
        body += struct.pack('>H', fix & 0xffff)
        h = struct.pack('>IH3sB2I2B2H15sI5x', start, 0, b'SIG', 3, 2, 0, 0x40, 0, first, 0, b'', map_at)
        yield 'mkzynfw', 'zynos', h + body, {'data': body}, None


def buffalo_cipher(seed, data, longer):
    key, n = bytes([seed]) + b'Buffalo', len(data) if longer else 256
    state, k, i, j, out = [x & 0xff for x in range(n)], 0, 0, 0, bytearray()
    for x in range(n):
        k = (k + key[x % len(key)] + state[x]) % n
        state[x], state[k] = state[k], state[x]
    for byte in data:
        i = (i + 1) % n & 0xff
        j = (j + state[i]) % n & 0xff
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % n])
    return bytes(out)


def buffalo_sum(data):
    s = len(data)
    for byte in data:
        s ^= byte | (0xffffff00 if byte & 0x80 else 0)
        for _ in range(8):
            s = s >> 1 ^ (0xedb88320 if s & 1 else 0)
    return s


def buffalo(kernel, rootfs):
    data = (kernel + rootfs)[:200 * K]
    for magic, longer in ((b'start', False), (b'asar1', False), (b'start', True)):
        image, seed = magic + b'\0O', ord('O')
        for text in (b'WZR-HP-AG300H\0', b'1.99\0'):
            image += struct.pack('>I', len(text)) + buffalo_cipher(seed, text, longer)
            seed = image[-len(text)]
        image += struct.pack('>I', len(data)) + buffalo_cipher(seed, data, longer) + struct.pack('>I', buffalo_sum(data))
        yield 'buffalo-enc', 'buffalo', image + bytes(4 - len(image) % 4), {'firmware': data}, len(image)


def posix_cksum(data):
    out = subprocess.run(['cksum'], input=data, check=True, stdout=subprocess.PIPE).stdout
    return int(out.split()[0])


def buffalo_tag(kernel, rootfs):
    data = kernel + rootfs
    f = b'WZR-HP-AG300H'.ljust(32, b'\0') + b'BUFFALO'.ljust(32, b'\0') + b'1.99'.ljust(8, b'\0') + b'1.01'.ljust(8, b'\0')
    f += b'M_\xff\xff\xff\xff\0\0' + b'mlang8'.ljust(8, b'\0') + b'bcm'.ljust(8, b'\0') + b'hwv\0A\0\0\0' + bytes(24)
    for tail, parts in ((struct.pack('>3IB3x', 0, 0, len(data), 8), {'firmware': data}),
                        (struct.pack('>2IB3x', len(kernel), len(rootfs), 0), {'firmware': kernel, 'data': rootfs}),
                        (struct.pack('>2I', len(data), 0), {'firmware': data})):
        total = len(f) + 8 + len(tail) + len(data)
        head = f + struct.pack('>I', total)
        for s in (posix_cksum(head + bytes(4) + tail + data), 0):
            yield 'buffalo-tag', 'buffalo-tag', head + struct.pack('>I', s) + tail + data, parts, None


def tplink_fwup(kernel, rootfs):
    lists = (b'support-list', b'SupportList:\r\nEAP610-Outdoor(TP-Link|UN|AX1800-D):1.0\r\n'), (b'soft-version', bytes(20))
    size = len(rootfs)

    def whole(table, fill=b'\xff', kind=b''):
        image = (kind.ljust(0x1000, b'\0') if kind else fill * 0x1000) + table
        return struct.pack('>I', 20 + len(image)) + hashlib.md5(SALT + image).digest() + image
    parts = {'rootfs': rootfs, **{n.decode(): d for n, d in lists}}
    at, rows, last = size, b'', b''
    for kind, (name, data) in enumerate(lists):
        rows += struct.pack('>I32s2I', kind, name, at, len(data))
        last += struct.pack('>32s3I', name, at, len(data), 0)
        at += len(data)
    body = rootfs + b''.join(d for _, d in lists)
    yield 'tplink-mkimage-2022', 'tplink-fwup', whole((struct.pack('>2I', size, 2) + rows).ljust(0x800, b'\0') + body), parts, None
    yield ('tplink-re700x-factory', 'tplink-fwup',
           whole((struct.pack('>3I', size, 2, 0) + last).ljust(0x58c, b'\0').ljust(0x800, b'\xff') + body), parts, None)
    chain = b''
    for i, (name, data) in enumerate(lists):
        start = len(chain) + 44
        chain += struct.pack('>32s3I', name, start, 0 if i == len(lists) - 1 else start + len(data), len(data)) + data
    yield 'tplink-mkimage-2023', 'tplink-fwup', whole(chain + rootfs), parts, None
    yield 'mercusys-fwup', 'tplink-fwup', whole(chain + rootfs, kind=b'fw-type:MR80X'), parts, None


def tplink_nand(kernel, rootfs):
    for boot in (b'', b'boot' * 500):
        body = boot + kernel + rootfs
        places = struct.pack('<6I', len(boot), len(kernel), len(boot) + len(kernel), len(rootfs), 0, len(boot))
        h = struct.pack('<I48s3I16s4x', 0x3000003, bytes(range(48)), 0x6054b801, 0x60066, 0, hashlib.md5(body).digest())
        h += bytes.fromhex('55aa55aaf1e2d3c4e5a66a5e4c3d2e1faa55aa55') + struct.pack('<3I', 0xc0088000, 0xc0088000, 512 + len(body))
        h += places + struct.pack('<4I', 0x55aa0010, 0xa5030000, 1, zlib.crc32(body))
        parts = {'kernel': kernel, 'rootfs': rootfs, **({'bootloader': boot} if boot else {})}
        yield 'tplink-mkimage-2024', 'tplink-nand', h.ljust(512, b'\0') + body, parts, None


def netgear_encrypted(kernel, rootfs):
    data = kernel.ljust(-(-len(kernel) // 0x20000) * 0x20000, b'\0') + rootfs
    data = b'\x27\x05\x19\x56' + data[4:]
    for step in (0x20000, 0x1000):
        chunks = [data[i:i + step] for i in range(0, len(data), step)]
        chunks[-1] += bytes(-len(chunks[-1]) % 16)
        if step == 0x1000:
            chunks = chunks[:40]
        packed = b''.join(aes(b'he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8', b'J%1iQl8$=lm-;8AE', c) for c in chunks)
        h = struct.pack('>32s32s64s64sI3B13s200s100s12s2I', b'WAX202', b'WW', b'V9.9.9.9', b'Thu Jan 1 00:00:00 1970', 0, 0, 1, 1,
                        b'', b'1020002404001104;WAX202', b'', b'encrpted_img', len(packed), step)
        s = zlib.crc32(h + packed, 0xffffffff) ^ 0xffffffff
        yield ('netgear-encrypted-factory', 'dlink-encrpted', h + packed + struct.pack('>I', s),
               {'firmware': b''.join(chunks)}, None)


def sercomm_table(kernel, kernel_at, rootfs, rootfs_at):
    h = bytearray(b'\xff' * 256)
    struct.pack_into('<2I', h, 12, 0xffffff02, kernel_at)
    struct.pack_into('<3I', h, 20, len(kernel), zlib.crc32(kernel), 0)
    root = rootfs or b'UBI#'
    struct.pack_into('<4I', h, 40, rootfs_at, len(root), zlib.crc32(root), 0)
    struct.pack_into('<I', h, 4, kernel_at + len(kernel))
    struct.pack_into('<I', h, 8, zlib.crc32(h))
    return b'Ser\0' + bytes(h[4:])


def sercomm(kernel, rootfs):
    yield ('sercomm-kernel-header', 'sercomm-table', sercomm_table(kernel, 0x400100, b'', 0x1000000) + kernel + bytes(99),
           {'kernel': kernel}, 256 + len(kernel))
    yield ('sercomm-kernel-header twice', 'sercomm-table',
           sercomm_table(kernel, 0x400100, rootfs, 0x1000000) + sercomm_table(kernel, 0xa00100, rootfs, 0x3000000) + kernel + rootfs,
           {'kernel': kernel, 'rootfs': rootfs}, None)
    split, data = len(kernel), kernel + rootfs
    rows = b''
    at = 0x1000 + 256
    for part in (kernel, rootfs):
        rows += struct.pack('<4IQ', at, len(part), zlib.crc32(part), 0, 0xffffffffffffffff)
        at += len(part)
    data += b'\xff' * (-len(data) % 0x1000)
    h = b'Ser\0' + struct.pack('<2I2BH', 0x1100 + len(data), 0, 2, 0xff, 0xffff)
    h = h[:8] + struct.pack('<I', zlib.crc32(h)) + h[12:]
    table = (h + rows).ljust(256, b'\xff') + data + struct.pack('<2B2H', 1, 2, 3, 0x20) + b'\x90\xf7eRcOmM\0\0'
    yield 'sercomm-factory-wrap', 'sercomm-table', table, {'kernel': kernel, 'rootfs': rootfs}, 256 + len(kernel) + len(rootfs)
    for version in (b'2.0', b'1.02'):
        pid = b'00000001424B4B'.ljust(100, b'0') + b'0200' + b'0' * 8 + b'\n'.ljust(16, b'\0')
        for tail in (0, 1, 9):
            inner = (kernel + rootfs) + bytes(tail)
            payload = pid + hashlib.sha256(inner).digest() + inner
            size = str(len(payload)).encode().ljust(32, b'\0')
            v = version.ljust(32, b'\0')
            key = hashlib.md5(bytes(32) + v).digest() + hashlib.md5(size + v).digest()
            image = bytes(32) + v + bytes(64) + size + aes(key, bytes(16), payload, True)
            yield 'sercomm-crypto', 'sercomm-crypto', image, {'firmware': inner}, None


def mksercommfw(kernel, rootfs):
    import io
    import zipfile
    magic = b'sErCoMm'
    h = bytearray(71)
    h[0:7] = h[63:70] = magic
    h[8] = 1
    h[11:14], h[45:48], h[55:57] = b'CGQ', b'A00', b'\1\0'
    inner = bytes(0x9000) + kernel + rootfs + bytes(22) + bytes(h)
    z = io.BytesIO()
    with zipfile.ZipFile(z, 'w', zipfile.ZIP_DEFLATED) as f:
        f.writestr('image.rootfs', inner.ljust(0x9000 + len(kernel + rootfs) + 128, b'\0'))
    image = bytearray(bytes(h).ljust(512, b'\0') + z.getvalue())
    image[511] = -sum(image) & 0xff
    yield 'mksercommfw', 'sercomm', bytes(image), {'data': z.getvalue()}, None


def moxa(kernel, rootfs):
    text = b'Seek AGREEMENT for the date of completion.\0'

    def crc0(data):
        return zlib.crc32(data, 0xffffffff) ^ 0xffffffff
    body, offsets = b'', []
    parts = {'kernel': kernel, 'root': rootfs, 'userdisk': b'\0'}
    for name, data in parts.items():
        offsets.append(len(body))
        body += struct.pack('>16s5I', name.encode(), 36 + len(data), 0x01000000, 0x20010101, 0, crc0(data)) + data
    size = 40 + 4 * len(offsets)
    h = struct.pack('>QI2BH5I', 0x1234, size + len(body), 1, 3, 0, 0x1127, 0x20010101, 0, 0x20010101, 0x01000000)
    h += struct.pack('>3I', *(o + size for o in offsets)) + struct.pack('>I', crc0(body))
    plain = h + body
    n = len(plain)
    mask = (text * (n // 43 + 1))[:n]
    image = (int.from_bytes(plain, 'big') ^ int.from_bytes(mask, 'big')).to_bytes(n, 'big')
    yield 'moxa-encode-fw', 'moxa-iw', image, parts, None


def des(data):
    return subprocess.run(['openssl', 'enc', '-provider', 'legacy', '-provider', 'default', '-des-ecb', '-nopad', '-K',
                           b'H@L9K*(3'.hex()], input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def mkhilinkfw(kernel, rootfs):
    for size in (5000, 5001, 5005):
        data = (kernel + rootfs)[:size]
        h = struct.pack('>7I4B32s', 0x27051956, 0, 1500000000, len(data), 0x80000000, 0x80000000, zlib.crc32(data), 5, 5, 2, 3,
                        b'Linux Kernel Image')
        plain = h[:4] + struct.pack('>I', zlib.crc32(h)) + h[8:] + data
        once = des(plain[:len(plain) // 8 * 8]) + plain[len(plain) // 8 * 8:]
        rest = once[3:]
        twice = once[:3] + des(rest[:len(rest) // 8 * 8]) + rest[len(rest) // 8 * 8:]
        yield 'mkhilinkfw', 'hilink-des', twice, {'uimage': plain}, None


def zte_plain(data, step=65536):
    chunks, at, body, check = [data[i:i + step] for i in range(0, len(data), step)], 60, b'', 0
    for chunk in chunks:
        packed = zlib.compress(chunk, 9)
        check = zlib.crc32(packed, check)
        if len(chunk) == step:
            at += 12 + len(packed)
        body += struct.pack('>3I', len(chunk), len(packed), at if len(chunk) == step else 0) + packed
    h = struct.pack('>6I', 0x01020304, 0, len(data), at, step, check)
    return h + struct.pack('>I', zlib.crc32(h)) + bytes(32) + body


def zte(kernel, rootfs):
    sign = b'ZXHN H168N V3.5'
    for size in (9000, 70000, 131072):
        data = (b'<DB><Tbl name="DevInfo"><Row No="0"/></Tbl></DB>\n' * (size // 40))[:size]
        plain = zte_plain(data)
        padded = plain + bytes(-len(plain) % 16)
        two = aes_ecb(b'GrWM3Hz&LTvz&f^9', padded)
        secret = struct.pack('>6I36x3I', 0x01020304, 2, 0, len(two) + 72, 65536, 0, len(two), len(two), 0) + two
        keys = [hashlib.sha256(w + sign.replace(b' ', b'')).digest() for w in (b'Key02721401', b'Iv02721401')]
        four = struct.pack('>6I36x3I', 0x01020304, 4, 0, 0, 0, 0, len(plain), len(padded), 0) + aes(keys[0], keys[1][:16], padded)
        for payload in (plain, secret, four):
            for signed in (payload, struct.pack('>3I', 0x04030201, 0, len(sign)) + sign + payload):
                h = struct.pack('>4I28I', 0x99999999, 0x44444444, 0x55555555, 0xaaaaaaaa, 0, 0, 4, *[0] * 8, 64, 0x20000, 128,
                                len(signed), *[0] * 13)
                for image in (signed, h + signed):
                    if payload is not four or b'\x04\x03\x02\x01' in image[:140]:
                        yield 'zte encode', 'zte-config', image, {'config.xml': data}, None


def mh01(size, signature):
    h = b'MH01' + struct.pack('<2I', size, signature) + b'\x2b\x1a'
    x = 0
    for b in h:
        x ^= b
    return h + bytes([sum(h) & 0xff, x])


def dlink_ai(kernel, rootfs):
    def part(data):
        h = b'DLK6E6010001\0\0\x12\x34' + bytes(10) + b'\1\0' + struct.pack('<5I', 0x0bd1cc4e, 0x580000, 0x2800000, 0x580000, len(data))
        return h + bytes(16) + struct.pack('<8H', 0x4842, 2, 0, 9, 0, 0, 0x6e60, 0) + data
    recovery = part(kernel) + part(rootfs)
    yield 'dlink-ai-firmware-tool -u', 'dlink-dlk', recovery, {'firmware': kernel, 'firmware-2': rootfs}, None
    inner = mh01(len(recovery), 256) + recovery + bytes(range(256))
    yield 'dlink-ai-firmware-tool -d', 'dlink-dlk', inner, {'firmware': kernel, 'firmware-2': rootfs}, None
    salt, iv = b'saltsalt', bytes.fromhex('99380c25aecc79d39b145ac04353bbe9')
    key = hashlib.sha256(b'6b29f1d663a21b35fb45b69a42649f5e' + salt).digest()[:16]
    packed = b'Salted__' + salt + aes(key, iv, inner, True)
    body = mh01(0x21, len(packed)) + iv.hex().encode() + b'\n' + packed
    yield 'dlink-ai-firmware-tool -c', 'dlink-mh01', mh01(len(body), 256) + body + bytes(range(256)), {'firmware': inner}, None


def imagetag(kernel, rootfs):
    """The first version: kernel first, root file system at an erase block, the gap not counted."""
    kernel = struct.pack('>3I', 0x80010000, 0x80010000, len(kernel)) + kernel
    root = rootfs.ljust(-(-len(rootfs) // 0x10000) * 0x10000, b'\xff')
    at = 0xbfc10000
    root_at = -(-(at + 256 + len(kernel)) // 0x10000) * 0x10000
    for one, two, gap in ((b'OpenWRT BCM963xx', b'V1', True), (b'Broadcom Corporatio', b'ver. 2.0', False)):
        if gap:
            body = kernel.ljust(root_at - at - 256, b'\0') + root
            kernel_at, rest = at + 256, zlib.crc32(kernel) ^ 0xffffffff
        else:
            root_at, kernel_at, body = at + 256, at + 256 + len(root), root + kernel
            rest = zlib.crc32(body) ^ 0xffffffff
        h = struct.pack('4s20s14s6s16s2s10s12s10s12s10s12s10s2s2s74s', b'6', one, two, b'6348', b'96348GW-11', b'1',
                        b'%d' % (len(kernel) + len(root)), b'0', b'0', b'%d' % root_at, b'%d' % len(root), b'%d' % kernel_at,
                        b'%d' % len(kernel), b'', b'', b'')
        h += struct.pack('>I16x', rest)
        h += struct.pack('>I16x', zlib.crc32(h) ^ 0xffffffff)
        yield 'imagetag', 'bcm-tag', h + body, {'kernel': kernel, 'rootfs': root}, None


def mksenaofw(kernel, rootfs):
    data = kernel + rootfs
    for pad in (0, 65535):
        h = struct.pack('>3I16s3I16s32x', 0, 0x101, 0x61, b'123', 2, len(data), 0, hashlib.md5(data).digest())
        h += struct.pack('>2I', sum(h) + sum(b'\x12\x34\x56\x78'), 0x12345678)
        body = data + bytes(pad - len(data) % pad if pad else 0)
        key = bytes(0x12345678 >> i & 0xff for i in range(8)) * (len(body) // 8 + 1)
        n = len(body)
        body = (int.from_bytes(body, 'big') ^ int.from_bytes(key[:n], 'big')).to_bytes(n, 'big')
        yield 'mksenaofw', 'senao', h + body, {'kernel': data}, None


def mkfwimage(kernel, rootfs):
    h = struct.pack('4s256s', b'OPEN', b'XM.ar7240.OpenWrt')
    for sign in (False, True):
        image = h + struct.pack('>2I', zlib.crc32(h), 0)
        for i, (name, data) in enumerate((('kernel', kernel), ('rootfs', rootfs)), 1):
            part = struct.pack('>4s16s12x6I', b'PART', name.encode(), 0x80002000, i, 0x9f050000, 0x80002000, len(data), 0x700000) + data
            image += part + struct.pack('>2I', zlib.crc32(part), 0)
        image += b'ENDS' + bytes(260) if sign else b'END.' + struct.pack('>2I', zlib.crc32(image), 0)
        yield 'mkfwimage', 'ubnt', image, {'kernel': kernel, 'rootfs': rootfs}, None


def mkrasimage(kernel, rootfs):
    def fold(data):
        s = sum(data)
        r = (s & 0xffff) + (s >> 16)
        return (r & 0xffff) + (r >> 16)
    for length, own in ((0x10000, kernel), (0x20000, b'')):
        root = rootfs.ljust(len(rootfs) + 4096, b'\0')
        first = struct.pack('>2I', fold(root), len(root)) + b'V9.99(AAAA.0)\0'.ljust(32, b'\xff')
        tail = b'NBG6617\0'.ljust(64, b'\xff') + (struct.pack('>2I', fold(own), len(own)) if own else b'\xff' * 8)
        s = fold((first + first[:4] + tail).ljust(2048, b'\xff'))
        image = (first + struct.pack('>I', s) + tail).ljust(length, b'\xff') + root + own
        yield 'mkrasimage', 'zyxel-ras', image, {'rootfs': root, **({'kernel': own} if own else {})}, None


def cvimg(kernel, rootfs):
    for sign, part in ((b'cs6c', 'kernel'), (b'cr6b', 'kernel'), (b'r6cr', 'rootfs'), (b'csro', 'kernel')):
        for start, burn in ((0x80500000, 0x30000), (0, 0)):
            data = kernel + bytes(len(kernel) % 2)
            data += struct.pack('>H', -sum(struct.unpack('>%dH' % (len(data) // 2), data)) & 0xffff)
            yield 'cvimg', 'realtek', sign + struct.pack('>3I', start, burn, len(data)) + data, {part: data}, None


def edimax_header(kernel, rootfs):
    data = kernel + rootfs
    h = bytearray(struct.pack('>16s32s3B3I14sB16s', b'eDiMaX', b'RN75', 0, 0, sum(data) & 0xff ^ 0xb9, len(data), 0x70000, 0x7d0000,
                              b'VER2.1.1', 1, b'Linux'))
    h[49] = sum(h) & 0xff ^ 0xb9
    yield 'edimax_fw_header', 'edimax', bytes(h) + data, {'Linux': data}, None


def safeloader(kernel, rootfs):
    for order in (0, 1):
        parts = [('partition-table', b'partition os-image base 0x20000 size 0x100000\n\0'.ljust(0x800, b'\xff')), ('soft-version', bytes(24)),
                 ('support-list', b'\0\0\0\x30\0\0\0\0SupportList:\r\nCPE210(TP-LINK|UN|N300-2):1.0\r\n'), ('os-image', kernel),
                 ('file-system', rootfs)]
        base, rows, body = 0x800, [], b''
        for name, data in parts:
            rows.append('fwup-ptn %s base 0x%05x size 0x%05x\t\r\n' % (name, base, len(data)))
            base += len(data)
            body += data
        if order:
            rows = rows[1:4] + rows[:1] + rows[4:]
        table = (''.join(rows).encode() + b'\0').ljust(0x800, b'\xff')
        vendor = b'CPE510(TP-LINK|UN|N300-5):1.0\r\n'
        rest = struct.pack('>I', len(vendor)) + vendor.ljust(0xffc, b'\xff') + table + body
        image = struct.pack('>I', 20 + len(rest)) + hashlib.md5(SALT + rest).digest() + rest
        yield 'tplink-safeloader', 'tplink-safeloader', image, dict(parts), None


def mkdlinkfw(kernel, rootfs):
    def sch2(own):
        return struct.pack('<H2B8I2H', 0x2124, 3, 2, 0x80000000, len(kernel), zlib.crc32(kernel), 0x80000000, 0x100038 + len(kernel),
                           len(rootfs), zlib.crc32(rootfs), own, 40, 0)
    h = sch2(zlib.crc32(sch2(0)))
    tag = struct.pack('<2BH2I2H', 4, 4, 0x2b24, 0x12345678, 40 + len(kernel), 0x1111, 0x2222)
    flash = tag + h + kernel + rootfs
    yield 'mkdlinkfw', 'jboot', flash, {'kernel': kernel, 'rootfs': rootfs}, None
    yield 'mkdlinkfw, other root', 'jboot', tag + h + kernel + rootfs[:-1] + b'?', {'kernel': kernel}, 56 + len(kernel)
    auh = b'DLK6E3803001' + struct.pack('<2H2IH2B5I16x', 0, 0x1234, 0, 0, 0, 1, 0, 0x12345678, 0x100000, 0xf00000, 0x100000, len(flash))
    auh += struct.pack('<3H2BI2H', 0x4842, 2, 0, 4, 4, 0, 0x6e60, 0x3333)
    yield 'mkdlinkfw -F', 'dlink-dlk', auh + flash, {'firmware': flash}, None


def repeat(key, data):
    n = len(data)
    return (int.from_bytes((key * (n // len(key) + 1))[:n], 'big') ^ int.from_bytes(data, 'big')).to_bytes(n, 'big')


def xorimage(kernel, rootfs):
    for magic, name in ((0x27051956, b'MIPS OpenWrt'), (0x434f4d42, b'WG1200CR')):
        h = struct.pack('>7I4B32s', magic, 0, 1500000000, len(kernel), 0x80000000, 0x80000000, zlib.crc32(kernel), 5, 5, 2, 3, name)
        data = h[:4] + struct.pack('>I', zlib.crc32(h)) + h[8:] + kernel
        for key in (b'12345678', b'9gsiy9nzep452pad', b'\xff\x01'):
            yield 'xorimage', 'xor', repeat(key, data), {'data': data}, None
            numbers = bytes(range(1, 252))
            yield 'nec-enc', 'xor', repeat(numbers, repeat(key, data)), {'data': data}, None
    long = bytes(range(7, 60))
    yield 'xorimage, padding', 'xor', repeat(long, data + bytes(20000)), {'data': data + bytes(20000)}, None
    yield 'nec-enc, padding', 'xor', repeat(numbers, repeat(key, data + b'\xff' * 20000)), {'data': data + b'\xff' * 20000}, None


def fwtool(kernel, rootfs):
    for end, magic, mark in (('>', b'2RDH', True), ('>', b'2RDH', False), ('<', b'HDR2', False)):
        for extra in (b'', b'<ROMFILE></ROMFILE>'):
            data = kernel + rootfs + extra
            h = magic + struct.pack(end + '3I32s32s3I32s', 256, 256 + len(data), zlib.crc32(data) ^ 0xffffffff, b'5.0.1', b'v167_50',
                                    len(kernel), len(rootfs), len(extra), b'' if mark else b'3 6035 122 74')
            image = h.ljust(256, b'\0') + data
            if mark:
                image += b'DrayTekImageMD5\n' + hashlib.md5(image).hexdigest().encode() + b'\n'
            yield ('fwtool (Vigor 167)', 'trendchip', image,
                   {'kernel': kernel, 'rootfs': rootfs, **({'settings': extra} if extra else {})}, None)


def addpattern(kernel, rootfs):
    body = kernel + bytes(-len(kernel) % 4)
    at = 28 + len(body)
    body += rootfs
    body += bytes(-(28 + len(body)) % 4096)
    rest = struct.pack('<4I', 0x10000, 28, at, 0) + body
    trx = b'HDR0' + struct.pack('<2I', 12 + len(rest), zlib.crc32(rest) ^ 0xffffffff) + rest
    h = struct.pack('4s4s6B4sBxH10x', b'W54S', b'', 107, 11, 24, 3, 37, 2, b'U2ND', 1, 7)
    for tail in (b'', b'\xff' * 900):
        yield 'addpattern', 'cybertan', h + trx + tail, {'trx': trx}, 32 + len(trx)


def hw_fmw(kernel, rootfs):
    items = {'/var/UpgradeCheck.xml': b'<upgradecheck/>', '/var/setequiptestmodeoff': b'\x7fELF' + bytes(60), 'kernel': kernel, 'rootfs': rootfs}
    for products, short in ((b'164C|15AD|', 0), (b'', 36)):
        head = 36 + len(products) + 360 * len(items)
        at, rows = head, b''
        for i, (name, data) in enumerate(items.items()):
            word = ('file:' if name[0] == '/' else 'flash:') + name
            rows += struct.pack('<4I256s16s64sII', i, zlib.crc32(data), at, len(data), word.encode(), b'UPGRDCHECK', b'V5R20', 2, 0)
            at += len(data)
        tail = struct.pack('<I2BH2I', len(items), 0, 0, len(products), 360, 0) + products + rows
        rest = struct.pack('<2I', head - short, zlib.crc32(tail)) + tail + b''.join(items.values())
        image = b'HWNP' + struct.pack('>I', at - 76) + struct.pack('<I', zlib.crc32(rest)) + rest
        yield 'hw_fmw', 'huawei-hwnp', image, items, None


def npk_item(kind, data):
    return struct.pack('<HI', kind, len(data)) + data


def npk(kernel, rootfs):
    def entry(mode, name, data, when=1500000000):
        return struct.pack('<H6xI12xIH', mode, when, len(data), len(name)) + name + data
    files = entry(0o40755, b'boot', b'') + entry(0o100755, b'boot/kernel', kernel) + entry(0o100644, b'UPGRADED', bytes(32))
    version = b'\x1bf\t\2'
    items = npk_item(1, b'routing'.ljust(16, b'\0') + version + bytes(12)) + npk_item(16, b'i386') + npk_item(2, b'\n    Quagga\n  ')
    items += npk_item(3, b'\1\0system'.ljust(34, b'\0')) + npk_item(7, b'\n    new-libs\n') + npk_item(8, b'\n    dead-libs\n')
    items += npk_item(4, zlib.compress(files))
    wanted = {'boot/kernel': kernel, 'UPGRADED': bytes(32)}
    yield ('createnpk', 'mikrotik-npk', b'\x1e\xf1\xd0\xba' + struct.pack('<I', len(items)) + items,
           {'boot': b'', 'description': b'\n    Quagga\n  ', 'oninstall': b'\n    new-libs\n', 'onuninstall': b'\n    dead-libs\n', **wanted}, None)
    stored = b'\x78\1'
    for i in range(0, len(files), 0x8000):
        block = files[i:i + 0x8000]
        stored += struct.pack('<B2H', i + 0x8000 >= len(files), len(block), len(block) ^ 0xffff) + block
    stored += struct.pack('>I', zlib.adler32(files))
    items = npk_item(22, bytes(4096 - 20)) + npk_item(21, rootfs) + npk_item(4, stored)
    yield ('npk_pack_kernel', 'mikrotik-npk', b'\x1e\xf1\xd0\xba' + struct.pack('<I', len(items)) + items,
           {'boot': b'', 'squashfs': rootfs, **wanted}, None)


makers = [hw_fmw, npk, fwtool, addpattern, mkdlinkfw, xorimage, dlink_ai, imagetag, mksenaofw, mkfwimage, mkrasimage, cvimg, edimax_header, safeloader, zte, mkchkimg, mkdniimg, seama, alpha_encimg, wrgg, mkzynfw, buffalo, buffalo_tag, tplink_fwup, tplink_nand,
          netgear_encrypted, sercomm, mksercommfw, moxa, mkhilinkfw]


def images(kernel, rootfs):
    for maker in makers:
        yield from maker(kernel, rootfs)
