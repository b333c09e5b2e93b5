# SPDX-License-Identifier: Apache-2.0
"""Boot images of chips and machines, made by mkimage, fiptool, cbfstool and mkbootimg."""
import hashlib
import struct

from wrap import *

TEXTS = {
    'kwb1': 'VERSION 1\nBOOT_FROM nand\nDESTADDR 0x00800000\nEXECADDR 0x00800000\nNAND_BLKSZ 00020000\n'
            'NAND_BADBLK_LOCATION 00\nBINARY program 0000005b 00000068\n',
    'kwb0': 'BOOT_FROM %s\nNAND_ECC_MODE default\nNAND_PAGE_SIZE 0x0800\nDATA 0xFFD100e0 0x1B1B1B9B\nDATA 0x0 0x0\n',
    'imx2': 'IMAGE_VERSION 2\nBOOT_FROM sd\nDATA 4 0x020e0774 0x000C0000\nDATA 4 0x020e0754 0x00000000\n',
    'imx1': 'BOOT_FROM sd\nDATA 4 0x53fa8500 0x00000020\n',
}


def mkimage(kind, text, address, payload):
    with open(work + '/cfg', 'w') as f:
        f.write(text)
    with open(work + '/payload', 'wb') as f:
        f.write(payload)
    run('mkimage', '-T', kind, '-n', 'cfg', '-a', address, '-e', address, '-d', 'payload', 'out', cwd=work)
    with open(work + '/out', 'rb') as f:
        return f.read()


def marvell():
    loader, program = noise(60000), noise(20000)
    with open(work + '/program', 'wb') as f:
        f.write(program)
    size = struct.unpack_from('<I', mkimage('kwbimage', TEXTS['kwb1'], '0x800000', loader), 4)[0]
    image = mkimage('kwbimage', TEXTS['kwb1'], '0x800000', loader)
    at = struct.unpack_from('<I', image, 12)[0]
    opens('kwbimage 1', 'kwbimage', image, {'program-1': program, 'loader': image[at:at + size - 4]}, at + size)
    check('kwbimage 1', image[at:].startswith(loader))
    for medium in ('nand', 'spi', 'sata', 'uart'):
        image = mkimage('kwbimage', TEXTS['kwb0'] % medium, '0x600000', loader)
        size, _, at = struct.unpack_from('<3I', image, 4)
        found = image.index(loader)
        opens('kwbimage 0, ' + medium, 'kwbimage', image, {'loader': image[found:found + size - 4]}, found + size)
    refuses('kwbimage, sum', 'kwbimage', image[:found + 9] + b'?' + image[found + 10:])


def nxp():
    loader = noise(60000)
    for name, address, device in (('imx2', '0x17800000', 24), ('imx1', '0x97800000', 20)):
        image = mkimage('imximage', TEXTS[name], address, loader)
        rows = image.index(b'\xd2\x00' if name == 'imx2' else b'\xe9\x19\x72\xb1')
        opens(name, 'imximage', image, {'device-data': image[rows:rows + device], 'loader': image[0xc00:]})
        check(name, image[0xc00:].startswith(loader))


def mediatek():
    loader = noise(60000)
    for text in ('media=nand;nandinfo=2k+64', 'media=emmc', 'media=sdmmc;arm64=1', 'media=snand;arm64=1;nandinfo=spim:2k+64'):
        image = mtk_image(text, loader)
        at = image.index(b'MMM\1')
        header, sign = struct.unpack_from('<2I', image, at + 40)
        total = struct.unpack_from('<I', image, at + 32)[0]
        plain = image[at + header:at + total - sign]
        check('mtk-boot', plain.startswith(loader))
        opens('mtk-boot', 'mtk-boot', image, {'loader': plain}, at + total)
        opens('mtk-boot, bare', 'mtk-boot', image[at:], {'loader': plain}, total)


def mtk_image(text, payload):
    with open(work + '/payload', 'wb') as f:
        f.write(payload)
    run('mkimage', '-T', 'mtk_image', '-a', '0x201000', '-e', '0x201000', '-n', text, '-d', 'payload', 'out', cwd=work)
    with open(work + '/out', 'rb') as f:
        return f.read()


def fip():
    parts = {'tb-fw': noise(5000), 'soc-fw': noise(7000), 'nt-fw': noise(9000), 'nt-fw-cert': noise(900)}
    command = ['fiptool', 'create']
    for name, data in parts.items():
        with open(work + '/' + name, 'wb') as f:
            f.write(data)
        command += ['--' + name, name]
    for more in ([], ['--align', '512']):
        run(*command, *more, 'out.fip', cwd=work)
        with open(work + '/out.fip', 'rb') as f:
            image = f.read()
        opens('fip', 'fip', image + b'behind', parts, len(image))


def coreboot():
    parts = {'raw/plain': noise(5000), 'fallback/packed': b'a text that packs well ' * 3000, 'etc/other': b'other text ' * 900}
    run('cbfstool', 'rom', 'create', '-s', '1M', '-m', 'x86', cwd=work)
    for (name, data), packing in zip(parts.items(), ('none', 'lzma', 'lz4')):
        with open(work + '/part', 'wb') as f:
            f.write(data)
        run('cbfstool', 'rom', 'add', '-f', 'part', '-n', name, '-t', 'raw', '-c', packing, cwd=work)
    with open(work + '/rom', 'rb') as f:
        image = f.read()
    with open(path, 'wb') as f:
        f.write(image[image.index(b'LARCHIVE'):])
    members = Opened('cbfs', path).members
    for name, data in parts.items():
        check('cbfstool', name in members and members[name]['sha'] == hashlib.sha256(data).hexdigest(), name)


def vendor_boot():
    ramdisk, tree = noise(9000), noise(300)
    for name, data in (('ramdisk', ramdisk), ('dtb', tree)):
        with open(work + '/' + name, 'wb') as f:
            f.write(data)
    run('mkbootimg', '--vendor_ramdisk', 'ramdisk', '--dtb', 'dtb', '--header_version', '3', '--vendor_boot', 'out.img', cwd=work)
    with open(work + '/out.img', 'rb') as f:
        opens('vendor_boot', 'android-boot', f.read(), {'ramdisk': ramdisk, 'dtb': tree})


if have('mkimage'):
    marvell()
    nxp()
    mediatek()
if have('fiptool'):
    fip()
if have('cbfstool'):
    coreboot()
if have('mkbootimg'):
    vendor_boot()
garbage(['kwbimage', 'imximage', 'fip', 'cbfs', 'android-boot', 'mtk-boot'])
finish()
