# SPDX-License-Identifier: Apache-2.0
"""What the tests of wrappers share: an image is opened by one format and must give exactly these parts."""
import atexit
import hashlib
import random
import shutil
import tempfile
import zlib

from tree import *

work = tempfile.mkdtemp()
atexit.register(shutil.rmtree, work)
path = work + '/image'
rng = random.Random(11)


def noise(size):
    return rng.randbytes(size)


def opens(what, form, image, parts, used=None, notes=()):
    with open(path, 'wb') as f:
        f.write(image)
    o = Opened(form, path)
    check(what, o.bid >= 60, 'bid %d' % o.bid)
    check(what, o.used == (len(image) if used is None else used), 'end at %d of %d' % (o.used, len(image)))
    for name, data in parts.items():
        m = o.members.get(name)
        check(what, m and m['sha'] == hashlib.sha256(data).hexdigest() and m['status'] == 'ok',
              '%s of %s' % (name, {k: v['size'] for k, v in o.members.items()}))
    check(what, set(o.members) == set(parts), sorted(o.members))
    bad = [n for n in o.notes if 'wrong' in n or 'past' in n]
    check(what, not bad, bad)
    torture(what, form, path, max(1, len(image) // 60), 60)
    return o


def refuses(what, form, image):
    with open(path, 'wb') as f:
        f.write(image)
    check(what, Opened(form, path).bid == 0, 'wanted')


def crc(data):
    """CRC-32 without the final inversion."""
    return zlib.crc32(data) ^ 0xffffffff
