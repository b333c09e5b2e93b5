# SPDX-License-Identifier: Apache-2.0
"""Makers of Minix (1 to 3) and romfs images from a folder, in both byte orders where there are two."""
import os
import stat
import struct


class Minix:
    def __init__(self, version, names=30, be=False, block=1024):
        self.version, self.names, self.e = version, 60 if version == 3 else names, '>' if be else '<'
        self.block = block if version == 3 else 1024
        self.width = 2 if version == 1 else 4
        self.inode_bytes = 32 if version == 1 else 64
        self.inodes, self.zones, self.first = [], [], 0
        self.known = {}

    def zone(self, data):
        if not data.strip(b'\0'):
            return 0
        self.zones.append(data.ljust(self.block, b'\0'))
        return self.first + len(self.zones) - 1

    def words(self, values):
        return struct.pack(self.e + '%d%s' % (len(values), 'H' if self.width == 2 else 'I'), *values)

    def tree(self, zones, level):
        """A zone of zones, `level` deep."""
        if not any(zones):
            return 0
        per = self.block // self.width
        if level > 1:
            step = per ** (level - 1)
            zones = [self.tree(zones[i:i + step], level - 1) for i in range(0, len(zones), step)]
        return self.zone(self.words(zones))

    def content(self, data):
        zones = [self.zone(data[i:i + self.block]) for i in range(0, len(data), self.block)]
        out, zones, per = zones[:7], zones[7:], self.block // self.width
        out += [0] * (7 - len(out))
        for level in (1, 2, 3)[:2 if self.version == 1 else 3]:
            count = per ** level
            out.append(self.tree(zones[:count], level))
            zones = zones[count:]
        return out

    def inode(self, number, st, size, zones):
        if self.version == 1:
            raw = struct.pack(self.e + 'HHIIBB', st.st_mode, st.st_uid, size, int(st.st_mtime),
                              st.st_gid & 255, min(st.st_nlink, 255))
        else:
            t = int(st.st_mtime)
            raw = struct.pack(self.e + '4H4I', st.st_mode, st.st_nlink, st.st_uid, st.st_gid, size, t,
                              t, t)
        self.inodes[number - 1] = (raw + self.words(zones)).ljust(self.inode_bytes, b'\0')

    def number(self, st):
        key = st.st_ino
        if stat.S_ISDIR(st.st_mode) or key not in self.known:
            self.inodes.append(b'')
            self.known[key] = len(self.inodes)
            return len(self.inodes), True
        return self.known[key], False

    def entry(self, number, name):
        head = struct.pack(self.e + ('I' if self.version == 3 else 'H'), number)
        return head + os.fsencode(name)[:self.names].ljust(self.names, b'\0')

    def folder(self, full, number, above):
        raw = self.entry(number, '.') + self.entry(above, '..')
        for name in sorted(os.listdir(full)):
            path = os.path.join(full, name)
            st = os.lstat(path)
            child, new = self.number(st)
            raw += self.entry(child, name)
            if stat.S_ISDIR(st.st_mode):
                self.folder(path, child, number)
            elif new:
                data = b''
                if stat.S_ISLNK(st.st_mode):
                    data = os.fsencode(os.readlink(path))
                elif stat.S_ISREG(st.st_mode):
                    with open(path, 'rb') as f:
                        data = f.read()
                self.inode(child, st, len(data), self.content(data))
        self.inode(number, os.lstat(full), len(raw), self.content(raw))

    def make(self, top):
        count = sum(len(a) + len(b) for f, a, b in os.walk(top)) + 9
        maps = 1 + count // (self.block * 8), 1
        table = 2 + sum(maps)
        self.first = table + -(-count * self.inode_bytes // self.block)
        self.inodes.append(b'')
        self.folder(top, 1, 1)
        total = self.first + len(self.zones)
        magic = {(1, 14): 0x137f, (1, 30): 0x138f, (2, 14): 0x2468, (2, 30): 0x2478}
        if self.version == 3:
            sb = struct.pack(self.e + 'IH4HHII3HB', count, 0, *maps, self.first, 0, 0, 1 << 30, total,
                             0x4d5a, 0, self.block, 0)
        else:
            sb = struct.pack(self.e + '6HI2HI', count, total if self.version == 1 else 0, *maps,
                             self.first, 0, 1 << 28, magic[self.version, self.names], 1, total)
        head = (bytes(1024) + sb).ljust(table * self.block, b'\0')
        inodes = b''.join(self.inodes).ljust((self.first - table) * self.block, b'\0')
        return head + inodes + b''.join(self.zones)


class Romfs:
    def __init__(self):
        self.out, self.known = bytearray(), {}

    @staticmethod
    def pad(data):
        return data + bytes(-len(data) % 16)

    @staticmethod
    def summed(head, at):
        total = sum(struct.unpack('>%dI' % (len(head) // 4), head)) & 0xffffffff
        return head[:at] + struct.pack('>I', -total & 0xffffffff) + head[at + 4:]

    def file(self, full, name):
        """Append one file without its `next`; returns the place of its header."""
        st, at, info, kind, data = os.lstat(full), len(self.out), 0, 0, b''
        if st.st_ino in self.known and not stat.S_ISDIR(st.st_mode):
            info = self.known[st.st_ino]
        elif stat.S_ISDIR(st.st_mode):
            kind = 1
        elif stat.S_ISLNK(st.st_mode):
            kind, data = 3, os.fsencode(os.readlink(full))
        elif stat.S_ISFIFO(st.st_mode):
            kind = 7
        else:
            kind = 2
            with open(full, 'rb') as f:
                data = f.read()
        if kind:
            self.known[st.st_ino] = at
        if st.st_mode & 0o111 and kind in (1, 2):
            kind |= 8
        self.heads[at] = [kind, 0, info, len(data), self.pad(os.fsencode(name) + b'\0')]
        self.out += bytes(16 + len(self.heads[at][4])) + self.pad(data)
        return at

    def folder(self, full):
        places = []
        for name in sorted(os.listdir(full)):
            path = os.path.join(full, name)
            at = self.file(path, name)
            if places:
                self.heads[places[-1]][1] = at
            places.append(at)
            if os.path.isdir(path) and not os.path.islink(path):
                self.heads[at][2] = self.folder(path)
        return places[0] if places else 0

    def make(self, top):
        self.heads = {}
        self.out += self.pad(b'-rom1fs-' + bytes(8) + b'volume\0')
        self.folder(top)
        for at, (kind, follows, info, size, name) in self.heads.items():
            head = struct.pack('>4I', follows | kind, info, size, 0) + name
            self.out[at:at + len(head)] = self.summed(head, 12)
        self.out[8:12] = struct.pack('>I', len(self.out))
        self.out[:512] = self.summed(bytes(self.out[:512]), 12)
        return bytes(self.out)
