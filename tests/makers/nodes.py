# SPDX-License-Identifier: Apache-2.0
"""Nodes of JFFS2 and UBIFS made by hand, for what the makers never leave: a file system that lived."""
import struct
import zlib


def crc_jffs2(data):
    return zlib.crc32(data, 0xffffffff) ^ 0xffffffff


def crc_ubifs(data):
    return zlib.crc32(data) ^ 0xffffffff


class Jffs2:
    """Appends nodes; times are 1, owners 1 and 2."""

    def __init__(self, end='<', magic=0x1985):
        self.end, self.magic, self.out, self.version = end, magic, b'', 0

    def node(self, kind, body, obsolete=False):
        head = struct.pack(self.end + '2HI', self.magic, kind, 8 + 4 + len(body))
        check = struct.pack(self.end + 'I', crc_jffs2(head))
        if obsolete:
            head = struct.pack(self.end + '2HI', self.magic, kind & ~0x2000, 12 + len(body))
        self.out += head + check + body
        self.out += b'\xff' * (-len(self.out) % 4)

    def full(self, kind, fields, size, tail_crcs, data, obsolete):
        head = struct.pack(self.end + '2HI', self.magic, kind, size + len(data))
        head += struct.pack(self.end + 'I', crc_jffs2(head)) + fields
        body = head[12:] + tail_crcs(head) + data
        self.node(kind, body, obsolete)

    def name(self, parent, name, ino, kind=8, version=None, obsolete=False):
        self.version += 1
        fields = struct.pack(self.end + '4I2B2x', parent, version or self.version, ino, 1,
                             len(name), kind)
        self.full(0xe001, fields, 40, lambda head: struct.pack(
            self.end + '2I', crc_jffs2(head), crc_jffs2(name)), name, obsolete)

    def data(self, ino, at, data, size, mode=0o100644, compression=0, plain=None, version=None,
             obsolete=False):
        self.version += 1
        fields = struct.pack(self.end + '3I2H7I2BH', ino, version or self.version, mode, 1, 2, size,
                             1, 1, 1, at, len(data), len(data) if plain is None else plain,
                             compression, 0, 0)
        self.full(0xe002, fields, 68, lambda head: struct.pack(
            self.end + '2I', crc_jffs2(data), crc_jffs2(head)), data, obsolete)


def ubifs_node(kind, sequence, body):
    rest = struct.pack('<QI4B', sequence, 24 + len(body), kind, 0, 0, 0) + body
    node = struct.pack('<2I', 0x06101831, crc_ubifs(rest)) + rest
    return node + b'\0' * 0


def ubifs_key(ino, kind, low):
    return struct.pack('<2I8x', ino, kind << 29 | low)


def r5(name):
    a = 0
    for c in name:
        c = c - 256 if c > 127 else c
        a = (a + ((c << 4) & 0xffffffff) + ((c >> 4) & 0xffffffff)) & 0xffffffff
        a = a * 11 & 0xffffffff
    a &= 0x1fffffff
    return a + 3 if a <= 2 else a


class Journal:
    """Nodes for a journal block of an image of mkfs.ubifs."""

    def __init__(self, sequence):
        self.sequence, self.out = sequence, b''

    def add(self, kind, body):
        self.sequence += 1
        self.out += ubifs_node(kind, self.sequence, body)
        self.out += b'\xff' * 0 + b'\0' * (-len(self.out) % 8)

    def name(self, parent, name, ino):
        self.add(2, ubifs_key(parent, 2, r5(name)) + struct.pack('<Q2BHI', ino, 0, 0, len(name), 0) +
                 name + b'\0')

    def inode(self, ino, size, links=1, mode=0o100644, value=b''):
        body = ubifs_key(ino, 0, 0) + struct.pack('<5Q3I6I', self.sequence, size, 1, 1, 1, 0, 0, 0,
                                                  links, 7, 8, mode, 0, len(value))
        self.add(0, body.ljust(160 - 24, b'\0') + value)

    def attribute(self, host, name, ino, value=b''):
        self.add(3, ubifs_key(host, 3, r5(name)) + struct.pack('<Q2BHI', ino, 0, 0, len(name), 0) + name + b'\0')
        if ino:
            self.inode(ino, len(value), value=value)

    def data(self, ino, block, data):
        self.add(1, ubifs_key(ino, 1, block) + struct.pack('<I2H', len(data), 0, 0) + data)

    def truncate(self, ino, old, new):
        self.add(4, struct.pack('<I12x2Q', ino, old, new))
