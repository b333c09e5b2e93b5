# SPDX-License-Identifier: Apache-2.0
"""A maker of YAFFS images: any chunk, spare and byte order, with what a life on flash leaves."""
import os
import stat
import struct


class Yaffs:
    def __init__(self, page, spare, tag_at=0, be=False, tags_be=False, v1=False,
                 lived=True):
        self.page, self.spare, self.tag_at, self.v1 = page, spare, tag_at, v1
        self.lived = lived
        self.end, self.tags_end = '>' if be else '<', '>' if tags_be else '<'
        self.out, self.next, self.sequence, self.inodes = bytearray(), 0x101, 0x1000, {}

    def chunk(self, data, obj, number, size):
        self.out += data.ljust(self.page, b'\xff')
        if self.v1:
            spare = bytearray(b'\xff' * 16)
            if self.end == '>':
                value = number << 44 | (size & 0x3ff) << 32 | obj << 14
            else:
                value = number | (size & 0x3ff) << 22 | obj << 32
            order = 'big' if self.end == '>' else 'little'
            tags, ecc = value.to_bytes(8, order), 0
            for bit in range(64):
                if tags[bit // 8] >> bit % 8 & 1:
                    ecc ^= bit + 1
            tags = (value | ecc << (2 if self.end == '>' else 50)).to_bytes(8, order)
            for place, byte in zip((0, 1, 2, 3, 6, 7, 11, 12), tags):
                spare[place] = byte
        else:
            tags = struct.pack(self.tags_end + '4I', self.sequence, obj, number, size)
            spare = (b'\xff' * self.tag_at + tags).ljust(self.spare, b'\xff')
        self.out += spare
        if len(self.out) // (self.page + self.spare) % 64 == 0:
            self.sequence += 1

    def header(self, obj, kind, parent, name, st, size=-1, same=-1, alias=b'', rdev=0):
        e = self.end
        h = struct.pack(e + '2IH', kind, parent, 0xffff) + os.fsencode(name).ljust(256, b'\0')
        h = h.ljust(268, b'\xff')
        h += struct.pack(e + '6I', st.st_mode, st.st_uid, st.st_gid, int(st.st_atime),
                         int(st.st_mtime), int(st.st_ctime))
        h += struct.pack(e + '2I', size & 0xffffffff, same & 0xffffffff)
        h += alias.ljust(160, b'\0') + struct.pack(e + 'I', rdev)
        self.chunk(h.ljust(512, b'\xff'), obj, 0, 0xffff)

    def content(self, obj, data, first=1):
        for i in range(0, len(data), self.page):
            part = data[i:i + self.page]
            self.chunk(part, obj, first + i // self.page, len(part))

    def add(self, full, parent, name):
        st, obj = os.lstat(full), self.next
        self.next += 1
        if stat.S_ISDIR(st.st_mode):
            self.header(obj, 3, parent, name, st)
            for one in sorted(os.listdir(full)):
                self.add(os.path.join(full, one), obj, one)
        elif st.st_ino in self.inodes:
            self.header(obj, 4, parent, name, st, same=self.inodes[st.st_ino])
        elif stat.S_ISLNK(st.st_mode):
            self.header(obj, 2, parent, name, st, alias=os.fsencode(os.readlink(full)))
        elif stat.S_ISREG(st.st_mode):
            self.inodes[st.st_ino] = obj
            with open(full, 'rb') as f:
                data = f.read()
            if obj % 3 == 0 and self.lived:  # an older content and name, overwritten later
                self.header(obj, 1, parent, 'old-' + name[:100], st, 0)
                self.content(obj, b'old' * (len(data) // 3))
            self.header(obj, 1, parent, name, st, len(data))
            self.content(obj, data)
            self.header(obj, 1, parent, name, st, len(data))
        else:
            self.header(obj, 5, parent, name, st, rdev=st.st_rdev)

    def image(self, top):
        self.header(1, 3, 1, '', os.lstat(top))
        for name in sorted(os.listdir(top)):
            self.add(os.path.join(top, name), 1, name)
        gone = self.next
        st = os.lstat(os.path.join(top, 'etc/passwd'))
        self.header(gone, 1, 1, 'gone', st, 4)
        self.content(gone, b'gone')
        self.header(gone, 1, 3, 'unlinked', st, 4)
        self.out += b'\xff' * ((self.page + self.spare) * 7)
        return bytes(self.out)
