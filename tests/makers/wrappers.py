# SPDX-License-Identifier: Apache-2.0
"""Wrappers, made as their public makers make them, with the fields that those leave out or fill oddly."""
import hashlib
import json
import lzma
import struct
import zlib

from wrap import *

K = 1024


def crc16(data):
    c = 0
    for b in data:
        c ^= b << 8
        for _ in range(8):
            c = (c << 1 ^ 0x1021 if c & 0x8000 else c << 1) & 0xffff
    return c


def uimage(payload, magic=0x27051956, behind=b''):
    head = struct.pack('>7I4B32s', magic, 0, MTIME, len(payload), 0x80000000, 0x80000000, zlib.crc32(payload), 5, 5,
                       2, 0, b'MIPS OpenWrt') + behind
    return head[:4] + struct.pack('>I', zlib.crc32(head)) + head[8:] + payload


def uimages():
    data = noise(9000)
    for magic in (0x03802910, 0x4e474335, 0x93001250):
        opens('uimage, another magic', 'uimage-vendor', uimage(data, magic) + b'behind', {'kernel': data}, 64 + 9000)
    opens('uimage_padhdr', 'uimage', uimage(data, behind=bytes(32)), {'kernel': data})
    opens('uimage_sgehdr', 'uimage', uimage(data, behind=b'COVR-X1860'.ljust(64, b'\0') + b'1.0'.ljust(16, b'\0') +
                                            b'A1'.ljust(16, b'\0')), {'kernel': data})
    refuses('uimage, checksum', 'uimage-vendor', uimage(data, 0x4e474335).replace(b'MIPS', b'MIPZ'))
    refuses('uimage, its own', 'uimage-vendor', uimage(data))


def trx():
    kernel, root = noise(5000), noise(9000)

    def make(parts, version, magic, align=4, binheader=False):
        at, body, offsets = 28 + 4 * (version == 2), b'', []
        for part in parts:
            offsets.append(at + len(body))
            body += part + bytes(-len(part) % align)
        body += bytes(-(at + len(body)) % 4096)
        offsets += [0] * (3 + (version == 2) - len(offsets))
        head = struct.pack('<2H%dI' % len(offsets), 0, version, *offsets)
        summed = bytearray(head + body)
        if binheader:
            hole = offsets[3] + 22 - 12
            summed[hole:hole + 8] = b'\xff' * 8
        return magic + struct.pack('<2I', 12 + len(head) + len(body), crc(bytes(summed))) + head + body
    one = make([kernel, root], 1, b'HDR0')
    at = 28 + 5000
    opens('trx 1', 'trx', one, {'kernel': one[28:at], 'rootfs': one[at:]})
    for magic in (b'DHP2', b'DHP3', b'\x5cCot'):
        other = make([kernel, root], 1, magic)
        opens('trx, another magic', 'trx', other, {'kernel': other[28:at], 'rootfs': other[at:]})
        refuses('trx, another magic, hurt', 'trx', other[:-1] + b'x')
    two = make([kernel, root, noise(100), noise(64)], 2, b'HDR0', binheader=True)
    marks = [32, 32 + 5000, 32 + 14000, 32 + 14100, len(two)]
    names = ('loader', 'kernel', 'rootfs', 'data')
    opens('trx 2 with bin header', 'trx', two, {n: two[a:b] for n, a, b in zip(names, marks, marks[1:])})


def tplink2():
    kernel = noise(9000)
    for combined in (False, True):
        root = b'' if combined else noise(7000)
        h = bytearray(b'\xff' * 512)
        h[0:4] = struct.pack('<I', 2)
        h[4:4 + 9] = b'ver. 2.0\0'
        struct.pack_into('>3I', h, 0x34, 0x08410002, 1, 0)
        h[0x40:0x50] = bytes.fromhex('dcd73aa5c39598fbdcf9e7f40eae4737')
        struct.pack_into('>I', h, 0x50, 0)
        struct.pack_into('>5I', h, 0x68, 0x80000000, 0x80000000, 0x7a0000, 512, len(kernel))
        if not combined:
            struct.pack_into('>2I', h, 0x7c, 0x4000, len(root))
        struct.pack_into('>2IH6B', h, 0x84, 0, 0, 0x55aa, 1, 0, 0xa5, 0, 0, 0)
        image = bytes(h) + kernel
        if not combined:
            image = image.ljust(0x4000, b'\xff') + root
        digest = hashlib.md5(image).digest()
        image = image[:0x40] + digest + image[0x50:]
        parts = {'kernel': kernel} if combined else {'kernel': kernel, 'rootfs': root}
        opens('tplink 2, combined %d' % combined, 'tplink', image, parts)


def edimax():
    for big in (False, True):
        for size in (4000, 4001, 4002):
            data, end = noise(size), '>' if big else '<'
            total = 20 + size + 2
            total += total % 2
            s = sum(struct.unpack(end + '%dH' % (size // 2), data[:size // 2 * 2]))
            image = b'CSYS' + struct.pack(end + '2I4sI', 0x80500000, 0x20000, b'RN67', total - 20)
            image = (image + data).ljust(total - 2, b'\0') + struct.pack(end + 'H', -s & 0xffff)
            opens('edimax %d %d' % (big, size), 'edimax', image, {'data': image[20:-2]})


def h3c():
    data = noise(5001)
    padded = data + bytes(-len(data) % 8)
    f = bytearray(340)
    struct.pack_into('>8I', f, 0, 0, 0, 0x04000000, 1, 0x1234, 0x5678, len(data), 0xffffffff)
    f[104:111] = b'OpenWrt'
    struct.pack_into('>3I', f, 328, len(padded), 0xffff0000 | crc16(padded), 2)
    struct.pack_into('>I', f, 4, crc16(bytes(f[8:])))
    h = bytearray(6180)
    struct.pack_into('>4IH6B2HI', h, 0, 1, 1, 0x1234, 0x5678, 1970, 1, 1, 0, 0, 0, 0, 0, 2, 340 + len(padded))
    struct.pack_into('>6I', h, 32, 0x04000000, 6180, 340 + len(padded), crc16(padded), 1, 1)
    struct.pack_into('>I', h, 6176, 0xfffe0000 | crc16(bytes(h[:6176])))
    image = bytes(h + f) + padded
    opens('h3c', 'h3c', image, {'04-0': data})
    refuses('h3c hurt', 'h3c', b'\0\0\0\1\0\0\0\2' + image[8:])


def luxul():
    data, cert = noise(3000), b'-----BEGIN CERTIFICATE-----'
    for version in range(4):
        h = b'LXL#' + struct.pack('<2I', version, (12, 32, 36, 44)[version])
        h += (struct.pack('<I16s', 1, b'XAP-1410') + b'\7\2\0\0' + struct.pack('<2I', 0, 0))[:len(h) and (0, 20, 24, 32)[version]]
        opens('luxul %d' % version, 'luxul', h + data, {'firmware': data})
    blob = b'D#' + struct.pack('<HI', 1, len(cert)) + cert
    h = b'LXL#' + struct.pack('<3I16s4s2I', 3, 44 + len(blob), 1, b'XAP', b'\7\2\0\0', 44, len(blob)) + blob
    opens('luxul with certificate', 'luxul', h + data, {'certificate': cert, 'firmware': data})


def zyxel_trx():
    data = noise(4000)
    h = bytearray(380)
    struct.pack_into('>4s3I32s32sI', h, 0, b'0RDH', 380, 380 + len(data), crc(data), b'5.0.0.0\n', b'\n', len(data))
    h[96:110] = b'3 6035 122 0\n\0'
    struct.pack_into('>8s16sI', h, 260, b'MT7621A', b'NR7101', 0x07010001)
    h[296:310] = h[328:342] = b'1.00(ABUV.0)D0'
    struct.pack_into('>I', h, 372, crc(bytes(h)))
    opens('zyxel-trx', 'zyxel-trx', bytes(h) + data, {'firmware': data})


def poray():
    keys = ('c83c3a93a295c363484558091203 08', '391c4a939695c363d0a39c922e16c6', 'c83c3a93a295c36348455809201108')
    for key in (bytes.fromhex(k.replace(' ', '')) for k in keys):
        for size in (3000, 3001):
            data = noise(size)
            s = sum(b << 8 * (i & 1) for i, b in enumerate(data))
            s = s + (s >> 16) + 0xffff
            s = ~(s + (s >> 16)) & 0xffff
            plain = data + struct.pack('<H', s)
            image = struct.pack('<3I16x', 0x32473352, size, 0x020e0000) + bytes(
                b ^ key[i % 15] for i, b in enumerate(plain))
            opens('poray', 'poray', image, {'firmware': data})


def omada():
    info, kernel = b'{"software-version":"1.0"}', noise(5000)
    header = struct.pack('>4I', 0xaa55d98f, 0x04e955aa, len(info), 0)
    data = header + info + kernel
    table = json.dumps({'up-ptn-table': [
        {'name': 'firmware-info', 'base': '0x%08x' % 0, 'size': '0x%08x' % (16 + len(info))},
        {'name': 'kernel.b', 'base': '0x%08x' % (16 + len(info)), 'size': '0x%08x' % len(kernel)}]})
    for text in (table, table.replace(' ', '')):
        h = struct.pack('>10I', 0xa5a5a5a5, 0x8f72632a, 0x40f8600, 0x9206b51, 0xd2b7636a, 0x5a5a5a5a, 1, 0, 0x1040,
                        0x11040 + len(data)).ljust(0x1040, b'\0')
        opens('omada', 'tplink-omada', h + text.encode().ljust(0x10000, b'\0') + data,
              {'firmware-info': info, 'kernel.b': kernel})


def cameras():
    a, b = noise(3000), noise(2000)
    key = bytes.fromhex('bacdbcfed6caddd3bab9a3abbfcbb5be')
    h = struct.pack('<4s8I28x', b'SWKH', 0, 64 + 88, 2, 1, 0, 0, 0, 0)
    h += struct.pack('<32s3I', b'uImage', 152, len(a), sum(a)) + struct.pack('<32s3I', b'initrun.sh', 152 + len(a), len(b), 0)
    image = bytes(c ^ key[i + (i >> 4) & 15] for i, c in enumerate(h)) + a + b
    opens('hikvision', 'hikvision', image, {'uImage': a, 'initrun.sh': b})
    for wide in (False, True):
        first, step = (24, 72) if wide else (12, 64)
        at = first + 2 * (step + 76)
        f = '<32s24s' + ('QQ' if wide else 'II')
        h = b'\x13\x59\x72\x32' + (struct.pack('<IQQ', 0, 5, 7) if wide else struct.pack('<2I', 5, 7))
        h += struct.pack(f, b'loader', b'v1', at, len(a)) + struct.pack(f, b'rootfs', b'v2', at + len(a), len(b))
        opens('reolink %d' % wide, 'reolink', h + bytes(152) + a + b, {'loader': a, 'rootfs': b})
    z = b'PK\3\4\x14\0\0\0\0\0' + bytes(4) + struct.pack('<3I2H', zlib.crc32(a), len(a), len(a), 5, 0) + b'a.img' + a
    opens('dahua', 'dahua', b'DH' + z[2:], {'firmware.zip': z})


def chips():
    loader, boot, text = noise(700), noise(5000), b'FIRMWARE_VER:1.0\nCMDLINE: mtdparts=rk29xxnand:-(a)\n'

    def entry(name, file, at, n):
        return struct.pack('<32s60s5I', name, file, 0, at, 0, (n + 2047) // 2048 * 2048, n)
    rows = entry(b'package-file', b'package-file', 2048, 30) + entry(b'boot', b'Image/boot.img', 4096, len(boot))
    rows += entry(b'backup', b'RESERVED', 0, 0)
    length = 4096 + 6144
    h = struct.pack('<4sI34s30s56s3I', b'RKAF', length, b'RK3326', b'', b'RK3326', 0, 1, 3) + rows
    af = (h.ljust(2048, b'\0') + b'p' * 30).ljust(4096, b'\0') + boot
    af = af.ljust(length, b'\0') + b'crc!'
    opens('rkaf', 'rockchip', af, {'package-file': b'p' * 30, 'boot': boot})
    h = struct.pack('<4sHIIH5B5I', b'RKFW', 0x66, 0x08010000, 0, 2024, 5, 6, 7, 8, 9, 0x33, 102, len(loader),
                    102 + len(loader), len(af)).ljust(102, b'\0')
    fw = h + loader + af
    opens('rkfw', 'rockchip', fw + hashlib.md5(fw).hexdigest().encode(), {'loader': loader, 'update': af})
    opens('rk parameter', 'rockchip', b'PARM' + struct.pack('<I', len(text)) + text + b'crc!' + bytes(100),
          {'parameter': text}, 12 + len(text))
    for version in (0x100, 0x300):
        files = {'boot.fex': boot, 'sys_config.fex': loader}
        at, heads, body = 3 * K, b'', b''
        for name, data in files.items():
            f = struct.pack('<2I8s16s', 256, 1024, b'COMMON  ', b'SYS_CONFIG100000')
            sizes = (len(data) + 511) // 512 * 512, len(data)
            f += (struct.pack('<5I256s', 0, *sizes, at, 0, name.encode()) if version == 0x100 else
                  struct.pack('<I256s5I', 0, name.encode(), sizes[0], 0, sizes[1], 0, at))
            heads += f.ljust(1024, b'\0')
            body += data.ljust(sizes[0], b'\0')
            at += sizes[0]
        h = struct.pack('<8s6I', b'IMAGEWTY', version, 0x60, 0x04d00000, 0x100234, at, 1024)
        h += (b'' if version == 0x100 else bytes(4)) + struct.pack('<7I', 1, 2, 3, 4, 1, 1024, 2)
        opens('allwinner %x' % version, 'allwinner', h.ljust(1024, b'\0') + heads + body, files)


def avm():
    plain = b'Linux version 4.9.276 ' * 3000
    filters = [{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 23, 'lc': 3, 'lp': 0, 'pb': 2}]
    packed = lzma.compress(plain, lzma.FORMAT_RAW, filters=filters)
    payload = struct.pack('<4IBI3x', 0x075a0201, len(packed), len(plain), zlib.crc32(packed), 0x5d, 1 << 23) + packed

    def record(magic, payload, load=0x80500000):
        s = (len(payload) + load + sum(payload)) & 0xffffffff
        return struct.pack('<3I', magic, len(payload), load) + payload + struct.pack('<3I', -s & 0xffffffff, 0, 0x80c8b500)
    one = record(0xfeed1281, payload)
    opens('avm kernel', 'avm-kernel', one + b'\x23\xde\x53\xc4sign', {'kernel': plain})
    opens('avm second kernel', 'avm-kernel', record(0xfeedb007, payload) + b'behind', {'kernel': plain}, len(one))
    raw = noise(3000)
    opens('avm plain kernel', 'avm-kernel', record(0xfeed1281, raw), {'kernel': raw})
    refuses('avm plain kernel, hurt', 'avm-kernel', record(0xfeed1281, raw)[:-9] + b'x' * 9)


def disks():
    if not have('qemu-img'):
        return
    raw = work + '/raw'
    data = bytes(70000) + noise(200000) + b'text of a disk\n' * 20000 + bytes(3 << 20) + noise(5000)
    data = data.ljust(8 << 20, b'\0')
    with open(raw, 'wb') as f:
        f.write(data)
    for name, form, options in (('qcow2', 'qcow2', []), ('qcow2 packed', 'qcow2', ['-c']),
                                ('qcow2 zstd', 'qcow2', ['-c', '-o', 'compression_type=zstd']),
                                ('qcow2 old', 'qcow2', ['-o', 'compat=0.10']),
                                ('qcow2 small clusters', 'qcow2', ['-c', '-o', 'cluster_size=4096']),
                                ('vmdk', 'vmdk', []), ('vmdk stream', 'vmdk', ['-o', 'subformat=streamOptimized'])):
        try:
            run('qemu-img', 'convert', '-f', 'raw', '-O', form, *options, raw, work + '/disk')
        except subprocess.CalledProcessError as e:
            print('# skipped: %s: %s' % (name, e.stderr))
            continue
        with open(work + '/disk', 'rb') as f:
            opens(name, form, f.read(), {'disk': data})


def boot_flash():
    text = b''.join(b'%s=%s\0' % p for p in ((b'http_passwd', b'admin'), (b'lan_ipaddr', b'192.168.1.1'), (b'a', b''),
                                             (b'wl0_wpa_psk', b'secret'), (b'boot_wait', b'on')))
    for end, magic in (('<', b'FLSH'), ('>', b'HSLF')):
        image = magic + struct.pack(end + '4I', 20 + len(text) + 1, 0x0105, 0x12345678, 0) + text + b'\0'
        opens('broadcom nvram', 'broadcom-nvram', image + b'\xff' * 100, {'nvram.txt': text.replace(b'\0', b'\n')},
              len(image))
        refuses('broadcom nvram, no settings', 'broadcom-nvram', image.replace(b'=', b'-'))
    files = {'cbfs master header': noise(28), 'fallback/payload': noise(3001), 'config': b'CONFIG_X=y\n'}
    image = b''
    for i, (name, data) in enumerate(files.items()):
        at = 24 + (len(name) + 16) // 16 * 16
        image += b'LARCHIVE' + struct.pack('>4I', len(data), 2 + i, 0, at) + name.encode().ljust(at - 24, b'\0') + data
        image += b'\xff' * (-len(image) % 64)
    image += b'LARCHIVE' + struct.pack('>4I', 128 - 40, 0xffffffff, 0, 40) + b''.ljust(16, b'\0') + b'\xff' * 88
    opens('cbfs', 'cbfs', image + b'behind', files, len(image))
    d = bytearray(b'\xff' * 4096)
    d[16:20] = b'\x5a\xa5\xf0\x0f'
    struct.pack_into('<I', d, 20, 0x00040003)
    struct.pack_into('<5I', d, 0x40, 0, 0x00070004, 0x00030001, 0x00007fff, 0x00007fff)
    image = bytes(d) + noise(7 * 4096)
    opens('intel flash', 'intel-flash', image, {'descriptor': image[:4096], 'bios': image[4 * 4096:], 'me': image[4096:4 * 4096]})


def android_super():
    a, b, c = noise(4096), noise(8192), noise(512)
    want = {'system_a': a, 'vendor_a': b + bytes(1024) + c}
    for minor in (0, 2):
        image = super_image(minor, [(8, 0, 728, 0), (16, 0, 736, 0), (2, 1, 0, 0), (1, 0, 760, 0)])
        for data, sector in ((a, 728), (b, 736), (c, 760)):
            image[sector * 512:sector * 512 + len(data)] = data
        opens('super %d' % minor, 'android-super', bytes(image), want)
        image[4096:8192] = bytes(4096) # the first geometry is gone
        opens('super, second geometry', 'android-super', bytes(image), want)


def super_image(minor, extents):
    parts = [(b'system_a', 0, 1), (b'vendor_a', 1, 3), (b'system_b', 4, 0)]
    tables = b''.join(struct.pack('<36s4I', n, 1, f, c, 0) for n, f, c in parts)
    at_extents = len(tables)
    tables += b''.join(struct.pack('<QIQI', *e) for e in extents)
    size = 256 if minor else 128
    head = struct.pack('<I2HI32sI32s', 0x414c5030, 10, minor, size, b'', len(tables), hashlib.sha256(tables).digest())
    head += struct.pack('<12I', 0, 3, 52, at_extents, 4, 24, len(tables), 0, 48, len(tables), 0, 64)
    head = head.ljust(size, b'\0')
    head = head[:12] + hashlib.sha256(head).digest() + head[44:]
    geometry = struct.pack('<2I32s3I', 0x616c4467, 52, b'', 65536, 2, 4096)
    geometry = geometry[:8] + hashlib.sha256(geometry).digest() + geometry[40:]
    image = bytes(4096) + geometry.ljust(4096, b'\0') * 2 + (head + tables).ljust(65536, b'\0') * 4
    return bytearray(image.ljust(512 * K, b'\0'))


uimages()
trx()
tplink2()
edimax()
h3c()
luxul()
zyxel_trx()
poray()
omada()
cameras()
chips()
avm()
boot_flash()
disks()
android_super()
garbage(['uimage-vendor', 'trx', 'h3c', 'luxul', 'zyxel-trx', 'poray', 'tplink-omada', 'hikvision', 'reolink', 'dahua',
         'rockchip', 'allwinner', 'android-super', 'avm-kernel', 'qcow2', 'vmdk',
         'broadcom-nvram', 'cbfs', 'intel-flash'])
finish()
