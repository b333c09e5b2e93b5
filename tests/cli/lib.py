# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole program share: making small images, scanning them, judging the doors."""
import io
import json
import pathlib
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHOWN = ("certain", "likely")


class File:
    """A file of a tree: text or bytes, and its mode."""
    def __init__(self, content, mode=0o644):
        self.content = content.encode() if isinstance(content, str) else content
        self.mode = mode


class Link:
    def __init__(self, target):
        self.target = target


def elf(text=""):
    """The head of a 32-bit little-endian MIPS program and some strings: enough to be one for a reader."""
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    head += (2).to_bytes(2, "little") + (8).to_bytes(2, "little") + (1).to_bytes(4, "little")
    head += bytes(16) + (52).to_bytes(2, "little") + bytes(10)
    return File(head + b"\0" + text.encode() + b"\0", 0o755)


def pack(tree, path):
    """Write {path: File, Link, or text} as a tar, folders first."""
    folders = sorted({str(p) for name in tree for p in pathlib.PurePosixPath(name).parents if str(p) != "."})
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name in folders:
            member = tarfile.TarInfo(name)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member)
        for name in sorted(tree):
            entry = tree[name] if isinstance(tree[name], (File, Link)) else File(tree[name])
            member = tarfile.TarInfo(name)
            if isinstance(entry, Link):
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, entry.target, 0o777
                tar.addfile(member)
            else:
                member.size, member.mode = len(entry.content), entry.mode
                tar.addfile(member, io.BytesIO(entry.content))


def scan_all(program, image):
    """The JSON of an image. A scan that fails or leaves something out ends the test."""
    done = subprocess.run([program, "scan", "--quiet", "--json", "-", str(image)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"scan of {image} ended with status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def scan(program, image):
    """All doors of an image, hints too."""
    return scan_all(program, image)["doors"]


def rows(doors):
    """Doors in short: rule, kind, subject, confidence."""
    return sorted((d["rule"], d["kind"], d["subject"], d["confidence"]) for d in doors)


def shown(doors):
    """The ones that a person is shown by default."""
    return [r for r in rows(doors) if r[3] in SHOWN]


def skip(why):
    print(f"skipped: {why}", file=sys.stderr)
    sys.exit(77)


def complain(title, rows):
    for row in rows:
        print(f"{title}: " + "  ".join(str(x) for x in row))
    return len(rows)
